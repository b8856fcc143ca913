"""What is told after the call-out: what a helper needs, and that it is over.

These are messages to people who know of the alarm already.  Each is tried once and written into
the log of attempts; it holds up nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from assistant.care.alarms import Alarm, State
from assistant.care.book import AlarmBook
from assistant.care.callout import Opener, Way
from assistant.care.channels import AddressError, ChannelError, Ended, Kind, Outcome
from assistant.care.contacts import Contact, People
from assistant.care.wording import Wording

log = logging.getLogger(__name__)

MESSAGE_SECONDS: Final = 90.0
_TOLD: Final = frozenset({Outcome.DELIVERED, Outcome.UNKNOWN, Outcome.ACKNOWLEDGED})


class Afterwards:
    """Messages to those who were called."""

    def __init__(self, book: AlarmBook, people: People, registry: Opener, wording: Wording) -> None:
        self._book, self._people, self._registry = book, people, registry
        self._wording = wording

    async def tell_details(self, alarm: Alarm) -> None:
        """Door code, conditions and medicines, to the person who took the alarm on."""
        for contact in self._people.all:
            if contact.name == alarm.acknowledged_by:
                await self._tell(
                    alarm, contact, "details", lambda lang: self._wording.details(alarm, lang)
                )

    async def tell_over(self, alarm: Alarm, who: str) -> None:
        """That nobody need come any more, to everybody who was written to."""
        key = "alarm_cancelled_text" if alarm.state is State.CANCELLED else "alarm_over_text"
        told = {a.contact_id for a in self._book.attempts(alarm.alarm_id) if a.outcome in _TOLD}
        for contact in self._people.all:
            if contact.contact_id in told:
                await self._tell(
                    alarm, contact, "over", lambda lang: self._wording.over(key, lang, who)
                )

    async def _tell(
        self, alarm: Alarm, contact: Contact, what: str, words: Callable[[str], str]
    ) -> None:
        for address in contact.channels:
            try:
                way = Way(contact, address, self._registry.open(address))
            except (AddressError, ChannelError) as error:
                log.warning("%s cannot be told: %s", contact.contact_id, error)
                continue
            if way.channel.kind is Kind.MESSAGE:
                await self._send(alarm, way, what, words)

    def _is_told(self, alarm: Alarm, contact: Contact, channel: str) -> bool:
        return any(
            (made.contact_id, made.channel) == (contact.contact_id, channel)
            and made.outcome == Outcome.DELIVERED
            for made in self._book.attempts_now(alarm.alarm_id)
        )

    async def _send(self, alarm: Alarm, way: Way, what: str, words: Callable[[str], str]) -> None:
        channel = f"{what}: {way.key}"
        if self._is_told(alarm, way.contact, channel):  # before the core was started anew
            return
        attempt = await self._book.begin_attempt(alarm.alarm_id, way.contact.contact_id, channel, 0)
        message = self._wording.message(alarm, way.contact, attempt)
        if not alarm.state.is_open:
            message = replace(message, acknowledge_url=None)
        text = words(message.lang)
        ended = Ended(Outcome.UNKNOWN, "the channel gave no sign")
        if not text:
            ended = Ended(Outcome.FAILED, "nothing is known to tell")
        else:
            facts = way.channel.attempt(replace(message, headline=text, text=text, answer_hint=""))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(MESSAGE_SECONDS), contextlib.aclosing(facts):
                    async for fact in facts:
                        if isinstance(fact, Ended):
                            ended = fact
        await self._book.end_attempt(attempt.attempt_id, ended.outcome, ended.detail)
