"""How long a body took on its way down: the ramp that fits its heights best.

A body at one height goes down within some time and stays at another.  For each end and each
duration of such a ramp the two heights follow by least squares, weighted by how many reflections a
tenth of a second has; what is explained by the best ramp of each duration tells a fall (0.5 to
1.2 s) from sitting or lying down, however noisy the single heights are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray

RAMP_SLOTS: Final = 60
DURATIONS_SECONDS: Final = (0.2, 0.5, 0.8, 1.1, 1.5, 2.0, 2.8, 4.0)
_ENDS_SECONDS: Final = tuple(k / 5 for k in range(1, 20))
"""How long ago a ramp may have ended: 0.2 to 3.8 s."""
_MOST_WEIGHT: Final = 12.0
"""A dense moment counts as much as so many reflections: those of one moment err together."""
_LEAST: Final = 1e-6
_AS_WELL: Final = 0.02
"""Of the variance: what differs by less in what it explains fits as well."""


def _ramps() -> FloatArray:
    """(durations, ends, slots) share of the upper height, the oldest slot first."""
    ago = (RAMP_SLOTS - 0.5 - np.arange(RAMP_SLOTS)) / FRAMES_PER_SECOND
    durations = np.array(DURATIONS_SECONDS)[:, None, None]
    ends = np.array(_ENDS_SECONDS)[None, :, None]
    made: FloatArray = np.clip((ago - ends) / durations, 0.0, 1.0).astype(np.float32)
    return made


_RAMPS: Final = _ramps()
_FLAT: Final = _RAMPS.reshape(-1, RAMP_SLOTS)
_SQUARED: Final = _FLAT**2


@dataclass(frozen=True, slots=True, eq=False)
class Ramp:
    """The best of all, and how well each duration does."""

    explained: FloatArray
    """(durations,) share of the variance that the best ramp downwards of each duration explains."""
    seconds: float
    """How long the body was on its way down."""
    ended_seconds_ago: float
    drop_metres: float
    low_metres: float
    """The height after it."""
    noise_metres: float
    """How far the heights scatter about it."""

    @property
    def likely_seconds(self) -> float:
        """How long the way down was, by all ramps that fit about as well as the best."""
        as_well = self.explained >= self.explained.max() - _AS_WELL
        return float(np.array(DURATIONS_SECONDS)[as_well].mean())


NO_RAMP: Final = Ramp(np.zeros(len(DURATIONS_SECONDS), np.float32), 0.0, 0.0, 0.0, 0.0, 0.0)


def ramp(heights: FloatArray, counts: FloatArray) -> Ramp:
    """The ramp in mean heights (`RAMP_SLOTS`,) of so many reflections each, the oldest first."""
    weight = np.minimum(counts, _MOST_WEIGHT)
    total = float(weight.sum())
    if total < 1.0:
        return NO_RAMP
    middle = float(weight @ heights) / total
    offset = heights - middle
    variance = float(weight @ offset**2)
    upper = _FLAT @ weight
    spread = _SQUARED @ weight - upper**2 / total
    together = _FLAT @ (weight * offset)
    is_down = (together > 0) & (spread > _LEAST)
    drop = np.where(is_down, together / np.maximum(spread, _LEAST), 0.0)
    gain = np.where(is_down, together * drop, 0.0)
    best = int(gain.argmax())
    duration, end = divmod(best, len(_ENDS_SECONDS))
    explained = gain.reshape(len(DURATIONS_SECONDS), -1).max(1) / max(variance, 1e-3)
    rest = max(variance - float(gain[best]), 0.0) / total
    return Ramp(
        explained.astype(np.float32),
        DURATIONS_SECONDS[duration],
        _ENDS_SECONDS[end],
        float(min(drop[best], 3.0)),
        middle - float(drop[best] * upper[best]) / total,
        float(np.sqrt(rest)),
    )
