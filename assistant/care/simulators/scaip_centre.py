"""An alarm receiving centre for tests and the demonstration: takes SCAIP over UDP or TCP."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Self

from assistant.care.channels.scaip.xml import parse as parse_document
from assistant.care.channels.sip_text import SipText, SipTextError, build, parse, response


@dataclass(slots=True)
class CentreManners:
    """How this centre answers."""

    statuses: tuple[int, ...] = (0,)
    """`snu` of the answers in turn; the last one from then on."""
    in_final: bool = False
    """The answer comes in the 200 itself, else in a MESSAGE of the centre."""
    sip_status: str = "200 OK"
    swallow: int = 0
    """So many datagrams are lost on the way here."""
    is_silent: bool = False
    mute: bool = False
    """Takes the MESSAGE and never sends an answer."""
    document: bytes = b""
    """Sent as the answer, whatever it is; REF in it becomes the reference."""
    password: str = ""
    """Asks for a proof first."""


class ScaipReceiver(asyncio.DatagramProtocol):
    """`async with ScaipReceiver() as centre: centre.uri … centre.requests`."""

    def __init__(self, manners: CentreManners | None = None, transport: str = "udp") -> None:
        self.manners = manners or CentreManners()
        self.requests: list[dict[str, str]] = []
        """The elements of every request that came, repeats included."""
        self.senders: list[str] = []
        self.datagrams = 0
        self._kind = transport
        self._transport: asyncio.DatagramTransport
        self._server: asyncio.Server
        self._nonce = secrets.token_hex(8)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        if self._kind == "udp":
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=("127.0.0.1", 0)
            )
            self.port: int = self._transport.get_extra_info("sockname")[1]
        else:
            self._server = await asyncio.start_server(self._attend, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._kind == "udp":
            self._transport.close()
        else:
            self._server.close()

    @property
    def uri(self) -> str:
        """How to reach it."""
        return f"sip:alarm@127.0.0.1:{self.port};transport={self._kind}"

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """One datagram."""
        self.datagrams += 1
        if self.datagrams <= self.manners.swallow:
            return
        for answer in self._answers(data):
            self._transport.sendto(answer, addr)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
                for answer in self._answers(head + await reader.readexactly(length)):
                    writer.write(answer)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    def _answers(self, data: bytes) -> list[bytes]:
        try:
            request = parse(data)
        except SipTextError:
            return []
        manners = self.manners
        if request.method != "MESSAGE" or manners.is_silent:
            return []
        if manners.password and not self._is_proven(request):
            challenge = f'Digest realm="centre", nonce="{self._nonce}", qop="auth", algorithm=MD5'
            return [response(request, "401 Unauthorized", [("WWW-Authenticate", challenge)], "arc")]
        elements = parse_document(request.body, "mrq")
        self.requests.append(elements)
        self.senders.append(request.get("from"))
        if not manners.sip_status.startswith("200"):
            return [response(request, manners.sip_status, [], "arc")]
        if manners.mute:
            return [response(request, "200 OK", [], "arc")]
        place = min(len(self.requests), len(manners.statuses)) - 1
        document = manners.document.replace(b"REF", elements["ref"].encode()) or (
            f"<mrs><ref>{elements['ref']}</ref><snu>{manners.statuses[place]}</snu></mrs>".encode()
        )
        if manners.in_final:
            final = response(request, "200 OK", [("Content-Type", "application/scaip+xml")], "arc")
            empty, full = b"Content-Length: 0", b"Content-Length: %d" % len(document)
            return [final.replace(empty, full) + document]
        return [response(request, "200 OK", [], "arc"), self._message(request, document)]

    def _message(self, request: SipText, document: bytes) -> bytes:
        contact = re.search(r"<([^>]+)>", request.get("contact"))
        via = f"SIP/2.0/{self._kind.upper()} 127.0.0.1:{self.port};branch=z9hG4bK{len(document)}x"
        return build(
            f"MESSAGE {contact.group(1) if contact else 'sip:home'} SIP/2.0",
            [
                ("Via", via + secrets.token_hex(4)),
                ("From", request.get("to") + ";tag=arc"),
                ("To", request.get("from")),
                ("Call-ID", secrets.token_hex(8)),
                ("CSeq", "1 MESSAGE"),
                ("Content-Type", "application/scaip+xml"),
            ],
            document,
        )

    def _is_proven(self, request: SipText) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', request.get("authorization")))
        if given.get("nonce") != self._nonce:
            return False

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret = md5(f"{given['username']}:centre:{self.manners.password}")
        asked = md5(f"MESSAGE:{given['uri']}")
        middle = f"{given['nonce']}:{given['nc']}:{given['cnonce']}:auth"
        return str(given["response"]) == md5(f"{secret}:{middle}:{asked}")
