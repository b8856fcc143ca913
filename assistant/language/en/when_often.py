"""What English says about how often: each rule reads one kind of clue."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.language.clues import (
    Clue,
    Every,
    EveryWeekdays,
    Frequency,
    NotOnWeekdays,
    OnDay,
    OnMonthDay,
    OnNthWeekday,
    PartOfDay,
    Reader,
    TimesEvery,
    always,
)
from assistant.language.days import weekdays_between
from assistant.language.en.numerals import ORDINAL, whole_number
from assistant.language.en.numerals import WHOLE_NUMBER as N
from assistant.language.en.when_clock import either
from assistant.language.en.when_days import (
    EXCEPT,
    ORDINALS,
    WEEKDAY,
    count_of,
    day_number,
    short_date,
)
from assistant.language.en.when_words import ADVERBS, FREQUENCIES, PARTS, TIMES, WEEKDAYS
from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import Denied, NoOther, PerDay, Unclear

_UNIT = rf"(?P<unit>{either(FREQUENCIES)})s?"
_MANY = rf"(?P<count>once|twice|thrice|{N} times?)"
_OTHER = r"(?:(?:single|blessed|blooming|blasted|flipping) )?(?P<other>other |second |alternate )?"
_EVERY_WEEK = re.compile(r"\b(?:(?:every|each|per|a) week(?!end)|weekly)\b", re.IGNORECASE)
_TELLS_DAYS = re.compile(
    rf"\0|\b(?:every|each|daily|weekly|monthly|{WEEKDAY}s?|mornings|evenings|nights|weekdays)\b",
    re.IGNORECASE,
)
_NTH_WEEKDAY = rf"(?P<place>{ORDINAL}|last)(?: (?P<weekday>{WEEKDAY}))?"
_NTH = rf"(?:{ORDINAL}|last)(?: {WEEKDAY})?"
_AND_NTH = rf"(?:,? and |, )(?:on )?(?:the )?{_NTH}"
_OF_MONTHS = "(?: (?:of|in) (?:the|a|each|every) month| (?:every|each) month| monthly)"
_DAY_LIST = rf"{WEEKDAY}s?(?:(?:,? and |, ?| or | to | through | & | ){WEEKDAY}s?)*"


def _every_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    said = match["days"].lower()
    named = [WEEKDAYS[day] for day in re.findall(WEEKDAY, said)]
    if re.search(r" (?:to|through|until|till) ", said):
        named = list(weekdays_between(named[0], named[-1]))
    yield EveryWeekdays(tuple(named), 2 if match.groupdict().get("other") is not None else 1)


def _weekday_parts(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "Sunday evenings"."""
    yield EveryWeekdays((WEEKDAYS[match["day"].lower()],))
    yield PartOfDay(PARTS[match["part"].lower()])


