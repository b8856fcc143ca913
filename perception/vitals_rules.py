"""Breath and heart of modules that tell only rates: rules, for there is no more to look at.

They give a number whatever they see: a fan, an empty bed, two people.  So a rate is told only where
half a minute of values is one that a resting adult can have (breath 6 to 40, heart 35 to 180 a
minute), with little scatter, and with two to ten heartbeats a breath.
"""

from __future__ import annotations

import statistics
from typing import Final

from perception.vitals_features import WINDOW_SECONDS, Told

MIN_VALUES: Final = 10
BREATHS: Final = (6.0, 40.0)
HEARTBEATS: Final = (35.0, 180.0)
BREATH_SCATTER: Final = 0.25
HEART_SCATTER: Final = 0.15
"""Median absolute deviation over the median."""
BEATS_A_BREATH: Final = (2.0, 10.0)


def plausible_rates(breaths: Told, beats: Told) -> tuple[float, float | None] | None:
    """Breaths and heartbeats a minute of these last values, None where they are no body's."""
    breath = _plausible(breaths, BREATHS, BREATH_SCATTER)
    if breath is None:
        return None
    heart = _plausible(beats, HEARTBEATS, HEART_SCATTER)
    low, high = BEATS_A_BREATH
    if heart is not None and not low <= heart / breath <= high:
        return None
    return breath, heart


def _plausible(told: Told, span: tuple[float, float], scatter: float) -> float | None:
    rates = told.per_minute.tolist()
    if len(rates) < MIN_VALUES or told.at[-1] - told.at[0] < WINDOW_SECONDS / 2:
        return None
    middle = statistics.median(rates)
    if not span[0] <= middle <= span[1]:
        return None
    deviation = statistics.median(abs(rate - middle) for rate in rates)
    return middle if deviation <= scatter * middle else None
