"""What a word in a sentence stands for, in a form that programs can use."""

from __future__ import annotations

from datetime import datetime

from assistant.language import (
    Habits,
    LanguageError,
    Moment,
    Recurrence,
    parse_number,
    parse_when,
)


def normalized(value: str, lang: str, now: datetime) -> str:
    """Write a word's meaning: ISO 8601 for a moment, an RRULE for what recurs, digits for a number.

    Args:
        value: as it was said.
        lang: in which language.
        now: in the elder's time zone.
    """
    try:
        when = parse_when(value, lang, now, Habits())
        number = parse_number(value, lang)
    except LanguageError:  # "25点": no such time; what was said stands
        return value
    if isinstance(when, Moment) and _is_all(value, when.spans):
        return when.at.isoformat()
    if isinstance(when, Recurrence) and when.rrule:
        return when.rrule
    if number is not None and (number.start, number.end) == (0, len(value)):
        return str(number.value)
    return value


def _is_all(value: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Whether the moment's words begin and end the value: nothing else was named."""
    return min(start for start, _ in spans) == 0 and max(end for _, end in spans) == len(value)
