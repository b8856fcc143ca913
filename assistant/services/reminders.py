"""Reminders: set, changed, listed; doses counted, put off, skipped; what is left of a medicine.

`which` names a reminder: its id, an occurrence's id, or a title as it was heard; empty means
whatever is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Final

from assistant.language import LunarDays, Unit
from assistant.language.reading import Leftover
from assistant.services import refusals
from assistant.services.codec import CONVERTER, Limit
from assistant.services.errors import Refusal
from assistant.services.refusals import ClockWrongRefused, NothingOpenRefused, UnknownRefused
from assistant.services.reminder import (
    Act,
    Amount,
    DayException,
    Kind,
    Reminder,
    ReminderWish,
    ScheduleWish,
    State,
)
from assistant.services.request import Request, request

SNOOZE_MINUTES: Final = 10.0
MOST_TEXTS: Final = 20
MOST_AT_ONCE: Final = 20
MOST_REMOVED: Final = 1000
_MOST_LIST_CHARACTERS: Final = 1_000_000
Ids = Annotated[tuple[str, ...], Limit(MOST_REMOVED)]
_OF_A_WISH: Final = (
    ClockWrongRefused,
    refusals.DoseTooMuchRefused,
    refusals.DoseUnlikelyRefused,
    refusals.NeverComesRefused,
    refusals.TimeMissingRefused,
    refusals.DaysMissingRefused,
    refusals.TooManyRefused,
)
"""Why a reminder is not written down."""


# ------------------------------------------------------------------------------ what is told


@dataclass(frozen=True, slots=True)
class DueItem:
    """One time that a reminder comes; times in Unix time, seconds."""

    occurrence_id: str
    reminder_id: str
    title: str
    kind: Kind
    act: Act
    """What the elder does with it."""
    day: date
    """The local day for which it was planned."""
    slot: str
    """The name of its time of day."""
    due_at: float
    state: State
    is_left: bool
    """Whether something may still happen to it."""
    settled_at: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class StockTold:
    """What is left of a medicine."""

    amount: Fraction
    unit: Unit
    days: int | None
    """For how many days it lasts at the present use; None if it is used only as needed."""


@dataclass(frozen=True, slots=True)
class CountedItem(DueItem):
    """A dose that was counted now."""

    amount: str
    """What was taken, a fraction, and its unit: 3/2 tablet."""
    left: StockTold | None
    """What is left of the medicine, if that is known."""


@dataclass(frozen=True, slots=True)
class WeekOfMedicine:
    """The planned doses of one medicine in one week (ISO 8601, Monday first)."""

    title: str
    monday: date
    taken: int
    skipped: int
    unknown: int
    """Doses that were announced and not answered: not the same as not taken."""
    missed: int
    """Doses that could not be announced."""

    @property
    def planned(self) -> int:
        """The number of doses that were settled."""
        return self.taken + self.skipped + self.unknown + self.missed


# ------------------------------------------------------------------------- what is understood


@dataclass(frozen=True, slots=True)
class DaysSaid:
    """The days of a schedule, without their times: one of these."""

    rrule: str | None = None
    lunar: LunarDays | None = None
    solar_term: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What sentences say about time, the later ones correcting the earlier."""

    says: bool = False
    """Whether the last sentence says something about time."""
    problem: Refusal | None = None
    """Why it is no schedule yet."""
    schedule: ScheduleWish | None = None
    at: datetime | None = None
    """The moment, if it is one."""
    is_assumed: bool = False
    """Whether the times are the usual ones for "three times a day", and were not said."""
    names_day: bool = False
    """Whether the last sentence names a day, or days, and not only hours."""
    names_part: bool = False
    """Whether it names a part of the day: "at eight in the evening"."""
    days: DaysSaid | None = None
    """The days, if some were said."""
    left_out: tuple[date, ...] = ()
    """Single days on which it does not come: "every day but tomorrow"."""
    spans: tuple[tuple[int, int], ...] = ()
    """The places of its words in the last sentence."""
    leftover: tuple[Leftover, ...] = ()
    """The last sentence's words that nothing used.  A number among them is no problem yet: it may
    be a dose ("two metformin"); who does not use it must ask."""


@request("reminders.understand", ClockWrongRefused)
class UnderstandWhen(Request[Understood]):
    """What sentences of one conversation say about time, the earliest first."""

    texts: Annotated[tuple[str, ...], Limit(MOST_TEXTS)]
    lang: str
    is_daily: bool = False
    """Whether a time of day without a day means every day, as for a medicine."""


