"""The synthetic elder: espeak-ng with a voice of its own, other than Anban's."""

from __future__ import annotations

import asyncio
import io
from typing import Final

import numpy as np
import soundfile
import soxr

from assistant.demo.room import EAR_RATE, Samples
from assistant.language import language
from assistant.packs import facts

_RATE_WORDS_PER_MINUTE: Final = 140
_LIMIT_SECONDS: Final = 15.0


class ElderError(RuntimeError):
    """The elder cannot speak; espeak-ng is missing or failed."""


async def speak(text: str, lang: str) -> Samples:
    """A sentence as the elder says it, at `EAR_RATE`.

    Raises:
        ElderError: espeak-ng is not installed, or gave no sound.
    """
    voice = facts(lang).voice.elder or facts(lang).voice.engine
    try:
        process = await asyncio.create_subprocess_exec(
            "espeak-ng", "-v", voice, "-s", str(_RATE_WORDS_PER_MINUTE),
            "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ElderError("espeak-ng is missing; run: apt-get install espeak-ng") from error
    speech = language(lang).speech
    words = speech.pronounce(speech.expand(text))
    async with asyncio.timeout(_LIMIT_SECONDS):
        wave, _ = await process.communicate(words.encode())
    if not wave:
        raise ElderError(f"espeak-ng gave no sound for the voice {voice}")
    samples, rate = soundfile.read(io.BytesIO(wave), dtype="float32")
    resampled: Samples = soxr.resample(samples, rate, EAR_RATE).clip(-1, 1) * 32_767
    return resampled.astype(np.int16)
