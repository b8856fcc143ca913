"""People from points: who is where, how tall they stand, how fast they go.

Each frame, points near a known person are theirs; what is left is clustered (connected components
within `CLUSTER_METRES`), and a cluster that comes again becomes a person.  Position and velocity
are smoothed by an alpha-beta filter (Bar-Shalom, Estimation with Applications, ch. 6).  A still
body fades from a radar that removes clutter: a person who did not leave by a door or the edge of
the view is kept where last seen.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray, Target
from perception.radar.room import RESTING, Room

GATE_METRES: Final = 0.9
"""A person at 2 m/s moves 0.2 m in a frame; arms and noise reach the rest."""
CLUSTER_METRES: Final = 0.5
MIN_POINTS: Final = 3
CONFIRM_HITS: Final = 8
CONFIRM_SECONDS: Final = 1.5
"""So many frames with points within this time make a person; a ghost flickers."""
_CONFIRM_SHARE: Final = 0.6
"""Of the frames of a slow radar, which sends fewer than `CONFIRM_HITS` in that time..."""
_FEWEST_HITS: Final = 4
"""...and at least so many."""
_SLOW_SECONDS: Final = 0.15
_SPARSE_SECONDS: Final = 0.6
"""Over so long the reflections of nobody are taken together, if one frame has too few for a body:
a radar that sends a frame in more than `_SLOW_SECONDS` shows somebody in pieces."""
KEEP_STILL_SECONDS: Final = 600.0
"""How long somebody unseen is believed to be there still."""
KEEP_LEAVING_SECONDS: Final = 2.0
KEEP_UNSURE_SECONDS: Final = 1.0
COAST_SECONDS: Final = 0.3
"""How long somebody unseen is believed to go on walking."""
FIND_AGAIN_METRES: Final = 1.5
FADING_METRES_PER_SECOND: Final = 0.35
"""Who was faster than this when last seen did not fade by being still: the track was lost."""
STILL_METRES_PER_SECOND: Final = 0.15
FIXTURE_SECONDS: Final = 120.0
FIXTURE_METRES: Final = 0.3
"""What has stayed this near to where it began for this long, never having walked, is a fan where it
mostly looks smaller than a body; in a bed or on a sofa it is somebody who was there before."""
_SMALL_WEIGHT: Final = 0.02
"""Of the newest frame: the last few seconds decide, not one thin frame of a body."""
MAX_PEOPLE: Final = 8
_ALPHA: Final = 0.35
_BETA: Final = 0.08
_RATE_WEIGHT: Final = 0.2
_USUAL_SECONDS: Final = 0.1
"""Between the frames for which `_ALPHA` and `_BETA` are meant; over longer gaps more is new."""
_SHORTEST_SECONDS: Final = 0.02
"""Between frames, for their speed: those held up on the way come a moment apart, in which the noise
of a place would be a leap."""
_SHADOW_COSINE: Final = math.cos(math.radians(8))
_MAX_POINTS: Final = 400
"""More are thinned: the clustering is quadratic."""


@dataclass(slots=True)
class Person:
    """One tracked body, in room coordinates."""

    number: int
    x: float
    y: float
    began: float
    """Monotonic seconds, as all times here."""
    last_seen: float
    vx: float = 0.0
    vy: float = 0.0
    confirmed: bool = False
    is_fixture: bool = False
    walked_metres: float = 0.0
    """The farthest from where the track began."""
    still_since: float | None = None
    points: FloatArray = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """(n, 3) of the latest frame, room coordinates; none where unseen."""
    target: FloatArray | None = None
    """(3,) where the device itself saw this body in the latest frame, room coordinates; None if it
    did not, tells no heights, or gives points."""
    _hits: deque[float] = field(default_factory=lambda: deque(maxlen=CONFIRM_HITS))
    _origin: tuple[float, float] = (0.0, 0.0)
    _smallness: float = 1.0
    """Running share of frames whose reflections come from a thing smaller than a body."""

    @property
    def speed(self) -> float:
        """Metres a second along the floor."""
        return math.hypot(self.vx, self.vy)


class Tracker:
    """Follows people through frames of one sensor."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._people: list[Person] = []
        self._numbers = count(1)
        self._last: float | None = None
        self._frame_seconds = 0.1
        """Between frames, smoothed."""
        self._free: deque[tuple[float, FloatArray]] = deque()
        """What was nobody's in the last `_SPARSE_SECONDS`."""

    @property
    def people(self) -> tuple[Person, ...]:
        """Those who are taken for persons now."""
        return tuple(p for p in self._people if p.confirmed and not p.is_fixture)

    def update(
        self, at: float, points: FloatArray, targets: tuple[Target, ...] | None = None
    ) -> None:
        """Take one frame at a monotonic time; `points` (n, 3) in sensor axes."""
        passed = min(max(at - self._last, 0.0), 1.0) if self._last is not None else 0.0
        self._last = at
        if passed > _SHORTEST_SECONDS:
            self._frame_seconds += _RATE_WEIGHT * (passed - self._frame_seconds)
        room = self._room
        placed = room.pose.to_room(points[:_MAX_POINTS]) if len(points) else points[:0]
        placed = placed[room.inside(placed)]
        seeds = self._seeds_of(targets)
        # A module without heights tells that of the sensor, to the last bit.
        tells_height = any(target.position[2] != 0.0 for target in targets or ())
        for person in self._people:
            if at - person.last_seen < COAST_SECONDS:
                person.x += person.vx * passed
                person.y += person.vy * passed
            person.points, person.target = placed[:0], None
        owner = self._nearest(placed)
        for index, person in enumerate(self._people):
            mine = placed[owner == index]
            here = self._claim(seeds, person)
            if here is not None and tells_height:
                person.target = here
            if len(mine) or here is not None:
                centre = here if here is not None else np.median(mine[:, :2], axis=0)
                self._correct(person, at, passed, float(centre[0]), float(centre[1]), mine)
        self._begin(at, placed[owner < 0], seeds)
        self._people = [person for person in self._people if self._stays(person, at)]

    def _seeds_of(self, targets: tuple[Target, ...] | None) -> list[FloatArray]:
        if not targets:
            return []
        places = self._room.pose.to_room(
            np.array([target.position for target in targets], np.float32)
        )
        return list(places[self._room.inside(places)])

    def _nearest(self, placed: FloatArray) -> NDArray[np.intp]:
        """(n,) index of the person each point belongs to, -1 for none."""
        if not self._people or not len(placed):
            return np.full(len(placed), -1)
        where = np.array([(person.x, person.y) for person in self._people])
        away = np.linalg.norm(placed[:, None, :2] - where[None], axis=2)
        nearest = away.argmin(axis=1)
        return np.where(away[np.arange(len(placed)), nearest] < GATE_METRES, nearest, -1)

    @staticmethod
    def _claim(seeds: list[FloatArray], person: Person) -> FloatArray | None:
        """Take the device's own target next to this person, if there is one."""
        for index, seed in enumerate(seeds):
            if math.hypot(seed[0] - person.x, seed[1] - person.y) < GATE_METRES:
                return seeds.pop(index)
        return None

    def _correct(
        self, person: Person, at: float, passed: float, x: float, y: float, mine: FloatArray
    ) -> None:
        error_x, error_y = x - person.x, y - person.y
        frames = max(1.0, passed / _USUAL_SECONDS)
        alpha = 1.0 - (1.0 - _ALPHA) ** frames
        person.x += alpha * error_x
        person.y += alpha * error_y
        if passed > 0.0:
            gain = (1.0 - (1.0 - _BETA) ** frames) / max(passed, _SHORTEST_SECONDS)
            person.vx += gain * error_x
            person.vy += gain * error_y
        person.points = mine
        person.last_seen = at
        person._hits.append(at)
        origin_x, origin_y = person._origin
        person.walked_metres = max(
            person.walked_metres, math.hypot(person.x - origin_x, person.y - origin_y)
        )
        if person.speed > STILL_METRES_PER_SECOND:
            person.still_since = None
        elif person.still_since is None:
            person.still_since = at
        wanted = self._wanted_hits()
        enough = len(person._hits) >= wanted and at - person._hits[-wanted] <= CONFIRM_SECONDS
        if enough and not person.confirmed:
            person.confirmed = not self._in_shadow(person)
        if len(mine):
            person._smallness += _SMALL_WEIGHT * (_is_small(mine) - person._smallness)
        person.is_fixture = (
            at - person.began > FIXTURE_SECONDS
            and person.walked_metres < FIXTURE_METRES
            and person._smallness > 0.5
            and not RESTING & self._room.kinds_at(person.x, person.y)
        )

    def _wanted_hits(self) -> int:
        """How many frames with points make a person, at the rate of this radar."""
        comes = round(_CONFIRM_SHARE * CONFIRM_SECONDS / self._frame_seconds)
        return max(_FEWEST_HITS, min(CONFIRM_HITS, comes))

    def _in_shadow(self, person: Person) -> bool:
        """Whether this may be a mirror image: right behind somebody else, seen from the sensor."""
        pose = self._room.pose
        mine = (person.x - pose.x, person.y - pose.y)
        for other in self._people:
            if other is person or not other.confirmed:
                continue
            theirs = (other.x - pose.x, other.y - pose.y)
            far, near = math.hypot(*mine), math.hypot(*theirs)
            cosine = (mine[0] * theirs[0] + mine[1] * theirs[1]) / max(far * near, 1e-6)
            if far > near + 0.5 and cosine > _SHADOW_COSINE:
                return len(person.points) < len(other.points)
        return False

    def _begin(self, at: float, free: FloatArray, seeds: list[FloatArray]) -> None:
        places = [(float(seed[0]), float(seed[1]), free[:0]) for seed in seeds]
        self._free.append((at, free))
        while not 0.0 <= at - self._free[0][0] <= _SPARSE_SECONDS:
            self._free.popleft()
        if 0 < len(free) < MIN_POINTS and self._frame_seconds > _SLOW_SECONDS:
            free = np.concatenate([points for _, points in self._free])
        for cluster in _clusters(free):
            self._free.clear()
            x, y = np.median(cluster[:, :2], axis=0)
            places.append((float(x), float(y), cluster))
        for x, y, cluster in places:
            if self._find_again(at, x, y):
                continue
            if len(self._people) >= MAX_PEOPLE and not self._forget_one(at):
                return
            person = Person(next(self._numbers), x, y, at, at, points=cluster, _origin=(x, y))
            person._hits.append(at)
            self._people.append(person)

    def _forget_one(self, at: float) -> bool:
        """Make room for who is seen now: whether somebody unseen, the longest first, made way."""
        longest = min(self._people, key=lambda person: person.last_seen)
        if at - longest.last_seen < KEEP_LEAVING_SECONDS:
            return False
        self._people = [person for person in self._people if person is not longest]
        return True

    def _find_again(self, at: float, x: float, y: float) -> bool:
        """Whether this is somebody who faded a step away; then the track goes on here."""
        for person in self._people:
            unseen = at - person.last_seen
            near = math.hypot(person.x - x, person.y - y) < FIND_AGAIN_METRES
            if person.confirmed and unseen > COAST_SECONDS and near:
                person.x, person.y, person.vx, person.vy = x, y, 0.0, 0.0
                return True
        return False

    def _stays(self, person: Person, at: float) -> bool:
        unseen = at - person.last_seen
        if not person.confirmed:
            return unseen < KEEP_UNSURE_SECONDS
        if unseen < KEEP_LEAVING_SECONDS:
            return True
        leaves = self._room.leads_out(person.x, person.y)
        if leaves or person.speed > FADING_METRES_PER_SECOND:
            return False
        return unseen < KEEP_STILL_SECONDS


def _is_small(points: FloatArray) -> bool:
    """Whether all reflections come from a thing smaller than a body."""
    return bool((np.ptp(points, axis=0) < 0.4).all())


def _clusters(points: FloatArray) -> list[FloatArray]:
    """Connected components along the floor, largest first, of at least `MIN_POINTS` points."""
    if len(points) < MIN_POINTS:
        return []
    away = np.linalg.norm(points[:, None, :2] - points[None, :, :2], axis=2)
    linked = away < CLUSTER_METRES
    label = np.arange(len(points))
    while True:
        lowest = np.where(linked, label[None, :], len(points)).min(axis=1)
        if (lowest == label).all():
            break
        label = lowest
    found = [points[label == name] for name in np.unique(label)]
    return sorted((c for c in found if len(c) >= MIN_POINTS), key=len, reverse=True)
