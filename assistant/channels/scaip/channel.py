"""Tells an alarm receiving centre: alarms over the first route that takes them, heartbeats."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final

from assistant.channels.addresses import AddressError, sip_uri
from assistant.channels.api import (
    AttemptEvent,
    Channel,
    ChannelError,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
)
from assistant.channels.scaip.message import MessageClient, Sender, target_of
from assistant.channels.scaip.xml import (
    CONTENT_TYPE,
    Answer,
    Request,
    ScaipError,
    build,
    parse_answer,
)
from assistant.channels.sip_text import SipText, SipTextError

HANDLED: Final = 0
HOLD: Final = 4
MISTAKES: Final = {
    1: "the message was too long",
    2: "the format was not understood",
    3: "wrong content; is the controller's number the one the centre knows?",
    7: "an element was missing",
}
"""The answers that mean a mistake of ours: another route would give them as well."""

DEVICES: Final = {"fall": "0005", "fire": "0023"}
"""The `dty` of each reason; SS 91100:2014, the table of device types."""
PERSONAL_TRIGGER: Final = "0003"
BY_PERSON, BY_SENSOR = "0010", "0009"
NO_CALLBACK: Final = "no-voice:"
CALLBACK: Final = re.compile(r"no-voice:|(?:sips?|tel|gsm):[A-Za-z0-9+@.:_-]+")


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """What a centre gives a customer."""

    controller: str
    """The number of this home at the centre, digits; also the SIP user, as SCAIP wants it."""
    routes: tuple[str, ...]
    """The SIP addresses, in order."""
    username: str = ""
    password: str = field(default="", repr=False)
    callback: str = NO_CALLBACK
    """How the centre may speak with the elder: "sip:anban@…" or "tel:+86…"."""
    answer_seconds: float = 12.0
    """How long one try at one route waits for its answer."""
    hold_seconds: tuple[float, float] = (5.0, 20.0)
    """How long to wait after "hold" before the same is sent again (SS 91100:2014)."""
    holds: int = 4


class ScaipCentre(Channel):
    """The channel to one centre."""

    kind = Kind.MESSAGE
    name = "alarm receiving centre"

    def __init__(self, settings: CentreSettings) -> None:
        if not re.fullmatch(r"[0-9]{1,16}", settings.controller):
            raise AddressError("the controller's number is 1 to 16 digits, given by the centre")
        if not settings.routes:
            raise AddressError("an alarm receiving centre needs at least one SIP address")
        if not CALLBACK.fullmatch(settings.callback):
            raise AddressError("the centre calls back to sip:…, tel:… or nowhere (no-voice:)")
        self._targets = [target_of(sip_uri(route)) for route in settings.routes]
        self._sender = Sender(settings.controller, settings.username, settings.password)
        self._settings = settings

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Send the alarm.

        Delivered is what a centre answers with `snu` 0; SIP's 200 only says that it
        arrived.
        """
        request = Request(
            # The same for a repeat, so that the centre recognises it.
            reference=hashlib.sha256(message.attempt_id.encode()).hexdigest()[:16],
            controller=self._settings.controller,
            device=DEVICES.get(message.reason, PERSONAL_TRIGGER),
            status=BY_SENSOR if message.is_automatic else BY_PERSON,
            callback=self._settings.callback,
            text=f"{'TEST. ' if message.is_test else ''}{message.text}",
        )
        yield Dialled()
        yield await self._over_routes(request)

    async def check(self) -> ChannelStatus:
        """Send a heartbeat (`PI`), answered like an alarm; also to be sent between alarms."""
        ended = await self._over_routes(
            Request(
                reference=secrets.token_hex(8),
                controller=self._settings.controller,
                device=PERSONAL_TRIGGER,
                message_type="PI",
                status="",
                callback="",
            )
        )
        return ChannelStatus(is_well=ended.outcome is Outcome.DELIVERED, detail=ended.detail)

    async def _over_routes(self, request: Request) -> Ended:
        tried: list[str] = []
        may_have_arrived = False
        for number, target in enumerate(self._targets, 1):
            for is_last_try in [False] * self._settings.holds + [True]:
                try:
                    async with MessageClient(target, self._sender) as client:
                        answer = await self._ask(client, request)
                except TimeoutError:
                    may_have_arrived = True
                    tried.append(f"route {number}: no answer")
                    break
                except (ChannelError, SipTextError, ScaipError) as error:
                    tried.append(f"route {number}: {error}")
                    break
                if answer.status == HANDLED:
                    return Ended(Outcome.DELIVERED, f"handled by route {number} (snu 0)")
                if answer.status in MISTAKES:
                    return Ended(Outcome.FAILED, MISTAKES[answer.status])
                if answer.status != HOLD or is_last_try:
                    tried.append(f"route {number}: snu {answer.status}")
                    break
                # Spread, so that after a power cut a street's homes do not come back together.
                await asyncio.sleep(random.uniform(*self._settings.hold_seconds))  # noqa: S311
        outcome = Outcome.UNKNOWN if may_have_arrived else Outcome.FAILED
        return Ended(outcome, "; ".join(tried))

    async def _ask(self, client: MessageClient, request: Request) -> Answer:
        """Send one MESSAGE; gives the centre's `<mrs>`, in its answer or in its own MESSAGE."""
        async with asyncio.timeout(self._settings.answer_seconds):
            final = await client.send(build(request), CONTENT_TYPE, self._settings.answer_seconds)
            if final.status is None or not 200 <= final.status < 300:
                raise ScaipError(f"SIP {final.start_line[8:60]}")
            received = final
            while True:
                answer = _answer_in(received)
                if answer is not None and answer.reference == request.reference:
                    return answer
                received = await client.incoming.get()


def _answer_in(message: SipText) -> Answer | None:
    try:
        return parse_answer(message.body)
    except ScaipError:
        return None  # whatever else the centre sends, it is no answer
