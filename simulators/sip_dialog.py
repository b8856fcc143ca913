"""The signalling of one simulated call (RFC 3261), made here or received."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from assistant.channels.sip_text import SipText, build, response
from simulators.sip_manners import Manners
from simulators.sip_sound import Address, SipSound

EVENT_PAYLOAD: Final = 101
_OF_THE_CALL: Final = {("INVITE", 1), ("CANCEL", 1)}
_SDP: Final = ("Content-Type", "application/sdp")


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
    """BYE, CANCEL, "there" if it was refused, or "here" if this telephone hung up."""
    refused_with: int = 0
    """The status with which a call from here was refused."""


class SipDialog:
    """One call: its signalling state, and its sound."""

    def __init__(
        self,
        call: PeerCall,
        manners: Manners,
        me: str,
        send: Callable[[bytes, Address], None],
        addr: Address,
        *,
        uri: str = "",
        invite: SipText | None = None,
    ) -> None:
        """`uri`: who is called, if the call is made here; `invite`: if it was received."""
        self.sound = SipSound(call.heard, manners)
        self.claims = f"<{me}>"
        """The `From` of a call that is made here."""
        self._call, self._manners, self._me = call, manners, me
        self._send, self._addr, self._uri, self._invite = send, addr, uri, invite
        self._branch = f"z9hG4bK{random.getrandbits(64):x}"
        """The branch of the INVITE: a CANCEL names the same."""
        self._requests = 1
        """How many requests were numbered within the call; the INVITE is the first."""
        self._remote_uri = uri
        self._remote_tag = ""

    def invite(self) -> None:
        """Begin a call that is made here."""
        self._request("INVITE", 1, self._description(EVENT_PAYLOAD))

    def answer(self) -> None:
        """Take a call that was received."""
        invite = self._invite
        if invite is None:
            raise ValueError("this call was made from here")
        offer = invite.body.decode("latin-1")
        event = re.search(r"a=rtpmap:(\d+) telephone-event/8000", offer)
        self.sound.event_payload = int(event.group(1)) if event else None
        head = response(invite, "200 OK", [*self._contact(), _SDP], "peer")
        body = self._description(self.sound.event_payload)
        head = head.replace(b"Content-Length: 0", b"Content-Length: %d" % len(body))
        self._send(head + body, self._addr)

    async def be_odd(self) -> None:
        """What this telephone does in a call that other telephones do not."""
        manners = self._manners
        await self._call.answered.wait()
        if manners.transfers_to:
            self._request(
                "REFER", self._next_sequence(), extra=[("Refer-To", f"<{manners.transfers_to}>")]
            )
        if manners.holds_after_seconds is not None:
            await asyncio.sleep(manners.holds_after_seconds)
            self._hold(is_on_hold=True)
            await asyncio.sleep(manners.holds_after_seconds)
            self._hold(is_on_hold=False)

    def _hold(self, *, is_on_hold: bool) -> None:
        self.sound.is_on_hold = is_on_hold
        description = self._description(self.sound.event_payload)
        self._request("INVITE", self._next_sequence(), description)

    def _next_sequence(self) -> int:
        self._requests += 1
        return self._requests

    def cancel(self) -> None:
        """Take back a call that is made here, before it is answered."""
        self._request("CANCEL", 1)

    def bye(self) -> None:
        """End the call from this side."""
        if not self._call.ended.is_set():
            self._request("BYE", self._next_sequence())
            self._end("here")

    def take(self, message: SipText, addr: Address) -> None:
        """One SIP message of this call, other than its first INVITE."""
        if message.method == "ACK":
            self._stand()
        elif message.method in {"BYE", "CANCEL"}:
            self._send(response(message, "200 OK", [], "peer"), addr)
            if message.method == "CANCEL" and self._invite is not None:
                terminated = response(self._invite, "487 Request Terminated", [], "peer")
                self._send(terminated, addr)
            self._end(message.method)
        elif message.method is not None:
            self._send(response(message, "200 OK", [], "peer"), addr)
        elif message.get("cseq").endswith("INVITE") and message.status is not None:
            if self._invite is None:
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
            self.sound.event_payload = int(event.group(1)) if event else None
        self._request("ACK", 1)
        if status == 200:
            self._stand(message)
        else:
            self._call.refused_with = status
            self._end("there")

    def _request(
        self,
        method: str,
        sequence: int,
        body: bytes = b"",
        extra: Sequence[tuple[str, str]] = (),
    ) -> None:
        me = f"{self.claims};tag=peer"
        is_first = self._invite is None and (method, sequence) in _OF_THE_CALL
        branch = self._branch if is_first else f"z9hG4bK{random.getrandbits(64):x}"
        if self._invite is None:
            other = f"<{self._uri}>" + (f";tag={self._remote_tag}" if self._remote_tag else "")
            target = self._remote_uri
        else:
            me = f"{self._invite.get('to')};tag=peer"
            other = self._invite.get("from")
            contact = re.search(r"<([^>]+)>", self._invite.get("contact"))
            target = contact.group(1) if contact else ""
        headers = [
            ("Via", f"SIP/2.0/UDP {self._me.rpartition('@')[2]};branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", me),
            ("To", other),
            ("Call-ID", self._call.call_id),
            ("CSeq", f"{sequence} {method}"),
            *self._contact(),
            *extra,
        ]
        if body:
            headers.append(_SDP)
        self._send(build(f"{method} {target} SIP/2.0", headers, body), self._addr)

    def _contact(self) -> list[tuple[str, str]]:
        return [("Contact", f"<{self._me}>")]

    def _description(self, event: int | None) -> bytes:
        formats = "0" if event is None else f"0 {event}"
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {self.sound.port} RTP/AVP {formats}", "a=rtpmap:0 PCMU/8000"]
        if event is not None:
            lines += [f"a=rtpmap:{event} telephone-event/8000", f"a=fmtp:{event} 0-15"]
        lines.append("a=inactive" if self.sound.is_on_hold else "a=sendrecv")
        return ("\r\n".join(lines) + "\r\n").encode()

    def _stand(self, answer: SipText | None = None) -> None:
        description = answer or self._invite
        match = re.search(rb"m=audio (\d+)", description.body) if description else None
        if match is None or self.sound.is_speaking:
            return
        self._call.answered.set()
        self.sound.speak(("127.0.0.1", int(match.group(1))))

    def _end(self, by: str) -> None:
        self._call.ended_by = self._call.ended_by or by
        self._call.ended.set()
        self.sound.stop()
