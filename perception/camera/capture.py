"""The newest picture of a camera, read on a thread of its own.

A stream that is read slower than it comes falls behind by minutes, and reading one may hang for
ever: so a thread reads all that comes and keeps the newest picture alone, whoever takes it looks at
the clock, and a thread that hangs is left behind and another opens the camera anew.  Pictures live
in memory only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from perception.camera.pictures import Picture, small
from perception.camera.source import OPEN_SECONDS, READ_SECONDS, CameraSource, Kind

HUNG_SECONDS: Final = OPEN_SECONDS + 2 * READ_SECONDS
"""OpenCV's own limits have passed then: it hangs."""
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 30.0
"""Between two tries to open it."""
MOST_HUNG: Final = 5
"""Threads left behind, each with what it holds: then whoever runs this begins anew."""
MOST_PIXELS: Final = 8192 * 8192
"""More is no camera; one such picture is 200 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture as it came."""

    at: float
    """Monotonic seconds."""
    picture: Picture
    """At most `perception.camera.pictures.LONGEST_PIXELS` long."""
    size: tuple[int, int]
    """Width and height as the camera gave it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No pictures come."""

    reason: str


class HungError(RuntimeError):
    """Reading the camera hung again and again."""


class _Reader:
    """One try: opens the camera, reads until it fails, and ends."""

    def __init__(
        self,
        source: CameraSource,
        open_camera: Callable[[], cv2.VideoCapture],
        wake: threading.Condition,
    ) -> None:
        self._source, self._open, self._wake = source, open_camera, wake
        self.shot: Shot | None = None
        self.is_wanted = True
        """Whether somebody waits for the next picture; others are passed over undecoded."""
        self.alive_at = time.monotonic()
        """When something came last, or the thread began."""
        self.failed: str | None = None
        self.is_stopped = False
        self.has_seen = False
        self.thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            reason = self._read_all()
        except Exception as error:  # noqa: BLE001  # OpenCV raises what its back ends raise
            reason = f"The camera {self._source.name} failed: {type(error).__name__}."
        with self._wake:
            self.failed = reason
            self._wake.notify_all()

    def _read_all(self) -> str:
        camera = self._open()
        try:
            if not camera.isOpened():
                return self._why_not_open()
            pace = _pace(camera) if self._source.kind is Kind.FILE else 0.0
            due = time.monotonic()
            while not self.is_stopped:
                if pace:
                    due += pace
                    time.sleep(max(0.0, due - time.monotonic()))
                if not camera.grab():
                    return f"The camera {self._source.name} sends no more pictures."
                self.alive_at = time.monotonic()
                if self.is_wanted and (problem := self._take(camera)):
                    return problem
            return "It was closed."
        finally:
            camera.release()

    def _take(self, camera: cv2.VideoCapture) -> str:
        at = self.alive_at
        is_there, picture = camera.retrieve()
        if not is_there or picture is None or picture.size == 0:
            return ""  # a damaged picture; the next may be whole
        height, width = picture.shape[:2]
        if height * width > MOST_PIXELS:
            return f"The camera {self._source.name} sends pictures of {width} by {height} pixels."
        shot = Shot(at, small(np.asarray(picture, np.uint8)), (width, height))
        with self._wake:
            self.shot, self.is_wanted, self.has_seen = shot, False, True
            self._wake.notify_all()
        return ""

    def _why_not_open(self) -> str:
        name = self._source.name
        match self._source.kind:
            case Kind.DEVICE:
                return f"There is no camera at {name}, or something else uses it."
            case Kind.STREAM:
                return f"The camera {name} does not answer, or gives no video."
            case Kind.FILE:
                return f"{name} is no video that can be read."


def _pace(camera: cv2.VideoCapture) -> float:
    """Seconds a picture of a file, so that it is played as it was recorded."""
    per_second = camera.get(cv2.CAP_PROP_FPS)
    return 1.0 / per_second if 1.0 <= per_second <= 240.0 else 1.0 / 25.0


class Capture:
    """Gives the newest picture, and opens the camera anew as long as it has to."""

    def __init__(
        self, source: CameraSource, open_camera: Callable[[], cv2.VideoCapture] | None = None
    ) -> None:
        self._source = source
        self._open = open_camera or source.open
        self._wake = threading.Condition()
        self._reader: _Reader | None = None
        self._wait_seconds = FIRST_WAIT_SECONDS
        self._opens_at = 0.0
        self._hung = 0

    def take(self, patience_seconds: float) -> Shot | Lost | None:
        """The next picture that was not yet taken; None if none came so long.

        A file is played once; after its end nothing comes.

        Raises:
            HungError: reading it hung too often.
        """
        until = time.monotonic() + patience_seconds
        if self._reader is None:
            if not self._may_open(until):
                return None
            self._reader = _Reader(self._source, self._open, self._wake)
        reader = self._reader
        with self._wake:
            reader.is_wanted = reader.is_wanted or reader.shot is None
            while reader.shot is None and reader.failed is None:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(left)
            shot, reader.shot = reader.shot, None
        if shot is not None:
            self._wait_seconds = FIRST_WAIT_SECONDS
            return shot
        if reader.failed is not None:
            return self._lose(reader.failed)
        if time.monotonic() - reader.alive_at > HUNG_SECONDS:
            return self._leave(reader)
        return None

    def _may_open(self, until: float) -> bool:
        """Wait until it may be opened again, but no longer than `until`."""
        wait = max(0.0, self._opens_at - time.monotonic())
        left = max(0.0, until - time.monotonic())
        time.sleep(min(wait, left))
        return wait <= left

    def _lose(self, reason: str) -> Lost:
        self._reader = None
        if self._source.kind is Kind.FILE:
            self._opens_at = float("inf")
        else:
            self._opens_at = time.monotonic() + self._wait_seconds
            self._wait_seconds = min(2 * self._wait_seconds, LONGEST_WAIT_SECONDS)
        return Lost(reason)

    def _leave(self, reader: _Reader) -> Lost:
        reader.is_stopped = True
        self._hung += 1
        if self._hung >= MOST_HUNG:
            raise HungError(f"Reading the camera {self._source.name} hung {self._hung} times.")
        return self._lose(f"The camera {self._source.name} has stopped answering.")

    def close(self) -> None:
        """Let go of the camera, as soon as it lets go of the thread."""
        if self._reader is not None:
            self._reader.is_stopped = True
            self._reader.thread.join(READ_SECONDS)
            self._reader = None
