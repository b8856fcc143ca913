"""How often a reminder comes again, when the family is told, and when its offer ends.

Sources: again at +15 min and offered for 4 h as Hero's dispenser does, the family at +60 min as
Medisafe does.  What must be taken in a narrow time, or harms where it is taken twice (insulin,
opiates, medicines against Parkinson's, anticoagulants, and others of ISMP's list of high-alert
medicines), is followed up within 30 min to 2 h, by a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final


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


TASK: Final = Policy(repeat_minutes=(15,), family_minutes=None, offer_minutes=60)
"""The escalation of what is no medicine."""

POLICIES: Final = {
    Risk.NORMAL: Policy(),
    Risk.INSULIN: Policy(
        repeat_minutes=(10, 20),
        family_minutes=30,
        offer_minutes=60,
        patience_minutes=3,
        is_strict=True,
    ),
    Risk.OPIATE: Policy(
        repeat_minutes=(15, 30),
        family_minutes=60,
        offer_minutes=120,
        patience_minutes=3,
        is_strict=True,
    ),
    Risk.PARKINSON: Policy(
        repeat_minutes=(5, 15),
        family_minutes=30,
        offer_minutes=120,
        patience_minutes=3,
        is_strict=True,
    ),
    Risk.ANTICOAGULANT: Policy(
        repeat_minutes=(15, 30),
        family_minutes=60,
        offer_minutes=120,
        patience_minutes=3,
        is_strict=True,
    ),
    Risk.NARROW: Policy(
        repeat_minutes=(15, 30),
        family_minutes=60,
        offer_minutes=120,
        patience_minutes=3,
        is_strict=True,
    ),
}
