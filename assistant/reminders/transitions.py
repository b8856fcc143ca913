"""What time does to an occurrence: pure, one occurrence at a time."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Final

from assistant.home.presence import Situation
from assistant.reminders.escalation import policy_of
from assistant.reminders.model import Family, Item, Occurrence
from assistant.services.reminder import Policy, State

RECHECK_SECONDS: Final = 20.0
"""How soon it is looked again whether the elder still talks."""
ASLEEP_SECONDS: Final = 300.0
"""How soon it is looked again whether the elder still sleeps."""
LEAST_PAUSE_SECONDS: Final = 300.0
"""The least time between two announcements of one dose, if the first was late."""

AGAIN_SECONDS: Final = 600.0
"""After how long a dose that was counted by mistake is offered again."""
NOT_TAKEN: Final = "not taken"
PAUSED: Final = "paused"
"""The reason of a dose that the elder took for taken, and had not, and whose time was over."""


class Act(Enum):
    """What is to follow, once the new state is on the disk."""

    ANNOUNCE = "announce"
    TELL_MISSED = "tell missed"


def advance(item: Item, now: float, situation: Situation) -> tuple[Occurrence, Act | None]:
    """Take an occurrence on to what it is now, and say what is to follow."""
    occurrence, policy = item.occurrence, policy_of(item.reminder)
    if not occurrence.state.is_open:
        return replace(occurrence, act_at=None), None
    if now < occurrence.due_at:
        return replace(occurrence, act_at=occurrence.due_at), None
    if now >= occurrence.until_at:
        return _over(occurrence, policy, now), Act.TELL_MISSED
    if occurrence.family is Family.NOTHING and now >= _family_at(occurrence, policy):
        occurrence = replace(occurrence, family=Family.OWED)
    wanted_at = _wanted_at(occurrence, policy)
    if now < wanted_at:
        return replace(occurrence, act_at=_next_act(occurrence, policy, wanted_at)), None
    if occurrence.state is not State.ANNOUNCED:
        occurrence = replace(occurrence, state=State.DUE)
    if not _may_announce(item, now - wanted_at, situation):
        pause = ASLEEP_SECONDS if situation.is_asleep else RECHECK_SECONDS
        return replace(occurrence, act_at=_next_act(occurrence, policy, now + pause)), None
    announced = replace(
        occurrence,
        state=State.ANNOUNCED,
        announced_at=_first_announced(occurrence, now),
        round_at=now if occurrence.step == 0 else occurrence.round_at,
        step=occurrence.step + 1,
        is_told=False,
    )
    again_at = max(_wanted_at(announced, policy), now + LEAST_PAUSE_SECONDS)
    return replace(announced, act_at=_next_act(announced, policy, again_at)), Act.ANNOUNCE


def wait(occurrence: Occurrence, policy: Policy, now: float) -> Occurrence:
    """Put the announcement off a little: others come first."""
    return replace(
        occurrence,
        state=State.DUE if occurrence.state is not State.ANNOUNCED else State.ANNOUNCED,
        act_at=_next_act(occurrence, policy, now + RECHECK_SECONDS),
    )


def unsounded(occurrence: Occurrence, now: float) -> Occurrence:
    """Take back an announcement that surely did not sound."""
    if occurrence.state is not State.ANNOUNCED:
        return occurrence
    is_first = occurrence.step <= 1
    was_first = is_first and occurrence.announced_at == occurrence.round_at
    return replace(
        occurrence,
        state=State.DUE if is_first else State.ANNOUNCED,
        announced_at=None if was_first else occurrence.announced_at,
        round_at=None if is_first else occurrence.round_at,
        step=occurrence.step - 1,
        is_told=True,
        act_at=now,
    )


def snoozed(occurrence: Occurrence, until: float) -> Occurrence:
    """Let it come again at a time, with a round of its own."""
    return replace(
        occurrence, state=State.SNOOZED, round_at=until, step=0, is_told=True, act_at=until
    )


def settled(occurrence: Occurrence, state: State, now: float, reason: str = "") -> Occurrence:
    """End it by what the elder said; the family is no longer owed a word about it."""
    family = Family.NOTHING if occurrence.family is Family.OWED else occurrence.family
    return replace(
        occurrence,
        state=state,
        act_at=None,
        settled_at=now,
        reason=reason,
        is_told=True,
        family=family,
    )


def uncounted(occurrence: Occurrence, policy: Policy, now: float) -> Occurrence:
    """Offer a dose again that was counted and had not been taken, if its time is not over.

    Else it stays a dose that was not taken, and the family is told as of any that is.
    """
    fresh = replace(occurrence, settled_at=None, reason="", amount="", is_told=True, step=0)
    if now < occurrence.due_at:
        return replace(fresh, state=State.PLANNED, act_at=occurrence.due_at, round_at=None)
    if now < occurrence.until_at:
        at = min(now + AGAIN_SECONDS, (now + occurrence.until_at) / 2)
        return snoozed(fresh, at)
    is_owed = policy.family_minutes is not None and occurrence.family is Family.NOTHING
    family = Family.OWED if is_owed else occurrence.family
    return replace(settled(fresh, State.SKIPPED, now, NOT_TAKEN), family=family)


def taken_back(occurrence: Occurrence) -> Occurrence:
    """Take back what time alone did: the clock had been ahead, or is behind now.

    That it was announced once stays known: should the clock come back, it is not "missed".
    """
    return replace(
        occurrence,
        state=State.PLANNED,
        act_at=occurrence.due_at,
        round_at=None,
        step=0,
        is_told=True,
        family=Family.NOTHING,
        settled_at=None,
    )


def _over(occurrence: Occurrence, policy: Policy, now: float) -> Occurrence:
    is_owed = policy.family_minutes is not None and occurrence.family is Family.NOTHING
    return replace(
        occurrence,
        state=State.MISSED if occurrence.announced_at is None else State.UNKNOWN,
        act_at=None,
        settled_at=now,
        family=Family.OWED if is_owed else occurrence.family,
    )


def _first_announced(occurrence: Occurrence, now: float) -> float:
    before = occurrence.announced_at
    return now if before is None or before > now else before


def _family_at(occurrence: Occurrence, policy: Policy) -> float:
    if policy.family_minutes is None:
        return float("inf")
    if policy.is_strict:
        return occurrence.due_at + policy.family_minutes * 60
    # "Later" is an answer: whoever gave it is asked again, and has as long as at first.
    if occurrence.announced_at is None or occurrence.state is State.SNOOZED:
        return float("inf")
    asked_at = occurrence.announced_at if occurrence.round_at is None else occurrence.round_at
    return asked_at + policy.family_minutes * 60


def _wanted_at(occurrence: Occurrence, policy: Policy) -> float:
    """Tell when it wants to be announced (again)."""
    if occurrence.step == 0:
        return occurrence.round_at if occurrence.round_at is not None else occurrence.due_at
    if occurrence.step > len(policy.repeat_minutes) or occurrence.round_at is None:
        return float("inf")
    return occurrence.round_at + policy.repeat_minutes[occurrence.step - 1] * 60


def _next_act(occurrence: Occurrence, policy: Policy, wanted_at: float) -> float:
    family_at = float("inf")
    if occurrence.family is Family.NOTHING:
        family_at = _family_at(occurrence, policy)
    return min(wanted_at, family_at, occurrence.until_at)


def _may_announce(item: Item, waited_seconds: float, situation: Situation) -> bool:
    if situation.is_alarm or situation.is_asking:
        return False
    if situation.is_asleep and not item.reminder.wakes:
        return False
    return (
        not situation.is_talking or waited_seconds >= policy_of(item.reminder).patience_minutes * 60
    )
