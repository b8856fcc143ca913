"""A reminder, as it is kept, told and asked for: values alone, nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from assistant.language import DayTime, Dose, ImpossibleAmountError, LunarDays, Strength, Unit
from assistant.services.schedule import Schedule


class Risk(StrEnum):
    """What a wrong or missed dose may do."""

    NORMAL = "normal"
    INSULIN = "insulin"
    OPIATE = "opiate"
    PARKINSON = "parkinson"
    ANTICOAGULANT = "anticoagulant"
    NARROW = "narrow"
    """A little too much or a dose too few harms: digoxin, methotrexate, epilepsy, transplants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one reminder escalates; all times in minutes."""

    repeat_minutes: tuple[float, ...] = (15, 30)
    """How long after the first announcement it comes again: louder, and with the robot coming
    near."""
    family_minutes: float | None = 60
    """How long after the first announcement the family is told; None: never."""
    offer_minutes: float = 240
    """How long after it was due it is offered."""
    patience_minutes: float = 10
    """How long an announcement waits for a pause in talk."""
    is_strict: bool = False
    """Whether the family is told by a call, counted from when it was due: also if the elder sleeps,
    or nothing can be said."""

    def __post_init__(self) -> None:
        later = (0.0, *self.repeat_minutes, self.offer_minutes)
        if any(after <= before for before, after in pairwise(later)):
            raise ValueError("the repeats must come one after the other, before the offer ends")
        if self.family_minutes is not None and self.family_minutes <= 0:
            raise ValueError("the family can be told only after the elder")
        if self.offer_minutes > 24 * 60 or self.patience_minutes < 0:
            raise ValueError("an offer lasts at most a day, and patience is not negative")


class Kind(StrEnum):
    """What is reminded of."""

    MEDICINE = "medicine"
    TASK = "task"


class Food(StrEnum):
    """How a medicine goes with food."""

    ANY = ""
    BEFORE = "before"
    WITH = "with"
    AFTER = "after"


class State(StrEnum):
    """Where an occurrence stands; the database's own names."""

    PLANNED = "planned"
    DUE = "due"
    """Its time has come, and it could not be announced yet."""
    ANNOUNCED = "announced"
    SNOOZED = "snoozed"
    TAKEN = "taken"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    """It was announced and not answered: nobody knows."""
    MISSED = "missed"
    """Its offer was over before it could be announced."""

    @property
    def is_open(self) -> bool:
        """Whether something may still happen to it by itself."""
        return self in OPEN


OPEN: Final = (State.PLANNED, State.DUE, State.ANNOUNCED, State.SNOOZED)


OFFERED: Final = (State.DUE, State.ANNOUNCED, State.SNOOZED)


_LONGEST_WORD: Final = 20


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is taken at once."""

    amount: Fraction
    unit: Unit
    most: Fraction | None = None
    """The upper end of "one or two tablets"."""
    strength: Strength | None = None
    """How much is in each: two tablets of 500 mg."""
    word: str = ""
    """The word it was counted in, if its unit has several names: 粒, "teaspoon"."""

    def __post_init__(self) -> None:
        self.as_dose()
        if len(self.word) > _LONGEST_WORD:
            raise ImpossibleAmountError("What a dose is counted in is one word.")
        if self.strength is not None and self.strength.amount <= 0:
            raise ImpossibleAmountError("What is in one tablet is more than nothing.")

    def as_dose(self) -> Dose:
        """Give the amount as the languages say it; raises ImpossibleAmountError."""
        return Dose(self.amount, self.unit, self.most, 0, 0, self.strength, self.word)


_A_DAY: Final = timedelta(hours=25)
"""The longest day, at the end of summer time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayException:
    """What is otherwise on one day; the series itself goes on as it was."""

    day: date
    """The day of the series, local."""
    slot: str = ""
    """The slot of that day; empty: all of them."""
    is_left_out: bool = False
    at: datetime | None = None
    """When it comes instead, with its time zone."""
    amount: Amount | None = None
    """How much is taken instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which a reminder does not come; with its time zone."""

    since: datetime
    until: datetime | None = None
    """When it comes again; None: when somebody says so."""
    told_at: float | None = None
    """When the elder was last told of it, or of its end; Unix time."""

    @property
    def is_of_a_day(self) -> bool:
        """Whether only a day is left out."""
        return self.until is not None and self.until - self.since <= _A_DAY

    def holds_at(self, moment: float) -> bool:
        """Whether the pause holds at a moment, Unix time."""
        end = float("inf") if self.until is None else self.until.timestamp()
        return self.since.timestamp() <= moment < end


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """A medicine without times: what Anban refuses to overstep."""

    least_hours: float
    """The least time between two doses, in hours."""
    daily_most: int
    """The most doses within any 24 hours."""


