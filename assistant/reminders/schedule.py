"""When a reminder comes: once, by the clock, by a calendar's rule, or by the traditional one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from assistant.language import MAX_TIMES_A_DAY, DayTime, LunarDays, Moment, Recurrence
from assistant.reminders.refusals import (
    DaysMissingRefused,
    InvalidRefused,
    NeverComesRefused,
    TimeMissingRefused,
)

LEAST_INTERVAL_MINUTES: Final = 15
_IN_EVERY_MONTH: Final = 28
_INTERVALS: Final = {"MINUTELY": 1, "HOURLY": 60}
_BY_DAY: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS: Final = frozenset(
    {"FREQ", "INTERVAL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYYEARDAY"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a reminder comes: `at` alone, `at` with `every_minutes`, or `times` on a rule's days."""

    start: date
    """The first day that counts; a rule's interval is counted from it."""
    until: date | None = None
    """The last day that counts."""
    at: datetime | None = None
    """The one moment, or the first of an interval."""
    every_minutes: int | None = None
    rrule: str | None = None
    lunar: LunarDays | None = None
    solar_term: str | None = None
    times: tuple[DayTime, ...] = ()

    def __post_init__(self) -> None:
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("`at` needs a time zone")
        by = [part for part in (self.at, self.rrule, self.lunar, self.solar_term) if part]
        if len(by) != 1:
            raise ValueError("a schedule has one of: at, rrule, lunar, solar_term")
        if self.at is None and not 0 < len(self.times) <= MAX_TIMES_A_DAY:
            raise ValueError(f"a day has 1 to {MAX_TIMES_A_DAY} times")
        if self.every_minutes is not None and (
            self.at is None or self.every_minutes < LEAST_INTERVAL_MINUTES
        ):
            raise ValueError(f"an interval has at least {LEAST_INTERVAL_MINUTES} minutes")
        if self.rrule is not None:
            check_rule(self.rrule)
        if self.lunar is not None:
            _check_lunar(self.lunar)

    @property
    def is_once(self) -> bool:
        """Whether it comes on one occasion only."""
        return self.at is not None and self.every_minutes is None


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
    if when.rrule is not None and _parts(when.rrule).get("FREQ") in _INTERVALS:
        minutes = interval_minutes(when.rrule)
        first = now + timedelta(minutes=minutes)
        if start > now.date():
            first = datetime.combine(start, datetime.min.time(), now.tzinfo)
        return Schedule(start=start, until=until, at=first, every_minutes=minutes)
    if when.count_each is not None:
        raise DaysMissingRefused(when.count_each)
    if not when.times:
        raise TimeMissingRefused
    return Schedule(
        start=start,
        until=until,
        rrule=or_last_day(when.rrule) if when.rrule else None,
        lunar=when.lunar,
        solar_term=when.solar_term,
        times=when.times,
    )


def or_last_day(rrule: str) -> str:
    """Let "on the 30th" be the last day of a month that has none: RFC 5545 would leave it out.

    A rule with more than one such day stays as it is.
    """
    parts = _parts(rrule)
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


def interval_minutes(rrule: str) -> int:
    """Read "every so many hours or minutes"; raises ValueError for anything beside it."""
    parts = _parts(rrule)
    if parts.keys() - {"FREQ", "INTERVAL"} or parts["FREQ"] not in _INTERVALS:
        raise ValueError(f"{rrule}: a rule by the hour has FREQ and INTERVAL only")
    return _INTERVALS[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))


def check_rule(rrule: str) -> None:
    """See that a rule names days and nothing else (RFC 5545); raises ValueError."""
    from dateutil.rrule import rrulestr  # noqa: PLC0415  (0.1 s, and only where one is kept)

    parts = _parts(rrule)
    if parts.get("FREQ") not in _BY_DAY or parts.keys() - _PARTS:
        allowed = ", ".join(sorted(_PARTS))
        raise ValueError(f"{rrule}: a rule of days has {allowed}; its end is `until`")
    if not 1 <= int(parts.get("INTERVAL", "1")) <= 1000:
        raise ValueError(f"{rrule}: INTERVAL is 1 to 1000")
    rrulestr(rrule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001  (days have no zone)


def _check_lunar(lunar: LunarDays) -> None:
    if not lunar.days or not all(1 <= day <= 30 for day in lunar.days):
        raise ValueError("a lunar month has days 1 to 30")
    if lunar.month is not None and not 1 <= lunar.month <= 12:
        raise ValueError("a lunar year has months 1 to 12")


def _parts(rrule: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in rrule.upper().split(";")]
    if len({name for name, _, _ in pairs}) < len(pairs) or not all(v for _, _, v in pairs):
        raise ValueError(f"{rrule}: not a rule of the form NAME=VALUE;NAME=VALUE")
    return {name: value for name, _, value in pairs}
