"""What English says about a time so long before or after an hour: "two hours before noon"."""

import re
from collections.abc import Iterator
from datetime import date, time

from assistant.language.clues import Clock, Clue, Part, Reader, always
from assistant.language.en.numerals import whole_number
from assistant.language.en.when_clock import HOUR_WORD, MINUTE_WORD, either
from assistant.language.en.when_lengths import LENGTH, seconds_of
from assistant.language.en.when_words import AM, EVENING, MORNING, NIGHT, NOON, PM, WEEKDAYS
from assistant.language.signs import NowHour, Unclear

_PARTS = {"morning": MORNING, "afternoon": PM, "evening": EVENING, "night": NIGHT}
_AN_HOUR = 3600


def _beside_hour(match: re.Match[str], _: date) -> Iterator[Clue]:
    said, half, named = match["hour"].lower(), match["half"], match["part"]
    part = NOON if said in {"noon", "midday"} else _PARTS.get((named or "").lower())
    if half:
        part = AM if half[0] in "aA" else PM
    hour = 12 if part is NOON else whole_number(said)
    minute = whole_number(match["minute"]) if match["minute"] else 0
    seconds = seconds_of(match["length"])
    if part is None or seconds % 60:
        yield Unclear.WORDS
        return
    side = -1 if match["side"].lower() == "before" else 1
    at = part.hour(hour) * _AN_HOUR + minute * 60 + side * round(seconds)
    hour, rest = divmod(at, _AN_HOUR)
    if not 0 <= hour < 24:
        yield Unclear.WORDS
        return
    yield Clock(hour, rest // 60, Part(hour, hour + 1, time(hour)))


BESIDE_RULES: tuple[tuple[str, Reader], ...] = (
    (
        rf"(?:\bat )?\b{LENGTH} (?P<side>before|after) (?P<hour>noon|midday|{HOUR_WORD})"
        rf"(?: (?P<minute>{MINUTE_WORD}))?(?: o'?clock)?"
        r"(?:\s?(?P<half>[ap]\.? ?m\b\.?)| in the (?P<part>morning|afternoon|evening)\b)?"
        r"(?! (?:hours?|minutes?|days?|tablets?|pills?)\b)",
        _beside_hour,
    ),
    # "On Friday this time" is on this occasion.
    (
        rf"\b(?:at )?(?:about )?this time (?=tomorrow\b|the day after tomorrow\b"
        rf"|(?:next|this) {either(WEEKDAYS)}\b|in an? (?:day|week|month)\b)",
        always(NowHour.WORDS),
    ),
    (
        r"(?:(?<=from now)|(?<=from today)),? at (?:the same|this) time(?: of (?:the )?day)?\b",
        always(NowHour.WORDS),
    ),
)
