"""When a reminder comes: once, by the clock, by a calendar's rule, or by the traditional one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from assistant.language import Moment, Recurrence
from assistant.services.errors import InvalidRefused
from assistant.services.refusals import DaysMissingRefused, NeverComesRefused, TimeMissingRefused
from assistant.services.schedule import INTERVALS, Schedule, interval_minutes, rule_parts

_IN_EVERY_MONTH: Final = 28


def schedule_of(when: Moment | Recurrence, now: datetime) -> Schedule:
    """Make a schedule of what was understood.

    Raises:
        TimeMissingRefused, DaysMissingRefused: something must be asked for.
        NeverComesRefused: the moment is past.
        InvalidRefused: the rule cannot be kept.
    """
    try:
        if isinstance(when, Moment):
            return _once(when, now)
        return _again(when, now)
    except ValueError as error:
        raise InvalidRefused("schedule", str(error)) from error


def _once(when: Moment, now: datetime) -> Schedule:
    if not when.is_time_said and when.day_time is None:
        raise TimeMissingRefused
    if when.at <= now:
        raise NeverComesRefused("that time is past")
    said = when.day_time
    if said is None or said.anchor is None:
        return Schedule(start=when.at.date(), at=when.at)
    # Bound to a habit: it moves with it, so the day is kept and not the moment.
    day = (when.at - timedelta(minutes=said.offset_minutes)).date()
    return Schedule(start=day, until=day, rrule="FREQ=DAILY", times=(said,))


def _again(when: Recurrence, now: datetime) -> Schedule:
    start = when.start or now.date()
    until = when.until
    if when.course_days is not None:
        last = start + timedelta(when.course_days - 1)
        until = min(until, last) if until else last
    if until is not None and until < start:
        raise NeverComesRefused("it ends before it begins")
    if when.rrule is not None and rule_parts(when.rrule).get("FREQ") in INTERVALS:
        minutes = interval_minutes(when.rrule)
        first = now + timedelta(minutes=minutes)
        if start > now.date():
            first = datetime.combine(start, datetime.min.time(), now.tzinfo)
        return Schedule(start=start, until=until, at=first, every_minutes=minutes)
    if when.count_each is not None:
        raise DaysMissingRefused(when.count_each)
    if not when.times:
        raise TimeMissingRefused
    if when.rrule is not None and when.start is None and _lacks_day(rule_parts(when.rrule)):
        raise DaysMissingRefused(1)
    return Schedule(
        start=start,
        until=until,
        rrule=or_last_day(when.rrule) if when.rrule else None,
        lunar=when.lunar,
        solar_term=when.solar_term,
        times=when.times,
    )


def _lacks_day(rule: dict[str, str]) -> bool:
    """Whether "every two weeks" or "every month" has no day: today's would be a guess."""
    return rule.get("FREQ") in {"WEEKLY", "MONTHLY"} and not any(
        name in rule for name in ("BYDAY", "BYMONTHDAY")
    )


def or_last_day(rrule: str) -> str:
    """Let "on the 30th" be the last day of a month that has none: RFC 5545 would leave it out.

    A rule with more than one such day stays as it is.
    """
    parts = rule_parts(rrule)
    days = sorted(int(day) for day in parts.get("BYMONTHDAY", "1").split(","))
    *early, late = days
    is_early = all(0 < day < _IN_EVERY_MONTH for day in early)
    is_one_late = late > _IN_EVERY_MONTH and is_early and "BYSETPOS" not in parts
    if not is_one_late or parts.get("BYMONTH", "2") != "2":
        return rrule
    listed = [*early, *range(_IN_EVERY_MONTH, late + 1)]
    positions = [*range(1, len(early) + 1), -1]
    parts["BYMONTHDAY"] = ",".join(map(str, listed))
    parts["BYSETPOS"] = ",".join(map(str, positions))
    return ";".join(f"{name}={value}" for name, value in parts.items())
