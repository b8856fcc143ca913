"""How often a reminder comes again, when the family is told, and when its offer ends.

Sources: again at +15 min and offered for 4 h as Hero's dispenser does, the family at +60 min as
Medisafe does.  What must be taken in a narrow time, or harms if it is taken twice (insulin,
opiates, medicines against Parkinson's, anticoagulants, and others of ISMP's list of high-alert
medicines), is followed up within 30 min to 2 h, by a call.
"""

from __future__ import annotations

from typing import Final

from assistant.services.reminder import Kind, Policy, Reminder, Risk

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


def policy_of(reminder: Reminder) -> Policy:
    """Give the escalation that holds for a reminder: its own, else that of its risk."""
    if reminder.own_policy is not None:
        return reminder.own_policy
    return POLICIES[reminder.risk] if reminder.kind is Kind.MEDICINE else TASK
