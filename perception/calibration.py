"""Where the floor is, from people who walk: how high the radar really hangs.

A walking body reflects from its feet to its head, so the lowest reflections lie a little over the
floor and the upper ones at a grown-up's chest and head.  Both are compared with where the told
mounting puts them; that they agree is what makes the answer sure.  What is not sure is said.  A
tilt is not told: five recorded walks gave -7 to 19 degrees for one and the same radar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.events import Unsure
from perception.radar.frames import FloatArray
from perception.radar.room import MountingPose

LOW_METRES: Final = 0.2
"""Over the floor is where a twentieth of a walking body's reflections end: five recorded walks
(`ti_pose_fall`) have 0.13 to 0.32."""
UPPER_METRES: Final = 1.65
"""Over the floor is where three quarters end: 1.57 to 1.88 in the same walks."""
AGREE_METRES: Final = 0.45
"""By so much may the two differ: a narrow view does not see the feet."""
FEWEST_POINTS: Final = 300
FEWEST_SECONDS: Final = 8.0
"""Of walking, so that one odd step does not decide."""
TOLD_WRONG_METRES: Final = 0.15
"""A mounting that is told wrong by less is left as it is."""
_MOST_POINTS: Final = 6_000
_ABSURD_METRES: Final = 1.2
_CEILING_METRES: Final = 1.0
"""A walking body does not go up and down; before a sensor on the ceiling or on its side it does."""
_HEIGHTS: Final = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Hung:
    """How the radar hangs, as people's walks tell it."""

    height_metres: float
    walked_seconds: float
    floor_metres: float
    """Over the floor of the told mounting is where the floor really is."""

    shift_metres: float
    """How much of it is sure: feet and head both say so, and in the same direction; else 0.
    Somebody short or bowed lowers the head alone; a view without feet raises these alone."""

    def differs(self, told: MountingPose) -> bool:
        """Whether the told mounting is wrong by more than such a measurement errs."""
        return (
            abs(self.shift_metres) >= TOLD_WRONG_METRES
            and abs(self.height_metres - told.height_metres) >= TOLD_WRONG_METRES
        )


class FloorFinder:
    """Collects the reflections of who walks; `found` tells what they say."""

    def __init__(self, told: MountingPose) -> None:
        self._told = told
        self._parts: list[FloatArray] = []
        """Heights over the told floor, metres."""
        self._middles: list[float] = []
        """Middle height of each second."""
        self._second: list[FloatArray] = []
        self._began = float("-inf")
        self._count = 0
        self._seconds = 0.0
        self._last = float("-inf")

    def take(self, at: float, points: FloatArray) -> None:
        """Take one frame's points (n, 3) of somebody who walks, room coordinates."""
        if not len(points) or self._count >= _MOST_POINTS:
            return
        self._parts.append(points[:, 2])
        self._second.append(points[:, 2])
        if at - self._began >= 1.0:
            self._middles.append(float(np.median(np.concatenate(self._second))))
            self._second.clear()
            self._began = at
        self._count += len(points)
        if 0.0 < at - self._last < 1.0:
            self._seconds += at - self._last
        self._last = at

    @property
    def is_full(self) -> bool:
        """Whether more would not tell more."""
        return self._count >= _MOST_POINTS

    def found(self) -> Hung | Unsure:
        """How the radar hangs, or why this cannot be told."""
        if self._count < FEWEST_POINTS or self._seconds < FEWEST_SECONDS:
            return Unsure.NOBODY_WALKED
        low, upper = np.percentile(np.concatenate(self._parts), (5, 75))
        by_feet, by_head = float(low) - LOW_METRES, float(upper) - UPPER_METRES
        floor = (by_feet + by_head) / 2
        hangs = self._told.height_metres - floor
        sways = (
            float(np.subtract(*np.percentile(self._middles, (85, 15)))) if self._middles else 0.0
        )
        if abs(floor) > _ABSURD_METRES or sways > _CEILING_METRES:
            return Unsure.TURNED
        if abs(by_feet - by_head) > AGREE_METRES or not _HEIGHTS[0] <= hangs <= _HEIGHTS[1]:
            return Unsure.NO_FEET
        is_agreed = by_feet * by_head > 0.0
        shift = min(by_feet, by_head, key=abs) if is_agreed else 0.0
        return Hung(round(hangs, 2), round(self._seconds, 1), floor, shift)
