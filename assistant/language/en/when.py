"""What English says about time, put together: which rules read a sentence, and in which order."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from assistant.language.clues import Reader, always
from assistant.language.en.doses import find_doses
from assistant.language.en.numerals import ORDINAL
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.repairs import REPAIR
from assistant.language.en.when_beside import BESIDE_RULES
from assistant.language.en.when_calendar import CALENDAR_RULES
from assistant.language.en.when_clock import CLOCK_RULES, either
from assistant.language.en.when_days import DAY_RULES, EXCEPT
from assistant.language.en.when_habits import HABIT_RULES
from assistant.language.en.when_lasting import LASTING_RULES
from assistant.language.en.when_lengths import LENGTH_RULES
from assistant.language.en.when_lists import LIST_RULES
from assistant.language.en.when_often import OFTEN_RULES
from assistant.language.en.when_words import COUNTED_OFF
from assistant.language.en.windows import WINDOW_RULES
from assistant.language.left_words import left_words
from assistant.language.reading import Grammar, Reading, read_sentence
from assistant.language.signs import Edge, ThatOnce

_LEFT_NAMES = (("NUMBER", N), ("ORDINAL", ORDINAL), ("THING", either(COUNTED_OFF)))

# Which day a sentence begins, ends or leaves out; a masked clue is one or more NUL:
# "starting tomorrow", "until Friday".
_EDGE_RULES: tuple[tuple[str, Reader], ...] = (
    (
        rf"[ ,]*\b(?:and |but )?(?:{EXCEPT})(?: for)?(?: on| at)? ?(?=\0)",
        always(Edge.NOT_AHEAD),
    ),
    (
        r"\b(?:starting|beginning|start|begin|from|as of|since)(?: from| on)? ?(?=\0)",
        always(Edge.START_AHEAD),
    ),
    (
        r"\b(?:until|till|til|up to|through|ending|and ending|up until)(?: on| and including)? ?"
        r"(?=\0)|(?<=\0) to (?=\0)",
        always(Edge.END_AHEAD),
    ),
    (
        r"\b(?:and )?(?:until|till|til|up to|up until|ending(?: on)?|stopping(?: on)?|stop(?: on)?)"
        r" (?:then|that (?:day|date))\b(?: and no (?:longer|later))?",
        always(Edge.END_BEHIND),
    ),
)
# "On Saturday at ten instead", "today at ten, the rest of the week as normal".
_AS_USUAL = (
    r"(?:as (?:normal|usual|before|always|it was)|(?:stays?|keeps?|is|are) (?:the same|as (?:it is|"
    r"they are|usual|normal))|unchanged|no change)"
)
_REST = (
    r"(?:(?:and )?(?:for )?(?:the )?(?:rest of (?:the|this) (?:week|month|time)|other days|"
    r"rest of the days)|otherwise|after that|then|from then on)"
)
_USUAL_RULES: tuple[tuple[str, Reader], ...] = (
    (rf"[ ,]*\b{_REST},? {_AS_USUAL}\b(?=[ ,.]*$)", always(ThatOnce.REST)),
    (r"(?<=\0)[ ,]*\binstead(?=[ ,.]*(?:please[ ,.]*)?$)", always(ThatOnce.INSTEAD)),
)
# In this order: what a rule has read is gone for the next.
_RULES = (
    *HABIT_RULES,
    *CALENDAR_RULES,
    *_USUAL_RULES[:1],
    *WINDOW_RULES,
    *LIST_RULES,
    *OFTEN_RULES,
    *LASTING_RULES,
    *BESIDE_RULES,
    *LENGTH_RULES,
    *DAY_RULES,
    *CLOCK_RULES,
    *_EDGE_RULES,
    *_USUAL_RULES[1:],
)


def read(text: str, today: date, names: Sequence[str] = ()) -> Reading:
    """Read names, doses and times of an English sentence, and what is left of it."""
    return read_sentence(text, today, names, _grammar())


@cache
def _grammar() -> Grammar:
    """Compile the rules at the first sentence, not when the assistant starts."""
    words = left_words("en", _LEFT_NAMES)
    return Grammar(
        known_names=words.names,
        find_doses=find_doses,
        repair=re.compile(REPAIR, re.IGNORECASE),
        rules=tuple((re.compile(pattern, re.IGNORECASE), reader) for pattern, reader in _RULES),
        harmless=words.harmless,
        left_rules=words.rules,
    )
