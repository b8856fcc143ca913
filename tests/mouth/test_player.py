"""The player on a real sound server, in a process of its own: what it took is what sounded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from assistant.mouth.voices import SAMPLE_RATE_HZ
from tests.headless import DEVICE, RATE_HZ, PulseServer, needs_pulse

ROOT = Path(__file__).parents[2]
VOLUME = 0.5
WINDOW = RATE_HZ // 10

PLAY = """
import asyncio, sys
import numpy as np
from assistant.mouth import device_speaker
from assistant.mouth.player import Player

async def main():
    # PulseAudio takes every rate; a bare sound card would take its own only.
    native_hz = int(sys.argv[3])
    device_speaker._accepted = lambda sd, found: (native_hz, 1)
    player = Player(sys.argv[1], print)
    running = asyncio.create_task(player.run())
    await player.settled.wait()
    print(await player.play(np.load(sys.argv[2]), 0.5))
    running.cancel()
    await asyncio.wait({running})

asyncio.run(main())
"""


def found_windows(
    recorded: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
) -> list[tuple[int, float, float]]:
    """For each 0.1 s of what was played: where it sounded, how alike, and how loud."""
    size = 1 << (len(recorded) + len(wanted)).bit_length()
    match = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(wanted, size)), size)
    begin = int(np.argmax(match[: len(recorded)]))
    found = []
    for at in range(0, len(wanted) - WINDOW, WINDOW):
        like = wanted[at : at + WINDOW]
        low = max(begin + at - 800, 0)
        near = recorded[low : begin + at + WINDOW + 8_000]
        place = int(np.argmax(np.correlate(near, like, "valid")))
        part = near[place : place + WINDOW]
        product = float(np.linalg.norm(part) * np.linalg.norm(like))
        loudness = float(np.linalg.norm(part) / np.linalg.norm(like))
        found.append((low + place - begin, float(part @ like) / product, loudness))
    return found


@needs_pulse
@pytest.mark.e2e
@pytest.mark.parametrize("native_hz", [SAMPLE_RATE_HZ, 48_000])
def test_every_sample_sounds_in_order_at_its_volume(tmp_path: Path, native_hz: int) -> None:
    noise = np.random.default_rng(1).standard_normal(3 * SAMPLE_RATE_HZ) * 4_000
    # A narrow band, which no shift by half a sample changes much.
    noise = soxr.resample(soxr.resample(noise, SAMPLE_RATE_HZ, 4_000), 4_000, SAMPLE_RATE_HZ)
    np.save(tmp_path / "noise.npy", noise.clip(-32_768, 32_767).astype(np.int16))
    with PulseServer.started() as pulse, pulse.recording() as recorded:
        command = [sys.executable, "-c", PLAY, DEVICE, str(tmp_path / "noise.npy"), str(native_hz)]
        environment = {**os.environ, **pulse.environment}
        played = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60
        )
        time.sleep(0.5)  # the recorder's own delay
    assert b"SpeakerBack(device='pulse')" in played.stdout
    assert b"Outcome.WHOLE" in played.stdout
    heard = np.frombuffer(bytes(recorded[: len(recorded) // 2 * 2]), "<i2").astype(np.float64)
    windows = found_windows(heard, soxr.resample(noise, SAMPLE_RATE_HZ, RATE_HZ))
    whole = [place for place, likeness, _ in windows if likeness > 0.95]
    # A machine out of breath may put silence between samples, which breaks a window; none is lost.
    assert len(whole) >= 0.9 * len(windows)
    assert whole == sorted(whole)
    assert windows[-1][1] > 0.95
    assert np.median([loudness for *_, loudness in windows]) == pytest.approx(VOLUME, rel=0.03)
