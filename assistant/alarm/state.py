r"""What an alarm is and how it may change: one explicit state machine, pure and latched.

    suspected -> confirming -> raised -> delivered -> acknowledged -> closed
         \___________\__________\-> cancelled

An explicit cry for help is raised at once.  A sensed event is asked about first: "I'm fine" said to
Anban by name, or twice in answer to its question, cancels it; silence raises it.  A raised alarm
goes on through the first "I'm fine", which is asked back, and ends at the second; the first one
holds no longer than that question.  Once anybody was reached only a human closes it.  One that
was acknowledged but where nobody came or spoke is raised again (telecare practice: an alarm ends
only on a human's word).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from assistant.alarm.source import Source

REASONS: Final = (
    *("fall", "chest_pain", "stroke", "fire", "gas", "intruder", "overdose", "other"),
    *("no_motion", "bathroom", "carbon_monoxide", "water", "out_of_bed", "door_open", "sensor"),
)
"""The kinds of help, kept apart: what the family and a centre are told."""


class State(StrEnum):
    """Where an alarm stands."""

    SUSPECTED = "suspected"
    CONFIRMING = "confirming"
    RAISED = "raised"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still need help."""
        return self not in {State.CLOSED, State.CANCELLED}

    @property
    def is_asked(self) -> bool:
        """Whether the elder is to be asked first."""
        return self in {State.SUSPECTED, State.CONFIRMING}

    @property
    def calls_out(self) -> bool:
        """Whether people are to be called now."""
        return self in {State.RAISED, State.DELIVERED}


class Trigger(StrEnum):
    """What can happen to an alarm."""

    ASKED = "asked"
    """The elder was asked whether all is well."""
    CRIED = "cried"
    """The elder called for help, in words or by a button."""
    TAKEN_BACK = "taken_back"
    """What was heard as a cry was none in the words of the whole sentence."""
    SILENCE = "silence"
    """Nobody answered the last question in time."""
    SAID_FINE = "said_fine"
    """It was said that no help is needed; it is asked back."""
    MEANT_FINE = "meant_fine"
    """The elder said to be fine, to Anban when asked first, or again when asked back."""
    REACHED = "reached"
    """Somebody took a call."""
    ACKNOWLEDGED = "acknowledged"
    """A human took the alarm on."""
    COMES = "comes"
    """Whoever took the alarm on said when they will be there."""
    DECLINED = "declined"
    """A contact said that they cannot come."""
    CONFIRMED = "confirmed"
    """A human arrived, or spoke with the elder, and says that it is over."""
    NOBODY_CAME = "nobody_came"
    """Somebody took the alarm on, and nobody said in time that it is over."""


DECLINED_SECONDS: Final = 600.0
"""How long others are called in the place of whoever said that they cannot come: then whatever kept
them may be over, and an alarm that is still open needs everybody."""


