"""Words: numbers, dates and times, names by sound, replies, and text made ready for the voice.

Who sets something by what was said calls `understand_schedule(text, lang, now, habits)`.  One pass
gives every word one owner and returns `Understood`: `when`, the `doses`, and the `leftover`: words
that could belong to a time, an amount, a pattern of days, a negation or an exception, and that
nothing used.  With a leftover nothing may be set before the elder was asked; a caller that knows
what some of it is says so (`names` before, `unused(spans)` after).  `parse_when`, `parse_dose` and
`parse_number` read one thing alone, and say nothing of the rest.
"""

from assistant.language.amounts import (
    SOLID,
    Dose,
    Number,
    Strength,
    Unit,
    are_counted_alike,
)
from assistant.language.clues import Anchor
from assistant.language.contract import Language, Sounds, Speech, Spoken
from assistant.language.errors import (
    ImpossibleAmountError,
    ImpossibleTimeError,
    LanguageError,
    NotInLanguageError,
    NoWordsError,
    RepliesInvalidError,
    ReplyMissingError,
    SlotMissingError,
    TextTooLongError,
    UnknownLanguageError,
)
from assistant.language.languages import LANGUAGES, language, warm
from assistant.language.names import Match, best_match, rank_matches, sound_key
from assistant.language.reading import LeftKind, Leftover, Owner, Span
from assistant.language.replies import Replies
from assistant.language.schedule import (
    MAX_TIMES_A_DAY,
    DayTime,
    Habits,
    LunarDays,
    Moment,
    Recurrence,
    When,
)
from assistant.language.speech import (
    normalise,
    speech_seconds,
    split_for_speech,
    split_sentences,
)
from assistant.language.text import HEARD_CHARACTERS_MAX, clean
from assistant.language.together import Together, together
from assistant.language.understanding import (
    Understood,
    parse_dose,
    parse_number,
    parse_when,
    understand_schedule,
    with_hours_told,
    without_spans,
)

__all__ = [
    "HEARD_CHARACTERS_MAX",
    "LANGUAGES",
    "MAX_TIMES_A_DAY",
    "SOLID",
    "Anchor",
    "DayTime",
    "Dose",
    "Habits",
    "ImpossibleAmountError",
    "ImpossibleTimeError",
    "Language",
    "LanguageError",
    "LeftKind",
    "Leftover",
    "LunarDays",
    "Match",
    "Moment",
    "NoWordsError",
    "NotInLanguageError",
    "Number",
    "Owner",
    "Recurrence",
    "Replies",
    "RepliesInvalidError",
    "ReplyMissingError",
    "SlotMissingError",
    "Sounds",
    "Span",
    "Speech",
    "Spoken",
    "Strength",
    "TextTooLongError",
    "Together",
    "Understood",
    "Unit",
    "UnknownLanguageError",
    "When",
    "are_counted_alike",
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
    "together",
    "understand_schedule",
    "warm",
    "with_hours_told",
    "without_spans",
]
