"""Text messages that answer an alarm: what they mean, whether they are newer than it, what is done.

An answer takes an alarm on only if the network took it after the alarm began to call out: one
that was under way since yesterday answers something else.  What is not clear, too old or of no
known time is never passed over in silence: a short message back says what to send.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from assistant.alarm.state import Alarm, State
from assistant.alarm.store import AlarmStore
from assistant.channels import (
    Meaning,
    Message,
    Opener,
    Outcome,
    Purpose,
    Reply,
    parse_reply,
    try_once,
    ways,
)
from assistant.channels.gsm import IncomingSms
from assistant.events import new_id
from assistant.language import Replies
from assistant.people.contacts import Contact
from assistant.runtime.tasks import Tasks
from assistant.store import Database, KeyedValues, StoreError

log = logging.getLogger(__name__)

CLOCK_SECONDS: Final = 60.0
"""How far the home's clock and the network's may be apart.  Nobody answers so soon."""
AHEAD_SECONDS: Final = 600.0
"""How far in the future a message may be sent; from beyond, its clock or the home's is wrong."""
MOST_SENT_BACK: Final = 5
"""How many messages one person gets back in one alarm: a telephone may answer by itself, for
ever."""
SEND_TRIES: Final = 3
SEND_PAUSE_SECONDS: Final = 5.0
KEPT_FINGERPRINTS: Final = 500
_COUNTED: Final = "sms_counted"


class Takes(Protocol):
    """What answers ask of the controller of alarms."""

    async def acknowledge(self, alarm_id: str, contact_id: str) -> bool:
        """Take the alarm on for a contact."""

    async def comes(self, alarm_id: str, contact_id: str, minutes: int) -> bool:
        """Note when they will be there."""

    async def declines(self, alarm_id: str, contact_id: str) -> bool:
        """Note that they cannot come; if they had taken the alarm on, it goes out again."""


class SmsJournal:
    """Which received messages were counted, over restarts, in the home's database."""

    def __init__(self, database: Database) -> None:
        self._values = KeyedValues.home(database)

    async def knows(self, fingerprint: str) -> bool:
        """Whether the message was noted; without a database nothing is known to have been."""
        try:
            return fingerprint in (await self._values.get(_COUNTED) or [])
        except StoreError as error:
            log.warning("it is not known which messages were counted: %s", error)
            return False

    async def note(self, fingerprint: str) -> None:
        """Note the message; it is on the disk when this returns.

        Raises:
            StoreError: the disk refused; the message stays on the SIM card.
        """
        known = [f for f in await self._values.get(_COUNTED) or [] if f != fingerprint]
        await self._values.set(_COUNTED, [*known, fingerprint][-KEPT_FINGERPRINTS:])


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """What answering needs of the home."""

    store: AlarmStore
    database: Database
    controller: Takes
    who: Callable[[str], Contact | None]
    """Whose number it is."""
    registry: Opener
    drill: Callable[[Contact, float | None], bool]
    """Whether an answer that no alarm is open for, sent at that time, was to a drill."""
    replies: Replies
    home_lang: Callable[[], str]
    elder_name: Callable[[], str]
    beside_code: Callable[[str, str], str | None] = lambda *_: None
    """What an answer says beside the alarm's code, by alarm and text; None if it does not name it:
    the code is in the messages of this alarm alone, so its answer is new whatever its time."""


