"""What English says about days and how often: each rule reads one kind of clue."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from assistant.language.clues import (
    Clue,
    DayClue,
    Edge,
    Every,
    EveryWeekdays,
    Frequency,
    Lasting,
    NotOnWeekdays,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    PartOfDay,
    Reader,
    TimesEvery,
    Unclear,
    always,
)
from assistant.language.days import resolve
from assistant.language.en.doses import find_doses
from assistant.language.en.numerals import ORDINAL, whole_number
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.when_clock import CLOCK_RULES, HABIT_RULES, LENGTH_RULES, REPAIR, either
from assistant.language.en.when_words import (
    ADVERBS,
    DAYS,
    FESTIVALS,
    FREQUENCIES,
    MONTHS,
    PARTS,
    TIMES,
    WEEKDAYS,
)
from assistant.language.en.windows import WINDOW_RULES
from assistant.language.errors import ImpossibleTimeError
from assistant.language.left_words import left_words
from assistant.language.reading import Grammar, Reading, read_sentence

_WEEKDAY = either(WEEKDAYS)
_MONTH = either(MONTHS)
_UNIT = rf"(?P<unit>{either(FREQUENCIES)})s?"
_MANY = rf"(?P<count>once|twice|thrice|{N} times?)"
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

_LEFT_NAMES = (("NUMBER", N), ("ORDINAL", ORDINAL))


def read(text: str, today: date, names: Sequence[str] = ()) -> Reading:
    """Read names, doses and times of an English sentence, and what is left of it."""
    return read_sentence(text, today, names, _grammar())


def _every_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["days"].lower()
    named = [WEEKDAYS[day] for day in re.findall(_WEEKDAY, said)]
    if re.search(r" (?:to|through|until|till) ", said):
        named = list(range(named[0], named[-1] + 1))
    yield EveryWeekdays(tuple(named), 2 if match.groupdict().get("other") else 1)


def _weekday_parts(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "Sunday evenings"."""
    yield EveryWeekdays((WEEKDAYS[match["day"].lower()],))
    yield PartOfDay(PARTS[match["part"].lower()])


