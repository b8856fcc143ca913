"""What the breath and heart model looks at: half a minute of phase, and the rates told meanwhile.

Modules send 8 to 20 phases a second, unevenly; they are put onto an even grid.  A phase that stays
within one turn is taken for wrapped and is unwrapped; one beyond has been unwrapped by the module.
Whether a firmware fills the total phase, and how it filters breath and heart out of it, differs, so
the model sees the total, our own bands of it, and the module's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray

WINDOW_SECONDS: Final = 30.0
FRAMES_PER_SECOND: Final = 10
WINDOW_FRAMES: Final = round(WINDOW_SECONDS * FRAMES_PER_SECOND)
SEEN_SECONDS: Final = 0.5
"""A place on the grid counts as seen with a phase so near."""
SEEN_SHARE: Final = 0.9
"""So much of the window must be seen for a verdict."""
BREATH_HERTZ: Final = (0.08, 0.7)
HEART_HERTZ: Final = (0.75, 3.5)
UNREST_HERTZ: Final = (3.5, 5.0)
BREATHS_UNIT: Final = 30.0
BEATS_UNIT: Final = 100.0
"""A told rate of so much is 1."""
_STILL_RADIANS: Final = 1e-3
"""Far below any module's noise."""

FEATURES: Final = 11
"""Total (arcsinh of radians); breath and heart of it, and those of the module, each of unit size;
told breath and heart; seen; how large breath, heart and unrest are (log10 of radians)."""
STILL_PERSON, DISTURBED, NOBODY, BREATH_RIGHT, HEART_RIGHT = range(5)
LABELS: Final = ("still_person", "disturbed", "nobody", "breath_right", "heart_right")
"""The first three exclude each other; the last two say whether the told rate is that person's."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Rates as they came."""

    at: Array
    per_minute: Array


def window_features(
    end: float, at: Array, phases: Array, breaths: Told, beats: Told
) -> FloatArray | None:
    """(`WINDOW_FRAMES`, `FEATURES`) of the window up to `end`; None where too little was seen.

    `at` (n,) seconds, ascending; `phases` (n, 3) radians, finite: total, breath, heart.
    """
    grid = end - WINDOW_SECONDS + (np.arange(WINDOW_FRAMES) + 1) / FRAMES_PER_SECOND
    inside = (at > grid[0] - SEEN_SECONDS) & (at <= end)
    at, phases = _spread(at[inside]), phases[inside]
    if len(at) < WINDOW_FRAMES // 4:
        return None
    after = np.minimum(np.searchsorted(at, grid), len(at) - 1)
    near = np.minimum(np.abs(at[after] - grid), np.abs(at[np.maximum(after - 1, 0)] - grid))
    seen = near <= SEEN_SECONDS
    if seen.mean() < SEEN_SHARE:
        return None
    whole = phases[:, 0]
    if np.abs(whole).max() <= np.pi + _STILL_RADIANS:
        whole = np.unwrap(whole)
    total = _level(np.interp(grid, at, whole))
    breath, heart = band(total, BREATH_HERTZ), band(total, HEART_HERTZ)
    columns = [
        np.arcsinh(total),
        _unit(breath),
        _unit(heart),
        _unit(_level(np.interp(grid, at, phases[:, 1]))),
        _unit(_level(np.interp(grid, at, phases[:, 2]))),
        _held(grid, breaths) / BREATHS_UNIT,
        _held(grid, beats) / BEATS_UNIT,
        seen,
        *(
            np.full(WINDOW_FRAMES, np.log10(wave.std() + _STILL_RADIANS))
            for wave in (breath, heart, band(total, UNREST_HERTZ))
        ),
    ]
    return np.stack(columns, 1).astype(np.float32)


def _spread(at: Array) -> Array:
    """Times of reports that came together in one read, as they were sent: one after the other."""
    ends, counts = np.unique(at, return_counts=True)
    gaps = np.minimum(np.diff(ends, prepend=ends[:1]), SEEN_SECONDS)
    number = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return np.asarray(
        np.repeat(ends, counts)
        - np.repeat(gaps / counts, counts) * (np.repeat(counts, counts) - number)
    )


def band(signal: Array, hertz: tuple[float, float]) -> Array:
    """What lies between two frequencies."""
    spectrum = np.fft.rfft(signal)
    frequency = np.fft.rfftfreq(WINDOW_FRAMES, 1 / FRAMES_PER_SECOND)
    spectrum[(frequency < hertz[0]) | (frequency > hertz[1])] = 0
    return np.asarray(np.fft.irfft(spectrum, WINDOW_FRAMES))


def _level(signal: Array) -> Array:
    """Without its mean and its slope, which would leak into every band."""
    steps = np.arange(WINDOW_FRAMES) - (WINDOW_FRAMES - 1) / 2
    return np.asarray(signal - signal.mean() - steps * (steps @ signal) / (steps @ steps))


def _unit(signal: Array) -> Array:
    size = signal.std()
    return signal / size if size > _STILL_RADIANS else np.zeros_like(signal)


def _held(grid: Array, told: Told) -> Array:
    """The value told last at each time; 0 before the first."""
    if not len(told.at):
        return np.zeros(len(grid))
    last = np.searchsorted(told.at, grid, side="right") - 1
    return np.where(last >= 0, told.per_minute[np.maximum(last, 0)], 0.0)
