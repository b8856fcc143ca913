"""Whether a body is a person's: a cat, or a vacuum robot, is small, never high, and walks about.

A module that tells one place of a body tells no size, so there nothing is taken for a creature;
nor is what was high once, though it looks small: a sensor that tells a standing body at one height
makes everybody so.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from perception.radar.frames import FloatArray

SMALL_METRES: Final = 0.45
"""A cat's reflections, a vacuum robot's, lie within this in every direction; of a person who lies,
some are farther apart in most moments."""
SMALL_SHARE: Final = 0.7
SMALL_SLOTS: Final = 30
"""Of moments with `FEWEST_POINTS` and more: fewer do not tell the size."""
HIGH_METRES: Final = 0.8
"""What has been higher for a second is no pet: most of who sits or stands is."""
WALKED_SLOTS: Final = 30
"""Of moments in which it got somewhere: who rolls out of bed does for a shorter time."""
FEWEST_POINTS: Final = 3


class Bulk:
    """Follows the size of one body."""

    def __init__(self) -> None:
        self._sized = self._small = 0
        """Moments that tell its size, and those of them in which it was small."""
        self._walked = 0
        self._highest_metres = 0.0

    def take(self, points: FloatArray, *, walks: bool) -> None:
        """Take the reflections (n, 3) of a tenth of a second, and whether it gets somewhere."""
        self._walked += walks
        if len(points) >= FEWEST_POINTS:
            self._sized += 1
            self._small += bool((np.ptp(points, axis=0) < SMALL_METRES).all())

    def reached(self, metres: float) -> None:
        """Take how high most of it was for a second."""
        self._highest_metres = max(self._highest_metres, metres)

    @property
    def is_creature(self) -> bool:
        """Whether it was small in most moments, never high, and walked about."""
        is_small = self._sized >= SMALL_SLOTS and self._small >= SMALL_SHARE * self._sized
        is_about = self._walked >= WALKED_SLOTS
        return is_small and is_about and self._highest_metres < HIGH_METRES
