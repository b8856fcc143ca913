"""How it stands with the open alarms at this moment, out of their journal.

Everything that the elder is told is derived from it, when it is about to sound: who is called,
who answered, whether anything got out of the house.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.care.alarms import Alarm, State
from assistant.care.book import AlarmBook, Attempt
from assistant.care.channels import Kind, Outcome

_REACHED: frozenset[str] = frozenset({Outcome.ANSWERED, Outcome.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Try:
    """One try to reach a person since the alarm last went out."""

    contact: str
    """The person's name."""
    is_call: bool
    outcome: str
    is_running: bool
    is_answered: bool
    """The call was taken, by a person or a machine."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of all open alarms together."""

    alarms: tuple[Alarm, ...]
    """Open ones, oldest first."""
    tries: tuple[Try, ...]
    """Of alarms that call out, oldest first: those since it last went out, or still running."""
    on_telephone: frozenset[str]
    """Names of those who are rung or spoken with, in whichever alarm."""
    callable_people: tuple[str, ...]
    """Names of those whom this home can ring, in order."""
    others: tuple[str, ...]
    """Names of those whom it can only write to."""
    people_count: int
    line: str
    """Who speaks with the elder now; empty: nobody."""

    @property
    def calls_out(self) -> bool:
        """Whether people are being called for help."""
        return any(alarm.state.calls_out for alarm in self.alarms)

    @property
    def calls(self) -> tuple[Try, ...]:
        """Tries by telephone."""
        return tuple(each for each in self.tries if each.is_call)

    @property
    def ringing(self) -> Try | None:
        """The newest call that is being made."""
        return next((each for each in reversed(self.calls) if each.is_running), None)

    @property
    def answered(self) -> Try | None:
        """A call that was taken and goes on."""
        running = (each for each in self.calls if each.is_running and each.is_answered)
        return next(running, None)

    @property
    def was_answered(self) -> bool:
        """Whether any call was taken."""
        return any(each.is_answered or each.outcome in _REACHED for each in self.calls)

    @property
    def calls_got_out(self) -> bool:
        """Whether any call that is over surely or maybe rang somewhere."""
        return any(not each.is_running and each.outcome != Outcome.FAILED for each in self.calls)

    @property
    def written_to(self) -> str:
        """The first person to whom a message went; empty: nobody."""
        delivered = (
            each.contact
            for each in self.tries
            if not each.is_call and each.outcome == Outcome.DELIVERED
        )
        return next(delivered, "")

    @property
    def is_writing(self) -> bool:
        """Whether a message is on its way."""
        return any(each.is_running and not each.is_call for each in self.tries)

    @property
    def taken_by(self) -> Alarm | None:
        """The newest alarm that somebody took on."""
        taken = [alarm for alarm in self.alarms if alarm.state is State.ACKNOWLEDGED]
        return taken[-1] if taken else None


def tries_of(book: AlarmBook, name_of: Callable[[str], str]) -> tuple[Try, ...]:
    """Tries of every alarm that calls out; `name_of` gives the name of a contact's id."""
    made = [
        attempt
        for alarm in book.open_alarms()
        if alarm.state.calls_out
        for attempt in book.attempts(alarm.alarm_id)
        if attempt.kind
        and (attempt.generation == alarm.generation or book.is_running(attempt.attempt_id))
    ]
    return tuple(_try(book, name_of, attempt) for attempt in sorted(made, key=_begun_at))


def on_telephone(book: AlarmBook, name_of: Callable[[str], str]) -> frozenset[str]:
    """Names of those with whom a call of any open alarm is being made."""
    return frozenset(
        name_of(attempt.contact_id)
        for alarm in book.open_alarms()
        for attempt in book.attempts(alarm.alarm_id)
        if attempt.kind == Kind.CALL and book.is_running(attempt.attempt_id)
    )


def _try(book: AlarmBook, name_of: Callable[[str], str], attempt: Attempt) -> Try:
    return Try(
        name_of(attempt.contact_id),
        attempt.kind == Kind.CALL,
        attempt.outcome,
        book.is_running(attempt.attempt_id),
        attempt.answered_at is not None,
    )


def _begun_at(attempt: Attempt) -> float:
    return attempt.begun_at
