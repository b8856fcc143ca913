"""What may become a fall: how a body went down, and whether it is on its way up again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from perception.descent_features import HIGHEST, LOWEST, Course
from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray

UP_SECONDS: Final = 2.0
"""Who has stumbled is up for so long without a break: many who fall push themselves up for a second
and lie down for good."""
RISING_SHARE: Final = 0.3
"""Who has come up again by so much of the way down may be getting up: that is waited for."""
RISEN_SHARE: Final = 0.6
"""Who has come up again by so much of the way down is up..."""
MIDDLE_RISEN_SHARE: Final = 0.5
LOWER_RISEN_SHARE: Final = 0.3
"""...if the middle and the lower quarter of the body have, too: who stands beside somebody lying
gives high reflections, and a large share stays low."""
LOWER_RISING_SHARE: Final = 0.15
LEAST_WAY_METRES: Final = 0.2
"""What came down by less does not tell whether it is up again."""
LOWER_LOW_METRES: Final = 0.4
"""A quarter of the body that came down is lower than this: it lies, whatever is seen over it."""
MEAN_SLOTS: Final = 10
"""Moments whose mean tells more than the newest one."""
UP_SLOTS: Final = round(UP_SECONDS * FRAMES_PER_SECOND)
_MIXED_SLOTS, _MIXED_OF_SLOTS = 8, 15
"""So many of the newest moments: reflections of two bodies scatter."""
_UP_FRAMES: Final = 3
"""Of a sparse sensor: one frame with a ghost over the body is no rising."""
_UP_SHARE: Final = 0.6
"""Of the moments since the body was first seen up: reflections scatter."""
_UPPER, _MIDDLE, _LOWER = 2, 1, 0
"""Which quarter of `Suspicion.stood` is which."""
_STOOD: Final = 0.8
"""Which share of the last spans' heights is how high a part of the body was."""


@dataclass(slots=True)
class Suspicion:
    """What may become a fall."""

    stood: FloatArray
    """(3,) how high the lower quarter, the middle and the upper quarter were before, metres."""
    descent_seconds: float
    moments: list[float] = field(default_factory=list)
    """Probability of a fall, since it was suspected."""
    heights: list[FloatArray] = field(default_factory=list)
    """(3,) of each moment."""
    lowest: FloatArray = field(default_factory=lambda: np.full(3, np.inf, np.float32))
    """(3,) the lowest so far of the middle of one second: no single mirror image, nor a leap of a
    module's target, sets it."""
    up_since: int | None = None
    """The moment from which on the body was up again, without having been low since."""
    up: int = 0
    seen: int = 0
    """Moments with reflections since then: in which it was up, and all."""
    low: int = 0
    """Moments in a row that were not on the way up."""
    mixes: deque[bool] = field(default_factory=lambda: deque(maxlen=_MIXED_OF_SLOTS))
    """Of the newest moments with reflections: whether the lower quarter stayed low in it and the
    upper one did not."""
    rose_at: int | None = None
    """The latest moment in which the body was up."""
    told: bool = False

    @property
    def reached_metres(self) -> float:
        """How high the body reached before."""
        return float(self.stood[_UPPER])

    @property
    def level_metres(self) -> float:
        """How high it reached when it was lowest."""
        return float(self.lowest[_UPPER])

    @property
    def down_metres(self) -> float:
        """How far it came down."""
        return self.reached_metres - self.level_metres

    @property
    def low_slots(self) -> int:
        """For how many moments it has been down, on and off, since it first was."""
        limit = self.level_metres + RISING_SHARE * max(self.down_metres, 0.0)
        uppers = (float(each[_UPPER]) for each in self.heights)
        first = next((k for k, upper in enumerate(uppers) if upper <= limit), len(self.moments))
        return len(self.moments) - first

    def take(self, sure: float, seen: Course, *, has_reflections: bool) -> None:
        """Take the next moment; one without reflections tells of no rising."""
        self.moments.append(sure)
        self.heights.append(_quarters(seen))
        middle = np.median(self.heights[-MEAN_SLOTS:], axis=0)
        self.lowest = np.minimum(self.lowest, middle)
        if not has_reflections:
            self.low += self.low > 0
            return
        back = self._back()
        is_mixed = back[_UPPER] > RISING_SHARE and back[_LOWER] < LOWER_RISING_SHARE
        self.mixes.append(bool(is_mixed))
        self.low = 0 if self.is_rising else self.low + 1
        is_up = self._is_up()
        if self.low:
            self.up_since, self.up, self.seen = None, 0, 0
        elif is_up and self.up_since is None:
            self.up_since = len(self.moments)
        if is_up:
            self.rose_at = len(self.moments)
        if self.up_since is not None:
            self.up += is_up
            self.seen += 1

    @property
    def is_rising(self) -> bool:
        """Whether the body may be getting up; while a large share stays low, it is not for long."""
        return bool(self._back()[_UPPER] > RISING_SHARE and not self._is_mixed)

    @property
    def has_risen(self) -> bool:
        """Whether it has been up for `UP_SECONDS`."""
        return (
            self.up_since is not None
            and len(self.moments) - self.up_since >= UP_SLOTS
            and self._is_up_mostly()
        )

    @property
    def is_up_now(self) -> bool:
        """Whether it is up, however short a time."""
        return self.up_since is not None and self._is_up_mostly()

    @property
    def lies_below(self) -> bool:
        """Whether a large share of the body came down and stays low while more is seen over it."""
        way = float(self.stood[_LOWER] - self.heights[-1][_LOWER])
        is_low = self.heights[-1][_LOWER] < LOWER_LOW_METRES
        return bool(is_low and way >= LEAST_WAY_METRES and not self.is_rising)

    @property
    def _is_mixed(self) -> bool:
        return sum(self.mixes) >= _MIXED_SLOTS

    def _is_up_mostly(self) -> bool:
        return self.up >= _UP_FRAMES and self.up >= _UP_SHARE * self.seen

    def _is_up(self) -> bool:
        shares = (LOWER_RISEN_SHARE, MIDDLE_RISEN_SHARE, RISEN_SHARE)
        return bool((self._back() > shares).all())

    def _back(self) -> FloatArray:
        """(3,) which share of its way down each quarter has come up again."""
        way = self.stood - self.lowest
        back = (self.heights[-1] - self.lowest) / np.maximum(way, LEAST_WAY_METRES)
        told: FloatArray = np.where(way >= LEAST_WAY_METRES, back, back[_UPPER])
        return told


def begun(sure: float, seen: Course) -> Suspicion:
    """A suspicion that begins now, with what the judge says."""
    before = np.quantile(np.clip(seen.heights[:, :3], LOWEST, HIGHEST), _STOOD, axis=0)
    made = Suspicion(before.astype(np.float32), seen.way_down.likely_seconds)
    made.take(sure, seen, has_reflections=False)
    return made


def _quarters(seen: Course) -> FloatArray:
    """(3,) the newest heights of the lower quarter, the middle and the upper quarter, metres.

    The upper one is of the newest span; the others scatter more, and are of two.
    """
    newest = np.clip(seen.heights[:2, :3], LOWEST, HIGHEST)
    quarters: FloatArray = newest.mean(axis=0)
    quarters[_UPPER] = newest[0, _UPPER]
    return quarters