# ------------------------------------------------------------------------- set and changed


@dataclass(frozen=True, slots=True)
class ReminderChecked:
    """What would be kept."""

    reminder: Reminder
    first_at: float | None
    """When it first comes, Unix time; None if it has no times."""


@request("reminders.check", UnknownRefused, *_OF_A_WISH)
class CheckReminder(Request[ReminderChecked]):
    """What would be kept, and when it first comes; nothing is written."""

    reminder: ReminderWish
    instead_of: str = ""
    """The id of the reminder that it would change."""


@request("reminders.add", *_OF_A_WISH)
class AddReminder(Request[Reminder]):
    """Keep a new reminder."""

    reminder: ReminderWish


@dataclass(frozen=True, slots=True)
class RemindersAdded:
    """Reminders that are new."""

    added: tuple[Reminder, ...]


@request("reminders.add_all", *_OF_A_WISH)
class AddReminders(Request[RemindersAdded]):
    """Keep all of these, or none."""

    reminders: Annotated[tuple[ReminderWish, ...], Limit(MOST_AT_ONCE, 1)]


@request("reminders.import", refusals.ListRefused, *_OF_A_WISH)
class ImportReminders(Request[RemindersAdded]):
    """Add the reminders of a CSV list, or name every bad line; none is doubled."""

    text: Annotated[str, Limit(_MOST_LIST_CHARACTERS)]


_JUDGED_ANEW: Final = frozenset({"amount", "schedule", "as_needed", "title", "route"})


@dataclass(frozen=True, slots=True)
class ReminderChanges:
    """Some fields of a reminder, as they are to be."""

    wish: ReminderWish
    names: frozenset[str]
    """Which fields of `wish` are meant; the others stay."""

    @classmethod
    def of(cls, **changed: Any) -> ReminderChanges:
        """Name the fields that change; raises TypeError for one that there is not."""
        return cls(ReminderWish(**{"title": "", **changed}), frozenset(changed))

    def applied_to(self, before: ReminderWish) -> ReminderWish:
        """Give a wish with these changes; another dose is not confirmed any more."""
        is_confirmed = before.is_confirmed and not self.names & _JUDGED_ANEW
        changed = {name: getattr(self.wish, name) for name in self.names}
        return replace(before, **{"is_confirmed": is_confirmed, **changed})


def _changes_of(value: Any, _kind: type) -> ReminderChanges:
    if not isinstance(value, dict):
        raise ValueError("an object with the fields to change")  # noqa: TRY004  (as the codec's)
    return ReminderChanges(
        CONVERTER.structure({"title": "", **value}, ReminderWish), frozenset(value)
    )


def _to_fields(changes: ReminderChanges) -> dict[str, Any]:
    return {
        name: CONVERTER.unstructure(getattr(changes.wish, name)) for name in sorted(changes.names)
    }


CONVERTER.register_structure_hook(ReminderChanges, _changes_of)
CONVERTER.register_unstructure_hook(ReminderChanges, _to_fields)


@request("reminders.change", UnknownRefused, *_OF_A_WISH)
class ChangeReminder(Request[Reminder]):
    """Change some fields of a reminder; doses that were counted stay counted."""

    which: str
    changes: ReminderChanges


@request(
    "reminders.on_day",
    UnknownRefused,
    refusals.AlreadyTakenRefused,
    ClockWrongRefused,
    refusals.NotThatDayRefused,
    refusals.WhichTimeRefused,
    refusals.PassesNextRefused,
    refusals.NeverComesRefused,
    refusals.DoseTooMuchRefused,
    refusals.DoseUnlikelyRefused,
)
class ChangeDay(Request[Reminder]):
    """Let one day of a reminder be otherwise; the series stays as it is."""

    which: str
    day: DayException


@request("reminders.remove", UnknownRefused)
class RemoveReminder(Request[Reminder]):
    """Remove a reminder: it comes no more."""

    which: str


@dataclass(frozen=True, slots=True)
class RemindersRemoved:
    """Reminders that come no more."""

    removed: tuple[Reminder, ...]


@request("reminders.remove_all", UnknownRefused)
class RemoveReminders(Request[RemindersRemoved]):
    """Remove all of these, or none if one is not known."""

    which: Annotated[tuple[str, ...], Limit(MOST_REMOVED, 1)]


@dataclass(frozen=True, slots=True)
class RemindersPaused:
    """Reminders that are paused."""

    paused: tuple[Reminder, ...]