class Act(StrEnum):
    """What the elder does with it, in the words of the language."""

    TAKE = "take"
    USE = "use"
    """Insulin, eye drops and patches are not "taken" in Chinese."""
    DO = "do"


_NOT_SWALLOWED: Final = frozenset(
    (Unit.AMPOULE, Unit.DROP, Unit.PUFF, Unit.PATCH, Unit.SUPPOSITORY, Unit.INTERNATIONAL_UNIT)
)


_BY_MOUTH: Final = frozenset(("", "口服", "by mouth", "oral"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A reminder as it is kept."""

    reminder_id: str
    title: str
    """The medicine, or what is to be done, as the elder said it."""
    kind: Kind = Kind.TASK
    schedule: Schedule | None = None
    """When it comes; None: a medicine taken as needed."""
    as_needed: AsNeeded | None = None
    amount: Amount | None = None
    route: str = ""
    food: Food = Food.ANY
    note: str = ""
    risk: Risk = Risk.NORMAL
    own_policy: Policy | None = None
    """The escalation that was set for this reminder alone; None: that of its risk."""
    wakes: bool = False
    """Whether it is announced while the elder sleeps."""
    added_at: float = 0.0
    changed_at: float = 0.0
    """The time before which nothing is planned; Unix time, seconds."""
    exceptions: tuple[DayException, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def exception(self, day: date, slot: str) -> DayException | None:
        """Find what is otherwise at this time of this day: the latest that was said."""
        held = (each for each in reversed(self.exceptions) if each.day == day)
        return next((each for each in held if each.slot in {"", slot}), None)

    def is_paused_at(self, moment: float) -> bool:
        """Whether it does not come at a moment, Unix time."""
        return any(pause.holds_at(moment) for pause in self.pauses)

    def is_held(self, day: date, slot: str, due_at: float) -> bool:
        """Whether it does not come at this time of this day: left out, or in a pause."""
        held = self.exception(day, slot)
        return (held is not None and held.is_left_out) or self.is_paused_at(due_at)

    def on(self, day: date, slot: str) -> Reminder:
        """Give the reminder as it is at this time of this day: its dose may be another one."""
        held = self.exception(day, slot)
        if held is None or held.amount is None:
            return self
        return replace(self, amount=held.amount)

    @property
    def act(self) -> Act:
        """What the elder does with it: take, use or do."""
        if self.kind is Kind.TASK:
            return Act.DO
        unit = self.amount.unit if self.amount is not None else None
        is_swallowed = unit not in _NOT_SWALLOWED and self.route in _BY_MOUTH
        return Act.TAKE if is_swallowed and self.risk is not Risk.INSULIN else Act.USE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWish:
    """The JSON form of a schedule that a skill or a CSV file asks for.

    One of `at`, `rrule`, `lunar`, `solar_term`; a rule by the hour (FREQ=HOURLY;INTERVAL=6)
    counts from its first moment, else `times` are needed.
    """

    at: datetime | None = None
    """Once, at this moment; local time if it has no zone."""
    rrule: str | None = None
    """The days as iCalendar has them, without DTSTART: "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH"."""
    lunar: LunarDays | None = None
    """Days of the Chinese calendar."""
    solar_term: str | None = None
    """One of the 24 terms of the Chinese calendar, such as 清明."""
    times: tuple[DayTime, ...] = ()
    """When on these days."""
    start: date | None = None
    """The first day; None: today."""
    until: date | None = None
    """The last day; None: no end."""
    course_days: int | None = None
    """How many days from the first one; instead of `until`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderWish:
    """A reminder as it is asked for; `schedule` or `as_needed`."""

    title: str
    """What to do ("drink a glass of water"), or the medicine's name; as it will be said."""
    kind: Kind = Kind.TASK
    """A medicine is counted and asked about as one."""
    schedule: ScheduleWish | None = None
    """When it comes; None: a medicine as needed."""
    as_needed: AsNeeded | None = None
    """What a medicine without times may not overstep."""
    amount: Amount | None = None
    """How much of a medicine is taken at once."""
    route: str = ""
    """How a medicine is given, such as "by mouth"."""
    food: Food = Food.ANY
    """How a medicine goes with food."""
    note: str = ""
    """What is said beside it."""
    risk: Risk = Risk.NORMAL
    """What a missed dose may do: it decides when the family is told."""
    policy: Policy | None = None
    """How it is repeated and who is told; None: as its risk has it."""
    wakes: bool | None = None
    """Whether it may wake the elder; None: only if a time in the night was asked for."""
    left_out: tuple[date, ...] = ()
    """Single days on which it does not come."""
    is_confirmed: bool = False
    """Whether an unlikely dose was asked back, and is right."""
