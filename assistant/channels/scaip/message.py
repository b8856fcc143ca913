"""SIP MESSAGE (RFC 3428) as a client: one request, its final answer, and what comes back.

A non-INVITE client transaction (RFC 3261, section 17.1.2): over UDP the request is sent again
after 0.5 s, 1 s, 2 s, then every 4 s; over TCP and TLS the transport repeats.  Each challenge is
answered once, and once more where its nonce was too old (`digest`).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from assistant.channels.api import ChannelError
from assistant.channels.deadline import in_thread
from assistant.channels.scaip import digest
from assistant.channels.sip_text import (
    MAX_MESSAGE_BYTES,
    SipText,
    SipTextError,
    build,
    parse,
    response,
)

T1_SECONDS: Final = 0.5
T2_SECONDS: Final = 4.0
CONNECT_SECONDS: Final = 5.0
MOST_CHALLENGES: Final = 3
"""The most challenges to one request: a proxy's, that of the server behind it, and one for a nonce
that was too old."""


_ASKS: Final = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
"""The header that asks for a proof and the one that gives it, by status."""


class SipError(ChannelError):
    """The server could not be reached."""


@dataclass(frozen=True, slots=True)
class Target:
    """A SIP address taken apart."""

    uri: str
    host: str
    port: int
    transport: str
    """The transport: udp, tcp or tls."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The one who sends: the home at the centre."""

    user: str
    username: str = ""
    password: str = field(default="", repr=False)


def target_of(uri: str) -> Target:
    """Take a checked SIP address apart."""
    match = re.fullmatch(r"(sips?):[^@]+@(\[[^\]]+\]|[^:;]+)(?::(\d+))?(?:;transport=(\w+))?", uri)
    if match is None:
        raise SipError("no SIP address")
    scheme, host, port, transport = match.groups()
    transport = transport or ("tls" if scheme == "sips" else "udp")
    return Target(
        uri, host.strip("[]"), int(port or (5061 if transport == "tls" else 5060)), transport
    )


class MessageClient:
    """One connection to one server: `async with MessageClient(target, sender) as client`."""

    def __init__(self, target: Target, sender: Sender) -> None:
        self.incoming: asyncio.Queue[SipText] = asyncio.Queue()
        """The MESSAGE requests of the server, already answered with 200."""
        self._target = target
        self._sender = sender
        self._wire: _Wire
        self._answers: asyncio.Queue[SipText] = asyncio.Queue()
        self._call_id = ""
        self._tag = secrets.token_hex(6)
        self._sequence = 0

    async def __aenter__(self) -> Self:
        """Look the host up and connect.

        Raises:
            SipError: no such host, or nobody there.
        """
        target = self._target
        try:
            found = await in_thread(
                lambda: socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM),
                CONNECT_SECONDS,
            )
            address = found[0][4][0]
            async with asyncio.timeout(CONNECT_SECONDS):
                if target.transport == "udp":
                    self._wire = await _Datagrams.open(str(address), target.port, self._take)
                else:
                    self._wire = await _Stream.open(str(address), target, self._take)
        except OSError as error:
            raise SipError(f"the centre cannot be reached ({type(error).__name__})") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.close()

    async def send(self, body: bytes, content_type: str, seconds: float) -> SipText:
        """Send a MESSAGE; gives its final answer.

        Raises:
            TimeoutError: none came; it may have arrived.
            SipError: the connection broke.
            SipTextError: a header that would forge another.
        """
        self._call_id = f"{secrets.token_hex(12)}@anban"
        proofs: dict[str, str] = {}
        answer = await self._transact(body, content_type, seconds, [])
        for _ in range(MOST_CHALLENGES):
            asks, header = _ASKS.get(answer.status or 0, ("", ""))
            challenges = answer.all(asks)
            if not challenges or not self._sender.password:
                break
            challenge = digest.choose(challenges)
            if challenge is None:
                raise SipError("the centre asks for a proof that Anban cannot give")
            if header in proofs and not challenge.is_stale:
                break  # the user name or the password is wrong
            proofs[header] = digest.answer(
                challenge,
                self._sender.username or self._sender.user,
                self._sender.password,
                method="MESSAGE",
                uri=self._target.uri,
                body=body,
            )
            answer = await self._transact(body, content_type, seconds, list(proofs.items()))
        return answer

    async def _transact(
        self, body: bytes, content_type: str, seconds: float, extra: list[tuple[str, str]]
    ) -> SipText:
        self._sequence += 1
        branch = f"z9hG4bK{secrets.token_hex(10)}"
        request = self._request(branch, body, content_type, extra)
        pause = T1_SECONDS
        async with asyncio.timeout(seconds):
            await self._wire.write(request)
            while True:
                try:
                    async with asyncio.timeout(None if self._wire.is_reliable else pause):
                        answer = await self._next_answer(branch)
                except TimeoutError:
                    await self._wire.write(request)
                    pause = min(2 * pause, T2_SECONDS)
                    continue
                if answer.status is not None and answer.status >= 200:
                    return answer
                pause = T2_SECONDS  # "trying": it arrived, so slowly from now on

    async def _next_answer(self, branch: str) -> SipText:
        while True:
            answer = await self._answers.get()
            if f"branch={branch}" in answer.get("via").split(",")[0]:
                return answer

    def _request(
        self, branch: str, body: bytes, content_type: str, extra: list[tuple[str, str]]
    ) -> bytes:
        host, port = self._wire.own_address
        own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        domain = re.sub(r"^sips?:[^@]+@|[:;].*$", "", self._target.uri)
        transport = self._target.transport
        return build(
            f"MESSAGE {self._target.uri} SIP/2.0",
            [
                ("Via", f"SIP/2.0/{transport.upper()} {own};rport;branch={branch}"),
                ("Max-Forwards", "70"),
                ("From", f"<sip:{self._sender.user}@{domain}>;tag={self._tag}"),
                ("To", f"<{self._target.uri}>"),
                ("Call-ID", self._call_id),
                ("CSeq", f"{self._sequence} MESSAGE"),
                ("Contact", f"<sip:{self._sender.user}@{own};transport={transport}>"),
                ("User-Agent", "Anban"),
                ("Content-Type", content_type),
                *extra,
            ],
            body,
        )

    def _take(self, message: SipText) -> None:
        if message.status is not None:
            self._answers.put_nowait(message)
        elif message.method == "MESSAGE":
            self._wire.answer(response(message, "200 OK", [], self._tag))
            self.incoming.put_nowait(message)
        elif message.method != "ACK":
            self._wire.answer(response(message, "501 Not Implemented", [], self._tag))


