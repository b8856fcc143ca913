"""Where somebody rests for long: beds and sofas that nobody has drawn.

A rest is told by its place, not by a person's number: a sleeper fades, is forgotten and is found
again.  A stay counts while somebody sits or lies there, and is over when they are seen elsewhere or
nobody has been seen there for long.  What lies on the floor itself is no bed: a dog, a vacuum
robot at its station, or somebody who needs help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from perception.events import Rested
from perception.radar.frames import FloatArray
from perception.radar.room import RESTING, Room

REST_SECONDS: Final = 1_800.0
"""Who sits or lies at one place for so long rests there; a meal is mostly shorter."""
PLACE_METRES: Final = 0.9
"""A body that turns over in bed stays within this of where it was first."""
UNSEEN_SECONDS: Final = 1_200.0
"""How long nobody need be seen of somebody who rests."""
AWAY_SECONDS: Final = 120.0
"""How long nobody may rest there while somebody is seen who does not rest."""
LEVELS_METRES: Final = (0.25, 1.2)
"""Between these is most of a body that rests on a bed, a sofa or a chair."""
_LOOK_SECONDS: Final = 1.0
_MOST_PLACES: Final = 8
_MOST_KEPT: Final = 500
"""Of what is kept of a place; beyond it every second one is left out."""
_SHARE: Final = 10
"""Percentile on either side beyond which reflections are ghosts or an arm."""
_MARGIN_METRES: Final = 0.2
_SHORTEST_SIDE_METRES: Final = 0.8
_NEAR_ZONE_METRES: Final = 0.3
"""So near a drawn bed or sofa it is that one."""


@dataclass(frozen=True, slots=True)
class Resting:
    """One body at one moment."""

    x: float
    y: float
    rests: bool
    """Whether it sits or lies."""
    level_metres: float | None
    """How high most of it is; None if nothing of it was seen for long."""
    points: FloatArray
    """(n, 3) of the latest frame, room coordinates."""


@dataclass(slots=True)
class _Place:
    x: float
    y: float
    since: float
    seen: float
    """When somebody rested there last."""
    every: int = 1
    """Of so many moments one is kept."""
    moments: int = 0
    kept: list[tuple[float, float, float]] = field(default_factory=list)
    """How high most of the body was, and where one of its reflections was (x, y)."""

    def stay(self, at: float, person: Resting) -> None:
        self.seen = at
        self.moments += 1
        if person.level_metres is None or not len(person.points) or self.moments % self.every:
            return
        x, y, _ = person.points[self.moments % len(person.points)].tolist()
        self.kept.append((person.level_metres, x, y))
        if len(self.kept) > _MOST_KEPT:
            self.kept, self.every = self.kept[::2], 2 * self.every


class RestWatch:
    """Follows all places where somebody sits or lies; `update` once a frame."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._places: list[_Place] = []
        self._next_look = float("-inf")

    def update(self, at: float, people: Iterable[Resting]) -> Iterator[Rested]:
        """The rests that are over."""
        if self._next_look - _LOOK_SECONDS <= at < self._next_look:
            return
        if at < self._next_look:  # the clock was set back
            self._places.clear()
        self._next_look = at + _LOOK_SECONDS
        is_elsewhere = False
        for person in people:
            if not person.rests:
                is_elsewhere = True
            elif (place := self._place_of(person)) is not None:
                place.stay(at, person)
            elif not self._is_drawn(person):
                self._places.append(_Place(person.x, person.y, at, at))
        patience = AWAY_SECONDS if is_elsewhere else UNSEEN_SECONDS
        for place in self._places:
            if at - place.seen > patience and (rested := _rested(at, place)) is not None:
                yield rested
        kept = [place for place in self._places if at - place.seen <= patience]
        self._places = kept[-_MOST_PLACES:]

    def _place_of(self, person: Resting) -> _Place | None:
        for place in self._places:
            if np.hypot(place.x - person.x, place.y - person.y) < PLACE_METRES:
                return place
        return None

    def _is_drawn(self, person: Resting) -> bool:
        return bool(RESTING & self._room.kinds_at(person.x, person.y, _NEAR_ZONE_METRES))


def _rested(at: float, place: _Place) -> Rested | None:
    long = place.seen - place.since
    if long < REST_SECONDS or not place.kept:
        return None
    level, *_ = np.median(place.kept, axis=0).tolist()
    if not LEVELS_METRES[0] <= level <= LEVELS_METRES[1]:
        return None
    low, high = np.percentile(np.array(place.kept)[:, 1:], (_SHARE, 100 - _SHARE), axis=0)
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2 + _MARGIN_METRES, _SHORTEST_SIDE_METRES / 2)
    x_min, y_min = (middle - half).round(1).tolist()
    x_max, y_max = (middle + half).round(1).tolist()
    return Rested(at, long, round(level, 2), x_min, x_max, y_min, y_max)
