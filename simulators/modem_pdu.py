"""Protocol data units as the simulated modem needs them (3GPP TS 23.040).

They are decoded from the standard a second time, so that a mistake of the driver's encoder is not
repeated here.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from assistant.channels.gsm.alphabet import pack, septets

_PLAIN: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLM"
    "NOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN_EXTENSION: Final = dict(
    zip((0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), "\f^{}\\[~]|€", strict=True)
)


@dataclass(frozen=True, slots=True)
class SentSms:
    """One part that the modem was given."""

    number: str
    text: str
    reference: int | None
    parts: int
    part: int
    coding: int
    octets: int


@dataclass(slots=True)
class _Cursor:
    """Reads octets one after the other."""

    data: bytes
    place: int = field(default=0)

    def take(self, count: int = 1) -> bytes:
        chunk = self.data[self.place : self.place + count]
        if len(chunk) < count:
            raise ValueError("the protocol data unit is cut off")
        self.place += count
        return chunk

    def octet(self) -> int:
        return self.take()[0]


def decode_submit(hexadecimal: str) -> SentSms:
    """An SMS-SUBMIT as 3GPP TS 23.040 section 9.2.2.2 lays it out; ValueError where it is none."""
    cursor = _Cursor(bytes.fromhex(hexadecimal))
    cursor.take(cursor.octet())
    first = cursor.octet()
    if first & 0b11 != 0b01:
        raise ValueError("not an SMS-SUBMIT")
    cursor.octet()
    count, kind = cursor.octet(), cursor.octet()
    nibbles = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in cursor.take((count + 1) // 2))
    if count % 2 and nibbles[-1] != "F":
        raise ValueError("an odd number is filled with F")
    cursor.octet()
    coding = cursor.octet()
    if first & 0b11000:
        cursor.take(1 if first & 0b11000 == 0b10000 else 7)
    length = cursor.octet()
    octets = (length * 7 + 7) // 8 if coding == 0 else length
    data = cursor.take(octets)
    if cursor.place != len(cursor.data) or octets > 140:
        raise ValueError("octets are left over")
    reference, parts, part, header = None, 1, 1, 0
    if first & 0x40:
        header = data[0] + 1
        if data[:3] != b"\x05\x00\x03":
            raise ValueError("an unknown header")
        reference, parts, part = data[3:6]
    number = ("+" if kind == 0x91 else "") + nibbles[:count]
    if coding == 8:
        text = data[header:].decode("utf-16-be")
    else:
        text = _unpack_text(data, length)[(header * 8 + 6) // 7 :]
        text = re.sub("(?s)\x1b(.)", lambda match: _PLAIN_EXTENSION[_PLAIN.index(match[1])], text)
    return SentSms(number, text, reference, parts, part, coding, octets)


def _unpack_text(data: bytes, count: int) -> str:
    bits = "".join(f"{octet:08b}"[::-1] for octet in data)
    return "".join(_PLAIN[int(bits[7 * n : 7 * n + 7][::-1], 2)] for n in range(count))


def encode_deliver(
    sender: str,
    text: str,
    sent_at: float | None = None,
    *,
    part: tuple[int, int, int] | None = None,
    coding: int | None = None,
    quarters: int = 32,
    centre: str = "00",
) -> str:
    """An SMS-DELIVER, as a modem lists it.

    `sent_at`: Unix time, None for now; `part`: reference, number of parts, which one; `coding`:
    the data coding scheme, None for what the text needs; `quarters` of an hour: the zone of its
    time; `centre`: the service centre's field, empty where the modem leaves it out.
    """
    header = bytes((5, 0, 3, *part)) if part else b""
    codes = [septets(character) for character in text]
    is_plain = all(codes) and not header and (coding is None or coding & 0x0C == 0)
    if is_plain:
        flat = [code for pair in codes if pair for code in pair]
        scheme, length, data = 0x00, len(flat), pack(flat)
    else:
        data = header + text.encode("utf-16-be")
        scheme, length = 0x08, len(data)
    scheme = scheme if coding is None else coding
    first = 0x44 if header else 0x04
    when = stamp(time.time() if sent_at is None else sent_at, quarters)
    return (
        f"{centre}{first:02X}{_address(sender)}00{scheme:02X}{when}{length:02X}{data.hex().upper()}"
    )


def encode_report(sender: str, reference: int) -> str:
    """An SMS-STATUS-REPORT: a message that was sent has arrived."""
    now = stamp(time.time())
    return f"0006{reference:02X}{_address(sender)}{now}{now}00"


def stamp(at: float, quarters: int = 32) -> str:
    """TP-SCTS, swapped digits; the zone in quarters of an hour, a negative one with its bit set."""
    local = datetime.fromtimestamp(at, UTC) + timedelta(minutes=15 * quarters)
    digits = local.strftime("%y%m%d%H%M%S")
    swapped = "".join(b + a for a, b in zip(digits[::2], digits[1::2], strict=True))
    ten, unit = divmod(abs(quarters), 10)
    return f"{swapped}{unit:X}{ten | (8 if quarters < 0 else 0):X}"


def _address(number: str) -> str:
    digits = number.lstrip("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(b + a for a, b in zip(padded[::2], padded[1::2], strict=True))
    return f"{len(digits):02X}{'91' if number.startswith('+') else '81'}{swapped}"
