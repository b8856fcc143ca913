"""What is told after the call-out: what a helper needs, when they come, and that it is over.

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

MOST_TOLD_COMING: Final = 5
"""How often one person is told, while an alarm is out, that another time of coming was said."""
_COMES: Final = "comes"
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
                    alarm,
                    contact,
                    "details",
                    "alarm_details",
                    lambda lang: self._wording.details(alarm, lang),
                )

    async def tell_coming(self, alarm: Alarm) -> None:
        """Tell the others who were written to when whoever took the alarm on wants to be there."""
        if alarm.expected_at is None:
            return
        told = {a.contact_id for a in self._store.attempts(alarm.alarm_id) if a.outcome in _TOLD}
        for contact in self._people.all:
            is_theirs = contact.name == alarm.acknowledged_by
            if contact.contact_id in told and not is_theirs and self._may_tell(alarm, contact):
                await self._tell(
                    alarm,
                    contact,
                    f"{_COMES} {alarm.expected_at // 60:.0f}",
                    "alarm_coming",
                    lambda lang: self._wording.coming(alarm, lang),
                )

    def _may_tell(self, alarm: Alarm, contact: Contact) -> bool:
        """Whether somebody may be told once more when who comes: a button can be pressed often."""
        told = {
            made.channel.partition(":")[0]
            for made in self._store.attempts_now(alarm.alarm_id)
            if made.contact_id == contact.contact_id and made.channel.startswith(_COMES)
        }
        return len(told) < MOST_TOLD_COMING

    async def tell_over(self, alarm: Alarm, who: str) -> None:
        """Tell everybody who was written to that nobody need come any more."""
        key = "alarm_cancelled" if alarm.state is State.CANCELLED else "alarm_over"
        told = {a.contact_id for a in self._store.attempts(alarm.alarm_id) if a.outcome in _TOLD}
        for contact in self._people.all:
            if contact.contact_id in told:
                await self._tell(
                    alarm,
                    contact,
                    "over",
                    key,
                    lambda lang: self._wording.over(f"{key}_text", lang, who),
                )

    async def _tell(
        self, alarm: Alarm, contact: Contact, what: str, key: str, words: Callable[[str], str]
    ) -> None:
        for way in ways_of(contact, self._registry, Purpose.AFTERWARDS):
            if way.channel.kind is Kind.MESSAGE:
                await self._send(alarm, way, what, key, words)

    def _is_told(self, alarm: Alarm, contact: Contact, channel: str) -> bool:
        return any(
            (made.contact_id, made.channel) == (contact.contact_id, channel)
            and (made.outcome == Outcome.DELIVERED or self._store.is_running(made.attempt_id))
            for made in self._store.attempts_now(alarm.alarm_id)
        )

    async def _send(
        self, alarm: Alarm, way: Way, what: str, key: str, words: Callable[[str], str]
    ) -> None:
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
            headline = self._wording.about(key, alarm, message.lang)
            told = replace(message, headline=headline, text=text, answer_hint="")
            ended = await try_once(way.channel, told)
        else:
            ended = Ended(Outcome.FAILED, "nothing is known to tell")
        await self._store.end_attempt(attempt.attempt_id, ended.outcome, ended.detail)
