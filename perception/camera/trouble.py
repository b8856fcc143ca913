"""Whether a camera's pictures can be watched at all: dark, covered, frozen, upside down, too small.

A trouble is told after it has lasted, and is over after pictures have been well for a while: a lamp
that is switched off for a moment, or somebody who walks past close by, is none.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.camera.people import Person
from perception.camera.pictures import Picture
from perception.camera.pose import HIPS, SHOULDERS, Pose, PoseFinder
from perception.events import TroubleKind

LEAST_PIXELS: Final = 64
DARK_MEAN: Final = 12.0
"""Of 255: darker than any of the clips in which people are still found, brightened."""
DARK_SPREAD: Final = 18.0
"""A dark picture whose brightest places stand out so far has a lamp in it, and may show people."""
COVERED_DETAIL: Final = 0.025
"""Mean step between neighbours in a picture of 64 by 48, as a share of its brightness: no room of
the recorded clips has less than 0.08."""
_DARKEST: Final = 10.0
"""Added to the brightness: in the dark the sensor's grain is the only detail."""
FROZEN_SECONDS: Final = 60.0
"""No sensor gives the same picture twice, and no encoder repeats one for so long."""
LASTS_SECONDS: Final = 10.0
WELL_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.5
_TURN_SECONDS: Final = 5.0
"""How often somebody is looked for in the picture turned by 180 degrees."""
_TURNS: Final = 6
"""So many times in a row somebody stood on their head, and nobody upright."""
_STANDS: Final = 0.35
_THUMB: Final = (64, 48)

REASONS: Final = {
    TroubleKind.SMALL: "The camera's pictures are too small to see anybody.",
    TroubleKind.DARK: "It is too dark for the camera to see anybody.",
    TroubleKind.COVERED: "Something covers the camera.",
    TroubleKind.FROZEN: "The camera sends the same picture again and again.",
    TroubleKind.UPSIDE_DOWN: "The camera hangs upside down.",
}
"""In words; who tells it says what to do."""


class PictureWatch:
    """Looks at every picture, and says what is wrong with them."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._last: NDArray[np.uint8] | None = None
        self._changed_at = 0.0
        self._seems: tuple[TroubleKind | None, float] = (None, float("-inf"))
        """What the latest pictures look like, and since when."""
        self.trouble: TroubleKind | None = None

    def update(self, at: float, picture: Picture) -> TroubleKind | None:
        """Take the next picture; what is wrong now, if it has been so for long enough."""
        if 0.0 <= at - self._looked_at < _LOOK_SECONDS:
            return self.trouble
        if not 0.0 <= at - self._looked_at < FROZEN_SECONDS:
            self._last = None  # a pause, or a clock that leapt
        self._looked_at = at
        seems = self._kind(at, picture)
        if seems is not self._seems[0]:
            self._seems = (seems, at)
        is_sudden = seems in (TroubleKind.SMALL, TroubleKind.FROZEN)
        lasts = WELL_SECONDS if seems is None else 0.0 if is_sudden else LASTS_SECONDS
        if at - self._seems[1] >= lasts:
            self.trouble = seems
        return self.trouble

    def _kind(self, at: float, picture: Picture) -> TroubleKind | None:
        if min(picture.shape[:2]) < LEAST_PIXELS:
            return TroubleKind.SMALL
        thumb = np.asarray(cv2.resize(picture, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        if self._last is None or (self._last != picture).any():
            self._changed_at = at
        self._last = picture
        grey = thumb.mean(axis=2)
        bright = float(np.quantile(grey, 0.99))
        if grey.mean() < DARK_MEAN and bright - float(np.median(grey)) < DARK_SPREAD:
            return TroubleKind.DARK
        steps = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
        if steps < COVERED_DETAIL * (grey.mean() + _DARKEST):
            return TroubleKind.COVERED
        if at - self._changed_at >= FROZEN_SECONDS:
            return TroubleKind.FROZEN
        return None


class WayUp:
    """Whether people are seen on their heads alone."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._against = 0
        self._before: Picture | None = None
        self.is_upside_down = False

    def update(
        self, at: float, picture: Picture, people: tuple[Person, ...], finder: PoseFinder
    ) -> bool:
        """Take the next picture; whether the camera hangs upside down."""
        if any(_stands(person.pose) for person in people):
            self._against, self.is_upside_down = 0, False
            return False
        if 0.0 <= at - self._looked_at < _TURN_SECONDS:
            return self.is_upside_down
        self._looked_at = at
        if self._is_still(picture):
            return self.is_upside_down  # who lies with the head towards the camera does not walk
        turned = np.ascontiguousarray(picture[::-1, ::-1])
        found = [pose for pose in finder.find(turned) if pose.score >= _STANDS]
        if any(_stands(pose) for pose in found):
            self._against += 1
        if self._against >= _TURNS:
            self.is_upside_down = True
        return self.is_upside_down

    def _is_still(self, picture: Picture) -> bool:
        thumb = np.asarray(cv2.resize(picture, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        before, self._before = self._before, thumb
        if before is None:
            return True
        return float(np.abs(thumb.astype(np.int16) - before).mean()) < 1.0


def _stands(pose: Pose) -> bool:
    """Whether its shoulders are above its hips, and it is taller than wide."""
    shoulders, hips = pose.mean_of(SHOULDERS), pose.mean_of(HIPS)
    if shoulders is None or hips is None or pose.score < _STANDS:
        return False
    across, down = hips - shoulders
    return bool(down > 2 * abs(across))
