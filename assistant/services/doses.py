"""Doses: what comes today, counted, put off, skipped; what is left of a medicine.

`which` names a reminder: its id, an occurrence's id, or a title as it was heard; empty means
whatever is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from assistant.language import Unit
from assistant.services import refusals
from assistant.services.refusals import NothingOpenRefused, UnknownRefused
from assistant.services.reminder import Act, Amount, Kind, State
from assistant.services.request import Request, request

SNOOZE_MINUTES: Final = 10.0


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


# ------------------------------------------------------------------------------- doses


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