@dataclass(frozen=True, slots=True)
class Declined:
    """A contact's word that they cannot come."""

    who: str
    at: float
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm, as it stands."""

    alarm_id: str
    reason: str
    """One of `REASONS`."""
    source: Source
    place: str
    """The room, as the family calls it; empty if it is not known."""
    opened_at: float
    """When the alarm was opened; Unix time, seconds."""
    state: State
    asked_count: int = 0
    denied_count: int = 0
    """How often "I'm fine" was said; whoever applies it must know that it still holds."""
    was_reached: bool = False
    """Whether anybody ever took a call: from then on only a human closes it."""
    acknowledged_by: str = ""
    escalate_at: float | None = None
    """When the alarm is raised again unless somebody says that it is over; Unix time, seconds."""
    generation: int = 0
    """How often the alarm went out again after somebody had taken it on."""
    expected_at: float | None = None
    """When whoever took the alarm on wants to be there; Unix time, seconds."""
    declined: tuple[Declined, ...] = ()
    """Who cannot come, oldest first; since the alarm last went out to everybody."""
    given_up_by: str = ""
    """Who had taken it on and then could not come; empty: it went out again for another reason."""

    def cannot_come(self, at: float) -> frozenset[str]:
        """Who is not called before all others; a word from the future counts for nothing."""
        return frozenset(each.who for each in self.declined if 0 <= at - each.at < DECLINED_SECONDS)


@dataclass(frozen=True, slots=True)
class Change:
    """What a trigger does: the alarm after it, and whether the state changed."""

    alarm: Alarm
    asks_back: bool = False
    """Whether the elder is to be asked once more if really no help is needed."""


def change(
    alarm: Alarm,
    trigger: Trigger,
    at: float,
    arrive_seconds: float,
    who: str = "",
    comes_seconds: float | None = None,
) -> Change | None:
    """Give the alarm after a trigger, or None if the trigger means nothing in this state.

    Args:
        alarm: as it stands.
        trigger: what happened.
        at: when, Unix time in seconds.
        arrive_seconds: how long after an acknowledgement somebody must have come or spoken.
        who: who did it, for an acknowledgement and for who cannot come.
        comes_seconds: in how long whoever took it on will be there, if that was said.
    """
    match alarm.state, trigger:
        case State.SUSPECTED | State.CONFIRMING, Trigger.ASKED:
            asked = replace(alarm, state=State.CONFIRMING, asked_count=alarm.asked_count + 1)
            return Change(asked)
        case State.SUSPECTED | State.CONFIRMING, Trigger.MEANT_FINE:
            return Change(replace(alarm, state=State.CANCELLED))
        case State.SUSPECTED | State.CONFIRMING, Trigger.CRIED | Trigger.SILENCE:
            return Change(replace(alarm, state=State.RAISED, denied_count=0))
        case State.RAISED, Trigger.TAKEN_BACK if not alarm.was_reached:
            return Change(replace(alarm, state=State.CONFIRMING, asked_count=0, denied_count=0))
        case state, Trigger.SAID_FINE if state.is_asked or _may_be_taken_back(alarm):
            return Change(replace(alarm, denied_count=1), asks_back=True)
        case State.RAISED, Trigger.MEANT_FINE if _may_be_taken_back(alarm) and alarm.denied_count:
            return Change(replace(alarm, state=State.CANCELLED, denied_count=2))
        case State.RAISED | State.DELIVERED, Trigger.CRIED if alarm.denied_count:
            return Change(replace(alarm, denied_count=0))  # the "I'm fine" is taken back
        case State.RAISED, Trigger.REACHED:
            return Change(replace(alarm, state=State.DELIVERED, was_reached=True))
        case State.RAISED | State.DELIVERED, Trigger.ACKNOWLEDGED:
            return Change(
                replace(
                    alarm,
                    state=State.ACKNOWLEDGED,
                    was_reached=True,
                    acknowledged_by=who,
                    escalate_at=at + arrive_seconds,
                    declined=_without(alarm, who),
                )
            )
        case State.ACKNOWLEDGED, Trigger.COMES:
            expected_at = None if comes_seconds is None else at + comes_seconds
            later = replace(alarm, escalate_at=at + arrive_seconds, expected_at=expected_at)
            return Change(later)
        case State.ACKNOWLEDGED, Trigger.NOBODY_CAME | Trigger.CRIED:
            return Change(_again(alarm, ()))
        case State.ACKNOWLEDGED, Trigger.DECLINED if who == alarm.acknowledged_by:
            return Change(_again(alarm, (*_without(alarm, who), Declined(who, at)), who))
        case state, Trigger.DECLINED if state.is_open and who not in alarm.cannot_come(at):
            return Change(replace(alarm, declined=(*_without(alarm, who), Declined(who, at))))
        case state, Trigger.CONFIRMED if state.is_open:
            return Change(replace(alarm, state=State.CLOSED, escalate_at=None))
    return None


def _again(alarm: Alarm, declined: tuple[Declined, ...], given_up_by: str = "") -> Alarm:
    return replace(
        alarm,
        state=State.RAISED,
        acknowledged_by="",
        escalate_at=None,
        expected_at=None,
        denied_count=0,
        generation=alarm.generation + 1,
        declined=declined,
        given_up_by=given_up_by,
    )


def _without(alarm: Alarm, who: str) -> tuple[Declined, ...]:
    return tuple(each for each in alarm.declined if each.who != who)


def _may_be_taken_back(alarm: Alarm) -> bool:
    return alarm.state is State.RAISED and not alarm.was_reached
