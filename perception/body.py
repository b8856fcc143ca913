"""One tracked person over time: falls, lying on the floor, posture, gait, each told once."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from perception.descent_features import JUDGE_LABELS, Slot
from perception.events import (
    ActivityChanged,
    Event,
    FallDetected,
    GaitSpeed,
    LyingOnFloor,
    Rose,
    Stumbled,
)
from perception.fall import Fall, FallModel, FallWatch, Stumble
from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray
from perception.radar.room import RESTING, Room
from perception.radar.tracker import Person

SLOT_SECONDS: Final = 1.0 / FRAMES_PER_SECOND
MODULE_SUSPECT: Final = 0.2
"""How sure the model must be to suspect a fall while the module itself says "fall"."""

FLOOR_LEVEL_METRES: Final = 0.5
"""Below a bed, above a body on its side."""
FLOOR_SECONDS: Final = 20.0
FLOOR_SLOTS: Final = 15
"""Tenths of a second in which the body was seen low: fewer are chance reflections."""
BESIDE_METRES: Final = 0.3
"""Beds are drawn a little too small, and who rolled out of one lies right beside it..."""
BESIDE_LEVEL_METRES: Final = 0.35
"""...so there only what is this low is on the floor. Of the levels of the recorded people lying on
the floor 96 % are lower; a mattress and who lies on it are higher."""
OFF_FLOOR_SECONDS: Final = 1.2
TARGET_OFF_FLOOR_SECONDS: Final = 3.0
"""Who is higher for less still lies there: a module's one target leaps about for longer."""
LOW_SHARE: Final = 0.6
"""Of the moments since it was first low, in which it must have been."""
RISEN_METRES: Final = 0.7
"""Sitting on a chair counts: the body is off the floor..."""
RISEN_BY_METRES: Final = 0.35
"""...and so does so much over where it lay: a module tells the middle of somebody short."""
WALKS_BY_METRES: Final = 0.2
"""Who walks need not be higher than this over where it lay; who crawls is lower."""
RISEN_SECONDS: Final = 3.0

POSTURES: Final = ("lying", "sitting", "standing", "walking")
RESTS: Final = frozenset({"lying", "sitting"})
_POSTURES: Final = {"fell": "lying", "lying": "lying", "sitting": "sitting", "upright": "standing"}
"""What each of the judge's words is told as; who is upright and gets somewhere walks."""
WALKING_METRES_PER_SECOND: Final = 0.3
_WALKING_SECONDS: Final = 1.5
"""Over so long a walking body gets somewhere; one that stands sways on the spot."""
_POSTURE_WEIGHT: Final = 0.1
"""Of the newest window in the running mean: about a second."""
_POSTURE_SURE: Final = 0.6
_POSTURE_SECONDS: Final = 1.5

WALK_METRES_PER_SECOND: Final = 0.3
WALK_METRES: Final = 2.0
_WALK_ENDS_SECONDS: Final = 1.0
_MOST_STEPS: Final = 5_000
"""Frames of one walk, some minutes: a curtain in the wind never rests."""
_EARLY_SECONDS: Final = 0.02
"""A frame that comes this little before the end of a tenth of a second closes it."""
_MAX_SLOTS_AT_ONCE: Final = 12
"""After a pause the window is emptied rather than filled slot by slot."""


