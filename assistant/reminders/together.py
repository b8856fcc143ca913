"""What several reminders bring of one medicine on a day: each may be usual, their sum not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from assistant.reminders.limits import Beyond, Limit, judge_day, worst
from assistant.reminders.occurrence_days import first_day, moments, next_day
from assistant.reminders.planning import Calendar
from assistant.services.reminder import Amount, Reminder
from assistant.services.schedule import Schedule

SAMPLED_DAYS: Final = 62
"""How many days ahead are added up: enough to see a rhythm of months."""


def doses_by_day(schedule: Schedule, begin: date, calendar: Calendar) -> dict[date, int]:
    """How many doses come on each day of the sample; pauses and single days do not count."""
    found: dict[date, int] = {}
    day = first_day(schedule, begin)
    while day is not None and (day - begin).days <= SAMPLED_DAYS:
        times = len(list(moments(schedule, day, calendar.zone, calendar.habits)))
        if times:
            found[day] = times
        day = next_day(schedule, day)
    return found


def judge_together(
    limits: Sequence[Limit],
    reminder: Reminder,
    others: Sequence[Reminder],
    calendar: Calendar,
    today: date,
) -> Beyond | None:
    """Say what is not usual about a reminder beside the others of the same medicine."""
    if reminder.amount is None or not others:
        return None
    sample = [today + timedelta(days) for days in range(SAMPLED_DAYS + 1)]
    by_day = {day: list[Amount]() for day in sample}
    own = set(_doses(reminder, calendar, today))
    scheduled = [each for each in (reminder, *others) if each.schedule is not None]
    for each in (reminder, *others):
        for day, amounts in _doses(each, calendar, today).items():
            by_day[day] += amounts
    days = sorted({day for each in scheduled for day in _doses(each, calendar, today)})
    gap = min((_apart(pair) for pair in pairwise(days)), default=SAMPLED_DAYS)
    return worst(
        *(judge_day(limits, by_day[day], reminder.route, gap) for day in sample if day in own)
    )


def _doses(reminder: Reminder, calendar: Calendar, today: date) -> dict[date, list[Amount]]:
    """Give each dose of the sample; as needed, as often as it may be taken."""
    if reminder.amount is None:
        return {}
    if reminder.as_needed is not None:
        days = (today + timedelta(days) for days in range(SAMPLED_DAYS + 1))
        return {day: [reminder.amount] * reminder.as_needed.daily_most for day in days}
    if reminder.schedule is None:
        return {}
    counted = doses_by_day(reminder.schedule, today, calendar)
    return {day: [reminder.amount] * many for day, many in counted.items()}


def _apart(days: tuple[date, date]) -> int:
    return (days[1] - days[0]).days
