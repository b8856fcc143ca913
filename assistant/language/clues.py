"""What words say about time, one clue each; a language finds them, `when.py` puts them together."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from assistant.language.errors import ImpossibleTimeError
from assistant.language.signs import (
    Aside,
    Denied,
    Edge,
    Joint,
    NoOther,
    NowHour,
    PerDay,
    TakenBack,
    ThatOnce,
    Unclear,
    Waking,
)


class Anchor(StrEnum):
    """What the elder does every day at times of their own."""

    WAKING = "waking"
    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    NAP = "nap"
    SUPPER = "supper"
    BEDTIME = "bedtime"


MEALS = (Anchor.BREAKFAST, Anchor.LUNCH, Anchor.SUPPER)


class Frequency(StrEnum):
    """RFC 5545's names for how often."""

    MINUTELY = "MINUTELY"
    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: which hours its words may mean, and which one if none is said."""

    first_hour: int
    end_hour: int
    """Over 24 for the hours after midnight that still belong to the night."""
    usual: time

    def hour(self, said: int) -> int:
        """Find the hour (0-29) that a said hour (0-24) is in this part of the day.

        Raises:
            ImpossibleTimeError: it has no such hour ("eleven in the afternoon").
        """
        twins = [said] if said > 12 else [said % 12, said % 12 + 12, said % 12 + 24]
        hours = [hour for hour in twins if hour in self]
        if not hours:
            raise ImpossibleTimeError(f"There is no {said} o'clock at that part of the day.")
        return hours[0]

    def __contains__(self, hour: int) -> bool:
        return self.first_hour <= hour < self.end_hour


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, "half past seven": twelve hours unless `part` or the hour itself tells."""

    hour: int
    minute: int = 0
    part: Part | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 24 and 0 <= self.minute <= 59) or (
            self.hour == 24 and self.minute
        ):
            raise ImpossibleTimeError(f"No clock shows {self.hour}:{self.minute:02}.")


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """A part of the day without an hour, "in the evening"."""

    part: Part


@dataclass(frozen=True, slots=True)
class AtAnchor:
    """At, before or after something the elder does every day, "half an hour after lunch"."""

    anchors: tuple[Anchor, ...]
    """All three meals for "after meals"."""
    side: int = 0
    """-1 before, 0 at, 1 after."""
    minutes: int | None = None
    """How long before or after, if it was said."""
    each: bool = False
    """Said to be every time ("after every meal"), not only the next."""


@dataclass(frozen=True, slots=True)
class After:
    """Some time from now."""

    length: timedelta = timedelta()
    """Counted by the clock."""
    days: int = 0
    """Counted by the calendar, at any time of that day."""
    months: int = 0
    is_then: bool = False
    """Counted from the hour that was said before it, if there is one: "half an hour later"."""
    is_only_then: bool = False
    """From nothing else: "half an hour after that"."""

    def __post_init__(self) -> None:
        if abs(self.length.days) + abs(self.days) + abs(self.months) * 31 > 36_600:
            raise ImpossibleTimeError("That is more than a hundred years away.")


@dataclass(frozen=True, slots=True)
class OnDay:
    """One day of the calendar."""

    day: date


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """A day of the week, 0 Monday; the coming one, or that of `weeks` calendar weeks ahead."""

    weekday: int
    weeks: int | None = None
    is_one: bool = False
    """Whether one single day was named: "this Saturday", and not "Saturday"."""
    is_weekend: bool = False
    """Said of both days of a weekend: the Saturday, unless it comes every week."""


@dataclass(frozen=True, slots=True)
class OnMonthDay:
    """A day of the month, -1 its last; the coming one unless month, year or `months` ahead tell."""

    day: int
    month: int | None = None
    year: int | None = None
    months: int | None = None
    is_same: bool = False
    """Said of a month named before: "the end of that month"."""

    def __post_init__(self) -> None:
        longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        month = self.month if self.month is not None else 1
        if self.year is not None and not 1900 <= self.year <= 2199:
            raise ImpossibleTimeError(f"Anban's calendar does not reach the year {self.year}.")
        if not 1 <= month <= 12:
            raise ImpossibleTimeError(f"There is no month {month}.")
        if self.day != -1 and not 1 <= self.day <= longest[month - 1]:
            raise ImpossibleTimeError(f"Month {month} has no day {self.day}.")


@dataclass(frozen=True, slots=True)
class OnNthWeekday:
    """The first Monday of the month, -1 the last; of every month, or `months` ahead."""

    nth: int
    weekday: int
    months: int | None = None
    """None: of every month."""


@dataclass(frozen=True, slots=True)
class OnLunarDay:
    """Days of the traditional calendar, of every lunar month if `month` is None."""

    days: tuple[int, ...]
    month: int | None = None
    each: bool = False

    def __post_init__(self) -> None:
        if self.month is not None and not 1 <= self.month <= 12:
            raise ImpossibleTimeError(f"The lunar year has no month {self.month}.")
        if not all(1 <= day <= 30 for day in self.days):
            raise ImpossibleTimeError(f"No lunar month has day {max(self.days)}.")


@dataclass(frozen=True, slots=True)
class OnSolarTerm:
    """One of the 24 solar terms, by its Chinese name: 清明, 冬至."""

    name: str


@dataclass(frozen=True, slots=True)
class Every:
    """How often: every two days, every other week."""

    frequency: Frequency
    interval: int = 1

    def __post_init__(self) -> None:
        if self.interval < 1:
            raise ImpossibleTimeError("Something cannot come round every zero days.")


@dataclass(frozen=True, slots=True)
class EveryWeekdays:
    """Every week on these days, 0 Monday."""

    weekdays: tuple[int, ...]
    interval: int = 1


@dataclass(frozen=True, slots=True)
class TimesEvery:
    """How many times in each day, week or month."""

    count: int
    frequency: Frequency

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ImpossibleTimeError("Something cannot be done zero times a day.")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day in which something comes by the clock, "from eight to eight"."""

    first: Clock
    last: Clock | None
    """None: it goes round the clock, "every eight hours from six on"."""
    is_part_shared: bool
    """Whether the part of the day said of the last is that of the first: "seven to nine p m"."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """For so many days."""

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ImpossibleTimeError("Something cannot last zero days.")


@dataclass(frozen=True, slots=True)
class NotOnWeekdays:
    """Every week not on these days, 0 Monday."""

    weekdays: tuple[int, ...]


DayClue = OnDay | OnWeekday | OnMonthDay | OnNthWeekday | OnLunarDay | OnSolarTerm | After
Clue = (
    Clock
    | PartOfDay
    | AtAnchor
    | DayClue
    | Every
    | EveryWeekdays
    | NotOnWeekdays
    | TimesEvery
    | Window
    | Lasting
    | Edge
    | Denied
    | Unclear
    | TakenBack
    | Joint
    | NoOther
    | NowHour
    | ThatOnce
    | PerDay
    | Waking
    | Aside
)

SIGNS = (Edge, Joint, NoOther, NowHour, ThatOnce, Waking, TakenBack, Aside)
"""Clues that say nothing of a time by themselves."""


@dataclass(frozen=True, slots=True)
class Found:
    """A clue and where in the text its words stand."""

    clue: Clue
    start: int
    end: int


Reader = Callable[[re.Match[str], date], Iterable[Clue]]
"""Reads a match; the date is today's."""


def always(*clues: Clue) -> Reader:
    """Make a reader for words that mean one thing whatever they look like."""
    return lambda _match, _today: clues
