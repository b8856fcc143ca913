"""Doses and everything else that comes at a time; the stock; warnings of medicines."""

from __future__ import annotations

from assistant.events.line import event


@event
class ReminderDue:
    """The elder is being reminded of something, for the first time or again."""

    occurrence_id: str
    reminder_id: str
    title: str
    """The medicine, or what is to be done, as the elder said it."""
    due_at: float
    """Unix time, seconds."""
    step: int
    """How often it was announced: 1 for the first time."""
    is_urgent: bool
    """Whether it is said louder, and the robot is to come near."""


@event
class DoseTaken:
    """The elder said that a dose was taken; told once for each dose."""

    occurrence_id: str
    reminder_id: str
    title: str
    due_at: float | None
    """When it was due; None for a medicine taken as needed."""
    taken_at: float
    amount: str
    """How much was taken, a fraction: 1, 3/2; empty if it is not known, or no medicine."""
    unit: str


@event
class DoseSkipped:
    """The elder left a dose out this time."""

    occurrence_id: str
    reminder_id: str
    title: str
    reason: str


@event
class ReminderSnoozed:
    """The elder wants to be reminded later."""

    occurrence_id: str
    reminder_id: str
    title: str
    until: float
    """Unix time, seconds."""


@event
class ReminderMissed:
    """The time of a reminder was over, and nobody had confirmed it."""

    occurrence_id: str
    reminder_id: str
    title: str
    due_at: float
    was_announced: bool
    """True: announced and unanswered, so nobody knows. False: it could not be announced."""


@event
class FamilyToldOfDose:
    """Somebody was told of doses that nobody confirmed."""

    occurrence_ids: tuple[str, ...]
    contact: str


@event
class StockLow:
    """A medicine will be used up soon; told once until it is refilled."""

    medicine: str
    left: str
    """How much is left, a fraction."""
    unit: str
    days_left: int


@event
class RemindersChanged:
    """A reminder was added, changed, paused or removed, or one day of it is otherwise."""

    reminder_id: str


@event
class DoseRefused:
    """More of a medicine was asked for than is written down, or more often; the family is told."""

    title: str
    amount: str
    """How much was asked for, a fraction; empty if the question was how often."""
    unit: str


@event
class MedicineWarned:
    """A doctor or pharmacist should be asked about a medicine; told once."""

    medicine: str
    other: str
    """The other medicine, or the allergy."""
    kind: str
    """What kind of warning it is: interaction, allergy or duplicate."""
    why: str
    """A key of medicines/replies, without `why_`."""
