"""Where playing stands in one piece of sound: hands out blocks, fades, and knows what sounded."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

FADE_SECONDS: Final = 0.01
"""How long a piece fades, against clicks at its edges and where it is broken off."""


class Playhead:
    """Goes once over the samples, then over the silence that drains the device's buffer.

    `next_block` is called by the sound device's thread, `fade_out` by another; each changes only
    fields of its own, so no lock is held in the device's callback.
    """

    def __init__(self, samples: Samples, rate_hz: int, tail_seconds: float = 0.0) -> None:
        self._fade = max(round(FADE_SECONDS * rate_hz), 1)
        self._samples = samples
        self._taken = 0
        self._tail = round(tail_seconds * rate_hz)
        self._stop_asked = False
        self._cut = False

    def next_block(self, frames: int) -> Samples:
        """The next samples, at most `frames`; fewer mean silence for the rest of the block."""
        if self._stop_asked and not self._cut:
            rest = self._samples[self._taken :]
            self._cut = len(rest) > self._fade
            if self._cut:
                rest = faded(rest[: self._fade], np.linspace(1, 0, self._fade))
                self._samples = np.concatenate((self._samples[: self._taken], rest))
        block = self._samples[self._taken : self._taken + frames]
        self._taken += len(block)
        self._tail -= frames - len(block)
        return block

    def fade_out(self) -> None:
        """Be silent within `FADE_SECONDS` of sound."""
        self._stop_asked = True

    @property
    def over(self) -> bool:
        """Everything was handed out and had the time to leave the device."""
        return self._taken == len(self._samples) and self._tail <= 0

    @property
    def whole(self) -> bool:
        """The device took the sound to its end (what it took cannot be called back)."""
        return self._taken == len(self._samples) and not self._cut


def faded(samples: Samples, gain: npt.NDArray[np.float64]) -> Samples:
    """The samples times a gain of 0 to 1 each."""
    return np.asarray(np.rint(samples * gain), np.int16)


def with_soft_edges(samples: Samples, rate_hz: int, volume: float) -> Samples:
    """The samples at a volume of 0 to 1, faded in and out."""
    gain = np.full(len(samples), volume)
    fade = min(round(FADE_SECONDS * rate_hz), len(samples) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade)
        gain[:fade] *= ramp
        gain[-fade:] *= ramp[::-1]
    return faded(samples, gain)
