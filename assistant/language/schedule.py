"""When something is to happen: a moment, or a recurrence with the times of its days."""

from dataclasses import dataclass
from datetime import date, datetime, time

from assistant.language.clues import MEALS, Anchor

MAX_TIMES_A_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The elder's own times: what "after supper" and "before bed" mean in this home."""

    waking: time = time(6, 30)
    breakfast: time = time(7, 30)
    lunch: time = time(12)
    nap: time = time(13)
    supper: time = time(18)
    bedtime: time = time(21, 30)
    meal_minutes: int = 30
    """From sitting down to "after the meal"."""
    nap_minutes: int = 60
    """From lying down to "after the nap"."""
    before_minutes: int = 15
    """How long before a meal or bed, if only "before" was said."""

    def at(self, anchor: Anchor) -> time:
        """Tell the time of a habit."""
        at: time = getattr(self, anchor.value)
        return at

    def minutes_of(self, anchor: Anchor) -> int:
        """Tell how long a habit takes, in minutes: when "after" it begins."""
        if anchor in MEALS:
            return self.meal_minutes
        return self.nap_minutes if anchor is Anchor.NAP else 0


@dataclass(frozen=True, slots=True)
class DayTime:
    """A time of day; bound to a habit if it was said so, so that it moves with the habit."""

    at: time
    anchor: Anchor | None = None
    offset_minutes: int = 0
    """From the habit's time to `at`; negative before it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time."""

    at: datetime
    """In the time zone of now; in the past only where the words say so."""
    day_time: DayTime | None
    """The time of day that was said; None for "in ten minutes" and for a day alone."""
    is_time_said: bool
    """False if only a day or a part of it was said, and `at` has its usual hour."""
    spans: tuple[tuple[int, int], ...]
    """Where in the text its words stand, [start, end)."""
    unread: tuple[tuple[int, int], ...] = ()
    """Words about time that contradict the others and are in none of the above: ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LunarDays:
    """Days of the traditional calendar; of every month if `month` is None."""

    days: tuple[int, ...]
    month: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Something that comes again."""

    rrule: str | None
    """RFC 5545 without DTSTART, COUNT and UNTIL; None if the days are lunar or a solar term."""
    lunar: LunarDays | None = None
    times: tuple[DayTime, ...] = ()
    """Times of each such day; empty if none was said, and for rules by the hour."""
    are_times_assumed: bool = False
    """True if only "three times a day" was said, and the times are the elder's meals."""
    count_each: int | None = None
    """"Twice a week" without the days: 2; ask which."""
    solar_term: str | None = None
    """Its day in each year instead of a rule: 清明, 冬至."""
    start: date | None = None
    course_days: int | None = None
    until: date | None = None
    """The last day."""
    left_out: tuple[date, ...] = ()
    """Single days on which it does not come: "every day but tomorrow"."""
    spans: tuple[tuple[int, int], ...]
    """Where in the text its words stand, [start, end)."""
    unread: tuple[tuple[int, int], ...] = ()
    """Words about time that contradict the others and are in none of the above: ask."""


When = Moment | Recurrence
