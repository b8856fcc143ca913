"""What English says about lengths of time: "in half an hour", "two weeks from now"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.language.clues import After, Clue, always
from assistant.language.en.amounts import value_of
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.numerals import whole_number
from assistant.language.en.when_clock import HOUR_WORD, either, military
from assistant.language.en.when_words import DAYS, SECONDS
from assistant.language.signs import Unclear

_LENGTH_WORDS = "half an?|(?:a |one )?quarter of an?|three quarters of an|an?(?! few)|a couple of"
DIGIT_WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_TEEN = "(?:thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_DECIMAL = rf"(?:\d+\.\d+|(?:{N} )?point(?: {DIGIT_WORD})+)"
_LENGTH_PART = (
    rf"(?:{_LENGTH_WORDS}|(?:{_DECIMAL}|{N}|a few)(?: and a half)?)[ -]{either(SECONDS)}s?"
    r"(?: and a half| and a quarter)?"
)
LENGTH = rf"(?P<length>{_LENGTH_PART}(?:(?: and|,)? {_LENGTH_PART})*)"


def seconds_of(said: str) -> float:
    """Read "half an hour", "an hour and a half", "one hour and twenty minutes"."""
    total = 0.0
    pattern = (
        rf"(?P<part>{_LENGTH_WORDS}|{_DECIMAL}|{N}|a few)(?P<half> and a half)?[ -]"
        rf"(?P<unit>{either(SECONDS)})s?(?P<more> and a half| and a quarter)?"
    )
    fixed = {"half": 0.5, "quarter": 0.25, "three quarters": 0.75}
    for each in re.finditer(pattern, said.lower()):
        part = re.sub(r"( of)? an?$", "", each["part"])
        part = re.sub(r"^(?:a|one) (?=quarter)", "", part)
        if part in fixed:
            amount = fixed[part]
        elif part in {"a", "an"}:
            amount = 1.0
        else:
            known = {"a few": 3.0, "a couple of": 2.0}.get(part)
            amount = known or float(value_of(part))
        amount += 0.5 if each["half"] or each["more"] == " and a half" else 0.0
        amount += 0.25 if each["more"] == " and a quarter" else 0.0
        total += amount * SECONDS[each["unit"]]
    return total


def _after(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield After(timedelta(seconds=seconds_of(match["length"])))


def _later(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield After(timedelta(seconds=seconds_of(match["length"])), is_then=True)


def _after_that(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield After(timedelta(seconds=seconds_of(match["length"])), is_then=True, is_only_then=True)


def _after_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "two years and 21 days later", "in one day and two hours"."""
    days, months = 0, 0
    for each in re.finditer(_CALENDAR_PART, match["days"], re.IGNORECASE):
        said, unit = each["number"].lower(), each["unit"].lower()
        number = {"a": 1, "an": 1, "one": 1, "a couple of": 2}.get(said) or whole_number(said)
        if unit in {"month", "year"}:
            months += number * (12 if unit == "year" else 1)
        else:
            days += number * DAYS[unit]
    length = match["length"]
    seconds = seconds_of(length) if length else 0
    yield After(timedelta(seconds=seconds), days, months)


_CALENDAR_UNIT = "day|week|fortnight|month|year"
_CALENDAR_PART = rf"(?P<number>an?|a couple of|{N}) (?P<unit>{_CALENDAR_UNIT})s?"
_ONE_PART = rf"(?:an?|a couple of|{N}) (?:{_CALENDAR_UNIT})s?'?"
_CALENDAR_LENGTH = (
    rf"(?P<days>{_ONE_PART}(?:(?:,? and|,)? {_ONE_PART})*)(?:(?:,? and|,)? {LENGTH})?"
)
_UNIT_WORD = "(?:day|week|fortnight|month|year)"
_VAGUE = (
    rf"(?:(?:a couple(?: of)?|a few|some|several|one or two|two or three|three or four) "
    rf"{_UNIT_WORD}s?'?|an? {_UNIT_WORD} or (?:so|two))"
)
LENGTH_RULES = (
    # "In a couple of days" is soon, and on no certain day.
    (
        rf"\b(?:in|within|after) {_VAGUE}(?: time| from now)?\b"
        rf"|\b{_VAGUE},? (?:from (?:now|today)|later|hence)\b"
        r"|\bone of these (?:days|mornings|afternoons|evenings|nights|weeks)\b"
        r"|\b(?:in|after) (?:a (?:little |short |good )?while|some time)\b",
        always(Unclear.WORDS),
    ),
    # "Six fourteen and twenty two hundred": 6:14, or six and fourteen.
    (
        rf"(?:\bat )?\b{HOUR_WORD} {_TEEN},? and (?:at )?(?:{_TEEN}|twenty(?: (?:one|two|three))?)"
        r"(?: hundred(?: hours)?)?\b(?! (?:to|past)\b)",
        always(Unclear.WORDS),
    ),
    (
        rf"(?:\bat )?(?<!in )(?<!every )(?<!for )(?<!after )\b"
        rf"(?P<hour>(?:oh?|zero) {DIGIT_WORD}|{HOUR_WORD}) hundred hours\b(?! (?:later|from))",
        military,
    ),
    (rf"\bat (?P<hour>(?:oh?|zero) {DIGIT_WORD}) hundred\b", military),
    (r"\b(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d) ?(?:hours|hrs|h)\b", military),
    (rf"\bin {_CALENDAR_LENGTH}(?: time)?\b", _after_days),
    (rf"\b{_CALENDAR_LENGTH} (?:from (?:now|today)|later|hence)\b", _after_days),
    (
        r"\b(?:in|within|wait(?: for)?|snooze(?: for)?|timer for|another) "
        rf"{LENGTH}(?:'?s'? time)?",
        _after,
    ),
    (rf"\b{LENGTH} (?:after (?:that|this)|afterwards)\b", _after_that),
    (rf"\b{LENGTH} later\b", _later),
    (rf"\b{LENGTH} (?:from now|timer)", _after),
    (rf"^{LENGTH}$", _after),
)
