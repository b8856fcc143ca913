"""How it stands with the open alarms at this moment, out of their journal.

Everything that the elder is told is derived from it, when it is about to sound: who is called,
who answered, whether anything got out of the house.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.alarm.attempt import Attempt
from assistant.alarm.public_number import NUMBER_CONTACT
from assistant.alarm.state import Alarm, Declined, State
from assistant.alarm.store import AlarmStore
from assistant.channels import Kind, Opener, Outcome, Purpose, ways
from assistant.people.contacts import Contact, People

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
    """Whether the call was taken, by a person or a machine."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with all open alarms together."""

    alarms: tuple[Alarm, ...]
    """The open alarms, oldest first."""
    tries: tuple[Try, ...]
    """The tries of alarms that call out, oldest first: those since it last went out, or still
    running."""
    on_telephone: frozenset[str]
    """The names of those who are rung or spoken with, in any alarm."""
    callable_people: tuple[str, ...]
    """The names of those whom this home can ring, in order; without who cannot come, unless nobody
    can."""
    others: tuple[str, ...]
    """The names of those whom this home can only write to; as above."""
    people_count: int
    cannot_come: tuple[str, ...]
    """The names of those who said that they cannot come, to every alarm that calls out; the one
    who said so last comes last."""
    line: str
    """Who speaks with the elder now; empty: nobody."""

    @property
    def calls_out(self) -> bool:
        """Whether people are being called for help."""
        return any(alarm.state.calls_out for alarm in self.alarms)

    @property
    def nobody_can_come(self) -> bool:
        """Whether everybody who is called for help said that they cannot come."""
        return self.calls_out and 0 < self.people_count == len(self.cannot_come)

    @property
    def calls(self) -> tuple[Try, ...]:
        """The tries by telephone."""
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
        """The first person to whom a message went, and who may come; empty: nobody."""
        delivered = (
            each.contact
            for each in self.tries
            if not each.is_call
            and each.outcome == Outcome.DELIVERED
            and each.contact not in self.cannot_come
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


class Standings:
    """Makes a `Standing` out of the journal of alarms."""

    def __init__(
        self,
        store: AlarmStore,
        people: People,
        registry: Opener,
        number_name: Callable[[], str],
    ) -> None:
        """`number_name`: what the public emergency number is called."""
        self._store, self._people, self._registry = store, people, registry
        self._number_name = number_name
        self._kinds: dict[str, Kind] = {}
        """The kinds of addresses that could be opened once, by address."""

    def now(self, line: str) -> Standing:
        """Say how it stands.

        `line`: who speaks with the elder.
        """
        people = self._people.in_order(datetime.now().astimezone())
        cannot_come = self._cannot_come({contact.name for contact in people})
        able = [contact for contact in people if contact.name not in cannot_come] or people
        kinds_of = {contact.name: self._ways(contact) for contact in able}
        return Standing(
            alarms=self._store.open_alarms(),
            tries=self._tries(),
            on_telephone=self._on_telephone(),
            callable_people=tuple(name for name, kinds in kinds_of.items() if Kind.CALL in kinds),
            others=tuple(name for name, kinds in kinds_of.items() if kinds == {Kind.MESSAGE}),
            people_count=len(people),
            cannot_come=cannot_come,
            line=line,
        )

    def _cannot_come(self, people: set[str]) -> tuple[str, ...]:
        now = time.time()
        calling = [alarm for alarm in self._store.open_alarms() if alarm.state.calls_out]
        if not calling:
            return ()
        words = sorted((each for alarm in calling for each in alarm.declined), key=_said_at)
        holding = people.intersection(*(alarm.cannot_come(now) for alarm in calling))
        return tuple(dict.fromkeys(each.who for each in words if each.who in holding))

    def _ways(self, contact: Contact) -> set[Kind]:
        unknown = [address for address in contact.channels if address not in self._kinds]
        for way in ways(unknown, self._registry, Purpose.OUTLOOK):
            self._kinds[way.address] = way.channel.kind
        return {self._kinds[each] for each in contact.channels if each in self._kinds}

    def _name_of(self, contact_id: str) -> str:
        contact = self._people.get(contact_id)
        if contact is not None:
            return contact.name
        return self._number_name() if contact_id == NUMBER_CONTACT else contact_id

    def _tries(self) -> tuple[Try, ...]:
        made = [
            attempt
            for alarm in self._store.open_alarms()
            if alarm.state.calls_out
            for attempt in self._store.attempts(alarm.alarm_id)
            if attempt.kind
            and (
                attempt.generation == alarm.generation or self._store.is_running(attempt.attempt_id)
            )
        ]
        return tuple(self._try(attempt) for attempt in sorted(made, key=_begun_at))

    def _on_telephone(self) -> frozenset[str]:
        return frozenset(
            self._name_of(attempt.contact_id)
            for alarm in self._store.open_alarms()
            for attempt in self._store.attempts(alarm.alarm_id)
            if attempt.kind == Kind.CALL and self._store.is_running(attempt.attempt_id)
        )

    def _try(self, attempt: Attempt) -> Try:
        return Try(
            contact=self._name_of(attempt.contact_id),
            is_call=attempt.kind == Kind.CALL,
            outcome=attempt.outcome,
            is_running=self._store.is_running(attempt.attempt_id),
            is_answered=attempt.answered_at is not None,
        )


def _said_at(declined: Declined) -> float:
    return declined.at


def _begun_at(attempt: Attempt) -> float:
    return attempt.begun_at
