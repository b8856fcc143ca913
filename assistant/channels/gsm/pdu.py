"""Text messages as protocol data units: SMS-SUBMIT out, SMS-DELIVER in (3GPP TS 23.040).

Plain English goes out in the 7-bit alphabet (160 characters a part, 153 of several), everything
else, Chinese above all, in UCS2 (70 characters a part, 67 of several).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from assistant.channels.gsm.alphabet import pack, septets, text_of, unpack

MAX_PARTS: Final = 10
"""The most parts of a message: beyond 670 Chinese characters nobody reads on; networks charge and
delay each part."""
USER_DATA_OCTETS: Final = 140
_HEADER_OCTETS: Final = 6
_SEPTETS_ONE: Final = 160
_SEPTETS_MANY: Final = 153
_VALID_ONE_DAY: Final = 167
"""How long a network keeps a message, TS 23.040 section 9.2.3.12.1: (167 - 143) half hours + 12 h =
24 h."""
_SUBMIT: Final = 0x01 | 0x10
"""SMS-SUBMIT with a relative validity period."""
_HAS_HEADER: Final = 0x40
_UCS2: Final = 0x08
_INTERNATIONAL: Final = 0x91
_NATIONAL: Final = 0x81
_ALPHANUMERIC: Final = 0xD0
_STATUS_REPORT: Final = 2
_CONCATENATED: Final = frozenset({(0x00, 3), (0x08, 4)})
"""The elements that number parts, and their size: with a reference of 8 and of 16 bits."""
_STAMP_OCTETS: Final = 7
_MOST_QUARTERS: Final = 56
"""The most quarters of an hour from UTC: 14 hours, farther than any zone of the world."""
_FINGERPRINT_CHARACTERS: Final = 32


Unit = TypeVar("Unit", bound=Sized)


class PduError(ValueError):
    """The octets are no message that we know; it is left on the SIM and skipped."""


@dataclass(frozen=True, slots=True)
class Submit:
    """One part, ready for the modem."""

    length_octets: int
    """The length for `AT+CMGS=`: without the service centre's field."""
    hexadecimal: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a message in several parts this is (TS 23.040 section 9.2.3.24.1)."""

    reference: int
    """The reference, the same in all parts of a message."""
    parts: int
    part: int
    """The number of the part, from 1."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message that came in, or one part of it."""

    sender: str
    text: str
    """The text; empty if it carries none: a picture's announcement, settings of the operator."""
    sent_at: float | None
    """When the network took it (Unix time, seconds, by its clock); None: not told."""
    place: Place | None
    """Which part it is; None: it came in one part."""
    fingerprint: str
    """A mark that is the same if the network gives the same message again, by whatever centre."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of a message that was sent: nothing that a person wrote."""


def submit(number: str, text: str, reference: int) -> list[Submit]:
    """Make the parts of a message to a checked number.

    `reference` (0 to 255) ties the parts together; the same for a message sent again.  A text of
    more than `MAX_PARTS` parts is cut there and ends with "…" or "...".

    Raises:
        PduError: not a telephone number, or no text.
    """
    if not re.fullmatch(r"\+?[0-9]{3,15}", number):
        raise PduError("the number of a message is 3 to 15 digits, optionally after a plus")
    if not text:
        raise PduError("a message without text")
    plain = [septets(character) for character in text]
    if all(codes is not None for codes in plain):
        parts = _plain_parts([codes for codes in plain if codes is not None])
        coding = 0x00
    else:
        parts = _ucs2_parts(text)
        coding = _UCS2
    return [
        _part(number, coding, octets, length, (reference & 0xFF, len(parts), place))
        for place, (octets, length) in enumerate(parts, 1)
    ]


def deliver(hexadecimal: str) -> Deliver:
    """Read a received message, service centre's field first.

    Raises:
        PduError: not hexadecimal, cut off, another type, or a coding that is not known.
    """
    found = received(hexadecimal)
    if isinstance(found, StatusReport):
        raise PduError("a report, not a message")
    return found


def received(hexadecimal: str, length_octets: int | None = None) -> Deliver | StatusReport:
    """Read what a modem stored or handed over.

    `length_octets` is what the modem says of it, without the service centre's field; some modems
    leave that field out and count all that there is.

    Raises:
        PduError: not hexadecimal, cut off, another type, or a coding that is not known.
    """
    try:
        octets = bytes.fromhex(hexadecimal)
        if length_octets != len(octets):
            octets = octets[1 + octets[0] :]
        return _received(octets)
    except (ValueError, IndexError) as error:
        raise PduError("a received message could not be read") from error


def _plain_parts(characters: list[tuple[int, ...]]) -> list[tuple[bytes, int]]:
    """Pack every part, with its number of septets; an escape stays with its character."""
    if sum(map(len, characters)) <= _SEPTETS_ONE:
        codes = [code for character in characters for code in character]
        return [(pack(codes), len(codes))]
    dots: list[tuple[int, ...]] = [(ord("."),)] * 3
    chunks = _chunks(characters, _SEPTETS_MANY, dots)
    flat = [[code for character in chunk for code in character] for chunk in chunks]
    # The header takes 48 bits: one bit of filling brings the text to a septet's border.
    return [(pack(codes, fill_bits=1), len(codes) + 7) for codes in flat]


def _ucs2_parts(text: str) -> list[tuple[bytes, int]]:
    """Give octets and their number; both halves of a character beyond U+FFFF stay together."""
    units = [character.encode("utf-16-be", "replace") for character in text]
    whole = b"".join(units)
    if len(whole) <= USER_DATA_OCTETS:
        return [(whole, len(whole))]
    room = USER_DATA_OCTETS - _HEADER_OCTETS
    chunks = [b"".join(chunk) for chunk in _chunks(units, room, ["…".encode("utf-16-be")])]
    return [(chunk, len(chunk) + _HEADER_OCTETS) for chunk in chunks]


