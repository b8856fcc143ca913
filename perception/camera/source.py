"""Which camera is meant, as the settings write it, and how OpenCV is asked for it.

OpenCV is slow to import: whoever only reads what the settings say does not pay for it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import cv2

# FFmpeg writes addresses with their passwords to stderr; OpenCV reads this when it is imported.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

RECORDING: Final = "file:"
VIDEOS: Final = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm"})
"""How the name of a video ends."""
_NETWORK: Final = frozenset({"rtsp", "rtsps", "http", "https"})
_DEVICE: Final = re.compile(r"(?:/dev/video)?(\d{1,3})")
OPEN_SECONDS: Final = 8.0
READ_SECONDS: Final = 5.0
"""How long a picture may take to come."""
_WIDTH, _HEIGHT, _PER_SECOND = 640, 480, 15
"""Asked of a USB camera, which gives the nearest it can."""


class CameraError(ValueError):
    """A camera that cannot be meant."""


class Kind(StrEnum):
    """How pictures come."""

    DEVICE = "device"
    STREAM = "stream"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class CameraSource:
    """One camera."""

    kind: Kind
    where: str
    """A device's path, an address, a file's path."""

    @classmethod
    def of(cls, text: str) -> CameraSource:
        """Read what the settings say.

        Raises:
            CameraError: it is none of those that there are, with the way to write them.
        """
        text = text.strip()
        if text.startswith(RECORDING) and len(text) > len(RECORDING):
            return cls(Kind.FILE, text.removeprefix(RECORDING))
        if text.startswith("/dev/v4l/"):
            return cls(Kind.DEVICE, text)
        if device := _DEVICE.fullmatch(text):
            return cls(Kind.DEVICE, f"/dev/video{int(device[1])}")
        if urlsplit(text).scheme.lower() in _NETWORK and urlsplit(text).hostname:
            return cls(Kind.STREAM, text)
        raise CameraError(
            f"{without_password(text)!r} is no camera: write /dev/video0, an address such as "
            "rtsp://user:password@192.168.1.20/stream1, or file: and a video's path."
        )

    @property
    def name(self) -> str:
        """As it may be said and logged: without a password."""
        return without_password(self.where)

    def open(self) -> cv2.VideoCapture:
        """Open it; whether it is open is the answer's to tell.  Blocks for some seconds at most."""
        import cv2  # noqa: PLC0415

        if self.kind is Kind.DEVICE:
            path = str(Path(self.where).resolve())
            video = cv2.VideoCapture(path, cv2.CAP_V4L2)
            # Uncompressed pictures of this size hold up a USB bus that others are on, too.
            video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            video.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH)
            video.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT)
            video.set(cv2.CAP_PROP_FPS, _PER_SECOND)
            return video
        waits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            int(1000 * OPEN_SECONDS),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            int(1000 * READ_SECONDS),
        ]
        return cv2.VideoCapture(self.where, cv2.CAP_FFMPEG, waits)


def without_password(address: str) -> str:
    """An address as it may be read by others."""
    return re.sub(r"(?<=//)[^/@\s]*@", "", address)
