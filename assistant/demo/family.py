"""The family of the demo: a daughter with a telephone and a message box, both on loopback.

Her telephone is the SIP simulator, rung by a real baresip; her message box a web server that
takes signed messages.  Nothing leaves the machine.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import soundfile

from assistant.core import Core, CoreOptions
from assistant.demo.script import People
from assistant.people.contacts import new_contact
from assistant.settings import EmergencySettings, PhoneSettings
from simulators.sip_manners import Manners
from simulators.sip_peer import SipPeer
from simulators.webhook import WebhookReceiver

TELEPHONE_RATE: Final = 8_000
_LISTENS_SECONDS: Final = 6.0
"""Before she presses 1: a person hears first what it is about."""
_HEARS_SECONDS: Final = 3.5
"""Of speech, which comes late on a busy machine."""
_STAYS_SECONDS: Final = 20.0
_READY_SECONDS: Final = 30.0
NO_TELEPHONE: Final = (
    "baresip is not installed, so no telephone rings (apt-get install baresip-core)"
)


class Daughter:
    """`async with Daughter(people) as daughter`; then `move_in` to a core that runs."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._telephone = SipPeer(
            Manners(
                press="1",
                press_after_seconds=_LISTENS_SECONDS,
                press_after_heard_seconds=_HEARS_SECONDS,
                hang_up_after_seconds=_STAYS_SECONDS,
            )
        )
        self._secret = secrets.token_hex(16)
        self._letters = WebhookReceiver(self._secret.encode())
        self._stack = AsyncExitStack()
        self.has_telephone = shutil.which("baresip") is not None

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._telephone)
        self._stack.enter_context(self._letters)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def furnish(self, options: CoreOptions) -> CoreOptions:
        """The same home, with a telephone and somebody to call."""
        phone = PhoneSettings()
        if self.has_telephone:
            port = _free_port()
            phone = PhoneSettings(
                account=f"sip:anban@127.0.0.1:{port}",
                register_seconds=0,
                listen=f"127.0.0.1:{port}",
                interface="127.0.0.1",
                control_port=_free_port(),
                microphone="",
                speaker="",
            )
        emergency = EmergencySettings(address=self._people.address, webhook_secret=self._secret)
        settings = replace(
            options.settings, elder_name=self._people.elder, phone=phone, emergency=emergency
        )
        return replace(options, settings=settings)

    async def move_in(self, core: Core) -> None:
        """Become a contact, and wait for the telephone."""
        channels = [self._telephone.uri] * self.has_telephone + [self._letters.url]
        core.ways.people.add(new_contact(self._people.daughter, [], channels))
        if core.ways.equipment.phone is not None:
            await core.ways.equipment.phone.connection.wait_ready(_READY_SECONDS)

    def letters(self) -> list[str]:
        """What was written to her, in its order."""
        return [str(event["data"]["text"]) for event in self._letters.events.values()]

    def keep_call(self, path: Path) -> float:
        """Write what she heard on the telephone; its seconds, 0 if it never rang."""
        heard = b"".join(bytes(call.heard) for call in self._telephone.calls)
        if heard:
            soundfile.write(path, np.frombuffer(heard, np.int16), TELEPHONE_RATE)
        return len(heard) / 2 / TELEPHONE_RATE


def _free_port() -> int:
    """For TCP and UDP both: baresip takes both."""
    for port in _ports():
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            return port
    raise OSError("no port of this machine is free")


def _ports() -> Iterator[int]:
    """Outside of what the system gives away."""
    return (20_001 + secrets.randbelow(12_000) for _ in range(1_000))
