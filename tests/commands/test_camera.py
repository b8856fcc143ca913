"""`anban camera` and `anban replay VIDEO`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli import app
from tests.perception.camera_videos import noise, write_video

RUN = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "anban.toml").write_text('language = "en"\n')
    monkeypatch.setenv("ANBAN_HOME", str(folder))
    return folder


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "hand.avi"
    write_video(path, [np.full((120, 160, 3), 90, np.uint8)] * 130, per_second=10.0)
    return path


def _said(*words: str) -> tuple[int, str, str]:
    told = RUN.invoke(app, words)
    return told.exit_code, told.stdout, told.stderr


def test_privacy_is_kept_told_and_taken_back(home: Path) -> None:
    assert _said("camera", "privacy")[:2] == (0, "The camera may look.\n")
    assert not (home / "anban.sqlite").exists(), "asking writes nothing"
    assert _said("camera", "privacy", "on")[:2] == (0, "The camera does not look.\n")
    status, out, err = _said("camera", "watch", "--source", "file:x.avi")
    assert (status, out) == (1, "")
    assert "told not to look" in err
    assert _said("camera", "privacy", "off")[:2] == (0, "The camera may look.\n")
    assert _said("camera", "privacy", "maybe")[0] == 1


def test_watching_says_what_is_wrong_with_the_camera(video: Path) -> None:
    status, _, err = _said("camera", "watch")
    assert (status, "Which camera?" in err) == (1, True)
    status, _, err = _said("camera", "watch", "--source", "nonsense")
    assert (status, "is no camera" in err) == (1, True)
    gone = f"file:{video}.gone"
    status, out, err = _said("camera", "watch", "--source", gone)
    assert status == 0
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["SensorTroubled"]
    assert "no video that can be read" in err


def test_a_video_is_replayed_in_sentences_and_as_json(video: Path) -> None:
    status, out, err = _said("replay", str(video))
    assert (status, out) == (0, "00:10  Something covers the camera.\n")
    assert "130 pictures looked at, somebody seen in 0" in err
    status, out, _ = _said("replay", str(video), "--json", "--lang", "zh")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["covered"]


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "cut"])
def test_what_is_no_whole_video_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.avi"
    match kind:
        case "folder":
            path.mkdir()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no video" * 100)
        case "cut":
            write_video(path, [noise(k) for k in range(100)])
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    status, _, err = _said("replay", str(path))
    assert status == 1
    assert str(path) in err
    assert "Traceback" not in err
