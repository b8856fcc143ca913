"""The alarm book: every alarm and every attempt, written before it is acted on.

The book in memory leads; each change goes to the disk in one transaction, in order.  An alarm
waits for its transaction at most `DISK_SECONDS`: a full or hanging disk delays no call, what it
owes is written as soon as it can be.  At the start the book is read back and goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, Final

from assistant.care.alarms import REASONS, Alarm, Change, State, Trigger, change
from assistant.care.channels.api import Outcome
from assistant.events import new_id, whole
from assistant.faults import where
from assistant.store import Database, StoreError
from assistant.store.rows import readable

log = logging.getLogger(__name__)

DISK_SECONDS: Final = 0.1
"""The longest that an alarm waits for its record."""
_RETRY_SECONDS: Final = 1.0
BEGUN: Final = "begun"
"""The outcome of an attempt that is not known to have ended."""

_ANY_HELP: Final = "other"
"""The reason of a cry that does not say what happened."""

_UNFIT: Final = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError),
    *(sqlite3.InterfaceError, UnicodeError, OverflowError),
)
"""A record that fits no table, however long one waits."""
_MOST: Final = 2**63 - 1
"""The largest number of SQLite."""

Work = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach one contact over one channel."""

    attempt_id: str
    alarm_id: str
    contact_id: str
    channel: str
    round: int
    begun_at: float
    ended_at: float | None = None
    outcome: str = BEGUN
    """`BEGUN`, else an `Outcome`."""
    detail: str = ""
    generation: int = 0
    """Of the alarm, when it was made."""
    kind: str = ""
    """call or message; empty: a message to somebody who knows of the alarm already."""
    answered_at: float | None = None
    """When a call was taken, by a person or a machine."""

    @property
    def is_unsettled(self) -> bool:
        """Whether it may or may not have reached somebody: to be repeated with the same id."""
        return self.outcome in {BEGUN, Outcome.UNKNOWN}


