"""Words: numbers, dates and times, names by sound, replies, and text made ready for the voice."""

from assistant.language.amounts import Dose, Number, Unit
from assistant.language.clues import Anchor
from assistant.language.contract import Language, Speech, Spoken
from assistant.language.errors import (
    ImpossibleAmountError,
    ImpossibleTimeError,
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
from assistant.language.schedule import DayTime, Habits, LunarDays, Moment, Recurrence, When
from assistant.language.speech import (
    normalise,
    speech_seconds,
    split_for_speech,
    split_sentences,
)
from assistant.language.text import HEARD_CHARACTERS_MAX, clean
from assistant.language.understanding import parse_dose, parse_number, parse_when, without_spans

__all__ = [
    "HEARD_CHARACTERS_MAX",
    "LANGUAGES",
    "Anchor",
    "DayTime",
    "Dose",
    "Habits",
    "ImpossibleAmountError",
    "ImpossibleTimeError",
    "Language",
    "LanguageError",
    "LunarDays",
    "Match",
    "Moment",
    "NoWordsError",
    "Number",
    "Recurrence",
    "Replies",
    "RepliesInvalidError",
    "ReplyMissingError",
    "SlotMissingError",
    "Speech",
    "Spoken",
    "TextTooLongError",
    "Unit",
    "UnknownLanguageError",
    "When",
    "best_match",
    "clean",
    "language",
    "normalise",
    "parse_dose",
    "parse_number",
    "parse_when",
    "rank_matches",
    "sound_key",
    "speech_seconds",
    "split_for_speech",
    "split_sentences",
    "without_spans",
]
