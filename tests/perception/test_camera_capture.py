"""The newest picture of a camera, and what is said when none comes."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perception.camera import capture as capture_module
from perception.camera import source as source_module
from perception.camera.capture import Capture, HungError, Lost, Shot
from perception.camera.pictures import LONGEST_PIXELS, Picture
from perception.camera.source import CameraError, CameraSource, Kind
from tests.perception.camera_videos import Camera, noise, write_video

PATIENCE = 30.0
"""Far longer than anything here takes: a test waits for what comes, not for time."""
DEVICE = CameraSource(Kind.DEVICE, "/dev/video7")


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("0", Kind.DEVICE, "/dev/video0"),
        (" /dev/video2 ", Kind.DEVICE, "/dev/video2"),
        ("/dev/v4l/by-id/usb-a", Kind.DEVICE, "/dev/v4l/by-id/usb-a"),
        ("rtsp://a:b@h/1", Kind.STREAM, "rtsp://a:b@h/1"),
        ("RTSP://h:8554/x", Kind.STREAM, "RTSP://h:8554/x"),
        ("http://h/video", Kind.STREAM, "http://h/video"),
        ("file:a b.mp4", Kind.FILE, "a b.mp4"),
    ],
)
def test_what_the_settings_mean(text: str, kind: Kind, where: str) -> None:
    assert CameraSource.of(text) == CameraSource(kind, where)


@pytest.mark.parametrize(
    "text",
    ["", "file:", "rtsp://", "camera", "/dev/ttyUSB0", "-1", "1000", "ftp://h/x", "video.mp4"],
)
def test_what_is_no_camera_is_said(text: str) -> None:
    with pytest.raises(CameraError, match="rtsp://"):
        CameraSource.of(text)


def test_a_password_is_never_told() -> None:
    assert "secret" not in CameraSource.of("rtsp://admin:secret@192.168.1.2/1").name
    with pytest.raises(CameraError) as told:
        CameraSource.of("ftp://admin:secret@192.168.1.2/1")
    assert "secret" not in str(told.value)


def _capture(cameras: list[Camera], source: CameraSource = DEVICE) -> Capture:
    left = iter(cameras)
    opens: Callable[[], Any] = lambda: next(left)  # noqa: E731
    return Capture(source, opens)


def _next(capture: Capture) -> Shot | Lost:
    while (told := capture.take(PATIENCE)) is None:
        pass
    return told


def test_pictures_between_are_passed_over() -> None:
    """Who looks rarely sees what is now, not what was."""
    camera = Camera(itertools.repeat(noise(1)))
    capture = _capture([camera])
    first = _next(capture)
    seen = camera.grabs
    while camera.grabs < seen + 50:
        pass
    second = _next(capture)
    capture.close()
    assert isinstance(first, Shot)
    assert isinstance(second, Shot)
    assert second.at > first.at
    assert camera.is_released.wait(PATIENCE)


def test_an_unplugged_camera_is_told_once_and_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "FIRST_WAIT_SECONDS", 0.001)
    none: Iterator[Picture] = iter(())
    cameras = [
        Camera(iter([noise(1)])),
        Camera(none, is_open=False),
        Camera(iter([noise(2)])),
    ]
    capture = _capture(cameras)
    capture._wait_seconds = 0.001
    told = [_next(capture) for _ in range(4)]
    capture.close()
    assert [type(each) for each in told] == [Shot, Lost, Lost, Shot]
    assert isinstance(told[1], Lost)
    assert isinstance(told[2], Lost)
    assert "no more pictures" in told[1].reason
    assert "/dev/video7" in told[2].reason


def test_reading_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HUNG_SECONDS", 0.01), ("MOST_HUNG", 3), ("FIRST_WAIT_SECONDS", 0.001)):
        monkeypatch.setattr(capture_module, name, value)
    ends = threading.Event()

    class Hangs(Camera):
        def grab(self) -> bool:
            ends.wait()
            return False

    capture = Capture(DEVICE, lambda: Hangs(iter(())))  # type: ignore[arg-type,return-value]
    told: list[Shot | Lost | None] = []

    def take_all() -> None:
        while True:
            told.append(capture.take(0.02))

    with pytest.raises(HungError):
        take_all()
    ends.set()
    assert sum(isinstance(each, Lost) for each in told) == 2


def test_a_video_ends_and_stays_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    write_video(path, [noise(k) for k in range(3)], per_second=200.0)
    capture = Capture(CameraSource(Kind.FILE, str(path)))
    told: list[Shot | Lost] = []
    while not told or isinstance(told[-1], Shot):
        told.append(_next(capture))
    assert isinstance(told[0], Shot)
    assert capture.take(0.0) is None
    capture.close()


@pytest.mark.parametrize("content", [b"", b"no video at all", b"RIFF\0\0\0\0AVI LIST"])
def test_a_file_that_is_no_video_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.avi"
    path.write_bytes(content)
    told = _next(Capture(CameraSource(Kind.FILE, str(path))))
    assert isinstance(told, Lost)
    assert str(path) in told.reason


def test_a_stream_that_says_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "OPEN_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        source = CameraSource.of(f"rtsp://a:secret@127.0.0.1:{port}/1")
        told = _next(Capture(source))
    assert isinstance(told, Lost)
    assert "does not answer" in told.reason
    assert "secret" not in told.reason


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1, 3), (1, 1)),
        ((1, 7_680, 3), (640, 1)),
        ((4_320, 7_680, 3), (640, 360)),
        ((480, 640), (640, 480)),
        ((480, 640, 1), (640, 480)),
        ((480, 640, 4), (640, 480)),
    ],
)
def test_any_shape_becomes_a_small_picture(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    told = _next(_capture([Camera(iter([np.zeros(shape, np.uint8)]))]))
    assert isinstance(told, Shot)
    assert told.picture.shape == (size[1], size[0], 3)
    assert max(told.picture.shape) <= LONGEST_PIXELS