class _Wire(Protocol):
    is_reliable: bool
    own_address: tuple[str, int]

    async def write(self, data: bytes) -> None:
        """Send a request."""

    def answer(self, data: bytes) -> None:
        """Send an answer, and do not wait."""

    async def close(self) -> None:
        """Close the connection."""


class _Datagrams(asyncio.DatagramProtocol):
    is_reliable = False

    def __init__(self, take: Callable[[SipText], None]) -> None:
        self._take = take
        self._transport: asyncio.DatagramTransport
        self.own_address: tuple[str, int]

    @classmethod
    async def open(cls, host: str, port: int, take: Callable[[SipText], None]) -> _Datagrams:
        loop = asyncio.get_running_loop()
        wire = cls(take)
        # Connected: the system drops what comes from any other address.
        wire._transport, _ = await loop.create_datagram_endpoint(
            lambda: wire, remote_addr=(host, port)
        )
        wire.own_address = wire._transport.get_extra_info("sockname")[:2]
        return wire

    async def write(self, data: bytes) -> None:
        self._transport.sendto(data)

    def answer(self, data: bytes) -> None:
        self._transport.sendto(data)

    async def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        with contextlib.suppress(SipTextError):
            self._take(parse(data))

    def error_received(self, exc: Exception) -> None:
        """Go on if nobody listens there: the request is sent again until its time is over."""


class _Stream:
    is_reliable = True

    def __init__(self, take: Callable[[SipText], None]) -> None:
        self._take = take
        self.own_address: tuple[str, int]
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._task: asyncio.Task[None]

    @classmethod
    async def open(cls, address: str, target: Target, take: Callable[[SipText], None]) -> _Stream:
        wire = cls(take)
        tls = ssl.create_default_context() if target.transport == "tls" else None
        wire._reader, wire._writer = await asyncio.open_connection(
            address,
            target.port,
            ssl=tls,
            server_hostname=target.host if tls else None,
            limit=MAX_MESSAGE_BYTES,
        )
        wire.own_address = wire._writer.get_extra_info("sockname")[:2]
        wire._task = asyncio.create_task(wire._read())
        return wire

    async def write(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise SipError("the connection to the centre broke") from error

    def answer(self, data: bytes) -> None:
        self._writer.write(data)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()

    async def _read(self) -> None:
        """Read messages by their Content-Length; anything else ends the connection."""
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            while True:
                head = (await self._reader.readuntil(b"\r\n\r\n")).lstrip(b"\r\n")
                if not head:
                    continue  # a keep-alive
                length = int(parse(head).get("content-length") or 0)
                if not 0 <= length <= MAX_MESSAGE_BYTES:
                    return
                body = await self._reader.readexactly(length)
                self._take(parse(head + body))
