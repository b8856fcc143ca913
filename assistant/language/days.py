"""The day a clue means, as seen from today."""

from calendar import monthrange
from datetime import date, timedelta

from assistant.language.clues import (
    After,
    DayClue,
    OnDay,
    OnLunarDay,
    OnMonthDay,
    OnNthWeekday,
    OnSolarTerm,
    OnWeekday,
)
from assistant.language.errors import ImpossibleTimeError
from assistant.language.lunar import lunar_day, solar_date, solar_term_date


def resolve(clue: DayClue, today: date) -> date:
    """Find the day: the coming one, today included, unless the clue names another.

    Raises:
        ImpossibleTimeError: no calendar has it.
    """
    match clue:
        case OnDay():
            return clue.day
        case After():
            return add_months(today, clue.months) + timedelta(clue.days)
        case OnWeekday():
            return _weekday(clue, today)
        case OnMonthDay():
            return _month_day(clue, today)
        case OnNthWeekday():
            return _nth_weekday(clue, today)
        case OnLunarDay():
            return min(_lunar_day(day, clue.month, today) for day in clue.days)
        case OnSolarTerm():
            dates = (solar_term_date(clue.name, year) for year in (today.year, today.year + 1))
            return next(day for day in dates if day >= today)


def weekdays_between(first: int, last: int) -> tuple[int, ...]:
    """List the days from one to another, 0 Monday, over the end of the week if need be."""
    return tuple((first + days) % 7 for days in range((last - first) % 7 + 1))


def add_months(day: date, months: int) -> date:
    """Go so many months ahead, to the same day or the last that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weekday(clue: OnWeekday, today: date) -> date:
    if clue.weeks is None:
        return today + timedelta((clue.weekday - today.weekday()) % 7)
    return today + timedelta(clue.weekday - today.weekday() + 7 * clue.weeks)


def _month_day(clue: OnMonthDay, today: date) -> date:
    if clue.months is not None:
        first = add_months(today.replace(day=1), clue.months)
        return _day_of(first.year, first.month, clue.day)
    if clue.month is not None and clue.year is not None:
        return _day_of(clue.year, clue.month, clue.day)
    # The coming one: a day that few months or years have may lie some way off.
    first = today.replace(day=1)
    for months in range(8 * 12 + 1):
        at = add_months(first, months)
        if clue.month in {None, at.month}:
            last = monthrange(at.year, at.month)[1]
            day = last if clue.day == -1 else clue.day
            if day <= last and at.replace(day=day) >= today:
                return at.replace(day=day)
    raise ImpossibleTimeError(f"No calendar has day {clue.day} of month {clue.month}.")


def _day_of(year: int, month: int, day: int) -> date:
    last = monthrange(year, month)[1]
    if day > last:
        raise ImpossibleTimeError(f"Month {month} of {year} has no day {day}.")
    return date(year, month, last if day == -1 else day)


def _nth_weekday(clue: OnNthWeekday, today: date) -> date:
    first = add_months(today.replace(day=1), clue.months or 0)
    last = monthrange(first.year, first.month)[1]
    days = [first.replace(day=day) for day in range(1, last + 1)]
    named = [day for day in days if day.weekday() == clue.weekday]
    try:
        return named[clue.nth - 1 if clue.nth > 0 else clue.nth]
    except IndexError:
        raise ImpossibleTimeError("That month has no such weekday.") from None


def _lunar_day(day: int, month: int | None, today: date) -> date:
    if month is None:  # day by day, so that leap months count too
        coming = (today + timedelta(days) for days in range(120))
        return next(at for at in coming if lunar_day(at).day == day)
    year = lunar_day(today).year
    return min(at for at in (solar_date(y, month, day) for y in (year, year + 1)) if at >= today)
