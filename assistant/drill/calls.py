"""The drill's second half: a call and a message to each person, clearly named a drill.

Nothing of it is an alarm: an alarm that begins meanwhile ends it at once and has the lines.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from assistant.alarm.wording import Voice
from assistant.channels import (
    CENTRE_ADDRESS,
    AddressError,
    Channel,
    ChannelError,
    Kind,
    Message,
    Outcome,
    Purpose,
    Registry,
    objection,
    status_of,
    try_once,
)
from assistant.drill import store
from assistant.drill.message import drill_message
from assistant.events import AlarmRaised
from assistant.people.contacts import Contact, People
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import Tasks
from assistant.selftest.wording import Wording
from assistant.services import DrillContact, NoContactRefused
from assistant.services.errors import Refused
from assistant.services.findings import CheckResult, Verdict, found
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

REPLY_SECONDS: Final = 24 * 3_600.0
"""How long an answer "1" to a message belongs to the drill."""
CLOCK_SECONDS: Final = 60.0
"""How far the home's clock and the telephone network's may be apart."""
_VERDICTS: Final = {
    Outcome.ACKNOWLEDGED: (Verdict.WELL, "acknowledged with the key 1"),
    Outcome.ANSWERED: (Verdict.POOR, "taken, but nobody pressed 1"),
    Outcome.DELIVERED: (Verdict.WELL, "delivered, nobody answered it yet"),
    Outcome.NO_ANSWER: (Verdict.BROKEN, "rang, nobody took it"),
    Outcome.BUSY: (Verdict.BROKEN, "busy"),
    Outcome.REFUSED: (Verdict.BROKEN, "refused"),
    Outcome.FAILED: (Verdict.BROKEN, "did not get through"),
    Outcome.UNKNOWN: (Verdict.BROKEN, "not known to have arrived"),
}


class DrillCalls:
    """Calls and writes to one person at a time for a drill, and takes their answers."""

    def __init__(
        self,
        *,
        bus: Bus,
        database: Database,
        people: People,
        registry: Registry,
        wording: Wording,
        voice: Voice,
        home_lang: Callable[[], str],
        is_busy: Callable[[], bool],
    ) -> None:
        self._database, self._people, self._registry = database, people, registry
        self._wording, self._voice, self._home_lang = wording, voice, home_lang
        self._is_busy = is_busy
        self.is_calling = False
        """Whether a call of a drill is under way."""
        self._is_broken_off = False
        self._channel: Channel | None = None
        self._tasks = Tasks("a drill's call")
        self._told: dict[str, tuple[float, float, str, str]] = {}
        """Which message of which drill an answer belongs to, by contact: until when (the loop's
        clock), if it was sent since when (Unix time)."""
        bus.subscribe(AlarmRaised, lambda _: self._break_off())
        bus.serve(DrillContact.answered_by(self._serve_contact))

    async def stop(self) -> None:
        """Hang up."""
        self._break_off()
        await self._tasks.finish()

    def acknowledged(self, contact: Contact, sent_at: float | None) -> bool:
        """Take an answer by text message that was sent at a time; whether it belongs to a drill."""
        told = self._told.get(contact.contact_id)
        if told is None:
            return False
        until, since, drill_id, subject = told
        if sent_at is not None and sent_at < since - CLOCK_SECONDS:
            return False  # an older one, delivered late
        del self._told[contact.contact_id]
        if asyncio.get_running_loop().time() > until:
            return False
        finding = CheckResult("contact", Verdict.WELL, "acknowledged with an answer", subject)
        self._tasks.spawn(self._note(drill_id, finding))
        return True

    async def _serve_contact(self, wish: DrillContact) -> tuple[CheckResult, ...]:
        if self._is_busy() or self.is_calling:
            raise Refused("an alarm is open or a call stands: this is no moment for a drill")
        await asyncio.to_thread(self._people.read)
        contact = self._people.get(wish.contact_id)
        if contact is None:
            raise NoContactRefused
        self.is_calling, self._is_broken_off = True, False
        try:
            return tuple(await self._reach(contact, wish.drill_id))
        finally:
            self.is_calling, self._channel = False, None

    def _break_off(self) -> None:
        """Break the call off without cancelling: one that is just being dialled would ring on."""
        self._is_broken_off = True
        if self._channel is not None:
            self._tasks.spawn(self._channel.hang_up())

    async def _reach(self, contact: Contact, drill_id: str) -> list[CheckResult]:
        findings = []
        for number, address in enumerate(contact.channels, 1):
            subject = f"{contact.name}: {number}"
            try:
                channel = self._channel = self._registry.open(address)
                subject = f"{contact.name}: {number}. {channel.name}"
                finding = await self._try(channel, address, contact, subject, drill_id)
            except (AddressError, ChannelError) as error:
                finding = found("contact", is_well=False, detail=str(error), subject=subject)
            if self._is_broken_off:
                raise Refused("broken off: there is a real alarm")
            await self._note(drill_id, finding)
            findings.append(finding)
        return findings

    async def _try(
        self, channel: Channel, address: str, contact: Contact, subject: str, drill_id: str
    ) -> CheckResult:
        if address == CENTRE_ADDRESS:  # a test alarm is to be agreed with its operators
            status = await status_of(channel)
            detail = f"heartbeat only: {status.detail}"
            return found("contact", is_well=status.is_well, detail=detail, subject=subject)
        if objection(address, Purpose.DRILL, self._registry):
            detail = "never called in a drill"
            return CheckResult("contact", Verdict.WELL, detail, subject)
        begun_at = time.time()
        ended = await try_once(channel, self._message(channel, contact), ends_with_key=True)
        if channel.kind is Kind.MESSAGE and ended.outcome is Outcome.DELIVERED:
            until = asyncio.get_running_loop().time() + REPLY_SECONDS
            self._told[contact.contact_id] = (until, begun_at, drill_id, subject)
        verdict, meaning = _VERDICTS[ended.outcome]
        detail = "" if ended.outcome is Outcome.ACKNOWLEDGED else ended.detail
        return CheckResult("contact", verdict, "; ".join(filter(None, [meaning, detail])), subject)

    def _message(self, channel: Channel, contact: Contact) -> Message:
        lang = contact.lang or self._home_lang()
        voice = self._voice if channel.kind is Kind.CALL else None
        return drill_message(contact, lang, self._wording.elder(lang), voice)

    async def _note(self, drill_id: str, finding: CheckResult) -> None:
        now = time.time()

        def work(connection: Any) -> None:
            store.begin(connection, drill_id, now)
            store.note(connection, drill_id, finding, now)
            store.end(connection, drill_id, now)

        try:
            await self._database.write(work)
        except StoreError as error:
            log.error("a drill could not be written down: %s", error)
