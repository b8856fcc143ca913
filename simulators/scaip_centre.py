"""An alarm receiving centre for tests and the demonstration: takes SCAIP over UDP or TCP."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final, Self

from assistant.channels.scaip.xml import parse as parse_document
from assistant.channels.sip_text import SipText, SipTextError, build, parse, response


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
    challenges: tuple[str, ...] = ('algorithm=MD5, qop="auth"',)
    """How it asks: a header for each, all with the same realm and nonce; only what names MD5 or
    SHA-256 is taken."""
    in_one_header: bool = False
    """All challenges in one header, with commas between (RFC 7235, section 4.1)."""
    by_proxy: bool = False
    """407 of a proxy instead of 401."""
    stale_answers: int = 0
    """So many right proofs meet a nonce that is too old by then."""


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
        self._stale = 0

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
        if manners.password and (refusal := self._ask_for_proof(request)):
            return [refusal]
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

    def _ask_for_proof(self, request: SipText) -> bytes:
        """The refusal of a request that proves nothing, or with too old a nonce; else empty."""
        manners = self.manners
        given = request.get("proxy-authorization" if manners.by_proxy else "authorization")
        is_right = self._is_proven(request, _parameters(given))
        is_stale = is_right and self._stale < manners.stale_answers
        if is_right and not is_stale:
            return b""
        if is_stale:
            self._stale += 1
            self._nonce = secrets.token_hex(8)
        stale = ", stale=TRUE" if is_stale else ""
        asked = [
            f'Digest realm="centre, north", nonce="{self._nonce}"{stale}, {way}'
            for way in manners.challenges
        ]
        if manners.in_one_header:
            asked = [", ".join(asked)]
        status, name = (
            ("407 Proxy Authentication Required", "Proxy-Authenticate")
            if manners.by_proxy
            else ("401 Unauthorized", "WWW-Authenticate")
        )
        return response(request, status, [(name, each) for each in asked], "arc")

    def _is_proven(self, request: SipText, given: dict[str, str]) -> bool:
        algorithm = given.get("algorithm", "MD5")
        base, session, _ = algorithm.partition("-sess")
        function = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}.get(base)
        if function is None or given.get("nonce") != self._nonce:
            return False

        def hashed(text: str) -> str:
            return function(text.encode()).hexdigest()

        secret = hashed(f"{given['username']}:centre, north:{self.manners.password}")
        if session:
            secret = hashed(f"{secret}:{given['nonce']}:{given['cnonce']}")
        asked = f"MESSAGE:{given['uri']}"
        quality = given.get("qop", "")
        if quality == "auth-int":
            asked += f":{function(request.body).hexdigest()}"
        middle = given["nonce"]
        if quality:
            middle += f":{given['nc']}:{given['cnonce']}:{quality}"
        offered = any(quality in _qualities(way) for way in self.manners.challenges)
        return offered and given["response"] == hashed(f"{secret}:{middle}:{hashed(asked)}")


def _parameters(header: str) -> dict[str, str]:
    found = re.findall(r'([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))', header)
    return {name: quoted or plain for name, quoted, plain in found}


def _qualities(challenge: str) -> list[str]:
    quality = _parameters(challenge).get("qop")
    return quality.split(",") if quality else [""]


QUIRK_WORD: Final = "s3cret"
"""The password of the centres below that want one."""


def _asking(**manners: Any) -> CentreManners:
    return CentreManners(password=QUIRK_WORD, **manners)


QUIRKS: Final = {
    "plain": CentreManners(),
    "answers in the final response": CentreManners(in_final=True),
    "loses two datagrams": CentreManners(swallow=2),
    "holds first": CentreManners(statuses=(4, 0)),
    "asks with MD5": _asking(),
    "asks without an algorithm or a quality": _asking(challenges=('opaque="o1"',)),
    "asks with SHA-256": _asking(challenges=('qop="auth", algorithm=SHA-256',)),
    "asks with MD5-sess": _asking(challenges=('qop="auth",algorithm=MD5-sess',)),
    "asks with SHA-512-256 first, then MD5": _asking(
        challenges=('algorithm=SHA-512-256, qop="auth"', 'algorithm=MD5, qop="auth"'),
    ),
    "asks with two algorithms in one header": _asking(
        challenges=('algorithm=SHA-512-256, qop="auth"', 'algorithm=SHA-256, qop="auth"'),
        in_one_header=True,
    ),
    "lists two qualities": _asking(challenges=('qop="auth-int,auth", algorithm=MD5',)),
    "wants the body proven": _asking(challenges=('qop="auth-int", algorithm=MD5',)),
    "forgets its nonce once": _asking(stale_answers=1),
    "stands behind a proxy": _asking(by_proxy=True),
}
"""Centres that take an alarm, each in its own way."""