class AlarmBook:
    """All open alarms of the home and their attempts."""

    def __init__(self, database: Database, arrive_seconds: float) -> None:
        self._database = database
        self._arrive_seconds = arrive_seconds
        self._alarms: dict[str, Alarm] = {}
        self._attempts: dict[str, Attempt] = {}
        self._running: set[str] = set()
        self._owed: asyncio.Queue[tuple[tuple[Work, ...], asyncio.Event]] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None

    async def start(self, found_open: Callable[[Alarm], None]) -> None:
        """Read back what was open, and tell each; where that fails it is tried until it works."""
        if not await self._read_back(found_open):
            self._reader = asyncio.create_task(
                self._read_later(found_open), name="alarms of before"
            )
        self._writer = asyncio.create_task(self._write_owed(), name="alarm book")

    async def _read_back(self, found_open: Callable[[Alarm], None]) -> bool:
        try:
            alarms = await self._database.read(_read_open)
            attempts = await self._database.read(_read_attempts)
        except StoreError as error:
            log.error("alarms of before cannot be read yet: %s", error)
            return False
        found = [alarm for alarm in alarms if alarm.alarm_id not in self._alarms]
        self._attempts = {a.attempt_id: a for a in attempts} | self._attempts
        self._alarms |= {alarm.alarm_id: alarm for alarm in found}
        for alarm in found:
            found_open(alarm)
        return True

    async def _read_later(self, found_open: Callable[[Alarm], None]) -> None:
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            if await self._read_back(found_open):
                return

    async def stop(self) -> None:
        """Give what is owed a last moment."""
        if self._reader is not None:
            self._reader.cancel()
        if self._writer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY_SECONDS):
                    await self._owed.join()
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    # ---------------------------------------------------------------------------- alarms

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that is not over, oldest first."""
        alarms = (alarm for alarm in self._alarms.values() if alarm.state.is_open)
        return tuple(sorted(alarms, key=lambda alarm: alarm.opened_at))

    def alarm(self, alarm_id: str) -> Alarm | None:
        """One alarm of this run, open or over."""
        return self._alarms.get(alarm_id)

    async def raise_alarm(self, reason: str, source: str, place: str, why: str) -> Alarm:
        """A cry for help: a new alarm, or the same one again while it is open.

        Raises:
            ValueError: no such reason.
        """
        return await self._open(reason, source, place, State.RAISED, why)

    async def suspect(self, reason: str, source: str, place: str, why: str) -> Alarm:
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
        """Let something happen to an alarm; None where it means nothing to it (but is noted).

        `arrive_seconds`: when somebody must have come, where it is not the usual time;
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
        await self._write(_save_alarm(after), _journal(after, who, note))
        return changed

    async def note(self, alarm_id: str, who: str, why: str) -> None:
        """Write into the journal what changes nothing."""
        alarm = self._alarms.get(alarm_id)
        if alarm is not None:
            await self._write(_journal(alarm, who, why))

    async def noted(self, alarm_id: str, beginning: str) -> str:
        """The rest of the last note that begins so; empty where there is none, or no disk."""
        sql = "SELECT why FROM journal WHERE alarm_id = ? AND why LIKE ? ORDER BY entry DESC"
        values = (alarm_id, f"{beginning}%")
        try:
            row = await self._database.read(lambda c: c.execute(sql, values).fetchone())
        except StoreError as error:
            log.warning("the journal cannot be read: %s", error)
            return ""
        return str(row[0]).removeprefix(beginning) if row else ""

    async def _open(self, reason: str, source: str, place: str, state: State, why: str) -> Alarm:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not one of {', '.join(REASONS)}")
        source, place, why = whole(source), whole(place), whole(why)
        alarm = self.same(reason, source)
        if alarm is not None:
            if alarm.reason == _ANY_HELP != reason:  # "救命" … "我摔倒了": now it is known what
                self._alarms[alarm.alarm_id] = replace(alarm, reason=reason)
            if state is State.RAISED:
                await self.apply(alarm.alarm_id, Trigger.CRIED, source, f"{reason} again")
            else:
                await self._write(
                    _save_alarm(self._alarms[alarm.alarm_id]),
                    _journal(alarm, source, f"{reason} sensed again"),
                )
            return self._alarms[alarm.alarm_id]
        alarm = Alarm(new_id(), reason, source, place, time.time(), state)
        self._alarms[alarm.alarm_id] = alarm
        await self._write(_save_alarm(alarm), _journal(alarm, source, why))
        return alarm

    def same(self, reason: str, source: str) -> Alarm | None:
        """The open alarm that such a cry would be told of again."""
        return next((a for a in self.open_alarms() if _is_same(a, reason, source)), None)

    # -------------------------------------------------------------------------- attempts

    def attempts(self, alarm_id: str) -> tuple[Attempt, ...]:
        """Every attempt made for an alarm, oldest first."""
        made = (a for a in self._attempts.values() if a.alarm_id == alarm_id)
        return tuple(sorted(made, key=lambda attempt: attempt.begun_at))

    def attempts_now(self, alarm_id: str) -> tuple[Attempt, ...]:
        """Those made since the alarm last went out: what was told before counts no more."""
        generation = self._alarms[alarm_id].generation if alarm_id in self._alarms else 0
        return tuple(a for a in self.attempts(alarm_id) if a.generation == generation)

    def is_running(self, attempt_id: str) -> bool:
        """Whether it is being made now; one that the end of a process cut off is not."""
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
        await self._write(*self._save_with_alarm(begun))
        return begun

    async def attempt_answered(self, attempt_id: str) -> None:
        """Record that a call was taken, by a person or a machine."""
        answered = replace(self._attempts[attempt_id], answered_at=time.time())
        self._attempts[attempt_id] = answered
        await self._write(*self._save_with_alarm(answered))

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
        await self._write(*self._save_with_alarm(ended))

    def _save_with_alarm(self, attempt: Attempt) -> tuple[Work, ...]:
        """With its alarm: the database may have been begun anew since that was written."""
        return (_save_alarm(self._alarms[attempt.alarm_id]), _save_attempt(attempt))

    # ------------------------------------------------------------------------------ disk

    async def recorded(self, seconds: float) -> None:
        """Until what was begun before is on the disk, at most so long."""
        await asyncio.sleep(0)  # what an event has just set off comes first
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._owed.join()

    async def _write(self, *works: Work) -> None:
        """One transaction; returns when it is on the disk, or after `DISK_SECONDS`."""
        written = asyncio.Event()
        self._owed.put_nowait((works, written))
        try:
            async with asyncio.timeout(DISK_SECONDS):
                await written.wait()
        except TimeoutError:
            log.warning("the disk is slow: an alarm goes on before its record")

    async def _write_owed(self) -> None:
        while True:
            works, written = await self._owed.get()
            try:
                if not await self._is_kept(works):
                    # One of them fits no table: it costs itself, and takes none with it.
                    for work in works:
                        if len(works) == 1 or not await self._is_kept((work,)):
                            log.error("a record of an alarm could not be written; it is left out")
            finally:
                written.set()
                self._owed.task_done()

    async def _is_kept(self, works: tuple[Work, ...]) -> bool:
        """Whether they are on the disk, which is waited for; false for what no disk will hold."""

        def together(connection: sqlite3.Connection) -> None:
            for work in works:
                work(connection)

        told = False
        while True:
            try:
                await self._database.write(together)
            except StoreError as error:
                if isinstance(error.__cause__, _UNFIT):
                    return False
                if not told:
                    log.error("an alarm's record waits for the disk: %s", error)
                told = True
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001  (of whatever kind: the writer lives on)
                log.error("writing a record of an alarm failed: %s", where(error))
                return False
            else:
                return True


