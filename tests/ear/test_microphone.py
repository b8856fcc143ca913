"""A real sound server and real PortAudio: heard, lost, stalled, back."""

from __future__ import annotations

import asyncio
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.ear.check import MicrophoneCheck, check_microphone
from assistant.ear.microphone import STALL_SECONDS
from assistant.ear.transcribe import transcribe
from assistant.events import (
    MicrophoneBack,
    MicrophoneLost,
    Ready,
    Shutdown,
    SoundStarted,
    SoundStopped,
    SpeechStarted,
)
from assistant.settings import EarSettings
from tests.ear.conftest import Home, make_home
from tests.ear.speech import model, noise, say, silence, write_wav
from tests.headless import DEVICE, PulseServer, needs_pulse

pytestmark = [needs_pulse, pytest.mark.e2e]


@pytest.fixture
def pulse() -> Iterator[PulseServer]:
    with PulseServer.started() as server:
        yield server


@pytest.fixture
async def home(tmp_path: Path, pulse: PulseServer) -> AsyncIterator[Home]:
    """A home that hears through the server, and does so already."""
    async with make_home(tmp_path, device=DEVICE) as home:
        home.environment = pulse.environment
        await home.start()
        await home.next(MicrophoneBack)
        yield home
        home.bus.publish(Shutdown())
        status, errors = await home.end()
    assert status == 0
    assert "Traceback" not in errors


@pytest.fixture
def sentence(tmp_path: Path) -> Path:
    return write_wav(
        tmp_path / "elder.wav", silence(0.5) + say("小安小安，现在几点了", "zh") + silence(0.5)
    )


async def test_an_elder_speaks_into_the_microphone(
    home: Home, pulse: PulseServer, sentence: Path
) -> None:
    assert any(isinstance(event, Ready) for event in home.told)
    await asyncio.to_thread(pulse.feed, sentence)
    final = await home.final()
    assert (final.text, final.addressed) == ("现在几点了", True)


async def test_pulled_out_and_put_in_again(home: Home, pulse: PulseServer, sentence: Path) -> None:
    for _ in range(2):
        await asyncio.to_thread(pulse.kill)
        lost = await home.next(MicrophoneLost)
        assert "unplugged" in lost.reason
        await asyncio.to_thread(pulse.start)
        await home.next(MicrophoneBack)
        await asyncio.to_thread(pulse.feed, sentence)
        assert (await home.final()).text == "现在几点了"


async def test_stalled_and_going_on(home: Home, pulse: PulseServer, sentence: Path) -> None:
    with pulse.stalled():
        lost = await home.next(MicrophoneLost)
        assert f"{STALL_SECONDS:.0f} seconds" in lost.reason
    await home.next(MicrophoneBack)
    await asyncio.to_thread(pulse.feed, sentence)
    assert (await home.final()).text == "现在几点了"


async def test_deaf_while_muted(home: Home, pulse: PulseServer, sentence: Path) -> None:
    home.bus.publish(SoundStarted("s", 20.0))
    await home.settle()
    await asyncio.to_thread(pulse.feed, sentence)
    home.bus.publish(SoundStopped("s"))
    await home.settle()
    await asyncio.to_thread(pulse.feed, sentence)
    assert (await home.final()).text == "现在几点了"
    assert len([event for event in home.told if isinstance(event, SpeechStarted)]) == 1


def test_a_device_without_16_khz_is_resampled(pulse: PulseServer, tmp_path: Path) -> None:
    """The server takes any usual rate, so one is asked first that it refuses: then the device's
    own rate (44,100 Hz here) is what is left."""
    script = """
import sys
from assistant.ear import microphone
from assistant.ear.sound import BYTES_PER_SECOND
microphone._FIRST_RATE_HZ = 1_000_000
source = microphone.Microphone("pulse")
sound, events = b"", []
for item in source.items():
    if isinstance(item, bytes):
        sound += item
    else:
        events.append(type(item).__name__)
    if len(sound) >= 8 * BYTES_PER_SECOND:
        source.close()
print(events, file=sys.stderr)
sys.stdout.buffer.write(sound)
"""
    spoken = say("现在几点了", "zh")
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, **pulse.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    feeding = write_wav(tmp_path / "a.wav", spoken + silence(1))
    while child.poll() is None and child.stderr is not None:
        pulse.feed(feeding)  # again and again until eight seconds were taken
        if child.stdout is not None and _readable(child.stdout.fileno()):
            break
    sound, errors = child.communicate(timeout=60)
    assert errors.decode().strip() == "['MicrophoneBack']"
    texts = [heard.text for heard in transcribe(sound + silence(2), model("zh"), EarSettings())]
    assert any("现在几点了" in text for text in texts)


def _readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def test_the_test_server_records_what_is_played(pulse: PulseServer, tmp_path: Path) -> None:
    """The helper that other tests stand on: every sample played is recorded, in order."""
    spoken = say("现在几点了", "zh")
    wav = write_wav(tmp_path / "a.wav", spoken)
    with pulse.recording("speaker") as heard:
        environment = {**os.environ, **pulse.environment}
        subprocess.run(["paplay", "-d", "speaker", str(wav)], env=environment, check=True)
        deadline = time.monotonic() + 20
        while not _loud_seconds(heard) >= _loud_seconds(spoken) - 0.05:
            assert time.monotonic() < deadline, "what was played was not recorded whole"
            time.sleep(0.05)
    (found,) = transcribe(bytes(heard) + silence(2), model("zh"), EarSettings())
    assert found.text == "现在几点了"


def _loud_seconds(pcm: bytes | bytearray) -> float:
    """From the first to the last sample that is no silence."""
    whole = bytes(pcm[: len(pcm) // 2 * 2])
    loud = np.flatnonzero(np.abs(np.frombuffer(whole, "<i2").astype(np.int32)) > 100)
    return float(loud[-1] - loud[0]) / 16_000 if len(loud) else 0.0


# ------------------------------------------------------------------------------ the doctor


@pytest.fixture
def checked(pulse: PulseServer, monkeypatch: pytest.MonkeyPatch) -> PulseServer:
    for name, value in pulse.environment.items():
        monkeypatch.setenv(name, value)
    return pulse


def test_the_doctor_finds_the_level(checked: PulseServer, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(20, 3_000))
    player = subprocess.Popen(["paplay", "-d", "mic_feed", str(wav)])
    try:
        found = check_microphone("")
    finally:
        player.kill()
        player.wait()
    assert found.ok
    assert found.device
    assert found.level_dbfs == pytest.approx(-20.8, abs=1.5)


def test_the_doctor_tells_what_is_wrong(checked: PulseServer) -> None:
    silent = check_microphone(DEVICE)
    assert (silent.ok, silent.device) == (False, DEVICE)
    assert "digital silence" in silent.problem
    assert "no microphone is called 'nobody'" in check_microphone("nobody").problem
    with checked.stalled():
        assert "does not answer" in check_microphone(DEVICE).problem
    checked.kill()
    assert json.dumps(check_microphone("").problem) != '""'


def test_the_doctor_without_a_sound_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent")
    found = check_microphone("")
    assert found == MicrophoneCheck(ok=False, problem=found.problem)
    assert "microphone" in found.problem