@request("reminders.pause", UnknownRefused, ClockWrongRefused, refusals.NeverComesRefused)
class PauseReminders(Request[RemindersPaused]):
    """Pause these, none named: all; local time if no zone is said."""

    which: Ids
    until: datetime | None = None
    """When they come again; None: when somebody says so."""
    since: datetime | None = None
    """None: now."""


@dataclass(frozen=True, slots=True)
class RemindersResumed:
    """Reminders that come again."""

    resumed: tuple[Reminder, ...]


@request("reminders.resume", UnknownRefused, ClockWrongRefused, refusals.NotPausedRefused)
class ResumeReminders(Request[RemindersResumed]):
    """End the pause of these, none named: of all."""

    which: Ids


class Deed(StrEnum):
    """What can be done and taken back."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    SNOOZED = "snoozed"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    ON_DAY = "on_day"
    """Something is otherwise on one day."""
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class DeedTakenBack:
    """What was done last, and is taken back."""

    kind: Deed
    titles: tuple[str, ...]


@request("reminders.take_back", refusals.NothingDoneRefused)
class TakeBack(Request[DeedTakenBack]):
    """Take back what was done last."""


# ------------------------------------------------------------------------------- doses


@request("reminders.list")
class ListReminders(Request[tuple[Reminder, ...]]):
    """Every reminder that may come again or came within a day, oldest first."""


@request("reminders.today")
class ListToday(Request[tuple[DueItem, ...]]):
    """All of today's, in order."""


@dataclass(frozen=True, slots=True)
class DosesTaken:
    """Doses that were counted now."""

    taken: tuple[CountedItem, ...]


_OF_AS_NEEDED: Final = (refusals.TooSoonRefused, refusals.DailyMostRefused)


@request(
    "reminders.taken",
    UnknownRefused,
    NothingOpenRefused,
    refusals.AlreadyTakenRefused,
    *_OF_AS_NEEDED,
)
class CountTaken(Request[DosesTaken]):
    """Count what the elder says was taken; a second time for the same dose is refused."""

    which: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A medicine as needed may be taken now."""


@request("reminders.allowed", UnknownRefused, NothingOpenRefused, *_OF_AS_NEEDED)
class AskAllowed(Request[Allowed]):
    """Refuse if a medicine as needed may not be taken now."""

    which: str


@dataclass(frozen=True, slots=True)
class DosesNotTaken:
    """Doses whose count was taken back."""

    not_taken: tuple[DueItem, ...]


@request("reminders.not_taken", UnknownRefused, NothingOpenRefused)
class CountNotTaken(Request[DosesNotTaken]):
    """Take back the count of the last dose: it is offered again."""

    which: str = ""


@dataclass(frozen=True, slots=True)
class DosesSnoozed:
    """What is offered again later."""

    snoozed: tuple[DueItem, ...]


@request(
    "reminders.snooze",
    UnknownRefused,
    NothingOpenRefused,
    refusals.AlreadyTakenRefused,
    refusals.SnoozeTooLongRefused,
)
class SnoozeDoses(Request[DosesSnoozed]):
    """Offer what is open again in so many minutes, or at a time."""

    which: str = ""
    minutes: float = SNOOZE_MINUTES
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DosesSkipped:
    """What is left out."""

    skipped: tuple[DueItem, ...]


@request("reminders.skip", UnknownRefused, NothingOpenRefused, refusals.AlreadyTakenRefused)
class SkipDoses(Request[DosesSkipped]):
    """Skip what is open or comes next, with the elder's reason."""

    which: str = ""
    reason: str = ""


@request("reminders.adherence")
class GetAdherence(Request[tuple[WeekOfMedicine, ...]]):
    """How regularly each medicine was taken in the last weeks, this one included."""

    weeks: int = 4


# ------------------------------------------------------------------------------- stock


@dataclass(frozen=True, slots=True)
class Stock:
    """An amount of a medicine, which may be none at all."""

    amount: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True)
class Left:
    """What is left; None if it was never counted."""

    left: StockTold | None


@request("reminders.left", UnknownRefused)
class GetLeft(Request[Left]):
    """What is left of a medicine."""

    which: str


@request("reminders.refill", UnknownRefused)
class AddToStock(Request[Left]):
    """Add to what is left of a medicine, or begin to count it."""

    which: str
    amount: Amount


@request("reminders.count", UnknownRefused)
class SetStock(Request[Left]):
    """Set what is in the house to so much: this is all there is."""

    which: str
    amount: Stock
