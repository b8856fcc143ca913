"""Rooms, noise, voices and a television, from recordings or made by rule; all by seed."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from assistant.ear.sound import SAMPLE_RATE_HZ

Sound = NDArray[np.float32]
"""Mono, 16 kHz, full scale is 1."""

DATA: Final = Path(__file__).parents[2] / "shared" / "data" / "speech"
VOICES: Final = {"zh": "cmn-latn-pinyin+f4", "en": "en-us+f4"}
_ESPEAK_RATE_HZ: Final = 22_050
_QUIET: Final = 0.01
_DIRECT_SECONDS: Final = 0.003
"""What comes within 3 ms of the first sound is taken for the direct one."""


@cache
def recording(path: Path) -> Sound:
    """A recording of any format and rate."""
    samples, rate_hz = soundfile.read(str(path), dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate_hz, SAMPLE_RATE_HZ), np.float32)


@cache
def say(text: str, lang: str, voice: str = "", words_per_minute: int = 150) -> Sound:
    """A sentence by eSpeak NG, without silence around it."""
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice or VOICES[lang]]
        + ["-s", str(words_per_minute), "--stdin", "--stdout"],
        input=text.encode(),
        capture_output=True,
        check=True,
        timeout=20,
    ).stdout
    samples = np.frombuffer(spoken[44:], "<i2").astype(np.float32) / 32_768
    sound = np.asarray(soxr.resample(samples, _ESPEAK_RATE_HZ, SAMPLE_RATE_HZ), np.float32)
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    return sound[loud[0] : loud[-1] + 1]


def decaying_response(t60_seconds: float, direct_db: float, seed: int) -> Sound:
    """A room's response by rule: the direct sound, then noise that dies away by 60 dB in `t60`.

    `direct_db`: the energy of the direct sound over that of all the rest.  (Exponentially decaying
    Gaussian noise is Polack's model of the late part of a room's response, 1988.)
    """
    count = int(1.2 * t60_seconds * SAMPLE_RATE_HZ)
    times = np.arange(count) / SAMPLE_RATE_HZ
    tail = np.random.default_rng(seed).standard_normal(count)
    tail *= np.exp(-3 * np.log(10) * times / t60_seconds)
    tail[: int(_DIRECT_SECONDS * SAMPLE_RATE_HZ)] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail.astype(np.float32)


def t60_of(response: Sound) -> float:
    """How long a response takes to die away by 60 dB, in seconds, from its -5 to its -25 dB.

    Schroeder's backward integration (1965), and the T20 of ISO 3382.
    """
    energy = np.cumsum(response[np.argmax(np.abs(response)) :][::-1] ** 2)[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    return float((np.argmax(level < -25) - np.argmax(level < -5)) / SAMPLE_RATE_HZ * 3)  # noqa: PLR2004


def in_room(dry: Sound, response: Sound) -> Sound:
    """How a sound comes to the microphone."""
    count = len(dry) + len(response) - 1
    size = 1 << (count - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(response, size), size)
    return wet[:count].astype(np.float32)


def active_rms(sound: Sound) -> float:
    """The level of the half of a sound that is louder: a voice without its pauses."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    powers = np.sort(np.mean(frames**2, axis=1))
    return float(np.sqrt(np.mean(powers[len(powers) // 2 :])))


def at_level(sound: Sound, dbfs: float) -> Sound:
    """The sound, scaled so that its louder half has this level."""
    return sound * np.float32(10 ** (dbfs / 20) / active_rms(sound))


def silence(seconds: float) -> Sound:
    """Nothing."""
    return np.zeros(int(seconds * SAMPLE_RATE_HZ), np.float32)


def hiss(seconds: float, dbfs: float, seed: int) -> Sound:
    """White noise: the microphone's own, a fan's."""
    samples = np.random.default_rng(seed).standard_normal(int(seconds * SAMPLE_RATE_HZ))
    return (samples * 10 ** (dbfs / 20)).astype(np.float32)


def mixed(*sounds: Sound) -> Sound:
    """All at once, as long as the longest."""
    whole = np.zeros(max(len(sound) for sound in sounds), np.float32)
    for sound in sounds:
        whole[: len(sound)] += sound
    return whole


def to_pcm(sound: Sound) -> bytes:
    """As the ear wants it."""
    return (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()