class SmsAnswers:
    """Takes every text message that comes in."""

    def __init__(self, parts: AnswerParts) -> None:
        self._parts = parts
        self._tasks = Tasks("answering a text message")
        self._sent_back: dict[tuple[str, str], int] = {}
        """How many messages were sent back, by alarm and contact."""
        self._codes: dict[tuple[str, str], str] = {}
        """What an answer of unknown time is known by, by alarm and contact."""

    async def stop(self) -> None:
        """Send nothing more."""
        await self._tasks.end()

    async def came(self, sms: IncomingSms) -> None:
        """Act on a message that came in, before this returns."""
        contact = self._parts.who(sms.sender)
        if contact is None:
            return  # a stranger: told nothing, and ends nothing
        names = (contact.name, *contact.called, self._parts.elder_name())
        reply = parse_reply(sms.text, names)
        alarms = [a for a in self._parts.store.open_alarms() if not a.state.is_asked]
        if not alarms:
            if reply.meaning is Meaning.TAKES:
                self._parts.drill(contact, sms.sent_at)
            return
        key = ""
        for alarm in alarms:
            key = await self._answer(alarm, contact, reply, sms, names) or key
        if key:
            self._send_back(key, alarms[-1], contact, sms.sender)

    async def _answer(
        self,
        alarm: Alarm,
        contact: Contact,
        reply: Reply,
        sms: IncomingSms,
        names: tuple[str, ...],
    ) -> str:
        """Act on a message for one alarm; gives the message to send back, empty for none."""
        ids = (alarm.alarm_id, contact.contact_id)
        if (code := self._codes.get(ids)) and sms.text.strip() == code:
            del self._codes[ids]  # asked for after the alarm began, whatever the time of it says
            return await self._take(alarm, contact, Reply(Meaning.TAKES))
        beside = self._parts.beside_code(alarm.alarm_id, sms.text)
        if beside is not None:
            reply = parse_reply(f"1 {beside}".strip(), names)
            if reply.meaning is Meaning.TAKES:
                return await self._take(alarm, contact, reply)
        is_theirs = not alarm.state.calls_out and alarm.acknowledged_by == contact.name
        if reply.meaning is Meaning.UNCLEAR:
            await self._note(alarm, contact, "answered by message, not clearly")
            return _unclear(alarm, is_theirs=is_theirs)
        is_dated = sms.sent_at is not None and sms.sent_at <= time.time() + AHEAD_SECONDS
        if is_dated and (sms.sent_at or 0.0) < await self._began_at(alarm) - CLOCK_SECONDS:
            await self._note(alarm, contact, "an answer that is older than the alarm")
            return "sms_old" if alarm.state.calls_out else ""
        if reply.meaning is Meaning.DECLINES:
            await self._note(alarm, contact, "declined by message")
            await self._parts.controller.declines(alarm.alarm_id, contact.contact_id)
            return "sms_declined" if is_theirs or alarm.state.calls_out else ""
        if not is_dated and alarm.state.calls_out:
            await self._note(alarm, contact, "answered by message, at an unknown time")
            self._codes.setdefault(ids, f"{secrets.randbelow(80) + 20}")
            return "sms_code"
        return await self._take(alarm, contact, reply)

    async def _take(self, alarm: Alarm, contact: Contact, reply: Reply) -> str:
        if alarm.state.calls_out:
            await self._parts.controller.acknowledge(alarm.alarm_id, contact.contact_id)
        elif alarm.acknowledged_by != contact.name:
            return "sms_taken"
        if reply.minutes:
            await self._parts.controller.comes(alarm.alarm_id, contact.contact_id, reply.minutes)
        return ""

    async def _began_at(self, alarm: Alarm) -> float:
        """When the alarm began to call out for the last time: taken on, it may go out again.

        Unix time, seconds.
        """
        sql = "SELECT at, state FROM journal WHERE alarm_id = ? ORDER BY entry"

        def work(connection: sqlite3.Connection) -> list[tuple[float, str]]:
            return connection.execute(sql, (alarm.alarm_id,)).fetchall()

        try:
            rows = await self._parts.database.read(work)
        except StoreError as error:
            log.warning("the journal cannot be read: %s", error)
            return alarm.opened_at
        began, calls_out = alarm.opened_at, False
        for at, state in rows:
            now_calls_out = State(state).calls_out
            if now_calls_out and not calls_out:
                began = at
            calls_out = now_calls_out
        return began

    async def _note(self, alarm: Alarm, contact: Contact, what: str) -> None:
        await self._parts.store.note(alarm.alarm_id, contact.name, what)

    # ---------------------------------------------------------------------- a word back

    def _send_back(self, key: str, alarm: Alarm, contact: Contact, number: str) -> None:
        ids = (alarm.alarm_id, contact.contact_id)
        self._sent_back[ids] = self._sent_back.get(ids, 0) + 1
        if self._sent_back[ids] > MOST_SENT_BACK:
            return
        lang = contact.lang or self._parts.home_lang()
        text = self._parts.replies.render(
            key, lang, who=alarm.acknowledged_by, code=self._codes.get(ids, "")
        )
        message = Message(
            alarm_id=alarm.alarm_id,
            attempt_id=new_id(),  # the same in every try: telephones show it once
            contact=contact.name,
            headline=text,
            text=text,
            lang=lang,
            reason=alarm.reason,
            raised_at=alarm.opened_at,
        )
        self._tasks.spawn(self._send(number, message))

    async def _send(self, number: str, message: Message) -> None:
        """To the number that wrote, which may be one of several that the contact has."""
        for way in ways([f"sms:{number}"], self._parts.registry, Purpose.AFTERWARDS):
            for left in reversed(range(SEND_TRIES)):
                ended = await try_once(way.channel, message)
                if ended.outcome is Outcome.DELIVERED:
                    return
                log.warning("an answer could not be answered: %s", ended.detail)
                if left:
                    await asyncio.sleep(SEND_PAUSE_SECONDS)


def _unclear(alarm: Alarm, *, is_theirs: bool) -> str:
    if alarm.state.calls_out:
        return "sms_unclear"
    return "sms_unclear_taken" if is_theirs else "sms_taken"
