"""A telephone on SIP for tests and the demonstration: a relative who answers, or does not.

It answers, is busy, declines, rings for ever or stays silent, presses digits (RFC 4733), speaks
and records what it hears as 8 kHz PCM.  It can also ring Anban itself.  UDP and PCMU only.
"""

from __future__ import annotations

import asyncio
import random
import re
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from assistant.care.channels.sip_text import SipText, SipTextError, build, parse, response
from assistant.care.simulators.g711 import SILENCE, from_ulaw, to_ulaw
from assistant.tasks import Tasks

PACKET_SECONDS: Final = 0.02
PACKET_SAMPLES: Final = 160
DIGITS: Final = "0123456789*#ABCD"
EVENT_PAYLOAD: Final = 101
_DIGIT_PACKETS: Final = 8
_LOUD: Final = 500
"""Of 32,768: speech, not the line."""
_Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Manners:
    """How this telephone takes a call."""

    status: str = "200 OK"
    """The final answer: "486 Busy Here", "603 Decline" …"""
    answer_after_seconds: float | None = 0.1
    """How long it rings; None: for ever."""
    silent: bool = False
    """Not even a provisional answer: the peer is switched off."""
    press: str = ""
    """Digits pressed once the call stands."""
    press_after_seconds: float = 0.3
    press_after_heard_seconds: float = 0.0
    """And not before so much speech was heard, however long it takes to come."""
    hang_up_after_seconds: float | None = None
    register_status: str = "200 OK"
    """What a telephone that wants to register here is told."""
    is_mute: bool = False
    """Sends no sound at all: muted, with silence left out."""
    holds_after_seconds: float | None = None
    """Puts the call on hold (a re-INVITE, "inactive") and sends no sound from then on."""
    transfers_to: str = ""
    """Asks to be connected with somebody else as soon as the call stands (REFER)."""
    speak: bytes = b""
    """16-bit PCM at 8 kHz that the person says, again and again."""


QUIRKS: Final = {
    "plain": Manners(press="1"),
    "is muted and sends no sound": Manners(press="1", is_mute=True),
    "puts the call on hold and takes it back": Manners(press="1", holds_after_seconds=0.2),
    "wants to send the call elsewhere": Manners(press="1", transfers_to="sip:toll@127.0.0.1:9"),
    "answers at once": Manners(press="1", answer_after_seconds=0.0),
    "speaks all the time": Manners(press="1", speak=b"\x10\x20" * 800),
    "presses other keys first": Manners(press="5#21"),
}
"""Telephones whose owner takes an alarm on, each in its own way."""


