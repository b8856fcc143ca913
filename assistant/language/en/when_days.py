"""What English says about days: each rule reads one kind of clue."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.language.clues import (
    Clue,
    Every,
    Frequency,
    OnDay,
    OnMonthDay,
    OnWeekday,
    Reader,
    always,
)
from assistant.language.en.numerals import ORDINAL, whole_number
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.when_clock import HOUR_WORD, either
from assistant.language.en.when_words import COUNTED_OFF, DAYS, MONTHS, WEEKDAYS
from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import Joint, Unclear

WEEKDAY = either(WEEKDAYS)
MONTH = either(MONTHS)
_RELATIVE_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
}
_AHEAD = {"this": None, "the": None, "next": 1, "last": -1, "coming": None}
"""Calendar weeks; "this Thursday", said on a Saturday, is the coming one."""
_ONE_TO_NINE = "(?:one|two|three|four|five|six|seven|eight|nine)"
EXCEPT = (
    r"except(?:ing)?|apart from|other than|excluding|leaving out|besides|aside from|not|never|but|"
    r"but not|skip|skipping|save|leave out|omit|omitting|not counting|without|bar|"
    r"with the exception of|"
    r"no(?= (?:\w+days|weekends)\b)"
)
DAY = rf"(?:{ORDINAL}|(?!\d{{3}}){N})(?!\d)"
_OF_YEAR = rf"(?:,? (?P<year>\d{{4}}|twenty twenty[ -]{_ONE_TO_NINE}|(?:next|this) year)\b)?"
_NO_ADJECTIVE = "(?:at|in|on|to|i|and|of|the|my|we|our|for|from|is|it|please|remind|take|with)"
_DOSE_UNIT = "(?:dose|tablet|capsule|pill|puff|drop|jab|injection|patch|sachet|spoonful|one)"
_SHORT_DAY = "(?:mon|tues?|wed|thu(?:rs?)?|fri)"
_BEHIND_SHORT = "|".join(f"(?<=\\b{day} )" for day in ("mon", "tue", "wed", "thu", "fri"))
ORDINALS = rf"{ORDINAL}(?:(?:,? and |, | )(?:the )?{ORDINAL})*"


def _month_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    if match.groupdict().get("every"):
        yield Every(Frequency.YEARLY)
    year = match.groupdict().get("year")
    month = MONTHS[match["month"].lower()]
    yield OnMonthDay(day_number(match["day"]), month, _year(year, today) if year else None)


def _year(said: str, today: date) -> int:
    """Read 2027, "twenty twenty seven" and "next year"."""
    if said.lower().endswith(" year"):
        return today.year + said.lower().startswith("next")
    return int(said) if said.isdecimal() else 2000 + whole_number(said.split(" ", 1)[1])


def _day_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    which = (words["which"] or "").lower()
    months = {"next": 1, "this": 0, "last": -1}.get(which)
    yield OnMonthDay(-1 if words["last"] else day_number(words["day"]), None, None, months)


_AHEAD_OF_DAY = re.compile(
    r"(?:^|[\0-\2,]|\b(?:by|until|till|til|from|before|after|since|starting|beginning|ending|except|"
    r"not|but|and|or|to|is|it's|for|through|including|skip|out|off|no|for|sorry|mean)) ?$",
    re.IGNORECASE,
)
_BEHIND_DAY = re.compile(rf" ?(?:$|[\0-\2,.]|{_NO_ADJECTIVE}\b)", re.IGNORECASE)


def _lone_day_of_month(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "on the third"; "the third psalm" may be anything."""
    is_told = match[0].lower().startswith("on ")
    is_told = is_told or _AHEAD_OF_DAY.search(match.string, 0, match.start()) is not None
    if is_told or _BEHIND_DAY.match(match.string, match.end()):
        yield from _day_of_month(match, today)


