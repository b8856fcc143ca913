"""How chests and other things move before a radar: displacements in millimetres over time.

Sizes: breath moves the front of a chest 1 to 12 mm at 0.1 to 0.5 Hz and its back 0.1 to 0.5 mm, the
heart 0.1 to 0.5 mm at 0.8 to 2 Hz and 0.01 to 0.2 mm (TI, "Driver Vital Signs, Developer's
Guide"); what lies between is ours.  A breath is cos^2n (Lujan et al. 1999, Med. Phys. 26), longer
out than in.  From breath to breath the rate varies by 21 % and the depth by 33 % (coefficients of
variation; Tobin et al. 1988, Chest 94), less in sleep; 1.66 sighs an hour are at least twice as
deep (1983, Sleep 6:234).  Fibrillation makes the intervals between beats wide and without memory
(Hennig et al. 2006, cond-mat/0605295).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIGHS_PER_HOUR: Final = 1.66


@dataclass(frozen=True, slots=True)
class Cycles:
    """Breaths or beats."""

    begins: Array
    """Seconds, ascending, the first before 0."""

    def phase(self, t: Array) -> Array:
        """Which cycle, and how far through it: 3.25 is a quarter of the fourth."""
        return np.interp(t, self.begins, np.arange(len(self.begins), dtype=np.float64))

    def per_minute(self, begin: float, end: float) -> float:
        """The mean rate between two times."""
        first, last = self.phase(np.array([begin, end]))
        return float(60.0 * (last - first) / (end - begin))


def cycles(
    per_minute: float, variation: float, seconds: float, rng: np.random.Generator, memory: float
) -> Cycles:
    """Cycles of a mean rate, whose lengths vary log-normally, each remembering the one before."""
    length = 60.0 / per_minute
    count = int(seconds / length * 2.0) + 8
    noise = rng.normal(0.0, 1.0, count)
    for k in range(1, count):
        noise[k] = memory * noise[k - 1] + np.sqrt(1 - memory**2) * noise[k]
    lengths = length * np.exp(variation * noise - variation**2 / 2)
    lengths = np.clip(lengths, 0.25 * length, 4.0 * length)
    return Cycles(np.concatenate(([0.0], np.cumsum(lengths))) - rng.uniform(0, lengths[0]))


def breath(
    t: Array,
    breaths: Cycles,
    millimetres: float,
    depth_variation: float,
    rng: np.random.Generator,
) -> Array:
    """The chest's rise, each breath of its own depth; now and then a sigh."""
    count = len(breaths.begins)
    depths = np.exp(depth_variation * rng.normal(0, 1, count) - depth_variation**2 / 2)
    mean_length = float(np.diff(breaths.begins).mean())
    sighs = rng.random(count) < SIGHS_PER_HOUR * mean_length / 3600.0
    depths = np.where(sighs, np.maximum(depths, rng.uniform(2.0, 3.5, count)), depths)
    phase = breaths.phase(t)
    which = np.clip(phase.astype(np.intp), 0, count - 1)
    into, sharpness = rng.uniform(0.28, 0.45), int(rng.integers(1, 4))
    part = phase - which
    eased = np.where(part < into, 0.5 * part / into, 0.5 + 0.5 * (part - into) / (1 - into))
    return np.asarray(millimetres * depths[which] * np.sin(np.pi * eased) ** (2 * sharpness))


def heart(t: Array, beats: Cycles, millimetres: float, rng: np.random.Generator) -> Array:
    """The chest wall's thrust at each beat and its smaller swing back."""
    phase = beats.phase(t)
    which = np.clip(phase.astype(np.intp), 0, len(beats.begins) - 2)
    since = t - beats.begins[which]
    since = np.minimum(since, 1.2)  # a long pause is still
    width, back = rng.uniform(0.05, 0.09), rng.uniform(0.2, 0.6)
    thrust = np.exp(-(((since - 0.15) / width) ** 2) / 2)
    swing = back * np.exp(-(((since - 0.38) / (1.6 * width)) ** 2) / 2)
    return np.asarray(millimetres * (thrust - swing))


def drift(t: Array, millimetres: float, rng: np.random.Generator) -> Array:
    """A slow wandering, as of a body that sinks or a sensor that warms."""
    steps = rng.normal(0, 1, len(t))
    return np.asarray(millimetres * np.cumsum(steps) / np.sqrt(len(t)))


def bursts(
    t: Array, each: tuple[float, float], pause: tuple[float, float], rng: np.random.Generator
) -> Array:
    """0 to 1: when something happens, for so long at a time, with pauses of so long."""
    on = np.zeros(len(t))
    at = rng.uniform(0, pause[1])
    while at < t[-1]:
        seconds = rng.uniform(*each)
        on[(t >= at) & (t < at + seconds)] = 1.0
        at += seconds + rng.uniform(*pause)
    return on


def rough(t: Array, hertz: float, rng: np.random.Generator) -> Array:
    """Noise of unit size whose middle frequency is about so many hertz."""
    spectrum = rng.normal(0, 1, len(t) // 2 + 1) + 1j * rng.normal(0, 1, len(t) // 2 + 1)
    frequency = np.fft.rfftfreq(len(t), t[1] - t[0])
    spectrum *= np.exp(-(((frequency - hertz) / (0.35 * hertz)) ** 2) / 2)
    wave = np.fft.irfft(spectrum, len(t))
    return np.asarray(wave / max(float(wave.std()), 1e-12))


def turning(t: Array, millimetres: float, rng: np.random.Generator) -> Array:
    """Moving about in bed: the place changes by leaps of centimetres, with unrest between."""
    busy = bursts(t, (0.8, 5.0), (0.5, 9.0), rng)
    return np.asarray(
        np.cumsum(busy * rough(t, 0.6, rng)) * millimetres * (t[1] - t[0])
        + busy * rough(t, 2.5, rng) * millimetres / 8
    )


def coughing(t: Array, millimetres: float, rng: np.random.Generator) -> Array:
    """Fits of two to five jerks, 0.3 to 0.6 s apart."""
    move = np.zeros(len(t))
    at = rng.uniform(0, 6)
    while at < t[-1]:
        for _ in range(int(rng.integers(2, 6))):
            jerk = (t - at) / 0.09
            move += millimetres * rng.uniform(0.5, 1.0) * jerk * np.exp(-(jerk**2) / 2)
            at += rng.uniform(0.3, 0.6)
        at += rng.uniform(3, 12)
    return move
