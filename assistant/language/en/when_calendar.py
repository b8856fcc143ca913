"""What English says about festivals and the traditional calendar."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from dateutil.easter import easter

from assistant.language.clues import (
    Clue,
    DayClue,
    Every,
    Frequency,
    OnDay,
    OnLunarDay,
    Reader,
    always,
)
from assistant.language.days import resolve
from assistant.language.en.numerals import ORDINAL, whole_number
from assistant.language.en.when_clock import either
from assistant.language.en.when_days import DAY, MONTH, ORDINALS, day_number
from assistant.language.en.when_words import FESTIVALS
from assistant.language.signs import Unclear

_EASTER = {
    **dict.fromkeys(("easter sunday", "easter day"), 0),
    "easter monday": 1,
    "good friday": -2,
    "maundy thursday": -3,
    "palm sunday": -7,
    "ash wednesday": -46,
    **dict.fromkeys(("pancake day", "shrove tuesday"), -47),
}
"""Days that go with Easter, and how many days from its Sunday."""
_BY_THE_MOON = r"(?:in|of|on|by) the (?:lunar|chinese|traditional) (?:calendar|month)\b"
_NOT_A_THING = (
    r"(?! (?:trees?|cards?|presents?|gifts?|lights?|cakes?|pudding|shopping|decorations?|"
    r"stockings?|carols?|jumper|crackers?|songs?|music|market|wreath)\b)"
)


def _festival(match: re.Match[str], today: date) -> Iterator[Clue]:
    festival = FESTIVALS[match["festival"].lower()]
    if match["every"]:
        yield Every(Frequency.YEARLY)
    if match["side"] and isinstance(festival, DayClue):
        days = 1 if match["side"].lower() == "after" else -1
        yield OnDay(resolve(festival, today) + timedelta(days))
    else:
        yield festival


def _of_easter(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield _coming(today, lambda year: easter(year) + timedelta(_EASTER[match["festival"].lower()]))


def _thanksgiving(_match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read the fourth Thursday of November; in Canada, which has another, it is read back."""
    yield _coming(today, lambda year: date(year, 11, 28 - (date(year, 11, 28).weekday() - 3) % 7))


def _coming(today: date, of_year: Callable[[int], date]) -> Clue:
    return OnDay(next(day for day in map(of_year, (today.year, today.year + 1)) if day >= today))


def _lunar(match: re.Match[str], _: date) -> Iterator[Clue]:
    month = whole_number(match["month"]) if match["month"] else None
    days = tuple(day_number(day) for day in re.findall(ORDINAL, match["day"], re.IGNORECASE))
    yield OnLunarDay(days, month, each=bool(match["each"]) or (len(days) > 1 and month is None))


CALENDAR_RULES: tuple[tuple[str, Reader], ...] = (
    (
        r"(?:\b(?P<every>every|each) )?(?:the day (?P<side>before|after) )?"
        rf"\b(?P<festival>{either(FESTIVALS)})\b{_NOT_A_THING}",
        _festival,
    ),
    (
        rf"(?<!every )(?<!each )(?<!before )(?<!after )\b(?:on )?(?P<festival>{either(_EASTER)})\b"
        rf"{_NOT_A_THING}",
        _of_easter,
    ),
    (
        r"(?<!every )(?<!each )(?<!before )(?<!after )\b(?:on |at )?thanksgiving(?: day)?\b"
        rf"{_NOT_A_THING}",
        _thanksgiving,
    ),
    (
        r"\b(?:on |at |before |after )?(?:easter(?: sunday| monday| eve)?|good friday|thanksgiving"
        r"(?: day)?|mother'?s day|father'?s day|pancake day|shrove tuesday|ash wednesday|diwali|"
        r"palm sunday|maundy thursday|mothering sunday|"
        r"ramadan|hanukkah|passover|eid)\b(?! (?:cards?|presents?|gifts?|cakes?|eggs?|flowers?))"
        r"|\bon (?:my|his|her|our|their|\w+'s) (?:birthday|anniversary|name day)\b",
        always(Unclear.WORDS),
    ),
    (
        rf"(?:on )?(?:(?:every|each) (?=\w+,? and ))?(?:the )?(?P<day>{ORDINALS})(?: days?)? of "
        rf"(?P<each>every |each )?(?:the )?"
        rf"(?:(?P<month>{ORDINAL}) )?lunar month|(?P<nothing>(?!))",
        _lunar,
    ),
    (
        rf"(?:on )?(?:the )?(?P<month>{ORDINAL}) (?:lunar )?month,? (?:the )?(?P<day>{ORDINAL}) day"
        r"(?: (?:of|in|on) the (?:lunar|chinese|traditional) calendar)?(?P<each>(?!))?",
        _lunar,
    ),
    (
        rf"(?:on )?(?:the )?lunar (?:calendar )?(?P<day>{ORDINALS})(?: days?)?"
        r"(?P<each> of (?:every|each|the) (?:lunar )?month)?(?P<month>(?!))?",
        _lunar,
    ),
    (
        rf"(?:on )?(?:the )?(?P<day>{ORDINALS})(?: days?)?"
        rf"(?P<each> of (?:every|each|the) month)?,? {_BY_THE_MOON}(?P<month>(?!))?",
        _lunar,
    ),
    # Of a month by its western name: is the eighth lunar month meant, or that in August?
    (
        rf"\b(?:on )?(?:lunar {MONTH} (?:the )?{DAY}"
        rf"|(?:{MONTH} (?:the )?{DAY}|(?:the )?{DAY}(?: of)? {MONTH}),? {_BY_THE_MOON})",
        always(Unclear.WORDS),
    ),
)