def _not_on(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "but not on Sundays", "except at the weekend"."""
    said = match["days"].lower()
    off = {WEEKDAYS[day] for day in re.findall(WEEKDAY, said)}
    if "weekend" in said:
        off |= {5, 6}
    if "weekdays" in said:
        off |= set(range(5))
    if re.search(r" (?:to|through|until|till) ", said):
        named = [WEEKDAYS[day] for day in re.findall(WEEKDAY, said)]
        off = set(weekdays_between(named[0], named[-1]))
    yield NotOnWeekdays(tuple(sorted(off)))


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


def _from_now_on(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read it as every day, unless other words tell how often."""
    yield Denied.WORDS if _TELLS_DAYS.search(match.string) else Every(Frequency.DAILY)


def _alternate_parts(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "alternate mornings"."""
    yield Every(Frequency.DAILY, 2)
    yield PartOfDay(PARTS[match["part"].lower()])


def _range(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "Monday to Friday", which is every week; "from Wednesday to Saturday" may be once."""
    first, last = (WEEKDAYS[day] for day in re.findall(WEEKDAY, match["days"].lower()))
    if match["each"] or (first == 0 and last > 3) or _EVERY_WEEK.search(match.string):
        yield EveryWeekdays(weekdays_between(first, last))
    else:
        yield Unclear.WORDS


def _per_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    if "\1" in match.string[: match.start()]:
        yield PerDay.WORDS


def _nth_weekday(match: re.Match[str], _: date) -> Iterator[Clue]:
    nth = -1 if match["nth"].lower() == "last" else whole_number(match["nth"])
    if nth > 5:
        raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
    of = (match["of"] or "").lower()
    # "Third Tuesday": of this month, the next, or every one; "every third Tuesday": every three
    # weeks, or of each month.
    if not of and (not match["every"] or nth > 1):
        yield Unclear.WORDS
        return
    months = 1 if "next" in of else 0 if "this" in of else None
    yield OnNthWeekday(nth, WEEKDAYS[match["day"].lower()], months)


def _nth_weekdays(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "second and fourth Tuesday", "the first Monday and the last Friday"."""
    day, days = 0, list[OnNthWeekday]()
    for each in reversed(list(re.finditer(_NTH_WEEKDAY, match["several"], re.IGNORECASE))):
        day = WEEKDAYS[each["weekday"].lower()] if each["weekday"] else day
        nth = -1 if each["place"].lower() == "last" else whole_number(each["place"])
        if nth > 5:
            raise ImpossibleTimeError(f"No month has {nth} of the same weekday.")
        days.append(OnNthWeekday(nth, day))
    yield from reversed(days)


def _month_days(match: re.Match[str], _: date) -> Iterator[Clue]:
    """Read "the first to the fifth of every month"."""
    first, last = day_number(match["from"]), day_number(match["to"])
    yield Every(Frequency.MONTHLY)
    if first < last:
        yield from (OnMonthDay(day) for day in range(first, last + 1))
    else:
        yield Unclear.WORDS  # "from the 28th to the third"


def _every_month_day(match: re.Match[str], _: date) -> Iterator[Clue]:
    yield Every(Frequency.MONTHLY)
    if match["last"]:
        yield OnMonthDay(-1)
    for day in re.findall(ORDINAL, match["days"] or "", re.IGNORECASE):
        yield OnMonthDay(day_number(day))


def _weekdays_later(match: re.Match[str], today: date) -> Iterator[Clue]:
    """Read "two Mondays from now": the second Monday to come."""
    ahead = (WEEKDAYS[match["day"].lower()] - today.weekday()) % 7 or 7
    yield OnDay(today + timedelta(ahead + 7 * (count_of(match["number"]) - 1)))


# In this order: what a rule has read is gone for the next.
OFTEN_RULES: tuple[tuple[str, Reader], ...] = (
    # How often, but "two Sundays from now" is one day.
    (
        rf"\b(?P<number>a|{N}) (?P<day>{WEEKDAY})s? (?:later|from (?:now|today)|hence)\b",
        _weekdays_later,
    ),
    # "Not tomorrow but Wednesday" names a day, and leaves none out.
    (
        r"\bnot (?:on )?(?:this |next |the )?"
        rf"(?:today|tomorrow|day after tomorrow|{WEEKDAY})(?:,? but\b|(?= (?:on )?{WEEKDAY}\b))",
        always(Unclear.WORDS),
    ),
    (
        rf"[ ,]*\b(?:and |but )?(?:{EXCEPT})(?: for)?(?: on| at)?(?: every| the| any)? "
        rf"(?P<days>(?:{_DAY_LIST}|weekends?|weekdays)"
        rf"(?:,? and (?:on )?(?:{_DAY_LIST}|weekends?|weekdays))*)(?! (?:next|this|after) )"
        r"(?:,? (?:off|out))?\b(?! \d)",
        _not_on,
    ),
    (rf"\b(?:on )?alternate (?P<other>)(?P<days>{WEEKDAY}s)\b", _every_weekdays),
    (
        rf"(?:every|each) {_OTHER}(?P<days>{_DAY_LIST})\b(?! (?:of|in) (?:the|each|every) month)",
        _every_weekdays,
    ),
    (
        rf"(?:on )?(?:every |each |the )"
        rf"(?P<several>{ORDINAL}(?:(?:,? and |, )(?:the )?{ORDINAL})+ {WEEKDAY})\b{_OF_MONTHS}?",
        _nth_weekdays,
    ),
    (
        rf"(?:on )?(?:(?:the|every|each) )?\b(?P<several>{_NTH}(?:{_AND_NTH})+)\b(?<=day)"
        rf"{_OF_MONTHS}",
        _nth_weekdays,
    ),
    (
        rf"(?:from |on )?(?:the )?\b(?P<from>{ORDINAL}) (?:to|through|until|till) (?:the )?"
        rf"(?P<to>{ORDINAL})(?: days?)?(?: inclusive)?{_OF_MONTHS}",
        _month_days,
    ),
    (
        rf"(?:on )?(?:the |(?P<every>every |each ))?"
        rf"(?P<nth>{ORDINAL}|last(?= {WEEKDAY} (?:of|in|every|each|next))) "
        rf"(?P<day>{WEEKDAY})"
        r"(?P<of> (?:of|in) (?:the|each|every|this|next) month| (?:every|each|next) month)?",
        _nth_weekday,
    ),
    (
        r"(?:every month |each month |monthly )(?:on )?(?:the )?"
        rf"(?:(?P<last>last day)|(?P<days>{ORDINALS}))",
        _every_month_day,
    ),
    (
        rf"(?:on )?(?:the )?(?:(?P<last>last day)|(?P<days>{ORDINALS}))(?: days?)? of "
        r"(?:every|each) month",
        _every_month_day,
    ),
    (
        rf"(?:on )?(?:every|each) (?P<days>{ORDINAL})(?: day)? of (?:the|a|each|every) month"
        r"(?P<last>(?!))?",
        _every_month_day,
    ),
    # "On the first and the fifteenth of the month" comes again; on one of them alone, not.
    (
        rf"(?:on )?the (?P<days>{ORDINAL}(?:(?:,? and |, )(?:the )?{ORDINAL})+)(?: days?)? of "
        r"(?:the|a) month(?P<last>(?!))?",
        _every_month_day,
    ),
    (
        rf"(?:on )?the (?P<days>{ORDINALS})(?: days?)?,? (?:monthly|every month|each month)"
        r"(?P<last>(?!))?",
        _every_month_day,
    ),
    (
        r"(?P<each>\b(?:every|each) )(?P<first>\d{1,2})/(?P<second>\d{1,2})\b(?![/\d])",
        short_date,
    ),
    (
        rf"(?:on )?(?P<day>{WEEKDAY}) (?P<part>{either(PARTS)})s\b",
        _weekday_parts,
    ),
    (
        rf"(?:from |on )?(?P<days>{WEEKDAY}s (?:to|through|until|till) {WEEKDAY}s)\b",
        _every_weekdays,
    ),
    (
        rf"(?<!this )(?<!next )(?<!coming )(?P<each>\b(?:every|each) (?:week )?)?(?:from |on )?"
        rf"(?P<days>{WEEKDAY} (?:to|through) {WEEKDAY})\b",
        _range,
    ),
    (rf"(?:on )?(?P<days>(?:{WEEKDAY}s(?:,? and |, ?| & )?)+)\b", _every_weekdays),
    (
        r"\b(?:every|each) (?:the )?weekend\b"
        r"|\b(?:every|each|on|during) (?:the )?weekdays?\b"
        r"|\b(?:(?:at|on|during|over) )?(?:the )?week(?:day|end)s\b",
        _weekdays,
    ),
    (
        rf"\b{_MANY}"
        rf"(?:,? (?:a|an|per|each|every)(?: (?P<interval>{N}))? {_OTHER}{_UNIT}"
        r"| (?P<adverb>daily|weekly|monthly|yearly))\b",
        _times_every,
    ),
    # "One tablet a day at noon", "one tablet of aspirin a day"
    (
        r"(?<!\bfor )(?<!\bin )(?<!\bwithin )(?<!\bof )(?<!\bwhat )(?<!times )(?<!once )(?<!twice )"
        r"\b(?:a|per) day\b(?! (?:or\b|off|out|trip|early|late|before|after|centre|care))",
        _per_day,
    ),
    # "Never any other day"
    (
        r"[ ,]*\b(?:and |but )?(?:(?:never|not)(?: on)? any other (?:day|time|night)|"
        r"(?:and )?no other days?|(?:and )?on no other days?|not on (?:the )?other days|"
        r"(?:and )?(?:none|nothing|not) (?:on )?(?:the )?(?:other|rest of the) days?|"
        r"(?:and )?(?:none|nothing) (?:on )?any other day)\b(?: of the week)?",
        always(NoOther.WORDS),
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
    (
        r"(?<!s )(?<!day )(?<!week )(?<!month )(?<!year )(?<!hour )\bfrom now on\b(?! the\b)",
        _from_now_on,
    ),
    (r"\bevery fortnight\b", always(Every(Frequency.WEEKLY, 2))),
    (r"\b(?:on )?alternate days\b", always(Every(Frequency.DAILY, 2))),
    (rf"\b(?:on )?alternate (?P<part>{either(PARTS)})s\b", _alternate_parts),
    (
        r"\ball week(?=,?\0)",
        always(Every(Frequency.DAILY)),
    ),
    (rf"\b(?:every|each) {_OTHER}(?:(?P<number>{N}|{ORDINAL}) )?{_UNIT}\b", _every),
    (rf"(?<![\w-])(?<!the )(?<!my )(?<!our )(?<!bi )(?<!semi ){either(ADVERBS)}\b", _adverb),
)
