"""The store of alarms: every alarm and every attempt, written before it is acted on.

The book in memory leads; each change goes to the disk in one transaction, in order.  An alarm
waits for its transaction at most `DISK_SECONDS` of the record writer: a full or hanging disk
delays no call, what it owes is written as soon as it can be.  At the start the book is read back
and goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from assistant.alarm.attempt import BEGUN, Attempt
from assistant.alarm.record_writer import RETRY_SECONDS, Record, RecordWriter
from assistant.alarm.rows import (
    add_to_journal,
    read_attempts,
    read_open_alarms,
    save_alarm,
    save_attempt,
)
from assistant.alarm.source import Source
from assistant.alarm.state import REASONS, Alarm, Change, State, Trigger, change
from assistant.channels.api import Outcome
from assistant.events import new_id, whole
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

_ANY_HELP: Final = "other"
"""The reason of a cry that does not say what happened."""


class AlarmStore:
    """All open alarms of the home and their attempts."""

    def __init__(self, database: Database, arrive_seconds: float) -> None:
        self._database = database
        self._arrive_seconds = arrive_seconds
        self._alarms: dict[str, Alarm] = {}
        self._attempts: dict[str, Attempt] = {}
        self._running: set[str] = set()
        self._records = RecordWriter(database)
        self._reader: asyncio.Task[None] | None = None
        self._unreadable_count = 0

    @property
    def lost_count(self) -> int:
        """How many records of this run could not be written or read: somebody has to be told."""
        return self._records.lost_count + self._unreadable_count

    async def start(self, found_open: Callable[[Alarm], None]) -> None:
        """Read back what was open, and tell each; tried again until it works."""
        if not await self._read_back(found_open):
            self._reader = asyncio.create_task(
                self._read_later(found_open), name="alarms of before"
            )
        self._records.start()

    async def _read_back(self, found_open: Callable[[Alarm], None]) -> bool:
        try:
            alarms, damaged_count = await self._database.read(read_open_alarms)
            attempts = await self._database.read(read_attempts)
        except StoreError as error:
            log.error("alarms of before cannot be read yet: %s", error)
            return False
        self._unreadable_count += damaged_count
        found = [alarm for alarm in alarms if alarm.alarm_id not in self._alarms]
        self._attempts = {a.attempt_id: a for a in attempts} | self._attempts
        self._alarms |= {alarm.alarm_id: alarm for alarm in found}
        for alarm in found:
            found_open(alarm)
        return True

    async def _read_later(self, found_open: Callable[[Alarm], None]) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            if await self._read_back(found_open):
                return

    async def stop(self) -> None:
        """Stop, after a last moment for what is still to be written."""
        if self._reader is not None:
            self._reader.cancel()
        await self._records.stop()

    # ---------------------------------------------------------------------------- alarms

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that is not over, oldest first."""
        alarms = (alarm for alarm in self._alarms.values() if alarm.state.is_open)
        return tuple(sorted(alarms, key=lambda alarm: alarm.opened_at))

    def alarm(self, alarm_id: str) -> Alarm | None:
        """One alarm of this run, open or over."""
        return self._alarms.get(alarm_id)

    async def raise_alarm(self, reason: str, source: Source, place: str, why: str) -> Alarm:
        """A cry for help: a new alarm, or the same one again while it is open.

        Raises:
            ValueError: no such reason.
        """
        return await self._open(reason, source, place, State.RAISED, why)

    async def suspect(self, reason: str, source: Source, place: str, why: str) -> Alarm:
        """Something was sensed: a new alarm to be asked about, or one that is open already."""
        return await self._open(reason, source, place, State.SUSPECTED, why)

    async def apply(
        self,
        alarm_id: str,
        trigger: Trigger,
        who: str = "",
        why: str = "",
        arrive_seconds: float | None = None,
        comes_seconds: float | None = None,
    ) -> Change | None:
        """Let something happen to an alarm; None if it means nothing to it (but is noted).

        `arrive_seconds`: when somebody must have come, if it is not the usual time;
        `comes_seconds`: when they said to be there.
        """
        alarm = self._alarms.get(alarm_id)
        if alarm is None:
            return None
        arrive_seconds = self._arrive_seconds if arrive_seconds is None else arrive_seconds
        changed = change(alarm, trigger, time.time(), arrive_seconds, who, comes_seconds)
        after = changed.alarm if changed else alarm
        self._alarms[alarm_id] = after
        note = f"{trigger.value}: {why}" if why else trigger.value
        await self._records.write(save_alarm(after), add_to_journal(after, who, note))
        return changed

    async def note(self, alarm_id: str, who: str, why: str) -> None:
        """Write a line into the journal that changes nothing."""
        alarm = self._alarms.get(alarm_id)
        if alarm is not None:
            await self._records.write(add_to_journal(alarm, who, why))

    async def noted(self, alarm_id: str, beginning: str) -> str:
        """Give the rest of the last note that begins so; empty if there is none, or no disk."""
        sql = "SELECT why FROM journal WHERE alarm_id = ? AND why LIKE ? ORDER BY entry DESC"
        values = (alarm_id, f"{beginning}%")
        try:
            row = await self._database.read(lambda c: c.execute(sql, values).fetchone())
        except StoreError as error:
            log.warning("the journal cannot be read: %s", error)
            return ""
        return str(row[0]).removeprefix(beginning) if row else ""

    async def _open(self, reason: str, source: Source, place: str, state: State, why: str) -> Alarm:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not one of {', '.join(REASONS)}")
        source = replace(source, device=whole(source.device))
        place, why = whole(place), whole(why)
        alarm = self.same(reason, source)
        if alarm is not None:
            if alarm.reason == _ANY_HELP != reason:  # "救命" … "我摔倒了": now it is known what
                self._alarms[alarm.alarm_id] = replace(alarm, reason=reason)
            if state is State.RAISED:
                await self.apply(alarm.alarm_id, Trigger.CRIED, source.text, f"{reason} again")
            else:
                await self._records.write(
                    save_alarm(self._alarms[alarm.alarm_id]),
                    add_to_journal(alarm, source.text, f"{reason} sensed again"),
                )
            return self._alarms[alarm.alarm_id]
        alarm = Alarm(new_id(), reason, source, place, time.time(), state)
        self._alarms[alarm.alarm_id] = alarm
        await self._records.write(save_alarm(alarm), add_to_journal(alarm, source.text, why))
        return alarm

    def same(self, reason: str, source: Source) -> Alarm | None:
        """The open alarm that such a cry would be told of again."""
        return next((a for a in self.open_alarms() if _is_same(a, reason, source)), None)

    # -------------------------------------------------------------------------- attempts

    def attempts(self, alarm_id: str) -> tuple[Attempt, ...]:
        """Every attempt made for an alarm, oldest first."""
        made = (a for a in self._attempts.values() if a.alarm_id == alarm_id)
        return tuple(sorted(made, key=lambda attempt: attempt.begun_at))

    def attempts_now(self, alarm_id: str) -> tuple[Attempt, ...]:
        """Give the attempts since the alarm last went out: what was told before counts no more."""
        generation = self._alarms[alarm_id].generation if alarm_id in self._alarms else 0
        return tuple(a for a in self.attempts(alarm_id) if a.generation == generation)

    def is_running(self, attempt_id: str) -> bool:
        """Whether an attempt is being made now; one that the end of a process cut off is not."""
        return attempt_id in self._running

    async def begin_attempt(
        self, alarm_id: str, contact_id: str, channel: str, round_number: int, kind: str = ""
    ) -> Attempt:
        """Record an attempt that is about to be made; an unsettled one keeps its id."""
        now, generation = time.time(), self._alarms[alarm_id].generation
        for attempt in self.attempts_now(alarm_id):
            same = (attempt.contact_id, attempt.channel) == (contact_id, channel)
            if same and attempt.is_unsettled and not self.is_running(attempt.attempt_id):
                begun = replace(attempt, round=round_number, begun_at=now, outcome=BEGUN)
                break
        else:
            begun = Attempt(new_id(), alarm_id, contact_id, channel, round_number, now)
        begun = replace(begun, generation=generation, kind=kind, answered_at=None)
        self._running.add(begun.attempt_id)
        self._attempts[begun.attempt_id] = begun
        await self._records.write(*self._save_with_alarm(begun))
        return begun

    async def attempt_answered(self, attempt_id: str) -> None:
        """Record that a call was taken, by a person or a machine."""
        answered = replace(self._attempts[attempt_id], answered_at=time.time())
        self._attempts[attempt_id] = answered
        await self._records.write(*self._save_with_alarm(answered))

    async def end_attempt(self, attempt_id: str, outcome: Outcome, detail: str) -> None:
        """Record how an attempt ended."""
        self._running.discard(attempt_id)
        ended = replace(
            self._attempts[attempt_id],
            ended_at=time.time(),
            outcome=outcome.value,
            detail=detail,
        )
        self._attempts[attempt_id] = ended
        await self._records.write(*self._save_with_alarm(ended))

    def _save_with_alarm(self, attempt: Attempt) -> tuple[Record, ...]:
        """Write an attempt and its alarm: the database may be a new one since that was written."""
        return (save_alarm(self._alarms[attempt.alarm_id]), save_attempt(attempt))

    async def recorded(self, seconds: float) -> None:
        """Wait until what was begun before is on the disk, at most so long."""
        await asyncio.sleep(0)  # what an event has just set off comes first
        await self._records.finish(seconds)


def _is_same(alarm: Alarm, reason: str, source: Source) -> bool:
    """Whether this is the same alarm again.

    The same kind of help is, from wherever it was told; so is a cry without a kind, and the first
    word on what it is about.  Two kinds are two alarms: a fall may not swallow the fire after it.
    """
    return reason in {alarm.reason, _ANY_HELP} or (
        alarm.reason == _ANY_HELP and alarm.source == source
    )
