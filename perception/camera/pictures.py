"""Pictures as the camera's models need them: small, bright enough, cut out and turned upright."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3) blue, green, red."""

LONGEST_PIXELS: Final = 640
"""A larger picture is made smaller before anything looks at it: no model here gains by more."""
DARK_MEAN: Final = 60.0
"""Of 255: below it a picture is brightened."""
WANTED_MEAN: Final = 90.0
_LEAST_GAMMA: Final = 0.35
_LEAST_MEAN: Final = 2.0
"""A picture that is black altogether holds nothing to brighten."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A square cut out of a picture, turned."""

    x: float
    y: float
    """Its middle, pixels."""
    side: float
    angle: float = 0.0
    """Radians, clockwise as seen in the picture, from the picture's up to the crop's up."""

    def cut(self, picture: Picture, side: int) -> Picture:
        """(side, side, 3) what it holds; black outside the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        scale = self.side / side
        # From the crop's pixels to the picture's, as warpAffine takes it with WARP_INVERSE_MAP.
        a, b = cos * scale, -sin * scale
        half = (side - 1) / 2
        matrix = np.array(
            [
                [a, b, self.x - a * half - b * half],
                [-b, a, self.y + b * half - a * half],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut: Picture = cv2.warpAffine(picture, matrix, (side, side), flags=flags)  # type: ignore[assignment]
        return cut

    def to_picture(self, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 2) x and y in the picture's pixels, of x and y as shares of the crop's side."""
        x, y = ((shares - 0.5) * self.side).T
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = np.stack((self.x + cos * x - sin * y, self.y + sin * x + cos * y), axis=1)
        return turned.astype(np.float32)

    def turned(self, radians: float) -> Crop:
        """The same square, turned further."""
        return Crop(self.x, self.y, self.side, self.angle + radians)


def small(picture: NDArray[np.uint8]) -> Picture:
    """Make it three-coloured and at most `LONGEST_PIXELS` long."""
    if picture.ndim == 2:
        picture = np.stack((picture,) * 3, axis=2)
    if picture.shape[2] == 1:
        picture = np.repeat(picture, 3, axis=2)
    picture = picture[:, :, :3]
    height, width = picture.shape[:2]
    share = LONGEST_PIXELS / max(height, width)
    if share >= 1.0:
        return np.ascontiguousarray(picture)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    less: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return less


def brightness(picture: Picture) -> float:
    """Its mean, 0 to 255."""
    return float(picture[::4, ::4].mean())


def brightened(picture: Picture) -> Picture:
    """The picture, with its dark parts lifted if it is dark on the whole."""
    mean = brightness(picture)
    if not _LEAST_MEAN <= mean < DARK_MEAN:
        return picture
    gamma = max(math.log(WANTED_MEAN / 255) / math.log(mean / 255), _LEAST_GAMMA)
    table = (255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    lifted: Picture = cv2.LUT(picture, table)  # type: ignore[assignment]
    return lifted
