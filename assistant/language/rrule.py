"""Clues about how often, written as RFC 5545 recurrence rules."""

from collections.abc import Sequence

from assistant.language.clues import (
    DayClue,
    Every,
    EveryWeekdays,
    Frequency,
    OnMonthDay,
    OnNthWeekday,
    OnWeekday,
    TimesEvery,
)

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rrule_of(
    how_often: Sequence[Every | EveryWeekdays | TimesEvery], days: Sequence[DayClue]
) -> tuple[str, list[DayClue]]:
    """Write the rule; the days that it took up come back too."""
    every = next((clue for clue in how_often if isinstance(clue, Every)), None)
    weekly = [clue for clue in how_often if isinstance(clue, EveryWeekdays)]
    counted = next((clue for clue in how_often if isinstance(clue, TimesEvery)), None)
    nth = [day for day in days if isinstance(day, OnNthWeekday) and day.months is None]
    weekdays = [day for day in days if isinstance(day, OnWeekday)]
    month_days = [day for day in days if isinstance(day, OnMonthDay) and day.months is None]
    frequency = every.frequency if every else counted.frequency if counted else None
    interval = every.interval if every else 1

    if nth:
        by = ",".join(f"{day.nth}{_WEEKDAYS[day.weekday]}" for day in nth)
        return _rule(Frequency.MONTHLY, interval, BYDAY=by), [*nth]
    if weekly:
        named = {weekday for clue in weekly for weekday in clue.weekdays}
        interval = max(interval, *(clue.interval for clue in weekly))
        return _rule(Frequency.WEEKLY, interval, BYDAY=_by_day(named)), []
    if weekdays and frequency in {None, Frequency.WEEKLY}:
        by = _by_day({day.weekday for day in weekdays})
        return _rule(Frequency.WEEKLY, interval, BYDAY=by), [*weekdays]
    if month_days and frequency is Frequency.MONTHLY:
        by = ",".join(str(day.day) for day in month_days)
        return _rule(frequency, interval, BYMONTHDAY=by), [*month_days]
    if month_days and frequency is Frequency.YEARLY:
        day = month_days[0]
        rule = _rule(frequency, interval, BYMONTH=str(day.month), BYMONTHDAY=str(day.day))
        return rule, [*month_days]
    return _rule(frequency or Frequency.DAILY, interval), []


def _rule(frequency: Frequency, interval: int, **by: str) -> str:
    parts = [f"FREQ={frequency}"]
    if interval > 1:
        parts.append(f"INTERVAL={interval}")
    return ";".join(parts + [f"{name}={value}" for name, value in by.items()])


def _by_day(weekdays: set[int]) -> str:
    return ",".join(_WEEKDAYS[weekday] for weekday in sorted(weekdays))
