"""Reminders: understood, set, changed, listed.

`which` names a reminder: its id, or a title as it was heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from assistant.language import LunarDays
from assistant.language.reading import Leftover
from assistant.services import refusals
from assistant.services.codec import CONVERTER
from assistant.services.errors import Refusal
from assistant.services.refusals import ClockWrongRefused, UnknownRefused
from assistant.services.reminder import (
    DayException,
    Reminder,
    ReminderWish,
    ScheduleWish,
)
from assistant.services.request import Request, request
from assistant.services.strict import Limit

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


@request("reminders.list")
class ListReminders(Request[tuple[Reminder, ...]]):
    """Every reminder that may come again or came within a day, oldest first."""