def _next_day_of_month(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield Joint.WORDS
    yield from _day_of_month(match, today)


def _end_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(-1, MONTHS.get(match["month"].lower(), 12))


def day_number(said: str) -> int:
    """A day of a month; raises ImpossibleTimeError if no month has it."""
    day = whole_number(said)
    if not 1 <= day <= 31:
        raise ImpossibleTimeError(f"No month has a day {day}.")
    return day


def _relative_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today + timedelta(_RELATIVE_DAYS[match[0].lower()]))


def _week_from(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "a week tomorrow", "a week on Tuesday", "Tuesday week", "two weeks from today"."""
    said = (match["number"] or "a").lower()
    fixed = {"a": 1, "one": 1, "a fortnight": 2, "week": 1, "fortnight": 2}
    weeks = fixed.get(said) or whole_number(said)
    day = match["day"].lower()
    if day in WEEKDAYS:
        ahead = (WEEKDAYS[day] - today.weekday()) % 7 or 7
        yield OnDay(today + timedelta(ahead + 7 * weeks))
    else:
        yield OnDay(today + timedelta(_RELATIVE_DAYS[day] + 7 * weeks))


def _days_after(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "two days after tomorrow"."""
    days = count_of(match["number"]) * DAYS[match["unit"].lower()]
    side = -1 if match["side"].lower() == "before" else 1
    yield OnDay(today + timedelta(_RELATIVE_DAYS[match["from"].lower()] + side * days))


def short_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 4/15 or 15/4; 4/5 is April in one country and May in another."""
    first, second = int(match["first"]), int(match["second"])
    if first == second or (first > 12) != (second > 12):
        month, day = (first, second) if second > 12 else (second, first)
        if match["each"]:
            yield Every(Frequency.YEARLY)
        yield OnMonthDay(day, month)
    else:
        yield Unclear.WORDS


def count_of(said: str) -> int:
    """How many: "a", "a couple of", "three"."""
    return {"a": 1, "an": 1, "one": 1, "a couple of": 2}.get(said.lower()) or whole_number(said)


def _weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    week = (match["week"] or "").lower()
    which = (match["which"] or "the").lower()
    weeks = 0 if week == "this" else _AHEAD[week or which]
    is_one = which in {"this", "coming"} or "coming" in match[0].lower()
    yield OnWeekday(WEEKDAYS[match["day"].lower()], weeks, is_one)


def _weekdays_of_week(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "Monday and Wednesday next week", both of them of that week."""
    for day in re.findall(WEEKDAY, match["days"].lower()):
        yield OnWeekday(WEEKDAYS[day], _AHEAD[match["week"].lower()] or 0)


def _short_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    names = [day for day in WEEKDAYS if day.startswith(match[0].lower()[:3])]
    yield OnWeekday(WEEKDAYS[names[0]])


def _weekend(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnWeekday(5, _AHEAD[(match["which"] or "the").lower()], is_weekend=True)


def _written_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(int(match["day"]), int(match["month"]), int(match["year"]))


DAY_RULES: tuple[tuple[str, Reader], ...] = (
    (
        rf"\b(?P<number>a fortnight|(?:a|one|{N})(?= weeks?))(?: weeks?)? (?:from |on |after )?"
        rf"(?P<day>today|tomorrow|{WEEKDAY})\b",
        _week_from,
    ),
    (
        rf"\b(?:on )?(?P<day>{WEEKDAY}|today|tomorrow) (?P<number>week|fortnight)\b"
        r"(?!(?:ly| (?:day|end)))",
        _week_from,
    ),
    # "Tue and thu 7pm", with nothing before them that makes it another week's, or a range.
    (
        rf"(?:^|(?<=, )|(?<=[\0\1] )|(?<=\bon )|(?<=\band )|(?<=& )|{_BEHIND_SHORT})"
        rf"\b{_SHORT_DAY}\b(?=,? (?:(?:and |& )?{_SHORT_DAY}\b|at\b|\d|[\0\1]|noon\b))",
        _short_weekday,
    ),
    (
        rf"\b(?P<number>an?|a couple of|{N}) (?P<unit>day|week|fortnight)s? "
        rf"(?P<side>after|from|before) (?P<from>today|tomorrow|the day after tomorrow)\b",
        _days_after,
    ),
    # "The Friday after next" is one or two weeks ahead, as people say it.
    (
        rf"\b(?:on |the )*(?:{WEEKDAY}|week|weekend|month|day|year) after next\b",
        always(Unclear.WORDS),
    ),
    (
        rf"\bearly (?=tomorrow,? at {HOUR_WORD}\b.{{0,12}}(?:in the morning|\ba\.? ?m\b))",
        always(Joint.WORDS),
    ),
    (either(_RELATIVE_DAYS), _relative_day),
    (
        r"(?:\bon )(?P<first>\d{1,2})/(?P<second>\d{1,2})\b(?![/\d])(?P<each>(?!))?",
        short_date,
    ),
    (r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b", _written_date),
    (
        rf"\b(?:on )?(?P<every>every |each )?(?:the )?(?P<day>{DAY})(?: of)? (?P<month>{MONTH})\b"
        rf"{_OF_YEAR}",
        _month_day,
    ),
    (
        rf"\b(?:on )?(?P<every>every |each )?(?:year on )?(?P<month>{MONTH})\.? (?:the )?"
        rf"(?P<day>{DAY}){_OF_YEAR}",
        _month_day,
    ),
    (
        rf"(?:on )?(?:the )?(?:(?P<last>last day|end)|(?P<day>{ORDINAL})) of "
        r"(?P<which>next|this|the) month",
        _day_of_month,
    ),
    (rf"\b(?:the )?(?:end|last day) of (?P<month>{MONTH}|the year)\b", _end_of_month),
    # "December 25th and 26th"
    (
        rf"(?<=\0)(?:,? and |, ?)(?:the )?(?P<day>{ORDINAL})(?= of\b|[ ,.]*(?:$|[\0\1]))"
        r"(?P<which>)(?P<last>)",
        _next_day_of_month,
    ),
    (
        r"\b(?:the )?(?:end|last day|last) of (?:that|the same) month\b",
        always(OnMonthDay(-1, is_same=True)),
    ),
    (
        rf"(?P<which>next|this) month,? (?:on )?the (?P<day>{ORDINAL})(?P<last>(?!))?",
        _day_of_month,
    ),
    (
        rf"(?:on )?the (?P<day>{ORDINAL})\b(?P<which>)(?P<last>)"
        rf"(?! (?:(?!{_NO_ADJECTIVE}\b)\w+ )?(?:{either(COUNTED_OFF)}|{_DOSE_UNIT})s?\b)",
        _lone_day_of_month,
    ),
    (
        r"\bon the (?P<day>[1-9]|[12]\d|3[01])(?=$|[ ,.]*(?:\0|at\b|in the\b|and\b))"
        r"(?P<which>)(?P<last>)",
        _day_of_month,
    ),
    (
        rf"\b(?:on )?(?P<days>{WEEKDAY}(?:(?:,|,? and)? (?:on )?{WEEKDAY})+),? (?:of )?"
        r"(?P<week>next|this) week\b",
        _weekdays_of_week,
    ),
    (
        rf"\b(?P<week>next|this) week,? (?:on )?(?P<day>{WEEKDAY})\b(?P<which>)",
        _weekday,
    ),
    (
        r"\b(?:on |by )?(?:(?P<which>this|next|last|the|coming) (?:coming )?)?"
        rf"(?P<day>{WEEKDAY})\b(?:,? (?:of )?(?P<week>next|this) week)?",
        _weekday,
    ),
    # Two single days, of which a moment holds the first only.
    (
        rf"\b(?:{EXCEPT})(?: for)?(?: on| at| in)? (?:the |this |next |coming )+weekend\b",
        always(Unclear.WORDS),
    ),
    (
        r"\b(?:on |at |over |during |by )?(?:(?P<which>this|next|the|last) (?:coming )?)?weekend\b"
        r"(?! (?:bag|break|trip|visitors?|guests?|paper|supplement))",
        _weekend,
    ),
)
