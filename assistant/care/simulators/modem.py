"""A GSM modem on a pseudo-terminal: speaks AT, decodes what it is given to send, rings and answers.

It decodes protocol data units by itself, written from the standard a second time, so that a
mistake of the driver's encoder is not repeated here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tty
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from assistant.care.channels.gsm.alphabet import pack, septets

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
class ModemManners:
    """How this modem behaves; may be changed while it runs."""

    call: str = "answer"
    """answer, busy, no answer (by the network), no carrier, decline (after ringing), for ever."""
    answer_after_seconds: float = 0.6
    sim: str = "READY"
    """What AT+CPIN? says; "SIM PIN" waits for 4321."""
    registration: int = 1
    signal: int = 20
    refuse_sms: str = ""
    """A final result such as +CMS ERROR: 38 instead of sending."""
    swallow_sms: bool = False
    """Takes the message and never answers."""
    is_dead: bool = False
    """Reads and never answers."""
    battery: str = "2,0"
    """What AT+CBC says: 2 is no battery, else 0 or 1 and its percent."""
    knows_chup: bool = True
    knows_clcc: bool = True
    noise: bytes = b""
    """Put before every answer: junk of the radio part, or an unsolicited line."""


@dataclass(slots=True)
class _Call:
    number: str
    state: int = 2
    digits: str = ""


class SimulatedModem:
    """`with SimulatedModem(folder) as modem: modem.port …`; runs on the event loop."""

    def __init__(self, folder: Path, manners: ModemManners | None = None) -> None:
        self.port = str(folder / "modem")
        """A stable name, as /dev/serial/by-id gives one."""
        self.manners = manners or ModemManners()
        self.sent: list[SentSms] = []
        self.dialled: list[str] = []
        self.commands: list[str] = []
        self.inbox: dict[int, str] = {}
        self._loop = asyncio.get_running_loop()
        self._ends: tuple[int, int] | None = None
        self._buffer = b""
        self._echo = True
        self._is_taking_pdu = False
        self._call: _Call | None = None
        self._timers: list[asyncio.TimerHandle] = []

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """Appear on the system."""
        ends = os.openpty()
        tty.setraw(ends[1])
        os.set_blocking(ends[0], False)
        link = Path(self.port)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(ends[1]))
        self._ends, self._buffer, self._echo, self._call = ends, b"", True, None
        self._is_taking_pdu = False
        self._loop.add_reader(ends[0], self._read)

    def unplug(self) -> None:
        """Disappear, in the middle of whatever happens."""
        for timer in self._timers:
            timer.cancel()
        if self._ends is not None:
            self._loop.remove_reader(self._ends[0])
            for end in self._ends:
                os.close(end)
            self._ends = None
            Path(self.port).unlink(missing_ok=True)

    def say(self, line: str) -> None:
        """An unsolicited line."""
        self._write(f"\r\n{line}\r\n".encode())

    def press(self, digit: str, form: str = "+DTMF: {}") -> None:
        """A key at the other end."""
        self.say(form.format(digit))

    def receive(self, sender: str, text: str) -> None:
        """A message comes in."""
        index = max(self.inbox, default=0) + 1
        self.inbox[index] = encode_deliver(sender, text)
        self.say(f'+CMTI: "SM",{index}')

    def ring(self, number: str) -> None:
        """Somebody calls."""
        self._call = _Call(number, state=4)
        self.say("RING")
        self.say(f'+CLIP: "{number}",129,,,,0')

    def end_call(self) -> None:
        """The other end hangs up."""
        self._call = None
        self.say("NO CARRIER")

    @property
    def is_in_call(self) -> bool:
        """Whether any call stands or rings."""
        return self._call is not None

    # ------------------------------------------------------------------ the wire

    def _write(self, data: bytes) -> None:
        if self._ends is not None:
            with contextlib.suppress(OSError):
                os.write(self._ends[0], data)

    def _answer(self, *lines: str) -> None:
        self._write(self.manners.noise + "".join(f"\r\n{line}\r\n" for line in lines).encode())

    def _read(self) -> None:
        try:
            data = os.read(self._ends[0], 4096) if self._ends else b""
        except OSError:
            return
        if self.manners.is_dead:
            return
        if self._echo and not self._is_taking_pdu:
            self._write(data)
        self._buffer += data
        while True:
            end = re.search(rb"[\x1a\x1b]" if self._is_taking_pdu else rb"[\r\x1b]", self._buffer)
            if end is None:
                return
            body, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
            if self._is_taking_pdu:
                self._is_taking_pdu = False
                self._take_pdu(body.decode("ascii"), is_sent=end.group() == b"\x1a")
            elif body.strip():
                command = body.decode("latin-1").strip()
                self.commands.append(command)
                self._obey(command)

    def _take_pdu(self, hexadecimal: str, *, is_sent: bool) -> None:
        if not is_sent:
            self._answer("OK")
        elif self.manners.refuse_sms:
            self._answer(self.manners.refuse_sms)
        else:
            self.sent.append(decode_submit(hexadecimal))
            if not self.manners.swallow_sms:
                self._answer(f"+CMGS: {len(self.sent)}", "OK")

    # ------------------------------------------------------------------ commands

    def _obey(self, command: str) -> None:
        name, _, value = command.upper().partition("=")
        fixed = {
            "AT+CPIN?": f"+CPIN: {self.manners.sim}",
            "AT+CREG?": f"+CREG: 0,{self.manners.registration}",
            "AT+CSQ": f"+CSQ: {self.manners.signal},99",
            "AT+CBC": f"+CBC: {self.manners.battery}",
        }
        if name in fixed:
            self._answer(fixed[name], "OK")
        elif name in {"ATE0", "ATE1"}:
            self._echo = name == "ATE1"
            self._answer("OK")
        elif name == "AT+CPIN" and value == '"4321"':
            self.manners.sim = "READY"
            self._answer("OK")
        elif name == "AT+CMGS" and value.isdigit():
            self._is_taking_pdu = True
            self._write(self.manners.noise + b"\r\n> ")
        elif name == "AT+CMGL":
            lines = []
            for index, body in self.inbox.items():
                lines += [f"+CMGL: {index},0,,{len(body) // 2 - 1}", body]
            self._answer(*lines, "OK")
        elif name == "AT+CMGD":
            self.inbox.pop(int(value), None)
            self._answer("OK")
        elif name in {"AT", "AT+CMEE", "AT+CMGF", "AT+CNMI", "AT+CLIP", "AT+DDET", "AT+CPCMREG"}:
            self._answer("OK")
        else:
            self._obey_call(command)

    def _obey_call(self, command: str) -> None:
        call = self._call
        if command == "AT+CLCC" and self.manners.knows_clcc:
            lines = [f'+CLCC: 1,0,{call.state},0,0,"{call.number}",129'] if call else []
            self._answer(*lines, "OK")
        elif number := re.fullmatch(r"ATD(\+?\d+);", command):
            self.dialled.append(number.group(1))
            self._place(_Call(number.group(1)))
        elif command == "ATA" and call is not None and call.state == 4:
            call.state = 0
            self._answer("OK")
        elif command == "ATH" or (command == "AT+CHUP" and self.manners.knows_chup):
            self._call = None
            self._answer("OK")
        else:
            self._answer("ERROR")

    def _place(self, call: _Call) -> None:
        how = self.manners.call
        if how == "no carrier":
            self._answer("NO CARRIER")
            return
        self._call = call
        self._answer("OK")
        self._later(0.1, lambda: setattr(call, "state", 3))
        if how == "answer":
            self._later(self.manners.answer_after_seconds, lambda: setattr(call, "state", 0))
        elif how != "for ever":
            ending = {"busy": "BUSY", "no answer": "NO ANSWER", "decline": "NO CARRIER"}[how]
            self._later(self.manners.answer_after_seconds, lambda: self._refuse(call, ending))

    def _refuse(self, call: _Call, ending: str) -> None:
        if self._call is call:
            self._call = None
            self.say(ending)

    def _later(self, seconds: float, work: object) -> None:
        self._timers.append(self._loop.call_later(seconds, work))  # type: ignore[arg-type]


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


def encode_deliver(sender: str, text: str) -> str:
    """An SMS-DELIVER, as a modem lists it."""
    digits = sender.lstrip("+")
    padded = digits + "F" * (len(digits) % 2)
    address = "".join(b + a for a, b in zip(padded[::2], padded[1::2], strict=True))
    head = f"04{len(digits):02X}{'91' if sender.startswith('+') else '81'}{address}"
    stamp = "62110122000040"
    codes = [septets(character) for character in text]
    if all(codes):
        flat = [code for pair in codes if pair for code in pair]
        return f"00{head}0000{stamp}{len(flat):02X}{pack(flat).hex().upper()}"
    data = text.encode("utf-16-be")
    return f"00{head}0008{stamp}{len(data):02X}{data.hex().upper()}"
