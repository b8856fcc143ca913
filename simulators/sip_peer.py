"""A telephone on SIP for tests and the demonstration: a relative who answers, or does not.

It answers, is busy, declines, rings for ever or stays silent, presses digits (RFC 4733), speaks
and records what it hears as 8 kHz PCM.  It can also ring Anban itself.  UDP and PCMU only.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from typing import Any, Self

from assistant.channels.sip_text import SipText, SipTextError, parse, response
from assistant.runtime.tasks import Tasks
from simulators.sip_dialog import PeerCall, SipDialog
from simulators.sip_manners import Manners
from simulators.sip_sound import Address


class SipPeer(asyncio.DatagramProtocol):
    """`async with SipPeer(Manners(press="1")) as peer: ... peer.uri ... peer.calls`."""

    def __init__(self, manners: Manners | None = None, user: str = "daughter") -> None:
        self.manners = manners or Manners()
        self.user = user
        self.calls: list[PeerCall] = []
        self.invites = 0
        """INVITE datagrams that came, with those sent again."""
        self.registrations = 0
        self.called = asyncio.Event()
        self._dialogs: dict[str, SipDialog] = {}
        self._begun: set[str] = set()
        """The calls that were taken, so that an INVITE sent again begins no second one."""
        self._transport: asyncio.DatagramTransport
        self._tasks = Tasks("a simulated call")

    async def __aenter__(self) -> Self:
        return await self.open(0)

    async def open(self, port: int) -> Self:
        """Listen on loopback; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", port)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.end()
        for dialog in self._dialogs.values():
            dialog.sound.close()
        self._transport.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    @property
    def uri(self) -> str:
        """How to ring it."""
        return f"sip:{self.user}@127.0.0.1:{self.port}"

    async def ring(self, uri: str, claims: str = "") -> PeerCall:
        """Call somebody; the call's `answered` and `ended` tell what becomes of it.

        `claims`: the `From` it gives, with or without a name; empty: its own address.
        """
        match = re.fullmatch(r"sip:[^@]+@([\d.]+):(\d+)", uri)
        if match is None:
            raise ValueError(f"{uri!r}: sip:user@address:port is needed")
        call = PeerCall(f"{random.getrandbits(64):x}@peer", time.monotonic())
        addr = (match.group(1), int(match.group(2)))
        dialog = SipDialog(call, self.manners, self.uri, self.send, addr, uri=uri)
        await dialog.sound.open()
        dialog.claims = claims if "<" in claims else f"<{claims or self.uri}>"
        self._dialogs[call.call_id] = dialog
        self.calls.append(call)
        dialog.invite()
        return call

    async def flood(
        self, uri: str, per_second: float, claims: str = "", *, cancels: bool = False
    ) -> None:
        """Call again and again, until cancelled; `cancels` takes each call back at once."""
        while True:
            call = await self.ring(uri, claims)
            if cancels:
                self._dialogs[call.call_id].cancel()
            await asyncio.sleep(1 / per_second)

    def hang_up(self, call: PeerCall) -> None:
        """End a call from this side."""
        self._dialogs[call.call_id].bye()

    def press(self, call: PeerCall, digits: str) -> None:
        """Press keys in a standing call."""
        self._dialogs[call.call_id].sound.to_press += digits

    # ------------------------------------------------------------------ what comes in

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """One SIP message."""
        try:
            message = parse(data)
        except SipTextError:
            return
        dialog = self._dialogs.get(message.get("call-id"))
        if message.method == "INVITE":
            self.invites += 1
            if message.get("call-id") not in self._begun:
                self._begun.add(message.get("call-id"))
                self._tasks.spawn(self._take_call(message, addr))
        elif message.method == "REGISTER":
            self.registrations += 1
            status = self.manners.register_status
            self.send(response(message, status, [("Expires", "3600")], "peer"), addr)
        elif dialog is not None:
            dialog.take(message, addr)
        elif message.method is not None and message.method != "ACK":
            self.send(response(message, "481 Call Does Not Exist", [], "peer"), addr)

    def send(self, data: bytes, addr: Address) -> None:
        """One datagram out."""
        self._transport.sendto(data, addr)

    async def _take_call(self, invite: SipText, addr: Address) -> None:
        manners = self.manners
        call = PeerCall(invite.get("call-id"), time.monotonic())
        dialog = SipDialog(call, manners, self.uri, self.send, addr, invite=invite)
        await dialog.sound.open()
        self._dialogs[call.call_id] = dialog
        self.calls.append(call)
        self.called.set()
        if manners.silent:
            return
        self.send(response(invite, "180 Ringing", [], "peer"), addr)
        if manners.answer_after_seconds is None:
            return
        await asyncio.sleep(manners.answer_after_seconds)
        if manners.answers_once is not None:
            await manners.answers_once.wait()
        if call.ended.is_set():
            return
        if not manners.status.startswith("200"):
            self.send(response(invite, manners.status, [], "peer"), addr)
            call.ended.set()
            return
        dialog.answer()
        self._tasks.spawn(dialog.be_odd())
        if manners.hang_up_after_seconds is not None:
            await call.answered.wait()
            await asyncio.sleep(manners.hang_up_after_seconds)
            dialog.bye()
