"""Microphones and speakers as PulseAudio names them; a tone sounds, a sentence is heard."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.setup import NotUsableError, checks, sound
from assistant.setup.sound import MICROPHONE, SPEAKER, Level
from tests.ear.speech import say, write_wav
from tests.headless import DEVICE, RATE_HZ, PulseServer, needs_pulse
from tests.setup.parts import place


def test_without_a_sound_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_asked", lambda *_: "")
    known = [
        {"name": "USB Mic: Audio (hw:1,0)", "inputs": 1, "outputs": 0},
        {"name": "HDMI 0 (hw:0,3)", "inputs": 0, "outputs": 8},
        {"name": "default", "inputs": 32, "outputs": 32},
        {"name": "sysdefault", "inputs": 2, "outputs": 2},
    ]
    monkeypatch.setattr(sound, "_everything", lambda: known)
    home = place(tmp_path)
    choices = sound.devices(MICROPHONE, home)
    assert [choice.value for choice in choices] == ["", "USB Mic: Audio (hw:1,0)"]
    chosen = checks.one_of(lambda _: choices)("usb", home)
    sound.keep(MICROPHONE, home, chosen)
    assert home.settings.ear.device == "USB Mic: Audio (hw:1,0)"
    assert sound.present(MICROPHONE, home) == "USB Mic: Audio (hw:1,0)"


def test_a_sound_system_that_says_nonsense(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nonsense = [sys.executable, "-c", "print('{')"]
    monkeypatch.setattr(sound, "_command", lambda *_: nonsense)
    assert sound.tone("", 0.5)
    assert [each for each in sound.listen("", 0.1, tmp_path / "x") if isinstance(each, str)]
    assert sound._everything() == []


@needs_pulse
@pytest.mark.e2e
class TestWithPulseAudio:
    @pytest.fixture
    def pulse(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
        with PulseServer.started() as server:
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            yield server

    def test_its_devices_are_listed_and_chosen(self, pulse: PulseServer, tmp_path: Path) -> None:
        home = place(tmp_path)
        microphones = sound.devices(MICROPHONE, home)
        assert [choice.value for choice in microphones] == ["server:mic"]  # no monitors
        speakers = sound.devices(SPEAKER, home)
        assert [choice.value for choice in speakers] == ["server:speaker", "server:mic_feed"]
        assert len({choice.label for choice in speakers}) == 2
        assert sound.present(SPEAKER, home) == "server:speaker"
        sound.keep(SPEAKER, home, "server:mic_feed")
        assert sound.present(SPEAKER, home) == "server:mic_feed"
        with pytest.raises(NotUsableError):
            sound.keep(SPEAKER, home, "server:nowhere")

    def test_a_tone_sounds(self, pulse: PulseServer) -> None:
        with pulse.recording() as heard:
            assert sound.tone(DEVICE, 0.8) == ""
            until = time.monotonic() + 60
            while not np.any(np.frombuffer(bytes(heard[: len(heard) // 2 * 2]), "<i2")):
                assert time.monotonic() < until, "nothing sounded"
                time.sleep(0.02)
        assert len(heard) > RATE_HZ // 10

    def test_a_sentence_is_heard(self, pulse: PulseServer, tmp_path: Path) -> None:
        wav = write_wav(tmp_path / "said.wav", say("今天天气真好", "zh") * 60)
        feeding = subprocess.Popen(["paplay", "-d", "mic_feed", str(wav)])
        levels = sound.listen(DEVICE, 60.0, tmp_path / "heard")
        loud = next(
            each
            for each in levels
            if isinstance(each, str) or (each.dbfs is not None and each.dbfs > -40)
        )
        levels.close()  # type: ignore[attr-defined]
        feeding.kill()
        feeding.wait()
        assert isinstance(loud, Level)

    def test_what_was_heard_is_left_to_its_owner_alone(
        self, pulse: PulseServer, tmp_path: Path
    ) -> None:
        file = tmp_path / "heard"
        levels = list(sound.listen(DEVICE, 0.5, file))
        assert len(levels) >= 5
        assert file.stat().st_size >= 0.5 * 2 * RATE_HZ
        assert file.stat().st_mode & 0o077 == 0

    def test_no_such_microphone(self, pulse: PulseServer, tmp_path: Path) -> None:
        (problem,) = sound.listen("nowhere", 1.0, tmp_path / "x")
        assert "nowhere" in str(problem)
        assert "nowhere" in sound.tone("nowhere", 0.5)
