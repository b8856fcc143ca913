"""What Chinese says about time, put together: which rules read a sentence, and in which order."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from assistant.language.clues import Reader, always
from assistant.language.left_words import left_words
from assistant.language.reading import Grammar, Reading, read_sentence
from assistant.language.signs import Denied, Edge, NowHour
from assistant.language.zh.characters import simplified
from assistant.language.zh.doses import find_doses
from assistant.language.zh.numerals import WHOLE_NUMBER as N
from assistant.language.zh.when_clock import CLOCK_RULES, HABIT_RULES, LENGTH_RULES, REPAIR
from assistant.language.zh.when_days import CALENDAR_RULES, DAY_RULES, NOT_DONE
from assistant.language.zh.when_often import LASTING_RULES, OFTEN_RULES
from assistant.language.zh.when_words import NUMBERED
from assistant.language.zh.windows import WINDOW_RULES

_LEFT_NAMES = (("NUMBER", N), ("THING", NUMBERED))

# Which day a sentence begins, ends or leaves out; a masked clue is one or more NUL:
# 从明天起, 吃到月底.
_EDGE_RULES: tuple[tuple[str, Reader], ...] = (
    ("[，,]?(?:但是?|不过|可是)?(?:除了?|除开|不算|不包括)(?=\0)", always(Edge.NOT_AHEAD)),
    (rf"(?<=\0)(?:那天|就|都|可以|我|的|先)*{NOT_DONE}", always(Edge.NOT_BEHIND)),
    (
        "(?<=\0)的?(?:也?还?是)?(?:在)?(?:这个?|此)(?:时候|时间|钟点|时刻|点儿?(?![一二两三四五六七八九十\\d]))",
        always(NowHour.WORDS),
    ),
    ("从(?=\0)", always(Edge.START_AHEAD)),
    ("(?<=\0)(?:起(?![来床])|开始|以后都)", always(Edge.START_BEHIND)),
    ("(?<=\0)(?:到|至|[-~—])(?=\0)", always(Edge.END_AHEAD)),
    (
        "(?:一直|直|吃|服|用|打|喝|量|测|称|做|滴|贴|喷|吸|涂|抹|敷|擦|泡|熏|练|戴|输)+到(?=\0)|到(?=\0+(?:那天|当天)?(?:为止|截止|结束))",
        always(Edge.END_AHEAD),
    ),
    ("(?<=\0)(?:那天|当天)?(?:为止|截止|结束)", always(Denied.WORDS)),
    (
        "[，,]?(?:就|一直|都)*(?:吃|服|用|打|喝|做)*到(?:那[天日时]|那一天|当天|那会儿)"
        "(?:为止|截止|结束|就?停|止)?(?![一-龥])",
        always(Edge.END_BEHIND),
    ),
)
# In this order: what a rule has read is gone for the next.
_RULES = (
    *HABIT_RULES,
    *CALENDAR_RULES,
    *WINDOW_RULES,
    *OFTEN_RULES,
    *LENGTH_RULES,
    *LASTING_RULES,
    *DAY_RULES,
    *CLOCK_RULES,
    *_EDGE_RULES,
)


def read(text: str, today: date, names: Sequence[str] = ()) -> Reading:
    """Read names, doses and times of a Chinese sentence, and what is left of it."""
    return read_sentence(simplified(text), today, [simplified(name) for name in names], _grammar())


@cache
def _grammar() -> Grammar:
    """Compile the rules at the first sentence, not when the assistant starts."""
    words = left_words("zh", _LEFT_NAMES)
    return Grammar(
        known_names=words.names,
        find_doses=find_doses,
        repair=re.compile(rf"{REPAIR}(?:我|要|该|每次)?(?:吃|服用?|用|打|喝|滴|喷|吸|贴)?"),
        rules=tuple((re.compile(pattern), reader) for pattern, reader in _RULES),
        harmless=words.harmless,
        left_rules=words.rules,
    )
