"""When a reminder comes, as it is kept: a moment, a calendar's rule, or a traditional day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from assistant.language import MAX_TIMES_A_DAY, DayTime, LunarDays

LEAST_INTERVAL_MINUTES: Final = 15


INTERVALS: Final = {"MINUTELY": 1, "HOURLY": 60}


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


def interval_minutes(rrule: str) -> int:
    """Read "every so many hours or minutes"; raises ValueError for anything beside it."""
    parts = rule_parts(rrule)
    if parts.keys() - {"FREQ", "INTERVAL"} or parts["FREQ"] not in INTERVALS:
        raise ValueError(f"{rrule}: a rule by the hour has FREQ and INTERVAL only")
    return INTERVALS[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))


def check_rule(rrule: str) -> None:
    """See that a rule names days and nothing else (RFC 5545); raises ValueError."""
    from dateutil.rrule import rrulestr  # noqa: PLC0415  (0.1 s, and only if one is kept)

    parts = rule_parts(rrule)
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


def rule_parts(rrule: str) -> dict[str, str]:
    """Read a rule's parts (RFC 5545); raises ValueError."""
    pairs = [part.partition("=") for part in rrule.upper().split(";")]
    if len({name for name, _, _ in pairs}) < len(pairs) or not all(v for _, _, v in pairs):
        raise ValueError(f"{rrule}: not a rule of the form NAME=VALUE;NAME=VALUE")
    return {name: value for name, _, value in pairs}
