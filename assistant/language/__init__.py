"""Words: numbers, dates and times, names by sound, replies, and text made ready for the voice."""

from assistant.language.contract import Language, Speech, Spoken
from assistant.language.errors import (
    LanguageError,
    NoWordsError,
    RepliesInvalidError,
    ReplyMissingError,
    SlotMissingError,
    TextTooLongError,
    UnknownLanguageError,
)
from assistant.language.languages import LANGUAGES, language
from assistant.language.names import Match, best_match, rank_matches, sound_key
from assistant.language.replies import Replies
from assistant.language.speech import (
    normalise,
    speech_seconds,
    split_for_speech,
    split_sentences,
)
from assistant.language.text import HEARD_CHARACTERS_MAX, clean

__all__ = [
    "HEARD_CHARACTERS_MAX",
    "LANGUAGES",
    "Language",
    "LanguageError",
    "Match",
    "NoWordsError",
    "Replies",
    "RepliesInvalidError",
    "ReplyMissingError",
    "SlotMissingError",
    "Speech",
    "Spoken",
    "TextTooLongError",
    "UnknownLanguageError",
    "best_match",
    "clean",
    "language",
    "normalise",
    "rank_matches",
    "sound_key",
    "speech_seconds",
    "split_for_speech",
    "split_sentences",
]
