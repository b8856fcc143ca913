"""Small videos and cameras for the tests of the camera."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from perception.camera.pictures import Picture


def noise(seed: int, width: int = 160, height: int = 120, mean: int = 120) -> Picture:
    """A picture of a lit room, for whom only light and detail count."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(max(0, mean - 60), mean + 60, (8, 8, 3)).astype(np.uint8)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    grain = rng.integers(0, 6, large.shape).astype(np.uint8)
    return np.asarray(cv2.add(large, grain), np.uint8)


def write_video(path: Path, pictures: list[Picture], per_second: float = 25.0) -> None:
    """Write pictures as Motion JPEG."""
    height, width = pictures[0].shape[:2]
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, per_second, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()


class Camera:
    """A camera that gives these pictures, one as soon as it is asked, and then does `then`."""

    def __init__(self, pictures: Iterator[Picture], *, is_open: bool = True) -> None:
        self._pictures, self._is_open = pictures, is_open
        self._now: Picture | None = None
        self.grabs = 0
        self.is_released = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802  (OpenCV's name)
        return self._is_open

    def grab(self) -> bool:
        self._now = next(self._pictures, None)
        self.grabs += 1
        return self._now is not None

    def retrieve(self) -> tuple[bool, Picture | None]:
        return self._now is not None, self._now

    def get(self, _prop: int) -> float:
        return 25.0

    def release(self) -> None:
        self.is_released.set()
