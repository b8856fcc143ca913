"""Incoming calls: who is calling, who is put through, and what takes an alarm on.

A contact who calls while an alarm is open is put through to the elder at once.  The number alone
proves nothing, so a call acknowledges and closes nothing before the alarm's code is pressed in it
(`answer_code`), which only the people who were written to know.  Text messages: `sms_answers`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from assistant.alarm.answer_code import MOST_WRONG_CODES, AnswerCodes, CodeEntry
from assistant.alarm.controller import AlarmController
from assistant.alarm.state import Alarm, State
from assistant.alarm.store import AlarmStore
from assistant.alarm.wording import Wording
from assistant.channels import (
    Answered,
    DtmfPressed,
    Numbering,
    PutThrough,
    is_same_party,
)
from assistant.channels.sip import Phone, PhoneCall, converse
from assistant.events import PutThroughChanged
from assistant.people.contacts import Contact, People
from assistant.runtime.bus import Bus

UNPROVEN_SECONDS: Final = 180.0
"""How long a caller who did not press the code keeps the line while others are still called."""
CLOSING_DIGIT: Final = "9"


class Inbound:
    """What reaches the home from outside over telephone and modem."""

    def __init__(
        self,
        *,
        bus: Bus,
        people: People,
        store: AlarmStore,
        controller: AlarmController,
        codes: AnswerCodes,
        wording: Wording,
        numbering: Callable[[], Numbering],
    ) -> None:
        self._bus, self._people, self._store, self._controller = bus, people, store, controller
        self._codes, self._wording, self._numbering = codes, wording, numbering
        self._wrong_codes: dict[str, int] = {}
        """How many wrong codes were pressed for each alarm, in all calls."""

    def who(self, caller: str) -> Contact | None:
        """Find the contact whose address this is, by the one rule for calls and texts."""
        numbering = self._numbering()
        for contact in self._people.all:
            if any(is_same_party(caller, address, numbering) for address in contact.channels):
                return contact
        return None

    # ------------------------------------------------------------------------------- calls

    async def called_back(self, phone: Phone, call: PhoneCall) -> None:
        """Put a contact through who calls during an open alarm; everybody else is refused."""
        contact, alarms = self.who(call.uri), self._store.open_alarms()
        if contact is None or not alarms:
            await phone.hang_up(call)
            return
        caller = _Caller(contact, alarms)
        greeting = self._wording.greeting(contact)
        free_line = asyncio.create_task(self._free_line_later(phone, call, caller))
        try:
            async with contextlib.aclosing(converse(phone, call, greeting)) as facts:
                async for fact in facts:
                    match fact:
                        case Answered():
                            await self._note(caller, "called back")
                        case PutThrough(is_open=is_open):
                            self._tell_line(caller, is_open=is_open)
                        case DtmfPressed(digit=digit):
                            await self._pressed(caller, digit)
        finally:
            free_line.cancel()
            await asyncio.gather(free_line, return_exceptions=True)
            self._tell_line(caller, is_open=False)

    async def _pressed(self, caller: _Caller, digit: str) -> None:
        if caller.is_proven and digit == CLOSING_DIGIT:
            for alarm in caller.alarms:
                if self._state(alarm) is State.ACKNOWLEDGED:
                    await self._controller.close(alarm.alarm_id, caller.contact.name)
            return
        code = caller.entry.press(digit)
        if not code or caller.is_proven:
            return
        caller.is_proven = any(self._is_code(alarm, code) for alarm in caller.alarms)
        if not caller.is_proven:
            await self._note(caller, "pressed a wrong code")
            return
        for alarm in caller.alarms:
            if (state := self._state(alarm)) is not None and state.calls_out:
                await self._controller.acknowledge(alarm.alarm_id, caller.contact.contact_id)

    def _is_code(self, alarm: Alarm, code: str) -> bool:
        """Whether this is the alarm's code; wrong ones count, so that nobody finds it by trying."""
        wrong = self._wrong_codes.get(alarm.alarm_id, 0)
        if wrong >= MOST_WRONG_CODES:
            return False
        if code == self._codes.code(alarm.alarm_id):
            return True
        self._wrong_codes[alarm.alarm_id] = wrong + 1
        return False

    async def _free_line_later(self, phone: Phone, call: PhoneCall, caller: _Caller) -> None:
        while not caller.is_proven:
            await asyncio.sleep(UNPROVEN_SECONDS)
            states = [self._state(alarm) for alarm in caller.alarms]
            if not caller.is_proven and any(state and state.calls_out for state in states):
                await self._note(caller, "no code was pressed; the line is needed")
                await phone.hang_up(call)
                return

    def _tell_line(self, caller: _Caller, *, is_open: bool) -> None:
        for alarm in caller.alarms:
            self._bus.publish(PutThroughChanged(alarm.alarm_id, caller.contact.name, is_open))

    async def _note(self, caller: _Caller, what: str) -> None:
        for alarm in caller.alarms:
            await self._store.note(alarm.alarm_id, caller.contact.name, what)

    def _state(self, alarm: Alarm) -> State | None:
        now = self._store.alarm(alarm.alarm_id)
        return now.state if now is not None else None


class _Caller:
    """Somebody on the line who says to be a contact."""

    def __init__(self, contact: Contact, alarms: tuple[Alarm, ...]) -> None:
        self.contact, self.alarms = contact, alarms
        self.entry = CodeEntry()
        self.is_proven = False
        """Whether the code was pressed in this call."""
