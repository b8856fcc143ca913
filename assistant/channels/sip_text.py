"""SIP messages as text: parsing what came in, writing what goes out (RFC 3261, section 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_MESSAGE_BYTES: Final = 65_535
"""What one UDP datagram can carry; a longer message over TCP is refused."""

_COMPACT: Final = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
}
"""The one-letter names of RFC 3261, section 7.3.3."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class SipTextError(ValueError):
    """The bytes are not a SIP message; what came is dropped and the transaction waits on."""


@dataclass(frozen=True, slots=True)
class SipText:
    """One request or response."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case and long form, in the order they came."""
    body: bytes = b""

    @property
    def status(self) -> int | None:
        """The status of a response, 100 to 699; None for a request."""
        match = re.fullmatch(r"SIP/2\.0 ([1-6]\d\d)(?: .*)?", self.start_line)
        return int(match.group(1)) if match else None

    @property
    def method(self) -> str | None:
        """The method of a request; None for a response."""
        match = re.fullmatch(r"([A-Z]+) \S+ SIP/2\.0", self.start_line)
        return match.group(1) if match else None

    def get(self, name: str) -> str:
        """Give the first header of this name; empty if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Give every header of this name."""
        return tuple(value for key, value in self.headers if key == name)


def parse(data: bytes) -> SipText:
    """Read the message of one datagram, or of one TCP frame.

    Raises:
        SipTextError: no start line of SIP, a header without a colon, or far too long.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise SipTextError(f"a SIP message of {len(data)} bytes is too long")
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise SipTextError("no empty line ends the headers")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SipTextError("the headers are not UTF-8") from error
    # A line that begins with a blank continues the one before (section 7.3.1).
    start_line, *lines = re.sub(r"\r\n[ \t]+", " ", text.lstrip("\r\n")).split("\r\n")
    message = SipText(start_line, tuple(_header(line) for line in lines))
    if message.status is None and message.method is None:
        raise SipTextError("neither a request nor a response of SIP/2.0")
    length = message.get("content-length")
    if length.isascii() and length.isdigit() and int(length) <= len(body):
        body = body[: int(length)]
    return SipText(message.start_line, message.headers, body)


def build(start_line: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """Write a message; its Content-Length is added.

    Raises:
        SipTextError: a control character in the start line or in a header: it would forge one.
    """
    lines = [start_line, *(f"{name}: {value}" for name, value in headers)]
    if any(_CONTROL.search(line) for line in lines):
        raise SipTextError("a control character in a SIP header was refused")
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def response(request: SipText, status: str, extra: list[tuple[str, str]], tag: str) -> bytes:
    """Make the answer to a request: its Via, From, Call-ID and CSeq come back (section 8.2.6)."""
    to = request.get("to")
    headers = [
        *(("Via", via) for via in request.all("via")),
        ("From", request.get("from")),
        ("To", to if "tag=" in to else f"{to};tag={tag}"),
        ("Call-ID", request.get("call-id")),
        ("CSeq", request.get("cseq")),
    ]
    return build(f"SIP/2.0 {status}", headers + extra)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.strip().lower()
    if not colon or not name or len(name.split()) != 1:
        raise SipTextError("a line among the headers is none")
    return _COMPACT.get(name, name), value.strip()