def _not_on(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "but not on Sundays", "except at the weekend"."""
    said = match["days"].lower()
    off = {WEEKDAYS[day] for day in re.findall(_WEEKDAY, said)}
    if "weekend" in said:
        off |= {5, 6}
    if "weekdays" in said:
        off |= set(range(5))
    if re.search(r" (?:to|through|until|till) ", said):
        named = [WEEKDAYS[day] for day in re.findall(_WEEKDAY, said)]
        off = set(range(named[0], named[-1] + 1))
    yield NotOnWeekdays(tuple(sorted(off)))


def _festival(match: re.Match[str], today: date) -> Iterator[Clue]:
    festival = FESTIVALS[match["festival"].lower()]
    if match["side"] and isinstance(festival, DayClue):
        days = 1 if match["side"].lower() == "after" else -1
        yield OnDay(resolve(festival, today) + timedelta(days))
    else:
        yield festival


def _weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield EveryWeekdays((5, 6) if "end" in match[0].lower() else (0, 1, 2, 3, 4))


def _times_every(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["count"].lower()
    count = TIMES.get(said) or whole_number(said)
    frequency = FREQUENCIES[match["unit"].lower()] if match["unit"] else Frequency.DAILY
    if adverb := match["adverb"]:
        frequency = ADVERBS[adverb.lower()][0]
    interval = whole_number(match["interval"]) if match["interval"] else 1
    if match["other"]:
        interval = 2
    if interval > 1 or frequency in {Frequency.HOURLY, Frequency.MINUTELY}:
        if count == 1:
            yield Every(frequency, interval)
    else:
        yield TimesEvery(count, frequency)


def _every(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    interval = whole_number(words["number"]) if words["number"] else 2 if words["other"] else 1
    yield Every(FREQUENCIES[words["unit"].lower()], interval)


def _hours_and_a_half(match: re.Match[str], _: date) -> Iterator[Clue]:
    hours = whole_number(match["hours"]) if match["hours"] else 1
    yield Every(Frequency.MINUTELY, 60 * hours + 30)


def _adverb(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(*ADVERBS[match[0].lower()])


def _every_part(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.DAILY, 2 if match["other"] else 1)
    for part in re.findall(either(PARTS), match[0].lower()):
        yield PartOfDay(PARTS[part])


def _lasting(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["number"].lower()
    yield Lasting((1 if said in {"a", "an"} else whole_number(said)) * DAYS[match["unit"].lower()])


def _nth_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    nth = -1 if match["nth"].lower() == "last" else whole_number(match["nth"])
    if nth > 5:
        raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
    of = (match["of"] or "").lower()
    if not of and not match["every"]:
        yield Unclear.WORDS  # "third Tuesday": of this month, the next, or every one
        return
    months = 1 if "next" in of else 0 if "this" in of else None
    yield OnNthWeekday(nth, WEEKDAYS[match["day"].lower()], months)


def _nth_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    for nth in re.findall(ORDINAL, match["several"], re.IGNORECASE):
        yield OnNthWeekday(whole_number(nth), WEEKDAYS[match["day"].lower()])


def _month_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    if match.groupdict().get("every"):
        yield Every(Frequency.YEARLY)
    year = match.groupdict().get("year")
    month = MONTHS[match["month"].lower()]
    yield OnMonthDay(_day(match["day"]), month, _year(year) if year else None)


def _year(said: str) -> int:
    """Read 2027 and "twenty twenty seven"."""
    return int(said) if said.isdecimal() else 2000 + whole_number(said.split(" ", 1)[1])


def _every_month_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.MONTHLY)
    if match["last"]:
        yield OnMonthDay(-1)
    for day in re.findall(ORDINAL, match["days"] or "", re.IGNORECASE):
        yield OnMonthDay(_day(day))


def _day_of_month(match: re.Match[str], _: date) -> Iterator[Clue]:
    words = match.groupdict()
    which = (words["which"] or "").lower()
    months = {"next": 1, "this": 0, "last": -1}.get(which)
    yield OnMonthDay(-1 if words["last"] else _day(words["day"]), None, None, months)


def _day(said: str) -> int:
    day = whole_number(said)
    if not 1 <= day <= 31:
        raise ImpossibleTimeError(f"No month has a day {day}.")
    return day


def _lunar(match: re.Match[str], _: date) -> Iterator[Clue]:
    month = whole_number(match["month"]) if match["month"] else None
    days = tuple(_day(day) for day in re.findall(ORDINAL, match["day"], re.IGNORECASE))
    yield OnLunarDay(days, month, each=bool(match["each"]) or (len(days) > 1 and month is None))


def _relative_day(match: re.Match[str], today: date) -> Iterator[Clue]:
    yield OnDay(today + timedelta(_RELATIVE_DAYS[match[0].lower()]))


def _week_from(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "a week tomorrow", "a week on Tuesday", "Tuesday week", "two weeks from today"."""
    said = (match["number"] or "a").lower()
    weeks = {"a": 1, "one": 1, "a fortnight": 2}.get(said) or whole_number(said)
    day = match["day"].lower()
    if day in WEEKDAYS:
        ahead = (WEEKDAYS[day] - today.weekday()) % 7 or 7
        yield OnDay(today + timedelta(ahead + 7 * weeks))
    else:
        yield OnDay(today + timedelta(_RELATIVE_DAYS[day] + 7 * weeks))


def _days_after(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "two days after tomorrow"."""
    days = _count(match["number"]) * DAYS[match["unit"].lower()]
    side = -1 if match["side"].lower() == "before" else 1
    yield OnDay(today + timedelta(_RELATIVE_DAYS[match["from"].lower()] + side * days))


def _weekdays_later(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "two Mondays from now": the second Monday to come."""
    ahead = (WEEKDAYS[match["day"].lower()] - today.weekday()) % 7 or 7
    yield OnDay(today + timedelta(ahead + 7 * (_count(match["number"]) - 1)))


def _short_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read 4/15 or 15/4; 4/5 is April in one country and May in another."""
    first, second = int(match["first"]), int(match["second"])
    if first == second or (first > 12) != (second > 12):
        month, day = (first, second) if second > 12 else (second, first)
        if match["each"]:
            yield Every(Frequency.YEARLY)
        yield OnMonthDay(day, month)
    else:
        yield Unclear.WORDS


def _count(said: str) -> int:
    return {"a": 1, "an": 1, "one": 1, "a couple of": 2}.get(said.lower()) or whole_number(said)


def _weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    week = (match["week"] or "").lower()
    which = (match["which"] or "the").lower()
    weeks = 0 if week == "this" else _AHEAD[week or which]
    is_one = which in {"this", "coming"} or "coming" in match[0].lower()
    yield OnWeekday(WEEKDAYS[match["day"].lower()], weeks, is_one)


def _short_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    names = [day for day in WEEKDAYS if day.startswith(match[0].lower()[:3])]
    yield OnWeekday(WEEKDAYS[names[0]])


def _weekend(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnWeekday(5, _AHEAD[(match["which"] or "the").lower()])


def _written_date(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield OnMonthDay(int(match["day"]), int(match["month"]), int(match["year"]))


_ONE_TO_NINE = "(?:one|two|three|four|five|six|seven|eight|nine)"
_EXCEPT = (
    r"except(?:ing)?|apart from|other than|excluding|leaving out|besides|aside from|not|never|but|"
    r"but not|skip|skipping|save|leave out|omit|omitting|not counting|without|bar|"
    r"with the exception of|"
    r"no(?= (?:\w+days|weekends)\b)"
)
_DAY = rf"(?:{ORDINAL}|(?!\d{{3}}){N})(?!\d)"
_SHORT_DAY = "(?:mon|tues?|wed|thu(?:rs?)?|fri)"
_BEHIND_SHORT = "|".join(f"(?<=\\b{day} )" for day in ("mon", "tue", "wed", "thu", "fri"))
_ORDINALS = rf"{ORDINAL}(?:(?:,? and |, | )(?:the )?{ORDINAL})*"
_OTHER = r"(?:single )?(?P<other>other |second |alternate )?"
_DAY_LIST = rf"{_WEEKDAY}s?(?:(?:,? and |, ?| or | to | through | & | ){_WEEKDAY}s?)*"
# In this order: what a rule has read is gone for the next.
_RULES: tuple[tuple[str, Reader], ...] = (
    *HABIT_RULES,
    (rf"(?:the day (?P<side>before|after) )?\b(?P<festival>{either(FESTIVALS)})\b", _festival),
    (
        r"\b(?:on |at |before |after )?(?:easter(?: sunday| monday| eve)?|good friday|thanksgiving"
        r"(?: day)?|mother'?s day|father'?s day|pancake day|shrove tuesday|ash wednesday|diwali|"
        r"ramadan|hanukkah|passover|eid)\b(?! (?:cards?|presents?|gifts?|cakes?|eggs?|flowers?))"
        r"|\bon (?:my|his|her|our|their|\w+'s) (?:birthday|anniversary|name day)\b",
        always(Unclear.WORDS),
    ),
    (
        rf"(?:on )?(?:the )?(?P<day>{_ORDINALS})(?: days?)? of (?P<each>every |each )?(?:the )?"
        rf"(?:(?P<month>{ORDINAL}) )?lunar month|(?P<nothing>(?!))",
        _lunar,
    ),
    (
        rf"(?:on )?(?:the )?(?P<month>{ORDINAL}) (?:lunar )?month,? (?:the )?(?P<day>{ORDINAL}) day"
        r"(?: (?:of|in|on) the (?:lunar|chinese|traditional) calendar)?(?P<each>(?!))?",
        _lunar,
    ),
    *WINDOW_RULES,
    # How often, but "two Sundays from now" is one day.
    (
        rf"\b(?P<number>a|{N}) (?P<day>{_WEEKDAY})s? (?:later|from (?:now|today)|hence)\b",
        _weekdays_later,
    ),
    (
        rf"[ ,]*\b(?:and |but )?(?:{_EXCEPT})(?: for)?(?: on| at)?(?: every| the| any)? "
        rf"(?P<days>(?:{_DAY_LIST}|weekends?|weekdays)"
        rf"(?:,? and (?:on )?(?:{_DAY_LIST}|weekends?|weekdays))*)(?! (?:next|this|after) )"
        r"(?:,? (?:off|out))?\b(?! \d)",
        _not_on,
    ),
    (
        rf"(?:every|each) {_OTHER}(?P<days>{_DAY_LIST})\b",
        _every_weekdays,
    ),
    (
        rf"(?:on )?(?:every |each |the )"
        rf"(?P<several>{ORDINAL}(?:(?:,? and |, )(?:the )?{ORDINAL})+) "
        rf"(?P<day>{_WEEKDAY})(?: (?:of|in) (?:the|each|every) month)?",
        _nth_weekdays,
    ),
    (
        rf"(?:on )?(?:the |(?P<every>every |each ))?"
        rf"(?P<nth>{ORDINAL}|last(?= {_WEEKDAY} (?:of|in|every|each|next))) "
        rf"(?P<day>{_WEEKDAY})"
        r"(?P<of> (?:of|in) (?:the|each|every|this|next) month| (?:every|each|next) month)?",
        _nth_weekday,
    ),
    (
        r"(?:every month |each month |monthly )(?:on )?(?:the )?"
        rf"(?:(?P<last>last day)|(?P<days>{_ORDINALS}))",
        _every_month_day,
    ),
    (
        rf"(?:on )?(?:the )?(?:(?P<last>last day)|(?P<days>{_ORDINALS}))(?: days?)? of "
        r"(?:every|each) month",
        _every_month_day,
    ),
    # "On the first and the fifteenth of the month" comes again; on one of them alone, not.
    (
        rf"(?:on )?the (?P<days>{ORDINAL}(?:(?:,? and |, )(?:the )?{ORDINAL})+)(?: days?)? of "
        r"(?:the|a) month(?P<last>(?!))?",
        _every_month_day,
    ),
    (
        rf"(?:on )?the (?P<days>{_ORDINALS})(?: days?)?,? (?:monthly|every month|each month)"
        r"(?P<last>(?!))?",
        _every_month_day,
    ),
    (
        r"(?P<each>\b(?:every|each) )(?P<first>\d{1,2})/(?P<second>\d{1,2})\b(?![/\d])",
        _short_date,
    ),
    (
        rf"(?:on )?(?P<day>{_WEEKDAY}) (?P<part>{either(PARTS)})s\b",
        _weekday_parts,
    ),
    (rf"(?:on )?(?P<days>(?:{_WEEKDAY}s(?:,? and |, ?| & )?)+)\b", _every_weekdays),
    (rf"(?:from )?(?P<days>{_WEEKDAY} (?:to|through) {_WEEKDAY})\b", _every_weekdays),
    (
        r"\b(?:every|each|at|during) (?:the )?weekends?\b|\b(?:on )weekends\b"
        r"|\b(?:every|each|on|during) (?:the )?weekdays?\b|\bweek(?:day|end)s\b",
        _weekdays,
    ),
    (
        rf"\b{_MANY}"
        rf"(?:,? (?:a|an|per|each|every)(?: (?P<interval>{N}))? {_OTHER}{_UNIT}"
        r"| (?P<adverb>daily|weekly|monthly|yearly))\b",
        _times_every,
    ),
    (
        rf"\b(?:every|each) {_OTHER}{either(PARTS)}(?: and (?:every )?{either(PARTS)})?\b",
        _every_part,
    ),
    (
        r"\bnightly\b",
        always(Every(Frequency.DAILY), PartOfDay(PARTS["night"])),
    ),
    (
        rf"\b(?:every|each) (?:(?P<hours>{N}) and a half hours|(?:an |one )?hour and a half)\b",
        _hours_and_a_half,
    ),
    (r"\bevery half(?: an)? hour\b|\bhalf[- ]hourly\b", always(Every(Frequency.MINUTELY, 30))),
    (r"\beveryday\b(?! (?:use|things?|life|clothes))", always(Every(Frequency.DAILY))),
    (r"\bevery fortnight\b", always(Every(Frequency.WEEKLY, 2))),
    (r"\b(?:on )?alternate days\b", always(Every(Frequency.DAILY, 2))),
    (rf"\b(?:every|each) {_OTHER}(?:(?P<number>{N}|{ORDINAL}) )?{_UNIT}\b", _every),
    (rf"(?<![\w-])(?<!the )(?<!my )(?<!our )(?<!bi )(?<!semi ){either(ADVERBS)}\b", _adverb),
    (
        r"\b(?:for|lasting|over) (?:the next |another )?"
        rf"(?P<number>an?|{N}) (?P<unit>{either(DAYS)})s?\b",
        _lasting,
    ),
    *LENGTH_RULES,
    # Days.
    (
        rf"\b(?P<number>a fortnight|(?:a|one|{N})(?= weeks?))(?: weeks?)? (?:from |on |after )?"
        rf"(?P<day>today|tomorrow|{_WEEKDAY})\b",
        _week_from,
    ),
    (rf"\b(?:on )?(?P<day>{_WEEKDAY}) week\b(?P<number>)", _week_from),
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
        rf"\b(?:on |the )*(?:{_WEEKDAY}|week|weekend|month|day|year) after next\b",
        always(Unclear.WORDS),
    ),
    (either(_RELATIVE_DAYS), _relative_day),
    (
        r"(?:\bon )(?P<first>\d{1,2})/(?P<second>\d{1,2})\b(?![/\d])(?P<each>(?!))?",
        _short_date,
    ),
    (r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b", _written_date),
    (
        rf"\b(?:on )?(?P<every>every )?(?:the )?(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})\b"
        rf"(?:,? (?P<year>\d{{4}}|twenty twenty[ -]{_ONE_TO_NINE})\b)?",
        _month_day,
    ),
    (
        rf"\b(?:on )?(?P<every>every |each )?(?:year on )?(?P<month>{_MONTH})\.? (?:the )?"
        rf"(?P<day>{_DAY})(?:,? (?P<year>\d{{4}}|twenty twenty[ -]{_ONE_TO_NINE})\b)?",
        _month_day,
    ),
    (
        rf"(?:on )?(?:the )?(?:(?P<last>last day|end)|(?P<day>{ORDINAL})) of "
        r"(?P<which>next|this|the) month",
        _day_of_month,
    ),
    (
        rf"(?P<which>next|this) month,? (?:on )?the (?P<day>{ORDINAL})(?P<last>(?!))?",
        _day_of_month,
    ),
    (rf"(?:on )?the (?P<day>{ORDINAL})\b(?P<which>)(?P<last>)", _day_of_month),
    (
        r"\bon the (?P<day>[1-9]|[12]\d|3[01])(?=$|[ ,.]*(?:\0|at\b|in the\b|and\b))"
        r"(?P<which>)(?P<last>)",
        _day_of_month,
    ),
    (
        rf"\b(?P<week>next|this) week,? (?:on )?(?P<day>{_WEEKDAY})\b(?P<which>)",
        _weekday,
    ),
    (
        r"\b(?:on |by )?(?:(?P<which>this|next|last|the|coming) (?:coming )?)?"
        rf"(?P<day>{_WEEKDAY})\b(?:,? (?:of )?(?P<week>next|this) week)?",
        _weekday,
    ),
    # Two single days, of which a moment holds the first only.
    (
        rf"\b(?:{_EXCEPT})(?: for)?(?: on| at| in)? (?:the |this |next |coming )+weekend\b",
        always(Unclear.WORDS),
    ),
    (r"\b(?:on |at )?(?P<which>this|next|the|last) weekend\b", _weekend),
    *CLOCK_RULES,
    (
        rf"[ ,]*\b(?:and |but )?(?:{_EXCEPT})(?: for)?(?: on| at)? ?(?=\0)",
        always(Edge.NOT_AHEAD),
    ),
    # A masked clue is one or more NUL: starting tomorrow, until Friday.
    (
        r"\b(?:starting|beginning|start|begin|from|as of|since)(?: from| on)? ?(?=\0)",
        always(Edge.START_AHEAD),
    ),
    (
        r"\b(?:until|till|til|up to|through|ending|and ending|up until)(?: on| and including)? ?"
        r"(?=\0)|(?<=\0) to (?=\0)",
        always(Edge.END_AHEAD),
    ),
)


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
