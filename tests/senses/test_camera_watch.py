"""The senses' camera: it looks only while it may, and costs itself alone when it fails."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Queue

import pytest

from assistant.events import CameraPrivacyChanged, PeopleLocated, Sensed
from assistant.senses import __main__ as senses
from assistant.senses.camera import CameraWatch
from assistant.senses.camera_check import HIDDEN, camera_finding
from assistant.services import CameraState
from assistant.settings import CameraSettings, RadarSettings
from perception.camera.source import CameraSource
from tests.perception.camera_videos import noise, write_video

PATIENCE = 60.0


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "room.avi"
    write_video(path, [noise(k) for k in range(3)], per_second=100.0)
    return path


def test_it_looks_only_while_it_may(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = threading.Event()
    really = CameraSource.open

    def noted(source: CameraSource) -> object:
        opened.set()
        return really(source)

    monkeypatch.setattr(CameraSource, "open", noted)
    told: Queue[Sensed | PeopleLocated] = Queue()
    watch = CameraWatch(CameraSettings(f"file:{video}", "den"), told.put, is_private=True)
    threading.Thread(target=watch.run, daemon=True).start()
    assert not opened.is_set()
    watch.be_private(is_private=False)
    event = told.get(timeout=PATIENCE)
    watch.be_private(is_private=True)
    assert opened.is_set()
    assert isinstance(event, Sensed)
    assert (event.kind, event.sensor, event.place) == ("SensorTroubled", "camera", "den")
    assert "no more pictures" in event.values["reason"]


def test_what_was_said_before_it_began_counts() -> None:
    privacy = senses.Privacy()
    heard: list[bool] = []
    privacy.take(CameraPrivacyChanged(is_private=True))
    privacy.follow(heard.append)
    privacy.take(CameraPrivacyChanged(is_private=False))
    assert heard == [True, False]


@pytest.mark.parametrize("source", ["nonsense", "ftp://a:secret@h/1"])
def test_a_camera_that_cannot_be_meant_is_a_reason_and_no_crash(source: str) -> None:
    state = CameraState(CameraSettings(source), is_private=False)
    why = senses._camera(state, lambda _: None, senses.Privacy())
    assert isinstance(why, str)
    assert "no camera" in why
    assert "secret" not in why


def test_a_radar_that_cannot_be_meant_leaves_the_camera() -> None:
    why = senses._radar(RadarSettings("/dev/x", "nonsense"), lambda _: None)
    assert isinstance(why, str)


def test_the_check_opens_it_only_if_it_may(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CameraSettings(f"file:{video}")
    well = camera_finding(settings, is_private=False)
    assert well.is_well
    assert "160 by 120" in well.detail
    gone = camera_finding(CameraSettings("file:/nowhere.avi"), is_private=False)
    assert not gone.is_well
    monkeypatch.setattr(CameraSource, "open", lambda _: pytest.fail("it was opened"))
    assert camera_finding(settings, is_private=True).detail == HIDDEN