def _chunks(units: Sequence[Unit], room: int, ellipsis: list[Unit]) -> list[list[Unit]]:
    """Split units that are never split into at most `MAX_PARTS` chunks of at most `room`."""
    chunks: list[list[Unit]] = [[]]
    used = 0
    for unit in units:
        if used + len(unit) > room:
            if len(chunks) == MAX_PARTS:
                while used + sum(map(len, ellipsis)) > room:
                    used -= len(chunks[-1].pop())
                chunks[-1] += ellipsis
                break
            chunks.append([])
            used = 0
        chunks[-1].append(unit)
        used += len(unit)
    return chunks


def _part(
    number: str, coding: int, octets: bytes, length: int, place: tuple[int, int, int]
) -> Submit:
    has_header = place[1] > 1
    digits = number.lstrip("+")
    first = _SUBMIT | (_HAS_HEADER if has_header else 0)
    kind = _INTERNATIONAL if number.startswith("+") else _NATIONAL
    header = bytes((5, 0, 3, *place)) if has_header else b""
    # Message reference 0: the modem sets its own.
    body = bytes((first, 0, len(digits), kind)) + _semi_octets(digits)
    body += bytes((0, coding, _VALID_ONE_DAY, length)) + header + octets
    # "00": the service centre's number is the one on the SIM.
    return Submit(len(body), "00" + body.hex().upper())


def _received(octets: bytes) -> Deliver | StatusReport:
    kind = octets[0] & 0x03
    if kind == _STATUS_REPORT:
        _sender(octets[2:])  # cut off before its number: not read
        return StatusReport()
    if kind != 0:
        raise PduError("not an incoming message")
    sender, rest = _sender(octets[1:])
    coding, stamp, length, data = rest[1], rest[2:9], rest[9], rest[10:]
    header = data[: data[0] + 1] if octets[0] & _HAS_HEADER else b""
    alphabet = _alphabet(coding)
    if len(data) < (length if alphabet != "plain" else (length * 7 + 7) // 8):
        raise PduError("cut off")
    text = ""
    if alphabet == "ucs2":
        text = data[len(header) : length].decode("utf-16-be", "replace")
    elif alphabet == "plain":
        text = text_of(unpack(data, length)[(len(header) * 8 + 6) // 7 :])
    fingerprint = hashlib.sha256(octets).hexdigest()[:_FINGERPRINT_CHARACTERS]
    return Deliver(sender, text, _time(stamp), _place(header), fingerprint)


def _sender(octets: bytes) -> tuple[str, bytes]:
    """Read the number or name at the beginning, and give what comes after it."""
    digits, kind = octets[0], octets[1]
    end = 2 + (digits + 1) // 2
    address = octets[2:end]
    if len(address) < end - 2:
        raise PduError("cut off")
    if kind & 0xF0 == _ALPHANUMERIC:
        return text_of(unpack(address, digits * 4 // 7)), octets[end:]
    return ("+" if kind & 0x70 == 0x10 else "") + _digits(address)[:digits], octets[end:]


def _place(header: bytes) -> Place | None:
    """Read the part's place from the user data header: its first element that numbers parts."""
    at = 1
    while at + 2 <= len(header):
        element, size = header[at], header[at + 1]
        body = header[at + 2 : at + 2 + size]
        if (element, size) in _CONCATENATED:
            *reference, parts, part = body
            if 0 < part <= parts:
                return Place(int.from_bytes(bytes(reference)), parts, part)
        at += 2 + size
    return None


def _time(stamp: bytes) -> float | None:
    """Read TP-SCTS: swapped digits; the last octet is the zone in quarters, bit 3 its sign."""
    if len(stamp) < _STAMP_OCTETS:
        raise PduError("cut off")
    # Digits are swapped: the low half of an octet is the ten.
    pairs = [(octet & 0x0F, octet >> 4) for octet in stamp]
    *numbers, _ = (ten * 10 + unit for ten, unit in pairs)
    sign_and_ten, unit = pairs[-1]
    zone = (sign_and_ten & 0x07) * 10 + unit
    try:
        year, month, day, hour, minute, second = numbers
        moment = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None  # all zero, or no date
    if zone > _MOST_QUARTERS:
        return None
    shift = timedelta(minutes=15 * zone)
    return (moment + shift if sign_and_ten & 0x08 else moment - shift).timestamp()


def _alphabet(coding: int) -> str:
    """Tell the alphabet of a coding scheme (TS 23.038, section 4)."""
    if coding & 0xC0 == 0x00:
        kind = coding >> 2 & 0x03
    elif coding & 0xF0 == 0xF0:
        kind = coding >> 2 & 0x01
    else:
        kind = 2 if coding & 0xF0 == 0xE0 else 0
    if kind == 3:
        raise PduError("a coding that is not known")
    return ("plain", "data", "ucs2")[kind]


def _semi_octets(digits: str) -> bytes:
    padded = digits + "F" * (len(digits) % 2)
    return bytes.fromhex(
        "".join(padded[place + 1] + padded[place] for place in range(0, len(padded), 2))
    )


def _digits(octets: bytes) -> str:
    swapped = "".join(f"{octet & 0x0F:x}{octet >> 4:x}" for octet in octets)
    return swapped.rstrip("f").translate(str.maketrans("abcde", "*#abc"))
