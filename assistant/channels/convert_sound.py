"""A program of its own: makes one sound file the sound of a call.

    convert_sound.py IN.wav OUT.wav RATE_HZ LEAD_SECONDS REPEATS PAUSE_SECONDS

Run by its path, not as a part of the package: it starts in a third of the time, and the core
never loads the resampler's native code.
"""

from __future__ import annotations

import os
import sys
import wave
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr

MAX_SPEECH_SECONDS: Final = 120.0
PEAK: Final = 0.9
"""The peak of the sound, of full scale: loud on any telephone, without clipping."""


def main(source: Path, target: Path, rate_hz: int, lead: float, repeats: int, pause: float) -> None:
    """Convert the file; raises what the libraries raise, the last line of which is told."""
    speech, source_rate_hz = soundfile.read(source, dtype="float32", always_2d=True)
    mono = speech.mean(axis=1)[: int(MAX_SPEECH_SECONDS * source_rate_hz)]
    if not len(mono):
        raise ValueError("the speech is empty")
    narrow = soxr.resample(mono, source_rate_hz, rate_hz)
    peak = float(np.abs(narrow).max())
    scaled = narrow * (PEAK / peak) if peak > 0 else narrow
    once = (scaled * 32_767).astype("<i2").tobytes()
    silences = [bytes(2 * int(seconds * rate_hz)) for seconds in (lead, pause)]
    # Readable by this user alone, and there whole or not at all.
    draft = target.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(silences[0] + (once + silences[1]) * repeats)
    draft.replace(target)


if __name__ == "__main__":
    _, given_source, given_target, rate, lead_seconds, times, pause_seconds = sys.argv
    main(
        *(Path(given_source), Path(given_target), int(rate)),
        *(float(lead_seconds), int(times), float(pause_seconds)),
    )
