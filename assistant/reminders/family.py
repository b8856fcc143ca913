"""Telling the family of doses that nobody confirmed: by message, urgent ones by a call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from assistant.channels import (
    CallScript,
    Kind,
    Message,
    Outcome,
    Purpose,
    Registry,
    try_once,
    ways,
)
from assistant.people.contacts import Contact, People
from assistant.reminders.escalation import policy_of
from assistant.reminders.model import Item
from assistant.reminders.wording import Wording

log = logging.getLogger(__name__)

_REACHED: Final = frozenset({Outcome.ACKNOWLEDGED, Outcome.ANSWERED, Outcome.DELIVERED})
Texts = Callable[[str], tuple[str, str]]
"""Gives headline and text in a language."""


class Family(Protocol):
    """The people who are told."""

    async def tell(self, items: Sequence[Item], now: float) -> str | None:
        """Tell of these occurrences; gives the name of who was reached, None if nobody was.

        It may be called again with the same ones.
        """


class Voice(Protocol):
    """What makes the sound of a call: `call_voice.CallVoice`."""

    def script(self, text: str, lang: str) -> CallScript:
        """What a call says."""


class Messenger:
    """Reaches the elder's people, in their order, over their own channels."""

    def __init__(
        self,
        people: People,
        registry: Registry,
        wording: Wording,
        voice: Voice,
        home_lang: Callable[[], str],
        elder_name: Callable[[], str],
        zone: ZoneInfo,
    ) -> None:
        self._people, self._registry, self._wording = people, registry, wording
        self._voice, self._home_lang, self._elder_name = voice, home_lang, elder_name
        self._zone = zone

    async def tell(self, items: Sequence[Item], now: float) -> str | None:
        """Tell of occurrences, as `Family` says."""
        is_call = any(policy_of(item.reminder).is_strict for item in items)
        first = min(item.occurrence.occurrence_id for item in items)

        def texts(lang: str) -> tuple[str, str]:
            return self._wording.family(items, lang, self._elder_name())

        kinds = (Kind.CALL, Kind.MESSAGE) if is_call else (Kind.MESSAGE, Kind.CALL)
        return await self._send(first, texts, now, kinds)

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        """Tell something that can wait; gives the name of who was reached, None if nobody was."""
        kinds = (Kind.MESSAGE, Kind.CALL) if may_call else (Kind.MESSAGE,)
        return await self._send(notice_id, texts, now, kinds)

    async def _send(
        self, notice_id: str, texts: Texts, now: float, kinds: Sequence[Kind]
    ) -> str | None:
        self._people.read()
        people = self._people.in_order(datetime.fromtimestamp(now, self._zone))
        for kind in kinds:
            for contact in people:
                for way in ways(contact.channels, self._registry, Purpose.NOTICE, kind):
                    message = self._message(notice_id, texts, contact, now)
                    if (await try_once(way.channel, message)).outcome in _REACHED:
                        return contact.name
        log.warning("nobody of the family could be told")
        return None

    def _message(self, notice_id: str, texts: Texts, contact: Contact, now: float) -> Message:
        lang = contact.lang or self._home_lang()
        headline, text = texts(lang)
        return Message(
            alarm_id=notice_id,
            attempt_id=notice_id,
            contact=contact.name,
            headline=headline,
            text=text,
            lang=lang,
            reason="other",
            raised_at=now,
            script=self._voice.script(text, lang),
            is_automatic=True,
            is_notice=True,
        )
