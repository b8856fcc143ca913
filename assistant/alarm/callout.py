"""The call-out of one alarm: person after person, round after round, until a human acknowledges.

Every try is written down before it is made.  One of unknown outcome, or that a crash cut off, is
made again with the same id: a person may be told twice, and never not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assistant.alarm.attempt import Attempt
from assistant.alarm.state import Alarm
from assistant.alarm.store import AlarmStore
from assistant.channels import (
    Acknowledged,
    Answered,
    AttemptEvent,
    Channel,
    Dialled,
    DtmfPressed,
    Ended,
    Kind,
    Message,
    Opener,
    Outcome,
    Patience,
    Purpose,
    PutThrough,
    follow,
    ways,
)
from assistant.events import CallAnswered, CallBegan, CallEnded, NobodyReached, PutThroughChanged
from assistant.people.contacts import Contact
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import race

log = logging.getLogger(__name__)

QUICK_ROUNDS: Final = 6
QUICK_PAUSE_SECONDS: Final = 5.0
"""The pause between the first rounds; telecare practice is 5 to 10 tries spaced 3 to 7 s, then
slower, never given up."""
SLOW_PAUSES_SECONDS: Final = (15.0, 30.0, 60.0)
MESSAGE_AGAIN_SECONDS: Final = 600.0
"""After how long a delivered message is sent again if nobody reacted to it."""
HANG_UP_SECONDS: Final = 5.0
CLOSING_DIGIT: Final = "9"
"""The key with which a contact who acknowledged and spoke with the elder says that all is well."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address of one person."""

    contact: Contact
    address: str
    channel: Channel

    @property
    def key(self) -> str:
        """The channel as the journal names it: unlike others of its kind, without secrets."""
        digest = hashlib.sha256(self.address.encode()).hexdigest()[:6]
        return f"{self.channel.name} ({digest})"


def ways_of(contact: Contact, registry: Opener, purpose: Purpose) -> list[Way]:
    """Every address of a person that may be used for a purpose, opened, in their order."""
    found = ways(contact.channels, registry, purpose)
    return [Way(contact, way.address, way.channel) for way in found]


@dataclass(frozen=True, slots=True)
class CallOutParts:
    """What every call-out of the home shares."""

    bus: Bus
    store: AlarmStore
    registry: Opener
    people: Callable[[datetime], tuple[Contact, ...]]
    """Whom to call, in order, at this hour."""
    last_resort: Callable[[str], Contact | None]
    """The public emergency number as somebody to call, if the elder agreed to it."""
    message: Callable[[Alarm, Contact, Attempt], Message]
    acknowledged: Callable[[str, Contact], None]
    """Told at once when a contact acknowledged."""
    confirmed: Callable[[str, Contact], None]
    """Told when a contact who acknowledged says that it is over."""
    answered: Callable[[str, Contact], None]


