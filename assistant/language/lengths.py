"""Lengths of time that other words give a beginning: "at seven, and half an hour later"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from assistant.language.clues import (
    After,
    Clock,
    DayClue,
    Every,
    EveryWeekdays,
    Found,
    Frequency,
    OnDay,
    OnMonthDay,
    Part,
    PartOfDay,
)
from assistant.language.signs import NowHour, Unclear

_DAY_HOURS = 24


def with_beginnings(found: Sequence[Found], now: datetime) -> list[Found]:
    """Put times and days in the place of lengths that are counted from something said.

    Args:
        found: The clues of one sentence, in its order.
        now: In the elder's time zone.
    """
    found = _several_from_now(_after_the_last(found), now)
    return _at_this_hour(_whole_days(_day_of_month_ahead(found)), now)


def _at_this_hour(found: Sequence[Found], now: datetime) -> list[Found]:
    """Read "this time tomorrow"; of what comes again, or beside another hour, it is unclear."""
    days = [e for e in found if isinstance(e.clue, DayClue)]
    others = [e for e in found if isinstance(e.clue, Every | EveryWeekdays | Clock | PartOfDay)]
    is_clear = len(days) == 1 and not others
    part = Part(now.hour, now.hour + 1, time(now.hour))
    hour = Clock(now.hour, now.minute, part) if is_clear else Unclear.WORDS
    return [replace(e, clue=hour) if isinstance(e.clue, NowHour) else e for e in found]


def _after_the_last(found: Sequence[Found]) -> list[Found]:
    """Read "at seven, and half an hour after that": without an hour before it, it is unclear."""
    told: list[Found] = []
    for each in found:
        clue = each.clue
        if not isinstance(clue, After) or not clue.is_then:
            told.append(each)
            continue
        before = [other.clue for other in told if isinstance(other.clue, Clock)]
        if before:
            told.append(replace(each, clue=later(before[-1], clue.length)))
        elif clue.is_only_then:
            told.append(replace(each, clue=Unclear.WORDS))
        else:
            told.append(replace(each, clue=replace(clue, is_then=False)))
    return told


def later(clock: Clock, length: timedelta) -> Clock:
    """Find the hour so long after another; it is as open as that one, morning or evening."""
    hour = clock.part.hour(clock.hour) if clock.part else clock.hour
    minutes = hour * 60 + clock.minute + round(length.total_seconds() / 60)
    hour, minute = divmod(minutes, 60)
    if clock.part is None and clock.hour <= 12:
        return Clock((hour - 1) % 12 + 1, minute)
    at = time(hour % _DAY_HOURS)
    return Clock(hour % _DAY_HOURS, minute, Part(hour, hour + 1, at))


def _several_from_now(found: Sequence[Found], now: datetime) -> list[Found]:
    """Read "in twenty minutes, and in an hour" as two times of today."""
    lengths = [e for e in found if isinstance(e.clue, After) and e.clue.length and not e.clue.days]
    if len(lengths) < 2:
        return list(found)
    told: list[Found] = []
    for each in found:
        if each not in lengths or not isinstance(each.clue, After):
            told.append(each)
            continue
        at = (now.astimezone(UTC) + each.clue.length).astimezone(now.tzinfo)
        if at.date() != now.date() or at.second != now.second or each.clue.months:
            return list(found)
        exact = Clock(at.hour, at.minute, Part(at.hour, at.hour + 1, time(at.hour)))
        told += [replace(each, clue=OnDay(now.date())), replace(each, clue=exact)]
    return told


def _day_of_month_ahead(found: Sequence[Found]) -> list[Found]:
    """Read "six months from now on the fifteenth" as one day."""
    told = list(found)
    for first, second in pairwise(found):
        ahead, day = first.clue, second.clue
        if not isinstance(ahead, After) or not isinstance(day, OnMonthDay):
            continue
        is_of_months = ahead.months > 0 and not ahead.days and not ahead.length
        if is_of_months and (day.month, day.months) == (None, None):
            one = Found(replace(day, months=ahead.months), first.start, second.end)
            told[told.index(first)] = one
            told.remove(second)
    return told


def _whole_days(found: Sequence[Found]) -> list[Found]:
    """Read "every seventy two hours at nine" as every three days."""
    if not any(isinstance(each.clue, Clock) for each in found):
        return list(found)
    return [
        replace(e, clue=Every(Frequency.DAILY, e.clue.interval // _DAY_HOURS))
        if isinstance(e.clue, Every)
        and e.clue.frequency is Frequency.HOURLY
        and e.clue.interval % _DAY_HOURS == 0
        else e
        for e in found
    ]
