"""What is told after the call-out: what a helper needs, and that it is over.

These are messages to people who know of the alarm already.  Each is tried once and written into
the log of attempts; it holds up nothing.  An alarm receiving centre and public numbers get none:
all that they read is an alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from assistant.alarm.callout import Way, ways_of
from assistant.alarm.state import Alarm, State
from assistant.alarm.store import AlarmStore
from assistant.alarm.wording import Wording
from assistant.channels import Ended, Kind, Opener, Outcome, Purpose, try_once
from assistant.people.contacts import Contact, People

_TOLD: Final = frozenset({Outcome.DELIVERED, Outcome.UNKNOWN, Outcome.ACKNOWLEDGED})


class FollowUp:
    """Messages to those who were called."""

    def __init__(
        self, store: AlarmStore, people: People, registry: Opener, wording: Wording
    ) -> None:
        self._store, self._people, self._registry = store, people, registry
        self._wording = wording

    async def tell_details(self, alarm: Alarm) -> None:
        """Tell door code, conditions and medicines to the person who took the alarm on."""
        for contact in self._people.all:
            if contact.name == alarm.acknowledged_by:
                await self._tell(
                    alarm, contact, "details", lambda lang: self._wording.details(alarm, lang)
                )

    async def tell_over(self, alarm: Alarm, who: str) -> None:
        """Tell everybody who was written to that nobody need come any more."""
        key = "alarm_cancelled_text" if alarm.state is State.CANCELLED else "alarm_over_text"
        told = {a.contact_id for a in self._store.attempts(alarm.alarm_id) if a.outcome in _TOLD}
        for contact in self._people.all:
            if contact.contact_id in told:
                await self._tell(
                    alarm, contact, "over", lambda lang: self._wording.over(key, lang, who)
                )

    async def _tell(
        self, alarm: Alarm, contact: Contact, what: str, words: Callable[[str], str]
    ) -> None:
        for way in ways_of(contact, self._registry, Purpose.AFTERWARDS):
            if way.channel.kind is Kind.MESSAGE:
                await self._send(alarm, way, what, words)

    def _is_told(self, alarm: Alarm, contact: Contact, channel: str) -> bool:
        return any(
            (made.contact_id, made.channel) == (contact.contact_id, channel)
            and made.outcome == Outcome.DELIVERED
            for made in self._store.attempts_now(alarm.alarm_id)
        )

    async def _send(self, alarm: Alarm, way: Way, what: str, words: Callable[[str], str]) -> None:
        channel = f"{what}: {way.key}"
        if self._is_told(alarm, way.contact, channel):  # before the core was started anew
            return
        attempt = await self._store.begin_attempt(
            alarm.alarm_id, way.contact.contact_id, channel, 0
        )
        message = self._wording.message(alarm, way.contact, attempt)
        if not alarm.state.is_open:
            message = replace(message, acknowledge_url=None)
        text = words(message.lang)
        if text:
            told = replace(message, headline=text, text=text, answer_hint="")
            ended = await try_once(way.channel, told)
        else:
            ended = Ended(Outcome.FAILED, "nothing is known to tell")
        await self._store.end_attempt(attempt.attempt_id, ended.outcome, ended.detail)
