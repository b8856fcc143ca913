"""What is kept of a reminder and of each of its occurrences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Final

from assistant.language import Unit
from assistant.services.reminder import Reminder, State


class Family(IntEnum):
    """What the family is owed about an occurrence."""

    NOTHING = 0
    OWED = 1
    TOLD = 2


USUAL_MOST: Final = {
    Unit.TABLET: 10,
    Unit.CAPSULE: 10,
    Unit.PILL: 30,
    Unit.SACHET: 4,
    Unit.AMPOULE: 4,
    Unit.DROP: 40,
    Unit.SPOON: 4,
    Unit.PUFF: 8,
    Unit.PATCH: 4,
    Unit.SUPPOSITORY: 2,
    Unit.INTERNATIONAL_UNIT: 100,
    Unit.MICROGRAM: 1000,
    Unit.MILLIGRAM: 5000,
    Unit.GRAM: 30,
    Unit.MILLILITRE: 60,
}
"""The most that may be taken at once without being asked back.  No medical limit: it only catches
what was misheard, and lies above what leaflets commonly give (concentrated Chinese pills, 浓缩丸,
are counted by the dozen, and as 丸)."""
USUAL_MOST_BY_WORD: Final = {"颗": 10, "粒": 10}
"""The same most, by the word it was counted in: what is counted by the dozen is 丸."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that a reminder comes; all times in Unix time, seconds."""

    occurrence_id: str
    reminder_id: str
    day: date
    """The local day for which it was planned."""
    slot: str
    """The name of its time of day; with the day, it tells one occurrence from all others."""
    due_at: float
    until_at: float
    """Until when it is offered: its policy's end, or the next of the same reminder."""
    state: State = State.PLANNED
    act_at: float | None = None
    """When something is to happen to it by itself; None: nothing will."""
    announced_at: float | None = None
    """When it was announced for the first time."""
    round_at: float | None = None
    """When it was announced for the first time since it was snoozed."""
    step: int = 0
    """The number of announcements in this round."""
    is_told: bool = True
    """Whether the last announcement is known to have been made; if not, it is made again."""
    family: Family = Family.NOTHING
    settled_at: float | None = None
    reason: str = ""
    amount: str = ""
    """What was taken, a fraction, and its unit: 3/2 tablet."""


@dataclass(frozen=True, slots=True)
class Item:
    """An occurrence with its reminder."""

    occurrence: Occurrence
    reminder: Reminder = field(compare=False)
