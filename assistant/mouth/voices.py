"""The voice of each language, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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


VOICES: Final = {
    # The plain `sit/cmn` reads hanzi as pinyin letters in English on Debian 12.  1.2 hanzi for
    # each asked word: 160 gives 3.2 hanzi a second, pauses included, a calm pace.
    "zh": Voice("sit/cmn-latn-pinyin", 1.0, "", "你好，我在。"),
    # At 160 the engine speaks 178 words a minute of plain prose, pauses included.  The male
    # British voice lies low, where hearing lasts longest.
    "en": Voice("gmw/en", 0.9, " ", "Hello, I am here."),
}
