"""What a breath and heart module makes of the echo: phases, told rates, presence.

Nothing of its firmware is published, so what differs between firmwares is drawn at random: whether
the phase is unwrapped, or its changes are sent, or nothing; how breath and heart are filtered; how
rates are taken from the spectrum and smoothed; and what is told of nobody: nothing, noise, or for
hours the last values (Seeed MR60BHA2, issue 18 of its ESPHome components).  Breath's harmonics in
the band of the heart are told as heartbeats by the same mechanism as in real radars (Sci. Rep.
2026, 16:2333).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.train.vital_bodies import Array

BREATH_HERTZ: Final = (0.1, 0.6)
HEART_HERTZ: Final = (0.8, 2.2)
_RATE_SECONDS: Final = 1.0
"""Between told rates."""
_TOTALS: Final = ("unwrapped", "wrapped", "changes", "none")
_TOTAL_ODDS: Final = (0.45, 0.3, 0.1, 0.15)
"""How firmwares fill the total phase."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What the module sent: one row a report."""

    at: Array
    """Seconds; reports that were lost are not there."""
    phases: Array
    """(n, 3) total, breath, heart; radians."""
    rates: Array
    """(n, 2) breaths and heartbeats a minute as told then."""
    present: NDArray[np.bool_]


def band(signal: Array, per_second: float, low: float, high: float, order: int = 2) -> Array:
    """Between two frequencies in hertz, with the slopes of a Butterworth filter."""
    frequency = np.fft.rfftfreq(len(signal), 1.0 / per_second)
    ratio = np.maximum(frequency, 1e-6)
    gain = 1 / np.sqrt((1 + (low / ratio) ** (2 * order)) * (1 + (ratio / high) ** (2 * order)))
    spectrum = np.fft.rfft(signal - signal.mean()) * gain
    return np.asarray(np.fft.irfft(spectrum, len(signal)))


def report(
    echo: NDArray[np.complex128],
    per_second: float,
    window_seconds: float,
    freezes_at: float | None,
    seen_odds: float,
    rng: np.random.Generator,
) -> Report:
    """What a module of random firmware sends of such an echo, `per_second` looks a second.

    `freezes_at`: from then on nobody is there; the firmware may then repeat itself.  `seen_odds`:
    of its telling presence at all.
    """
    total = np.unwrap(np.angle(echo))
    breath = band(total, per_second, rng.uniform(0.06, 0.12), rng.uniform(0.45, 0.8))
    heart = band(total, per_second, rng.uniform(0.7, 0.95), rng.uniform(1.8, 4.0))
    t = np.arange(len(echo)) / per_second
    told = _told(t, breath, heart, per_second, window_seconds, rng)
    shown = _shown(str(rng.choice(_TOTALS, p=_TOTAL_ODDS)), echo, total)
    gains = np.exp(rng.normal(0, 0.4, 2))
    phases = np.stack((shown, breath * gains[0], heart * gains[1]), 1)
    present = np.ones(len(t), np.bool_)
    if freezes_at is not None:
        _after_leaving(t, freezes_at, phases, told, present, rng)
    step = int(rng.integers(1, 3))
    kept = np.arange(0, len(t), step)
    kept = kept[rng.random(len(kept)) >= rng.choice([0.0, 0.01, 0.08])]
    late = np.abs(rng.normal(0, rng.choice([0.0, 0.004, 0.02]), len(kept)))
    at = np.maximum.accumulate(t[kept] + late)
    present &= rng.random() < seen_odds
    return Report(at, phases[kept], told[kept], present[kept])


def _shown(habit: str, echo: NDArray[np.complex128], total: Array) -> Array:
    """The total phase as this firmware sends it."""
    if habit == "wrapped":
        return np.asarray(np.angle(echo))
    if habit == "changes":
        return np.diff(total, prepend=total[0])
    return total if habit == "unwrapped" else np.zeros(len(total))


def _told(
    t: Array,
    breath: Array,
    heart: Array,
    per_second: float,
    seconds: float,
    rng: np.random.Generator,
) -> Array:
    """(n, 2) rates, held between the times at which they are worked out."""
    every = max(1, round(_RATE_SECONDS * per_second))
    size = round(seconds * per_second)
    minds_harmonics = rng.random() < 0.4
    smoothing = rng.choice([0.0, 0.5, 0.8])
    whole = rng.random() < 0.6
    rates = np.zeros((len(t), 2))
    last = np.zeros(2)
    for end in range(every, len(t) + every, every):
        begin = max(0, min(end, len(t)) - size)
        if end - begin >= size // 2:
            first = _peak(breath[begin:end], per_second, BREATH_HERTZ, ())
            spared = (first,) if minds_harmonics else ()
            new = 60 * np.array((first, _peak(heart[begin:end], per_second, HEART_HERTZ, spared)))
            last = new if not last.any() else smoothing * last + (1 - smoothing) * new
        rates[end : end + every] = np.rint(last) if whole else last
    return rates


def _peak(
    signal: Array, per_second: float, span: tuple[float, float], spared: tuple[float, ...]
) -> float:
    """The strongest frequency within a span, harmonics of the spared ones left out; hertz."""
    size = 1 << (4 * len(signal) - 1).bit_length()
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), size)) ** 2
    frequency = np.fft.rfftfreq(size, 1.0 / per_second)
    power[(frequency < span[0]) | (frequency > span[1])] = 0.0
    for base in spared:
        off = np.abs(frequency / max(base, 0.05) - np.rint(frequency / max(base, 0.05)))
        power[off < 0.12] *= 0.1
    return float(frequency[int(power.argmax())])


def _after_leaving(
    t: Array,
    left_at: float,
    phases: Array,
    told: Array,
    present: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    gone = t >= left_at
    last = int(np.argmax(gone))
    habit = rng.choice(["repeats", "repeats rates", "zeros", "goes on"], p=[0.25, 0.4, 0.2, 0.15])
    if habit == "repeats":
        phases[gone] = phases[last]
    if habit in {"repeats", "repeats rates"}:
        told[gone] = told[last]
    elif habit == "zeros":
        told[gone] = 0.0
    present[gone] = rng.random() < 0.5
