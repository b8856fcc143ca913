"""Rooms and noise: how clean speech becomes a recording."""

import numpy as np
from numpy.typing import NDArray

from models.tiny_vosk.speaker import SAMPLE_RATE_HZ

NOISES = ("white", "pink", "brown", "babble", "hum")
_SPECTRAL_SLOPE = {"white": 0.0, "pink": 1.0, "brown": 2.0}

Samples = NDArray[np.float64]


def noise(
    rng: np.random.Generator, length: int, kind: str, others: list[NDArray[np.float32]]
) -> Samples:
    """Return noise of unit power; `others` are the voices that babble is made of."""
    if kind == "babble" and others:
        mixed = np.zeros(length)
        for _ in range(4):
            voice = others[int(rng.integers(len(others)))]
            mixed += np.roll(np.resize(voice / (voice.std() + 1e-9), length), rng.integers(length))
    elif kind == "hum":
        time = np.arange(length) / SAMPLE_RATE_HZ
        mains = rng.choice([50, 60, 100, 120])
        mixed = 0.2 * rng.standard_normal(length)
        for harmonic in range(1, 8):
            phase = rng.uniform(0, 2 * np.pi)
            mixed += np.sin(2 * np.pi * mains * harmonic * time + phase) / harmonic
    else:
        spectrum = np.fft.rfft(rng.standard_normal(length))
        bins = np.maximum(np.arange(len(spectrum)), 1)
        mixed = np.fft.irfft(spectrum / bins ** (_SPECTRAL_SLOPE.get(kind, 0.5) / 2), length)
    unit: Samples = mixed / (mixed.std() + 1e-9)
    return unit


def room(rng: np.random.Generator, samples: Samples) -> Samples:
    """Add, by chance, a short echo and a smooth tilt of the spectrum (±6 dB)."""
    length = len(samples)
    if rng.random() < 0.3:
        tail = int(SAMPLE_RATE_HZ * rng.uniform(0.05, 0.25))
        echo = rng.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / tail)
        echo *= rng.uniform(0.02, 0.12)
        echo[0] = 1.0
        size = length + tail
        samples = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echo, size), size)[:length]
    if rng.random() < 0.5:
        gains_db = np.interp(np.linspace(0, 5, length // 2 + 1), range(6), rng.uniform(-6, 6, 6))
        samples = np.fft.irfft(np.fft.rfft(samples, length) * 10 ** (gains_db / 20), length)
    return samples


def record(
    rng: np.random.Generator,
    speech: NDArray[np.float32],
    *,
    before_seconds: float,
    after_seconds: float,
    snr_db: float | None = None,
    kind: str = "white",
    peak: float = 0.5,
    others: list[NDArray[np.float32]] | None = None,
    in_room: bool = False,
) -> NDArray[np.int16]:
    """Return speech as a microphone gives it: padded, noisy (None: not), scaled, 16 bits."""
    power = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2))) + 1e-9
    before = int(before_seconds * SAMPLE_RATE_HZ)
    length = before + len(speech) + int(after_seconds * SAMPLE_RATE_HZ)
    # Whole tenths of a second: Fourier transforms of such lengths are quick.
    samples: Samples = np.zeros(-(-length // 1600) * 1600)
    samples[before : before + len(speech)] = speech
    if in_room:
        samples = room(rng, samples)
    if snr_db is not None:
        level = power * 10 ** (-snr_db / 20)
        samples = samples + noise(rng, len(samples), kind, others or []) * level
    scaled = samples * (peak * 32767 / (np.abs(samples).max() + 1e-9))
    pcm: NDArray[np.int16] = np.clip(np.round(scaled), -32768, 32767).astype(np.int16)
    return pcm