def _is_same(alarm: Alarm, reason: str, source: str) -> bool:
    """Whether this is the same alarm again.

    The same kind of help is, from wherever it was told; so is a cry without a kind, and the first
    word on what it is about.  Two kinds are two alarms: a fall may not swallow the fire after it.
    """
    return reason in {alarm.reason, _ANY_HELP} or (
        alarm.reason == _ANY_HELP and alarm.source == source
    )


def _save_alarm(alarm: Alarm) -> Work:
    return _upsert("alarm", Alarm, alarm)


def _save_attempt(attempt: Attempt) -> Work:
    return _upsert("attempt", Attempt, attempt)


def _upsert(table: str, kind: type, row: Alarm | Attempt) -> Work:
    names = [field.name for field in fields(kind)]
    key, *others = names
    updates = ", ".join(f"{name} = excluded.{name}" for name in others)
    sql = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
    )
    values = tuple(_fitting(value) for value in astuple(row))
    return lambda connection: connection.execute(sql, values)


def _fitting(value: Any) -> Any:
    """A value as a table holds it: what a name or a number of a child is, no record may fail."""
    if isinstance(value, int):
        return max(-_MOST, min(value, _MOST))
    return whole(value)


def _journal(alarm: Alarm, who: str, why: str) -> Work:
    sql = "INSERT INTO journal (at, alarm_id, state, who, why) VALUES (?, ?, ?, ?, ?)"
    values = (time.time(), alarm.alarm_id, alarm.state.value, who, why)
    row = tuple(_fitting(value) for value in values)
    return lambda connection: connection.execute(sql, row)


def _read_open(connection: sqlite3.Connection) -> list[Alarm]:
    names = [field.name for field in fields(Alarm)]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM alarm WHERE state NOT IN ('closed', 'cancelled')"  # noqa: S608
    )

    def read(row: tuple[Any, ...]) -> Alarm:
        values = dict(zip(names, row, strict=True))
        # A state that this version does not know is still an open alarm: somebody may lie there.
        is_known = values["state"] in {state.value for state in State}
        values["state"] = State(values["state"]) if is_known else State.RAISED
        values["was_reached"] = bool(values["was_reached"])
        return Alarm(**values)

    return list(readable(rows, read, "alarm"))


def _read_attempts(connection: sqlite3.Connection) -> list[Attempt]:
    names = ", ".join(f"attempt.{field.name}" for field in fields(Attempt))
    rows = connection.execute(
        f"SELECT {names} FROM attempt JOIN alarm USING (alarm_id) "  # noqa: S608
        "WHERE state NOT IN ('closed', 'cancelled')"
    )
    return [Attempt(*row) for row in rows]