class Body:
    """State and rules of one person; `update` once a frame."""

    def __init__(
        self, number: int, room: Room, model: FallModel, at: float, floor_metres: float = 0.0
    ) -> None:
        self._number = number
        self._floor_metres = floor_metres
        """Over the floor of the told mounting is where the floor was found."""
        self._next_floor_metres = floor_metres
        self._room = room
        self._model = model
        self._watch = FallWatch(model)
        self._slot_ends = at + SLOT_SECONDS
        self._collected: list[FloatArray] = []
        self._by_target = False
        """Whether the module tells one place of the body instead of its points."""
        self._on_floor = False
        """Latched by a fall or by lying on the floor, opened by rising."""
        self._low_since: float | None = None
        self._low_slots = 0
        self._off_slots = 0
        """Of those since `_low_since`, in which it was not low."""
        self._off_since: float | None = None
        self._levels: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        self._lay_at = 0.0
        """How high it was when the latch closed, metres."""
        self._high_since: float | None = None
        self._posture = np.full(len(JUDGE_LABELS), 1.0 / len(JUDGE_LABELS))
        self._places: deque[tuple[float, float, float]] = deque()
        """When it was where, in the last `_WALKING_SECONDS`."""
        self._walks = False
        self._activity: str | None = None
        self._candidate: tuple[str, float] | None = None
        self._walk: deque[tuple[float, float, float, float]] = deque(maxlen=_MOST_STEPS)

    @property
    def is_down(self) -> bool:
        """Whether a fall or lying on the floor was told, and no rising since."""
        return self._on_floor

    @property
    def rests(self) -> bool:
        """Whether it sits or lies, and is not down."""
        return self._activity in RESTS and not self._on_floor

    @property
    def level_metres(self) -> float | None:
        """How high most of it is; None if nothing of it was seen for long."""
        return self._watch.level_metres

    @property
    def walks(self) -> bool:
        """Whether it gets somewhere, and is not down."""
        return self._walks and not self._on_floor

    def stand_on(self, floor_metres: float) -> None:
        """Take another floor; what was seen before would look like a leap.

        A fall that is suspected is judged first, on the floor it began on.
        """
        self._next_floor_metres = floor_metres

    def update(
        self, at: float, person: Person, *, is_seen: bool, module_says_fall: bool
    ) -> Iterator[Event]:
        """Events of this frame."""
        points = reflections(person)
        if len(points):
            self._by_target = not len(person.points)
            self._collected.append(points)
        if at - self._slot_ends > _MAX_SLOTS_AT_ONCE * SLOT_SECONDS:
            self._watch = FallWatch(self._model)
            self._slot_ends = at
        while at >= self._slot_ends - _EARLY_SECONDS:
            self._slot_ends += SLOT_SECONDS
            yield from self._next_slot(at, person, module_says_fall=module_says_fall)
        yield from self._gait(at, person, is_seen=is_seen)

    def finish(self, at: float, person: Person) -> Iterator[FallDetected | Stumbled]:
        """The recording ends at this time: a fall that is suspected is judged on what was seen."""
        told = self._watch.finish()
        if told is None or self._on_floor or self._rests(person):
            return
        if isinstance(told, Stumble):
            yield self._stumbled(at, person, told)
        else:
            self._latch()
            yield self._fell(at, person, told, module_says_fall=False)

    def _rests(self, person: Person) -> bool:
        return bool(RESTING & self._room.kinds_at(person.x, person.y))

    def _next_slot(self, at: float, person: Person, *, module_says_fall: bool) -> Iterator[Event]:
        if self._next_floor_metres != self._floor_metres and not self._watch.suspects:
            self._floor_metres = self._next_floor_metres
            self._watch = FallWatch(self._model)
        pose = self._room.pose
        points = np.concatenate([*self._collected, np.zeros((0, 3), np.float32)])
        self._collected.clear()
        distances = np.hypot(points[:, 0] - pose.x, points[:, 1] - pose.y)
        slot = Slot(points[:, 2] - np.float32(self._floor_metres), distances)
        suspect = {"suspect": MODULE_SUSPECT} if module_says_fall else {}
        self._walks = self._gets_somewhere(at, person)
        told = self._watch.update(slot, is_target=self._by_target, **suspect)
        if told is None or self._on_floor or self._rests(person):
            pass
        elif isinstance(told, Fall):
            self._latch()
            yield self._fell(at, person, told, module_says_fall=module_says_fall)
        else:
            yield self._stumbled(at, person, told)
        if self._watch.probabilities is not None and len(slot.heights):
            yield from self._floor(at, person)
            yield from self._change_posture(at)

    def _latch(self) -> None:
        self._on_floor = True
        self._high_since = None
        self._lay_at = statistics.median(self._levels) if self._levels else 0.0

    def _fell(
        self, at: float, person: Person, fall: Fall, *, module_says_fall: bool
    ) -> FallDetected:
        seen_as = "target" if self._by_target else "points"
        return FallDetected(
            at,
            self._number,
            fall.confidence,
            fall.height_drop_metres,
            at - person.still_since if person.still_since is not None else 0.0,
            person.x,
            person.y,
            (seen_as, "module") if module_says_fall else (seen_as,),
            fall.level_metres + fall.height_drop_metres,
            fall.level_metres,
            fall.descent_seconds,
            fall.low_seconds,
        )

    def _stumbled(self, at: float, person: Person, told: Stumble) -> Stumbled:
        return Stumbled(
            at,
            self._number,
            told.confidence,
            told.level_metres + told.height_drop_metres,
            told.level_metres,
            told.down_seconds,
            person.x,
            person.y,
        )

    def _floor(self, at: float, person: Person) -> Iterator[Event]:
        level = self._watch.level_metres
        if level is None:
            return
        rests = RESTING & self._room.kinds_at(person.x, person.y)
        beside = RESTING & self._room.kinds_at(person.x, person.y, BESIDE_METRES)
        self._levels.append(level)
        is_low = not rests and level < (BESIDE_LEVEL_METRES if beside else FLOOR_LEVEL_METRES)
        if is_low:
            yield from self._low(at, person)
        else:
            self._off_slots += 1
            self._off_since = at if self._off_since is None else self._off_since
            patience = TARGET_OFF_FLOOR_SECONDS if self._by_target else OFF_FLOOR_SECONDS
            if rests or at - self._off_since >= patience:
                self._low_since, self._low_slots, self._off_slots = None, 0, 0
        by_metres = WALKS_BY_METRES if self._walks else RISEN_BY_METRES
        if level < min(RISEN_METRES, self._lay_at + by_metres):
            self._high_since = None
        elif self._high_since is None:
            self._high_since = at
        elif self._on_floor and at - self._high_since >= RISEN_SECONDS:
            self._on_floor = False
            yield Rose(at, self._number)

    def _low(self, at: float, person: Person) -> Iterator[LyingOnFloor]:
        """What a moment adds in which it was as low as who lies on the floor."""
        self._off_since = None
        self._low_slots += 1
        if self._low_since is None:
            self._low_since, self._off_slots = at, 0
        lying = at - self._low_since
        is_mostly = self._low_slots >= LOW_SHARE * (self._low_slots + self._off_slots)
        is_long = lying >= FLOOR_SECONDS and self._low_slots >= FLOOR_SLOTS
        if not self._on_floor and is_long and is_mostly:
            self._latch()
            yield LyingOnFloor(at, self._number, lying, person.x, person.y)

    def _change_posture(self, at: float) -> Iterator[Event]:
        assert self._watch.probabilities is not None  # noqa: S101  # the caller looked
        self._posture += _POSTURE_WEIGHT * (self._watch.probabilities - self._posture)
        shares = dict.fromkeys(_POSTURES.values(), 0.0)
        for label, share in zip(JUDGE_LABELS, self._posture, strict=True):
            shares[_POSTURES[label]] += float(share)
        best = max(shares, key=shares.__getitem__)
        sure = shares[best] >= _POSTURE_SURE
        if best == "standing" and self._walks:
            best = "walking"
        if not sure or best == self._activity:
            self._candidate = None
        elif self._candidate is None or self._candidate[0] != best:
            self._candidate = (best, at)
        elif at - self._candidate[1] >= _POSTURE_SECONDS:
            self._activity, self._candidate = best, None
            yield ActivityChanged(at, self._number, best)

    def _gets_somewhere(self, at: float, person: Person) -> bool:
        """Whether it was elsewhere `_WALKING_SECONDS` ago."""
        self._places.append((at, person.x, person.y))
        while self._places[0][0] < at - _WALKING_SECONDS:
            self._places.popleft()
        then, x, y = self._places[0]
        away = float(np.hypot(person.x - x, person.y - y))
        return away >= WALKING_METRES_PER_SECOND * max(at - then, _WALKING_SECONDS / 2)

    def _gait(self, at: float, person: Person, *, is_seen: bool) -> Iterator[Event]:
        if person.speed >= WALK_METRES_PER_SECOND and is_seen:
            self._walk.append((at, person.x, person.y, person.speed))
            return
        if self._walk and at - self._walk[-1][0] > _WALK_ENDS_SECONDS:
            walk = tuple(self._walk)
            self._walk.clear()
            x, y = np.array([(step[1], step[2]) for step in walk]).T
            # Who sways or tosses goes a long way without getting anywhere.
            if np.hypot(np.ptp(x), np.ptp(y)) >= WALK_METRES:
                walked = sum(float(np.hypot(b[1] - a[1], b[2] - a[2])) for a, b in pairwise(walk))
                speed = statistics.median(step[3] for step in walk)
                yield GaitSpeed(at, self._number, speed, walked)


def reflections(person: Person) -> FloatArray:
    """(n, 3) what is known of the body in the latest frame: its points, else the device's target.

    A module that gives no points tells one place of each body with its height: its one reflection.
    """
    if len(person.points) or person.target is None:
        return person.points
    return person.target[None]
