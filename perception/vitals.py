"""Breath and heart of somebody still: told only where half a minute of values makes sense.

The modules give a number whatever they see: a fan, an empty bed, two people.  No recording with a
reference exists here to train on, so these are rules, not a model: rates a resting adult can have
(breath 6 to 40, heart 35 to 180 a minute), little scatter, and two to ten heartbeats a breath.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterator
from typing import Final

from perception.events import VitalSigns
from perception.radar.frames import RadarFrame

WINDOW_SECONDS: Final = 30.0
MIN_VALUES: Final = 10
BREATHS: Final = (6.0, 40.0)
HEARTBEATS: Final = (35.0, 180.0)
BREATH_SCATTER: Final = 0.25
HEART_SCATTER: Final = 0.15
"""Median absolute deviation over the median."""
BEATS_A_BREATH: Final = (2.0, 10.0)


class VitalsWatch:
    """Collects the values of one module."""

    def __init__(self) -> None:
        self._breaths: deque[tuple[float, float]] = deque(maxlen=1_000)
        self._hearts: deque[tuple[float, float]] = deque(maxlen=1_000)
        self._told_at: float | None = None

    def update(self, at: float, frame: RadarFrame) -> Iterator[VitalSigns]:
        """The vital signs, at most once every `WINDOW_SECONDS`."""
        if frame.moving or frame.present is False:
            self._breaths.clear()
            self._hearts.clear()
        if frame.heartbeats_per_minute is not None:
            self._hearts.append((at, frame.heartbeats_per_minute))
        if frame.breaths_per_minute is None:
            return
        self._breaths.append((at, frame.breaths_per_minute))
        if self._told_at is not None and 0.0 <= at - self._told_at < WINDOW_SECONDS:
            return
        breath = _plausible(self._breaths, at, BREATHS, BREATH_SCATTER)
        if breath is None:
            return
        heart = _plausible(self._hearts, at, HEARTBEATS, HEART_SCATTER)
        low, high = BEATS_A_BREATH
        if heart is not None and not low <= heart / breath <= high:
            return
        self._told_at = at
        yield VitalSigns(at, breath, heart)


def _plausible(
    values: deque[tuple[float, float]], at: float, span: tuple[float, float], scatter: float
) -> float | None:
    """The median of the last half minute, None where it is no body's."""
    while values and not 0.0 <= at - values[0][0] <= WINDOW_SECONDS:
        values.popleft()
    rates = [rate for _, rate in values]
    if len(rates) < MIN_VALUES or at - values[0][0] < WINDOW_SECONDS / 2:
        return None
    middle = statistics.median(rates)
    if not span[0] <= middle <= span[1]:
        return None
    deviation = statistics.median(abs(rate - middle) for rate in rates)
    return middle if deviation <= scatter * middle else None
