"""The voice of each language, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.packs import VoiceFacts, codes, facts

SAMPLE_RATE_HZ: Final = 22_050
"""What eSpeak NG gives, whatever the voice."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a language is spoken."""

    engine_id: str
    """The voice's identifier, the same for pyttsx3 and for espeak-ng."""
    rate_factor: float
    """Engine rate for each asked word per minute."""
    sentence_joiner: str
    """What stands between two sentences of written text."""
    sample: str
    """A short sentence that proves the voice."""

    def engine_rate(self, rate_words_per_minute: int) -> int:
        """The engine's rate; eSpeak NG takes 80 to 450."""
        return min(max(round(rate_words_per_minute * self.rate_factor), 80), 450)


def _voice(voice: VoiceFacts) -> Voice:
    return Voice(voice.engine, voice.rate_factor, voice.joiner, voice.sample)


VOICES: Final = {lang: _voice(facts(lang).voice) for lang in codes()}