@dataclass(slots=True)
class PeerCall:
    """One call at this telephone."""

    call_id: str
    invited_at: float
    """`time.monotonic()` when the INVITE came in."""
    heard: bytearray = field(default_factory=bytearray)
    """16-bit PCM at 8 kHz."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    ended_by: str = ""
    """BYE, CANCEL, or "here" where this telephone hung up."""
    refused_with: int = 0
    """The status with which a call from here was refused."""


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
        self._dialogs: dict[str, _Dialog] = {}
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
            dialog.close()
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
        dialog = await _Dialog.open(self, call, (match.group(1), int(match.group(2))), uri)
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
        self._dialogs[call.call_id].to_press += digits

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
            if dialog is None:
                self._tasks.spawn(self._take_call(message, addr))
        elif message.method == "REGISTER":
            self.registrations += 1
            status = self.manners.register_status
            self.send(response(message, status, [("Expires", "3600")], "peer"), addr)
        elif dialog is not None:
            dialog.take(message, addr)
        elif message.method is not None and message.method != "ACK":
            self.send(response(message, "481 Call Does Not Exist", [], "peer"), addr)

    def send(self, data: bytes, addr: _Address) -> None:
        """One datagram out."""
        self._transport.sendto(data, addr)

    async def _take_call(self, invite: SipText, addr: _Address) -> None:
        manners = self.manners
        call = PeerCall(invite.get("call-id"), time.monotonic())
        dialog = await _Dialog.open(self, call, addr, "", invite)
        self._dialogs[call.call_id] = dialog
        self.calls.append(call)
        self.called.set()
        if manners.silent:
            return
        self.send(response(invite, "180 Ringing", [], "peer"), addr)
        if manners.answer_after_seconds is None:
            return
        await asyncio.sleep(manners.answer_after_seconds)
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


class _Dialog(asyncio.DatagramProtocol):
    """One call: its signalling state and its RTP port."""

    def __init__(
        self, peer: SipPeer, call: PeerCall, addr: _Address, uri: str, invite: SipText | None
    ) -> None:
        self.peer, self.call, self.addr, self.uri = peer, call, addr, uri
        self.received_invite = invite
        self.to_press = peer.manners.press
        self.claims = f"<{peer.uri}>"
        self._branch = f"z9hG4bK{random.getrandbits(64):x}"
        """Of the INVITE: a CANCEL names the same."""
        self._is_on_hold = False
        self._requests = 1
        """Numbered within the call; the INVITE is the first."""
        self._remote_uri = uri
        self._remote_tag = ""
        self._transport: asyncio.DatagramTransport
        self._media: asyncio.Task[None] | None = None
        self._event_payload: int | None = None
        self._sequence, self._timestamp = 1, 0
        self._heard_seconds = 0.0
        """Of the caller's speech."""
        self._ssrc = random.getrandbits(32)

    @classmethod
    async def open(
        cls, peer: SipPeer, call: PeerCall, addr: _Address, uri: str, invite: SipText | None = None
    ) -> _Dialog:
        """With a free RTP port."""
        dialog = cls(peer, call, addr, uri, invite)
        loop = asyncio.get_running_loop()
        dialog._transport, _ = await loop.create_datagram_endpoint(
            lambda: dialog, local_addr=("127.0.0.1", 0)
        )
        return dialog

    def close(self) -> None:
        if self._media is not None:
            self._media.cancel()
        self._transport.close()

    # ------------------------------------------------------------------ signalling

    def invite(self) -> None:
        self._request("INVITE", 1, self._description(EVENT_PAYLOAD))

    def answer(self) -> None:
        invite = self.received_invite
        if invite is None:
            raise ValueError("this call was made from here")
        offer = invite.body.decode("latin-1")
        event = re.search(r"a=rtpmap:(\d+) telephone-event/8000", offer)
        self._event_payload = int(event.group(1)) if event else None
        head = response(invite, "200 OK", [*self._contact(), _SDP], "peer")
        body = self._description(self._event_payload)
        head = head.replace(b"Content-Length: 0", b"Content-Length: %d" % len(body))
        self.peer.send(head + body, self.addr)

    async def be_odd(self) -> None:
        """What this telephone does in a call that other telephones do not."""
        manners = self.peer.manners
        await self.call.answered.wait()
        if manners.transfers_to:
            self._request(
                "REFER", self._next_sequence(), extra=[("Refer-To", f"<{manners.transfers_to}>")]
            )
        if manners.holds_after_seconds is not None:
            await asyncio.sleep(manners.holds_after_seconds)
            self._is_on_hold = True
            self._request("INVITE", self._next_sequence(), self._description(self._event_payload))
            await asyncio.sleep(manners.holds_after_seconds)
            self._is_on_hold = False
            self._request("INVITE", self._next_sequence(), self._description(self._event_payload))

    def _next_sequence(self) -> int:
        self._requests += 1
        return self._requests

    def cancel(self) -> None:
        self._request("CANCEL", 1)

    def bye(self) -> None:
        if not self.call.ended.is_set():
            self._request("BYE", self._next_sequence())
            self._end("here")

    def take(self, message: SipText, addr: _Address) -> None:
        if message.method == "ACK":
            self._stand()
        elif message.method in {"BYE", "CANCEL"}:
            self.peer.send(response(message, "200 OK", [], "peer"), addr)
            if message.method == "CANCEL" and self.received_invite is not None:
                terminated = response(self.received_invite, "487 Request Terminated", [], "peer")
                self.peer.send(terminated, addr)
            self._end(message.method)
        elif message.method is not None:
            self.peer.send(response(message, "200 OK", [], "peer"), addr)
        elif message.get("cseq").endswith("INVITE") and message.status is not None:
            if self.received_invite is None:
                self._take_answer(message, message.status)
            elif message.status >= 200:  # of a re-INVITE
                self._request("ACK", int(message.get("cseq").split()[0]))

    def _take_answer(self, message: SipText, status: int) -> None:
        if status < 200:
            return
        tag = re.search(r"tag=([^;\s]+)", message.get("to"))
        self._remote_tag = tag.group(1) if tag else ""
        contact = re.search(r"<([^>]+)>", message.get("contact"))
        if contact and status == 200:
            self._remote_uri = contact.group(1)
            event = re.search(rb"a=rtpmap:(\d+) telephone-event/8000", message.body)
            self._event_payload = int(event.group(1)) if event else None
        self._request("ACK", 1)
        if status == 200:
            self._stand(message)
        else:
            self.call.refused_with = status
            self._end("there")

    def _request(
        self,
        method: str,
        sequence: int,
        body: bytes = b"",
        extra: Sequence[tuple[str, str]] = (),
    ) -> None:
        peer = self.peer
        me = f"{self.claims};tag=peer"
        is_first = self.received_invite is None and (method, sequence) in _OF_THE_CALL
        branch = self._branch if is_first else f"z9hG4bK{random.getrandbits(64):x}"
        if self.received_invite is None:
            other = f"<{self.uri}>" + (f";tag={self._remote_tag}" if self._remote_tag else "")
            target = self._remote_uri
        else:
            me = f"{self.received_invite.get('to')};tag=peer"
            other = self.received_invite.get("from")
            contact = re.search(r"<([^>]+)>", self.received_invite.get("contact"))
            target = contact.group(1) if contact else ""
        headers = [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{peer.port};branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", me),
            ("To", other),
            ("Call-ID", self.call.call_id),
            ("CSeq", f"{sequence} {method}"),
            *self._contact(),
            *extra,
        ]
        if body:
            headers.append(_SDP)
        peer.send(build(f"{method} {target} SIP/2.0", headers, body), self.addr)

    def _contact(self) -> list[tuple[str, str]]:
        return [("Contact", f"<{self.peer.uri}>")]

    def _description(self, event: int | None) -> bytes:
        port = self._transport.get_extra_info("sockname")[1]
        formats = "0" if event is None else f"0 {event}"
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP {formats}", "a=rtpmap:0 PCMU/8000"]
        if event is not None:
            lines += [f"a=rtpmap:{event} telephone-event/8000", f"a=fmtp:{event} 0-15"]
        lines.append("a=inactive" if self._is_on_hold else "a=sendrecv")
        return ("\r\n".join(lines) + "\r\n").encode()

    def _stand(self, answer: SipText | None = None) -> None:
        description = answer or self.received_invite
        match = re.search(rb"m=audio (\d+)", description.body) if description else None
        if match is None or self._media is not None:
            return
        self.call.answered.set()
        self._media = asyncio.create_task(self._speak(("127.0.0.1", int(match.group(1)))))

    def _end(self, by: str) -> None:
        self.call.ended_by = self.call.ended_by or by
        self.call.ended.set()
        if self._media is not None:
            self._media.cancel()

    # ------------------------------------------------------------------ sound

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """One RTP packet."""
        if len(data) > 12 and data[1] & 0x7F == 0:
            sound = from_ulaw(data[12:])
            self.call.heard += sound
            if max(abs(sample) for sample in memoryview(sound).cast("h")) > _LOUD:
                self._heard_seconds += (len(data) - 12) / PACKET_SAMPLES * PACKET_SECONDS

    async def _speak(self, to: _Address) -> None:
        """Packets in real time, with the digits among them."""
        manners = self.peer.manners
        sound = to_ulaw(manners.speak)
        began = time.monotonic()
        for number in range(1_000_000):
            if self.to_press and self._is_time_to_press(number * PACKET_SECONDS):
                digit, self.to_press = self.to_press[0], self.to_press[1:]
                await self._press(digit, to)
            start = number * PACKET_SAMPLES % max(len(sound), 1)
            packet = sound[start : start + PACKET_SAMPLES].ljust(PACKET_SAMPLES, SILENCE)
            if not (manners.is_mute or self._is_on_hold):
                self._packet(0, self._timestamp, packet, to)
            self._timestamp += PACKET_SAMPLES
            await asyncio.sleep(max(0.0, began + number * PACKET_SECONDS - time.monotonic()))

    def _is_time_to_press(self, seconds: float) -> bool:
        manners = self.peer.manners
        has_heard = self._heard_seconds >= manners.press_after_heard_seconds
        return has_heard and seconds >= manners.press_after_seconds

    async def _press(self, digit: str, to: _Address) -> None:
        """An event of RFC 4733: packets while the key is down, the last one three times."""
        if self._event_payload is None:
            return
        for step in range(1, _DIGIT_PACKETS + 1):
            last = step == _DIGIT_PACKETS
            flags = (0x80 if last else 0) | 10
            event = struct.pack("!BBH", DIGITS.index(digit), flags, step * PACKET_SAMPLES)
            for _ in range(3 if last else 1):
                marker = 0x80 if step == 1 else 0
                self._packet(self._event_payload | marker, self._timestamp, event, to)
            await asyncio.sleep(PACKET_SECONDS)
        self._timestamp += _DIGIT_PACKETS * PACKET_SAMPLES

    def _packet(self, kind: int, timestamp: int, payload: bytes, to: _Address) -> None:
        head = struct.pack("!BBHII", 0x80, kind, self._sequence & 0xFFFF, timestamp, self._ssrc)
        self._sequence += 1
        self._transport.sendto(head + payload, to)


_OF_THE_CALL: Final = {("INVITE", 1), ("CANCEL", 1)}
_SDP: Final = ("Content-Type", "application/sdp")
