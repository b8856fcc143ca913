"""Where everybody was and how high their bodies reached, kept over a recording of any length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray
from perception.radar.tracker import Person

STEP_SECONDS: Final = 0.5
"""Between two moments of a track, while all are few."""
_MOST_MOMENTS: Final = 40_000
"""Of all tracks together, some hundred bytes each; beyond it every second one is left out."""


@dataclass(frozen=True, slots=True)
class Heights:
    """How the reflections of a body are spread over the floor, metres: percentiles 10, 50, 90."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One person at one moment, in room coordinates."""

    at: float
    x: float
    y: float
    heights: Heights | None
    """None if nothing was seen of the body, or by a radar that sees no heights."""


class TrackLog:
    """Keeps the tracks of a recording; the memory it takes is bounded."""

    def __init__(self) -> None:
        self._step_seconds = STEP_SECONDS
        self._tracks: dict[int, list[Moment]] = {}
        self._points: dict[int, list[FloatArray]] = {}
        self._kept = 0

    @property
    def tracks(self) -> Mapping[int, Sequence[Moment]]:
        """The moments of each person, by the tracker's number."""
        return self._tracks

    @property
    def step_seconds(self) -> float:
        """How far apart the moments are."""
        return self._step_seconds

    def take(self, at: float, people: Sequence[Person]) -> None:
        """Take who is followed at this time (seconds since the beginning)."""
        for person in people:
            points = self._points.setdefault(person.number, [])
            points.append(person.points)
            track = self._tracks.setdefault(person.number, [])
            if track and 0.0 <= at - track[-1].at < self._step_seconds:
                continue
            heights = np.concatenate(points)[:, 2]
            points.clear()
            track.append(Moment(at, person.x, person.y, _spread(heights)))
            self._kept += 1
        if self._kept > _MOST_MOMENTS:
            self._thin()

    def _thin(self) -> None:
        self._step_seconds *= 2
        self._tracks = {number: track[::2] for number, track in self._tracks.items()}
        self._kept = sum(map(len, self._tracks.values()))


def _spread(heights: FloatArray) -> Heights | None:
    if not len(heights):
        return None
    return Heights(*(float(each) for each in np.percentile(heights, (10, 50, 90))))
