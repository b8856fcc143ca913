"""What the judge of falls looks at: how a body's heights went in the last six seconds.

All heights are told against how high the same body reached in that time, so they mean the same
whatever the sensor's density, rate, signal scale, tilt or mounting.  The heights as the mounting
gives them stand beside them; in training they are wrong by up to 0.4 m, so that little hangs on
them.  No Doppler, no strength.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.descent_ramp import DURATIONS_SECONDS, RAMP_SLOTS, Ramp, ramp
from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray

JUDGE_LABELS: Final = ("fell", "lying", "sitting", "upright")
"""Of the newest moment; "fell" if the body came down in a fall in the last three seconds."""

_EDGES_SECONDS: Final = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.5, 3.0, 4.0, 6.0)
"""How long ago the spans begin and end in which reflections are looked at together: a sparse sensor
at four frames a second has one frame in the shortest."""
_EDGES: Final = tuple(round(edge * FRAMES_PER_SECOND) for edge in _EDGES_SECONDS)
MEMORY_SLOTS: Final = _EDGES[-1]
SPANS: Final = len(_EDGES) - 1
_SHARES: Final = (0.25, 0.5, 0.75, 0.9)
_UPPER_ALLOWANCE_METRES: Final = 0.3
_MIDDLE: Final = 1
_STOOD: Final = 0.7
_LATELY: Final = 5
_UPPER: Final = 2
"""Which of `_SHARES` is the upper height: the head has few reflections, ghosts stand over it."""
_STANDS: Final = 0.8
"""Which share of the spans' upper heights is how high the body reached: no single leap decides."""
_NOW: Final = 2
"""How many spans are "now": the last 0.6 s."""
_FARTHEST: Final = 2.5
"""Metres; what differs by more is told as this much."""
LOWEST, HIGHEST = -0.6, 2.3
"""Metres; reflections beyond come by way of a wall or the floor."""
JUDGE_FEATURES: Final = SPANS * (len(_SHARES) + 1) + 9 + 2 * len(DURATIONS_SECONDS) + 5


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A tenth of a second of one body's reflections."""

    heights: FloatArray
    """Over the floor, metres."""
    distances: FloatArray
    """From the sensor along the floor, metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How one body's reflections went in the last six seconds."""

    heights: FloatArray
    """(`SPANS`, 4) metres over the floor, shares 0.25, 0.5, 0.75 and 0.9; the newest span first.  A
    span without reflections repeats the one before it in time."""
    counts: FloatArray
    """(`SPANS`,) reflections."""
    distances: FloatArray
    """(`SPANS`,) middle distance, metres."""
    widths: FloatArray
    """(`SPANS`,) between the nearer and the farther quarter of the reflections, metres."""
    way_down: Ramp

    @property
    def reached_metres(self) -> float:
        """How high the body reached in these seconds."""
        return float(np.quantile(self.heights[:, _UPPER], _STANDS))

    @property
    def level_metres(self) -> float:
        """How high it reaches now."""
        return float(self.heights[:_NOW, _UPPER].mean())

    @property
    def lies_at_metres(self) -> float:
        """How high most of the body is now; what little reaches over it is an arm or a ghost."""
        middle, upper = self.heights[:_NOW, _MIDDLE].mean(), self.heights[:_NOW, _UPPER].mean()
        return float(max(middle, upper - _UPPER_ALLOWANCE_METRES))

    @property
    def middle_metres(self) -> float:
        """How high its middle mostly was in the last second and a half: no single leap sets it."""
        return float(np.median(self.heights[:_LATELY, _MIDDLE]))

    @property
    def middle_drop_metres(self) -> float:
        """By how much the middle of the body is lower in the last second and a half than it was."""
        return float(np.quantile(self.heights[:, _MIDDLE], _STOOD) - self.middle_metres)

    @property
    def newest_metres(self) -> float:
        """How high it reaches in the newest span alone."""
        return float(self.heights[0, _UPPER])


def course(slots: Sequence[Slot]) -> Course | None:
    """The course that these slots tell, the newest last; None if nothing was seen in them."""
    heights = np.zeros((SPANS, len(_SHARES)), np.float32)
    counts = np.zeros(SPANS, np.float32)
    places = np.zeros((SPANS, 2), np.float32)
    newest = len(slots)
    for span in range(SPANS):
        part = slots[max(newest - _EDGES[span + 1], 0) : max(newest - _EDGES[span], 0)]
        seen = [slot for slot in part if len(slot.heights)]
        if not seen:
            continue
        up = np.sort(np.concatenate([slot.heights for slot in seen]))
        away = np.sort(np.concatenate([slot.distances for slot in seen]))
        last = len(up) - 1
        counts[span] = len(up)
        heights[span] = up[[round(share * last) for share in _SHARES]]
        places[span] = away[round(0.5 * last)], away[round(0.75 * last)] - away[round(0.25 * last)]
    known = np.flatnonzero(counts)
    if not len(known):
        return None
    # The next older span that is known; before all of them the oldest, as if it had always been so.
    stands_for = known[np.minimum(np.searchsorted(known, np.arange(SPANS)), len(known) - 1)]
    return Course(
        heights[stands_for], counts, places[stands_for, 0], places[stands_for, 1], _ramp(slots)
    )


def _ramp(slots: Sequence[Slot]) -> Ramp:
    middles, counts = np.zeros(RAMP_SLOTS, np.float32), np.zeros(RAMP_SLOTS, np.float32)
    for k, slot in enumerate(slots[-RAMP_SLOTS:], RAMP_SLOTS - min(len(slots), RAMP_SLOTS)):
        if len(slot.heights):
            counts[k] = len(slot.heights)
            middles[k] = np.minimum(np.maximum(slot.heights, LOWEST), HIGHEST).mean()
    return ramp(middles, counts)


def judge_features(seen: Course, stood_metres: float | None) -> FloatArray:
    """(`JUDGE_FEATURES`,) of one course.

    `stood_metres`: how high the body reached in the minutes before, if that is known.
    """
    reached = seen.reached_metres
    relative = np.clip(seen.heights - reached, -_FARTHEST, _FARTHEST)
    counts = np.log1p(seen.counts)
    away = seen.distances
    stood = 0.0 if stood_metres is None else max(min(stood_metres - reached, 2.0), -2.0)
    rest = (
        float(counts[:_NOW].mean() - counts.mean()),
        float(min(abs(away[0] - away[5]), _FARTHEST)),
        float(min(abs(away[0] - away[-1]), _FARTHEST)),
        float(min(seen.widths[:_NOW].mean(), _FARTHEST)),
        float(min(seen.widths[4:].mean(), _FARTHEST)),
        stood,
        float(stood_metres is not None),
        max(min(reached, 3.0), -1.0),
        max(min(seen.level_metres, 3.0), -1.0),
    )
    down = seen.way_down
    ramps = (
        *down.explained,
        *(down.explained - down.explained.max()) * 10.0,
        down.seconds,
        down.ended_seconds_ago,
        down.drop_metres,
        max(min(down.low_metres - reached, _FARTHEST), -_FARTHEST),
        down.noise_metres,
    )
    made: FloatArray = np.concatenate((relative.ravel(), counts, rest, ramps)).astype(np.float32)
    return made
