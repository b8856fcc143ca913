"""Synthetic speech and silence for the tests of the ear: 16 kHz, mono, s16le."""

from __future__ import annotations

import subprocess
import wave
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr

from assistant.ear.recognizer import SpeechModel, load
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from models import ModelError, find

_QUIET = 300
VOICES = {"zh": "cmn-latn-pinyin+f4", "en": "en-us+f4"}


def silence(seconds: float) -> bytes:
    """Digital silence."""
    return bytes(2 * int(seconds * SAMPLE_RATE_HZ))


def noise(seconds: float, level: float = 300.0) -> bytes:
    """White noise, always the same."""
    samples = np.random.default_rng(1).standard_normal(int(seconds * SAMPLE_RATE_HZ)) * level
    return samples.astype("<i2").tobytes()


@cache
def say(text: str, lang: str, voice: str = "") -> bytes:
    """A sentence, without silence around it."""
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice or VOICES[lang], "-s", "150", "--stdin", "--stdout"],
        input=text.encode(),
        capture_output=True,
        check=True,
        timeout=20,
    ).stdout
    samples = np.frombuffer(spoken[44:], "<i2")
    resampled = soxr.resample(samples, 22_050, SAMPLE_RATE_HZ).astype("<i2")
    loud = np.flatnonzero(np.abs(resampled.astype(np.int32)) > _QUIET)
    return resampled[loud[0] : loud[-1] + 1].tobytes()


@cache
def model(lang: str) -> SpeechModel:
    """The best model that is here: the tiny one knows the words of these tests."""
    try:
        found = find(lang, Path("/nonexistent"))
    except ModelError as error:
        pytest.skip(str(error))
    return load(lang, found.kind, found.path)


def write_wav(path: Path, pcm: bytes) -> Path:
    """A WAV file of it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm)
    return path


def seconds(pcm: bytes) -> float:
    """How long a sound lasts."""
    return len(pcm) / BYTES_PER_SECOND
