"""Clues about how often, written as RFC 5545 recurrence rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.language.clues import (
    Clue,
    DayClue,
    Every,
    EveryWeekdays,
    Frequency,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    TimesEvery,
)
from assistant.language.errors import ImpossibleTimeError

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule, and the clues it was written from; it says nothing of any other."""

    text: str
    used: tuple[Clue, ...]


def rrule_of(
    how_often: Sequence[Every | EveryWeekdays | TimesEvery],
    days: Sequence[DayClue],
    off: Collection[int] = (),
) -> Rule:
    """Write the rule.

    Args:
        how_often: What was said of how often.
        days: The days it is on.
        off: Days of the week on which it never is, 0 Monday.
    """
    every = [clue for clue in how_often if isinstance(clue, Every)]
    weekly = [clue for clue in how_often if isinstance(clue, EveryWeekdays)]
    weekly = [clue for clue in weekly if clue.interval == weekly[0].interval]
    counted = next(([clue] for clue in how_often if isinstance(clue, TimesEvery)), [])
    nth = [day for day in days if isinstance(day, OnNthWeekday) and day.months is None]
    weekdays = [day for day in days if isinstance(day, OnWeekday) and day.weeks is None]
    if not how_often and len(days) == 1:
        weekdays = []  # "on Monday at eight and at nine": that day, and not every Monday
    month_days = [day for day in days if isinstance(day, OnMonthDay) and day.months is None]
    said = {clue.frequency for clue in every} | {clue.frequency for clue in counted}
    frequency = every[0].frequency if every else counted[0].frequency if counted else None
    interval = max([clue.interval for clue in every], default=1)
    same = [clue for clue in every if (clue.frequency, clue.interval) == (frequency, interval)]

    if nth and said <= {Frequency.MONTHLY}:
        by = ",".join(f"{day.nth}{_WEEKDAYS[day.weekday]}" for day in nth)
        return Rule(_rule(Frequency.MONTHLY, interval, BYDAY=by), (*nth, *same, *counted))
    if weekly or off:
        named = {weekday for clue in weekly for weekday in clue.weekdays} or set(range(7))
        weeks = [clue for clue in same if clue.frequency is Frequency.WEEKLY]
        # "Monday to Friday every day"; "every two days but Sunday" is no rule.
        if not weekly or len(named) > 1:
            weeks += [c for c in same if (c.frequency, c.interval) == (Frequency.DAILY, 1)]
        by = _by_day(named - set(off))
        if not by:
            raise ImpossibleTimeError("No day of the week is left.")
        between = max([*(c.interval for c in weekly), *(c.interval for c in weeks)], default=1)
        times = [c for c in counted if c.frequency in {Frequency.WEEKLY, Frequency.DAILY}]
        # "On Saturday and Sunday ... every weekend" says the same twice.
        again = [day for day in days if isinstance(day, OnWeekday) and day.weeks is None]
        again = again if {day.weekday for day in again} == named - set(off) else []
        return Rule(_rule(Frequency.WEEKLY, between, BYDAY=by), (*weekly, *weeks, *times, *again))
    if weekdays and said <= {Frequency.WEEKLY}:
        named = {day.weekday for day in weekdays}
        if Frequency.WEEKLY in said and any(day.is_weekend for day in weekdays):
            named |= {5, 6}
        by = _by_day(named)
        used: tuple[Clue, ...] = (*weekdays, *same, *counted)
        return Rule(_rule(Frequency.WEEKLY, interval, BYDAY=by), used)
    if month_days and frequency is Frequency.MONTHLY:
        by = ",".join(
            dict.fromkeys(str(_last_or(day.day)) for day in month_days if day.month is None)
        )
        if by:
            used = (*[d for d in month_days if d.month is None], *same, *counted)
            return Rule(_rule(frequency, interval, BYMONTHDAY=by), used)
    if month_days and frequency is Frequency.YEARLY and month_days[0].month is not None:
        day = month_days[0]
        rule = _rule(frequency, interval, BYMONTH=str(day.month), BYMONTHDAY=str(day.day))
        return Rule(rule, (day, *same, *counted))
    return Rule(_rule(frequency or Frequency.DAILY, interval), (*same, *counted))


def _last_or(day: int) -> int:
    """Take the 31st for the last day: a rule would skip the months that have none."""
    return -1 if day == 31 else day


def _rule(frequency: Frequency, interval: int, **by: str) -> str:
    parts = [f"FREQ={frequency}"]
    if interval > 1:
        parts.append(f"INTERVAL={interval}")
    return ";".join(parts + [f"{name}={value}" for name, value in by.items()])


def _by_day(weekdays: set[int]) -> str:
    return ",".join(_WEEKDAYS[weekday] for weekday in sorted(weekdays))
