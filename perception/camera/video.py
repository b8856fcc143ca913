"""A video that is looked at as fast as it can be: for `anban replay` and for training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from perception.camera.capture import MOST_PIXELS, Shot
from perception.camera.pictures import small
from perception.camera.source import CameraSource, Kind

_USUAL_PER_SECOND: Final = 25.0
_SPARE_PICTURES: Final = 5
_SPARE_SHARE: Final = 0.02
"""Some files tell how many pictures they have by their length: so many fewer are no loss."""


class VideoError(ValueError):
    """A file that is no video."""


class CutOffError(VideoError):
    """A video that ends before its end."""


def shots(path: Path, per_second: float) -> Iterator[Shot]:
    """Give so many pictures a second, with the seconds since its beginning.

    Raises:
        VideoError: it is no video that can be read.
        CutOffError: after its last picture, if it was to have more.
        OSError: it cannot be opened.
    """
    with path.open("rb"):
        pass  # OpenCV does not say why it cannot
    video = CameraSource(Kind.FILE, str(path)).open()
    try:
        if not video.isOpened():
            raise VideoError(f"{path} is no video that can be read.")

        told = video.get(cv2.CAP_PROP_FPS)
        rate = told if 1.0 <= told <= 240.0 else _USUAL_PER_SECOND
        expected = video.get(cv2.CAP_PROP_FRAME_COUNT)
        number, due = 0, 0.0
        while video.grab():
            at = number / rate
            number += 1
            if at + 1e-6 < due:
                continue
            due += 1.0 / per_second
            is_there, picture = video.retrieve()
            if not is_there or picture is None or picture.size == 0:
                continue
            height, width = picture.shape[:2]
            if height * width > MOST_PIXELS:
                raise VideoError(f"{path} has pictures of {width} by {height} pixels.")
            yield Shot(at, small(np.asarray(picture, np.uint8)), (width, height))
        if not number:
            raise VideoError(f"{path} is no video that can be read.")
        if expected - number > max(_SPARE_PICTURES, _SPARE_SHARE * expected):
            raise CutOffError(f"{path} is cut off after {number / rate:.1f} s.")
    finally:
        video.release()
