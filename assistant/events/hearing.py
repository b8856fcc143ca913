"""What the ear hears, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.events.line import event, limited

MAX_CHARACTERS: Final = 4000
"""The longest text of what was heard: two minutes of quick speech, the longest utterance that the
settings allow."""
MAX_READINGS: Final = 10
MAX_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word."""

    text: str
    start_seconds: float
    """When the word began, from the start of the utterance."""
    end_seconds: float
    confidence: float
    """How sure the recogniser was, 0 to 1; not to be trusted alone."""


@event
class SpeechStarted:
    """Somebody began to speak (voice activity, before any word)."""

    utterance_id: str
    is_faint: bool = False
    """Whether it is far quieter than who spoke to Anban just now: a television, most likely. Told
    again, and no longer faint, should a voice as near come into the same utterance."""


@event
class SpeechEnded:
    """The utterance was over: its pause had passed, or it grew too long."""

    utterance_id: str
    duration_seconds: float


@event
class Heard:
    """What the recogniser made of an utterance, so far or finally."""

    utterance_id: str
    text: str = limited(MAX_CHARACTERS)
    """The words without the wake phrase; Han text without spaces; may be empty in a final one."""
    lang: str
    is_final: bool
    addressed: bool
    """Whether it was said after a wake phrase, in a follow-up window, or if no wake phrase is asked
    for."""
    confidence: float | None = None
    """The mean confidence of the words, 0 to 1; None in a partial one."""
    words: tuple[Word, ...] = limited(MAX_WORDS, default=())
    alternatives: tuple[str, ...] = limited(MAX_READINGS, default=())
    """Other readings, best first; filled for a final one of low confidence."""
    raw_text: str = limited(MAX_CHARACTERS, default="")
    """The words with the wake phrase and all that others said meanwhile, for the safety lane."""
    by_tiny_model: bool = False
    """Whether the recogniser was the tiny one of our own, which does not understand people."""


@event
class Woken:
    """The wake phrase was heard."""

    phrase: str


@event
class MicrophoneLost:
    """No sound comes in any more; the ear keeps trying to open the microphone again."""

    reason: str


@event
class MicrophoneBack:
    """Sound comes in (again)."""

    device: str


@event
class HearingLimited:
    """Only the tiny model of our own is there: it understands synthetic voices, not people."""

    lang: str


@event
class InputEnded:
    """A file that stands in for the microphone was read to its end, and all of it recognised."""


@event
class Listen:
    """Ear: take the next words without a wake phrase."""

    window_seconds: float