class CallOut:
    """The call-out of one alarm.

    `run` returns once the alarm calls out no more and no attempt is running.
    """

    def __init__(self, alarm_id: str, parts: CallOutParts) -> None:
        self._alarm_id = alarm_id
        self._parts = parts
        self._stopped = asyncio.Event()
        self._first: Contact | None = None
        """Whom to reach before all others, because the elder asked for it."""
        self._hurried = asyncio.Event()
        self._passed_over = asyncio.Event()
        """Told when somebody said that they cannot come: the others are called without a pause."""
        self._running: dict[asyncio.Task[Outcome | None], Way] = {}
        self._talking: Way | None = None
        self._went_out = False

    @property
    def is_talking(self) -> bool:
        """Whether a contact who acknowledged is still on the line."""
        return self._talking is not None

    @property
    def is_stopped(self) -> bool:
        """Whether the call-out calls nobody any more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop: somebody acknowledged, or the alarm is over; the others are let alone."""
        self._stopped.set()

    async def ring_first(self, contact: Contact) -> None:
        """Reach somebody now; whoever is being rung is given up, whoever talks is not."""
        self._first = contact
        self._hurried.set()
        for way in list(self._running.values()):
            if way.channel.kind is Kind.CALL and way is not self._talking:
                await self._give_up(way)

    async def pass_over(self, contact: Contact) -> None:
        """Go on without somebody who cannot come: their telephone rings no longer."""
        self._passed_over.set()
        for way in list(self._running.values()):
            is_theirs = way.contact.contact_id == contact.contact_id
            if is_theirs and way.channel.kind is Kind.CALL and way is not self._talking:
                await self._give_up(way)

    async def run(self) -> None:
        """Call out until stopped; cancelling it hangs up and leaves the tries unsettled."""
        try:
            made = self._parts.store.attempts_now(self._alarm_id)
            number = max((attempt.round for attempt in made), default=0)
            while not self._stopped.is_set():
                number += 1
                self._went_out = False
                await self._round(number)
                if self._stopped.is_set():
                    break
                self._publish(NobodyReached(self._alarm_id, number, self._went_out))
                await self._pause(pause_seconds(number))
            await self._let_others_alone()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    # ----------------------------------------------------------------------------- a round

    async def _round(self, number: int) -> None:
        messages: set[asyncio.Task[Outcome | None]] = set()
        for contact in self._parts.people(datetime.now().astimezone()):
            await self._reach_first(number, messages)
            if contact in self._left():
                await self._reach(contact, number, messages)
            if self._stopped.is_set():
                return
        await self._reach_first(number, messages)
        if messages:
            await self._wait(messages)
            await self._reach_first(number, messages)
        resort = self._parts.last_resort(self._alarm_id)
        if resort is not None and not self._stopped.is_set() and not self._was_answered(resort):
            await self._reach(resort, number, messages)

    def _left(self) -> tuple[Contact, ...]:
        """Whom to reach now: without those who cannot come, and everybody if nobody can."""
        people = self._parts.people(datetime.now().astimezone())
        able = tuple(contact for contact in people if contact.name not in self._cannot_come())
        return able or people

    def _cannot_come(self) -> frozenset[str]:
        alarm = self._parts.store.alarm(self._alarm_id)
        return alarm.cannot_come(time.time()) if alarm is not None else frozenset()

    async def _reach_first(self, number: int, messages: set[asyncio.Task[Outcome | None]]) -> None:
        first, self._first = self._first, None
        self._hurried.clear()
        if first is not None and not self._stopped.is_set():
            await self._reach(first, number, messages)

    async def _reach(
        self, contact: Contact, number: int, messages: set[asyncio.Task[Outcome | None]]
    ) -> None:
        """Reach one person: messages beside the calls, which are made one after the other."""
        found = ways_of(contact, self._parts.registry, Purpose.ALARM)
        declined_before = contact.name in self._cannot_come()
        for way in found:
            if way.channel.kind is Kind.MESSAGE and self._is_due(way):
                messages.add(self._begin(way, number))
        for way in found:
            if way.channel.kind is not Kind.CALL or self._stopped.is_set() or self._first:
                continue
            if contact.name in self._cannot_come() and not declined_before:
                break
            # One that was answered may have been answered by a machine: the next one rings too.
            await self._wait({self._begin(way, number)})

    def _is_due(self, way: Way) -> bool:
        if any(w.key == way.key and w.contact == way.contact for w in self._running.values()):
            return False
        for attempt in self._parts.store.attempts_now(self._alarm_id):
            same = (attempt.contact_id, attempt.channel) == (way.contact.contact_id, way.key)
            if same and attempt.outcome in {Outcome.DELIVERED, Outcome.ACKNOWLEDGED}:
                # A clock that was set back gives a negative age: better told twice.
                age_seconds = time.time() - (attempt.ended_at or 0.0)
                if 0 <= age_seconds < MESSAGE_AGAIN_SECONDS:
                    return False
        return True

    def _was_answered(self, resort: Contact) -> bool:
        """Whether the public number was told lately: its lines are not for repeats."""
        return any(
            attempt.contact_id == resort.contact_id
            and attempt.outcome in {Outcome.ANSWERED, Outcome.ACKNOWLEDGED}
            and 0 <= time.time() - (attempt.ended_at or 0.0) < MESSAGE_AGAIN_SECONDS
            for attempt in self._parts.store.attempts_now(self._alarm_id)
        )

    # ------------------------------------------------------------------------------- a try

    def _begin(self, way: Way, number: int) -> asyncio.Task[Outcome | None]:
        task = asyncio.create_task(self._try(way, number), name="try to reach a contact")
        self._running[task] = way
        task.add_done_callback(lambda done: self._running.pop(done, None))
        return task

    async def _try(self, way: Way, number: int) -> Outcome | None:
        """Make one attempt, from its record to its outcome; never raises unless cancelled."""
        alarm = self._parts.store.alarm(self._alarm_id)
        if alarm is None:
            return None
        contact, kind = way.contact, way.channel.kind.value
        attempt = await self._parts.store.begin_attempt(
            self._alarm_id, contact.contact_id, way.key, number, kind
        )
        self._publish(
            CallBegan(
                self._alarm_id, attempt.attempt_id, contact.name, kind, way.channel.name, number
            )
        )
        ended = await self._follow(way, attempt, self._parts.message(alarm, contact, attempt))
        await self._parts.store.end_attempt(attempt.attempt_id, ended.outcome, ended.detail)
        self._publish(
            CallEnded(
                self._alarm_id,
                attempt.attempt_id,
                contact.name,
                kind,
                ended.outcome.value,
                number,
            )
        )
        return ended.outcome

    async def _follow(self, way: Way, attempt: Attempt, message: Message) -> Ended:
        """Act, fact by fact, on what a channel tells of an attempt."""
        ended = Ended(Outcome.UNKNOWN, "it was not followed to its end")
        facts = follow(way.channel.attempt(message), way.channel.name, Patience())
        is_acknowledged = False
        async with contextlib.aclosing(facts):
            try:
                async for fact in facts:
                    if isinstance(fact, Ended):
                        ended = fact
                        break
                    is_acknowledged = is_acknowledged or isinstance(fact, Acknowledged)
                    await self._take(way, attempt, fact, is_acknowledged=is_acknowledged)
            except Exception:  # whatever it is, it is no reason to call nobody
                log.exception("a fact of %s was not acted on", way.channel.name)
            finally:
                if self._talking is way:
                    self._talking = None
                    gone = PutThroughChanged(self._alarm_id, way.contact.name, is_open=False)
                    self._publish(gone)
        if is_acknowledged:
            return Ended(Outcome.ACKNOWLEDGED, ended.detail)
        self._went_out = self._went_out or ended.outcome is Outcome.DELIVERED
        return ended

    async def _take(
        self, way: Way, attempt: Attempt, fact: AttemptEvent, *, is_acknowledged: bool
    ) -> None:
        match fact:
            case Dialled():
                self._went_out = True
            case Answered():
                await self._parts.store.attempt_answered(attempt.attempt_id)
                self._parts.answered(self._alarm_id, way.contact)
                self._publish(CallAnswered(self._alarm_id, attempt.attempt_id, way.contact.name))
            case Acknowledged():
                self._talking = way
                self._parts.acknowledged(self._alarm_id, way.contact)
            case PutThrough(is_open=is_open):
                if is_open:
                    self._talking = way
                self._publish(PutThroughChanged(self._alarm_id, way.contact.name, is_open))
            case DtmfPressed(digit=digit) if is_acknowledged and digit == CLOSING_DIGIT:
                self._parts.confirmed(self._alarm_id, way.contact)

    # ------------------------------------------------------------------------------ the end

    async def _wait(self, tasks: set[asyncio.Task[Outcome | None]]) -> None:
        """Wait until all are over, the call-out is stopped, or somebody is to be reached first."""
        # The tries themselves go on: gather would cancel them with it.
        over = asyncio.shield(asyncio.gather(*tasks, return_exceptions=True))
        await race(self._stopped.wait(), self._hurried.wait(), over)

    async def _pause(self, seconds: float) -> None:
        """Pause until the next round; shorter if somebody is to be reached now."""
        self._passed_over.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await race(self._stopped.wait(), self._hurried.wait(), self._passed_over.wait())

    async def _let_others_alone(self) -> None:
        """Hang up on all but the one who acknowledged, and wait for what still runs."""
        for way in list(self._running.values()):
            if way is not self._talking:
                await self._give_up(way)
        while self._running:
            await asyncio.wait(set(self._running))

    @staticmethod
    async def _give_up(way: Way) -> None:
        try:
            async with asyncio.timeout(HANG_UP_SECONDS):
                await way.channel.hang_up()
        except Exception:
            log.exception("%s could not hang up", way.channel.name)

    def _publish(self, event: object) -> None:
        self._parts.bus.publish(event)


def pause_seconds(round_number: int) -> float:
    """How long to wait after a round in which nobody acknowledged."""
    if round_number < QUICK_ROUNDS:
        return QUICK_PAUSE_SECONDS
    slow = min(round_number - QUICK_ROUNDS, len(SLOW_PAUSES_SECONDS) - 1)
    return SLOW_PAUSES_SECONDS[slow]
