"""The chime with which Anban hears itself: what the mouth sounds and the ear looks for.

Four notes, a quarter of a second apart, from soft to gone.  Each is looked for by its own
frequency, whatever its phase: a room and a small loudspeaker shift each note otherwise, and a
correlation with the whole would drown in that.  Samples are mono int16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

NOTES_HZ: Final = (659.26, 880.0, 1_108.73, 1_318.51)
"""E5, A5, C sharp 6, E6: within what the smallest loudspeaker gives and old ears like."""
NOTE_SECONDS: Final = 0.25
SECONDS: Final = NOTE_SECONDS * len(NOTES_HZ)
_PEAK: Final = 0.35
"""The peak of a note, of full scale, before the home's volume; speech peaks above 0.6."""
_ATTACK_SECONDS: Final = 0.015
_DECAY_SECONDS: Final = 0.12
_BAND_HZ: Final = (400.0, 4_000.0)
"""The band that is looked at: hum, rumble and hiss outside of it would only hide the notes."""
HEARD_SHARE: Final = 0.05
"""The least share of the band's power in the second weakest note.  0.001 of noise is in any one
note by chance; a note 10 dB below the noise of its band still has 0.09."""
_FULL_SCALE: Final = 32_768


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a chime in a recording."""

    is_heard: bool
    at_seconds: float
    """The second at which it fits best."""
    share: float
    """The share of the second weakest note in the band's power, 0 to 1: one note may fall into a
    dead place of the room."""
    level_dbfs: float | None
    """The level there (RMS); None for digital silence."""


def chime(rate_hz: int) -> Samples:
    """Make the sound of it."""
    notes = [_envelope(rate_hz) * _tone(hertz, rate_hz).real for hertz in NOTES_HZ]
    sound: Samples = (np.concatenate(notes) * (_PEAK * _FULL_SCALE)).astype(np.int16)
    return sound


def find(recording: Samples, rate_hz: int) -> Found:
    """Look for the chime; a recording shorter than it holds none."""
    length, note = round(SECONDS * rate_hz), round(NOTE_SECONDS * rate_hz)
    if len(recording) < length:
        return Found(is_heard=False, at_seconds=0.0, share=0.0, level_dbfs=None)
    sound = _in_band(recording.astype(np.float64) / _FULL_SCALE, rate_hz)
    power = np.concatenate(([0.0], np.cumsum(sound**2)))
    envelope = _envelope(rate_hz)
    places = len(recording) - length + 1
    shares = np.empty((len(NOTES_HZ), places))
    for number, hertz in enumerate(NOTES_HZ):
        start = number * note
        inner = _correlate(sound, envelope * _tone(hertz, rate_hz))[start : start + places]
        of_note = power[start + note : start + note + places] - power[start : start + places]
        # A pure note gives 1: a real tone has half its power in the complex one.
        weight = 0.5 * float(np.sum(envelope**2))
        shares[number] = np.abs(inner) ** 2 / (np.maximum(of_note, 1e-12) * weight)
    second_weakest = np.sort(shares, axis=0)[1]
    at = int(np.argmax(second_weakest))
    there = recording[at : at + length].astype(np.float64) / _FULL_SCALE
    rms = float(np.sqrt(np.mean(there**2)))
    share = round(float(second_weakest[at]), 3)
    return Found(
        is_heard=share >= HEARD_SHARE,
        at_seconds=at / rate_hz,
        share=share,
        level_dbfs=round(20 * float(np.log10(rms)), 1) if rms > 0 else None,
    )


def _tone(hertz: float, rate_hz: int) -> npt.NDArray[np.complex128]:
    at = np.arange(round(NOTE_SECONDS * rate_hz)) / rate_hz
    tone: npt.NDArray[np.complex128] = np.exp(2j * np.pi * hertz * at)
    return tone


def _envelope(rate_hz: int) -> npt.NDArray[np.float64]:
    at = np.arange(round(NOTE_SECONDS * rate_hz)) / rate_hz
    rise = np.minimum(at / _ATTACK_SECONDS, 1.0)
    fall = np.minimum((NOTE_SECONDS - at) / _ATTACK_SECONDS, 1.0)
    shape: npt.NDArray[np.float64] = rise * fall * np.exp(-at / _DECAY_SECONDS)
    return shape


def _in_band(sound: npt.NDArray[np.float64], rate_hz: int) -> npt.NDArray[np.float64]:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    spectrum[(hertz < _BAND_HZ[0]) | (hertz > _BAND_HZ[1])] = 0
    return np.fft.irfft(spectrum, len(sound))


def _correlate(
    sound: npt.NDArray[np.float64], pattern: npt.NDArray[np.complex128]
) -> npt.NDArray[np.complex128]:
    """Correlate with the pattern from every sample on, through the spectrum."""
    size = 1 << (len(sound) + len(pattern) - 1).bit_length()
    spectrum = np.fft.fft(sound, size) * np.conj(np.fft.fft(pattern, size))
    return np.fft.ifft(spectrum)[: len(sound) - len(pattern) + 1]
