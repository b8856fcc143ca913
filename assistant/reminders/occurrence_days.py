"""From a schedule to its days, and from a day to its moments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from assistant.language import DayTime, Habits, LunarDays
from assistant.language.lunar import solar_term_date
from assistant.services.reminder import Reminder
from assistant.services.schedule import Schedule

if TYPE_CHECKING:
    from dateutil.rrule import rrule

_CYCLE_YEARS: Final = 400
"""After how many years the Gregorian calendar repeats itself, days of the week included."""
_LONGEST_GAP_YEARS: Final = 12
"""The longest gap between two days of a rule: 29 February can be 8 years from the one before; a
rule that comes more rarely is a mistake."""
_ONE_DAY: Final = timedelta(1)


def first_day(schedule: Schedule, not_before: date) -> date | None:
    """Find the first day of a schedule from a day on; None if there is none."""
    day = _coming(schedule, schedule.start, inclusive=True)
    while day is not None and day < not_before:
        day = next_day(schedule, day)
    return day


def next_day(schedule: Schedule, after: date) -> date | None:
    """Find the next day after one of the schedule's own days; None if it was the last."""
    return _coming(schedule, after, inclusive=False)


def moments(
    schedule: Schedule, day: date, zone: ZoneInfo, habits: Habits
) -> Iterator[tuple[str, float]]:
    """Tell the slots and Unix times of one of a schedule's days.

    A wall-clock time that summer time skips is that much later, one that comes twice is the first
    (RFC 5545, 3.3.5).
    """
    if schedule.at is None:
        for day_time in schedule.times:
            yield slot_of(day_time), _local(day, _minutes(day_time, habits), zone)
        return
    first = schedule.at.timestamp()
    if schedule.every_minutes is None:
        yield "once", first
        return
    step = schedule.every_minutes * 60
    midnight, end = _local(day, 0, zone), _local(day + _ONE_DAY, 0, zone)
    for number in count(max(0, math.ceil((midnight - first) / step))):
        at = first + number * step
        if at >= end:
            return
        yield f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%MZ}", at


def is_day_of(schedule: Schedule, day: date) -> bool:
    """Whether a schedule has this day."""
    return first_day(schedule, day) == day


def moments_of(
    reminder: Reminder, day: date, zone: ZoneInfo, habits: Habits
) -> Iterator[tuple[str, float]]:
    """Tell the moments as `moments` does, with the reminder's exceptions and pauses."""
    if reminder.schedule is None:
        return
    for slot, usual_at in moments(reminder.schedule, day, zone, habits):
        held = reminder.exception(day, slot)
        if held is not None and held.is_left_out:
            continue
        at = held.at.timestamp() if held is not None and held.at is not None else usual_at
        if not reminder.is_paused_at(at):
            yield slot, at


def slot_of(day_time: DayTime) -> str:
    """Name a time of day so that it stays the same one if a habit moves."""
    if day_time.anchor is None:
        return f"{day_time.at:%H:%M}"
    return f"{day_time.anchor.value}{day_time.offset_minutes:+d}"


def local_date(at: float, zone: ZoneInfo) -> date:
    """Tell the day of a moment in the home."""
    return datetime.fromtimestamp(at, zone).date()


def _minutes(day_time: DayTime, habits: Habits) -> int:
    at = day_time.at if day_time.anchor is None else habits.at(day_time.anchor)
    return at.hour * 60 + at.minute + (day_time.offset_minutes if day_time.anchor else 0)


def _local(day: date, minutes: int, zone: ZoneInfo) -> float:
    return (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).timestamp()


def _coming(schedule: Schedule, day: date, *, inclusive: bool) -> date | None:
    """Find the next day from one on, counting a rule's interval from that day."""
    if schedule.at is not None:
        found = _by_clock(schedule, day, inclusive=inclusive)
    elif schedule.lunar is not None:
        found = _lunar(schedule.lunar, day if inclusive else day + _ONE_DAY)
    elif schedule.solar_term is not None:
        terms = (solar_term_date(schedule.solar_term, day.year + n) for n in (0, 1, 2))
        found = next(term for term in terms if term > day or (inclusive and term == day))
    else:
        found = _by_rule(schedule.rrule or "", day, inclusive=inclusive)
    if found is None or (schedule.until is not None and found > schedule.until):
        return None
    return found


def _by_clock(schedule: Schedule, day: date, *, inclusive: bool) -> date | None:
    if schedule.every_minutes is not None:
        return day if inclusive else day + _ONE_DAY
    return schedule.start if inclusive else None


def _by_rule(text: str, day: date, *, inclusive: bool) -> date | None:
    if text == "FREQ=DAILY":  # most of all medicines
        return day if inclusive else day + _ONE_DAY
    # dateutil looks for a day that never comes until the year 9999: so begin as near to that as
    # the calendar's cycle allows.
    shift = (9999 - day.year) // _CYCLE_YEARS * _CYCLE_YEARS
    shifted = datetime(day.year + shift, day.month, day.day)  # noqa: DTZ001  (a day, no moment)
    found = _rule(text).replace(dtstart=shifted).after(shifted, inc=inclusive)
    if found is None or found.year - shifted.year > _LONGEST_GAP_YEARS:
        return None
    return found.replace(year=found.year - shift).date()


@lru_cache(maxsize=512)
def _rule(text: str) -> rrule:
    from dateutil.rrule import rrule, rrulestr  # noqa: PLC0415  (0.1 s; only if one is kept)

    found = rrulestr(text, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001  (replaced at once)
    assert isinstance(found, rrule)  # noqa: S101  (one rule gives no set of rules)
    return found


def _lunar(lunar: LunarDays, from_day: date) -> date:
    """Find the first day of the traditional calendar; day 30 in a month of 29 is its last.

    A month that was named is the regular one; every month means leap months too.
    """
    for lunar_year in count(from_day.year - 1):
        for month, first, length in _lunar_months(lunar_year):
            if lunar.month is not None and month != lunar.month:
                continue
            for number in sorted(lunar.days):
                day = first + timedelta(min(number, length) - 1)
                if day >= from_day:
                    return day
    raise AssertionError  # count has no end


@lru_cache(maxsize=16)
def _lunar_months(lunar_year: int) -> tuple[tuple[int, date, int], ...]:
    """List a lunar year's months in order: number (negative: leap), first day, length."""
    from lunar_python import LunarYear, Solar  # noqa: PLC0415  (0.1 s, and rarely needed)

    months = []
    for month in LunarYear.fromYear(lunar_year).getMonthsInYear():
        first = Solar.fromJulianDay(month.getFirstJulianDay())
        day = date(first.getYear(), first.getMonth(), first.getDay())
        months.append((month.getMonth(), day, month.getDayCount()))
    return tuple(months)
