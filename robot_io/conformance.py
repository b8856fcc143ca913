"""Test vectors for those who write firmware: `python -m robot_io.conformance > vectors.json`.

Checksums, frames, spoilt frames, messages, and dialogues: what a robot answers and does when given
bytes arrive at given times. The robot of the dialogues is `ScriptedBody`.
"""

import json
import sys
from dataclasses import asdict, replace
from typing import Any

from cobs import cobs

from robot_io import codes
from robot_io import messages as m
from robot_io.body import Nature, Progress, Senses
from robot_io.device import Device
from robot_io.frame import DELIMITER, Decoder, Frame, crc16, encode

NATURE = Nature("vectors", codes.Part(0x3FFF), 500, 2000, 1500, 700)
SESSION = 0x1234


class ScriptedBody:
    """A body that senses what it is told to and keeps a list of what it was asked for."""

    def __init__(self) -> None:
        self.senses = Senses()
        self.errand = Progress.RUNNING
        self.calls: list[str] = []

    def sense(self) -> Senses:
        """See `robot_io.body.Body`, here and below."""
        return self.senses

    def drive(self, linear_mm_s: int, angular_mrad_s: int) -> None:
        """`drive:MM_S:MRAD_S`."""
        self.calls.append(f"drive:{linear_mm_s}:{angular_mrad_s}")

    def halt(self) -> None:
        """`halt`."""
        self.calls.append("halt")

    def halt_head(self) -> None:
        """`halt_head`."""
        self.calls.append("halt_head")

    def begin(self, errand: codes.Motion, place: str) -> bool:
        """`begin:ERRAND:PLACE_HEX`; it knows the sofa only."""
        self.calls.append(f"begin:{errand.value}:{place.encode().hex()}")
        return errand != codes.Motion.GO_TO or place == "sofa"

    def progress(self) -> Progress:
        """What `errand` says."""
        return self.errand

    def look(self, pan_mrad: int, tilt_mrad: int) -> None:
        """`look:PAN:TILT`."""
        self.calls.append(f"look:{pan_mrad}:{tilt_mrad}")

    def show(self, message: m.Message) -> None:
        """`show:TYPE:PAYLOAD_HEX`."""
        self.calls.append(f"show:{message.TYPE.value}:{message.pack().hex()}")

    def places(self) -> str:
        """The sofa."""
        return "sofa"


class Rehearsal:
    """One device on a scripted body, fed step by step; every step can be kept as a vector."""

    def __init__(self, boot: int = 1) -> None:
        self.body = ScriptedBody()
        self.steps: list[dict[str, Any]] = []
        self._sent = bytearray()
        self.device = Device(NATURE, self.body, self._sent.extend, boot)

    def at(self, now_ms: int, data: bytes) -> tuple[bytes, list[str]]:
        """Bytes arrive (none: time only); returns what the robot sends and does."""
        if data:
            self.device.receive(data, now_ms)
        else:
            self.device.tick(now_ms)
        sent, calls = bytes(self._sent), list(self.body.calls)
        self._sent.clear()
        self.body.calls.clear()
        senses = asdict(self.body.senses)
        self.steps.append(
            {
                "ms": now_ms,
                "senses": {name: int(value) for name, value in senses.items() if value},
                "progress": int(self.body.errand),
                "to_robot": data.hex(),
                "from_robot": sent.hex(),
                "calls": calls,
            }
        )
        return sent, calls


def command(message: m.Message, sequence: int, session: int = SESSION, version: int = 1) -> bytes:
    """The bytes of one message to the robot."""
    return encode(Frame(message.TYPE, session, sequence, message.pack(), version))


def _messages() -> list[m.Message]:
    return [
        m.Hello(1, 1),
        m.Heartbeat(),
        m.Stop(),
        m.Nothing(),
        m.Drive(200, -500, 1000),
        m.Drive(-32768, 32767, 0xFFFFFFFF),
        m.GoTo(60_000, "厨房"),
        m.Dock(60_000),
        m.Undock(5000),
        m.Look(-1500, 700, 2000),
        m.Release(255),
        m.Face(1),
        m.Text("你好 Anban"),
        m.Text(""),
        m.Light(255, 128, 0, 2),
        m.Chime(0),
        m.Volume(100),
        m.Read(),
        m.Places(),
        m.Welcome(1, 32, 7, 0x3FFF, 500, 2000, 1500, 700, 500, 1, 0, "robot"),
        m.Refusal(3, 9),
        m.State(123, -1, 2, -3, 4, -5, 900, 3, 15, 31, 1, 0, 0, 65535, 0, 2, -100, 100),
        m.Alive(),
        m.Stopped(),
    ]


def _spoilt() -> list[dict[str, Any]]:
    good = command(m.Drive(100, 0, 500), 5)
    raw = cobs.decode(good[:-1])
    lying = bytearray(raw[:-2])
    lying[6] += 1
    lying += crc16(bytes(lying)).to_bytes(2, "little")
    pieces = {
        "one bit turned": good[:6] + bytes((good[6] ^ 0x10,)) + good[7:],
        "one byte lost": good[:5] + good[6:],
        "one byte doubled": good[:5] + good[4:],
        "a length field that lies": cobs.encode(bytes(lying)) + DELIMITER,
        "too short for a header": cobs.encode(b"\x01\x02") + DELIMITER,
        "no COBS: points behind its end": b"\x05\x01\x02" + DELIMITER,
        "longer than any frame": b"\x01" * 200 + DELIMITER,
        "two frames whose zero was lost": good[:-1] + good,
        "an empty line": DELIMITER * 3,
    }
    vectors = []
    for name, line in pieces.items():
        decoder = Decoder()
        frames = decoder.feed(line)
        vectors.append(
            {
                "name": name,
                "line": line.hex(),
                "frames": len(frames),
                "counts": asdict(decoder.counts),
            }
        )
    return vectors


_HELLO = command(m.Hello(1, 1), 0)
_HEARTBEAT = command(m.Heartbeat(), 0)


def _opened() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(20, command(m.Read(), 0))
    robot.at(40, _HELLO)
    robot.at(60, command(m.Places(), 1))
    return robot


def _driven() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(200, 0, 300), 0))
    robot.at(20, command(m.Drive(200, 0, 300), 0))
    robot.at(30, command(m.Drive(100, 0, 300), 2))
    robot.at(200, _HEARTBEAT)
    robot.at(320, b"")
    return robot


def _alone() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(200, 0, 5000), 0))
    robot.at(509, b"")
    robot.at(510, b"")
    robot.at(520, command(m.Drive(200, 0, 5000), 1))
    robot.at(530, _HELLO)
    return robot


def _stopped() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(200, 0, 5000), 0))
    robot.at(20, command(m.Stop(), 3))
    robot.at(30, command(m.Drive(200, 0, 5000), 1))
    robot.at(40, command(m.Face(2), 2))
    robot.at(50, command(m.Drive(150, 0, 5000), 3))
    robot.at(60, command(m.Stop(), 0, session=0x7777))
    return robot


def _bumped() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(200, 0, 5000), 0))
    robot.body.senses = replace(robot.body.senses, bumpers=1)
    robot.at(20, b"")
    robot.at(30, command(m.Drive(200, 0, 5000), 1))
    robot.at(40, command(m.Release(0), 2))
    robot.at(50, command(m.Release(1), 3))
    robot.at(60, command(m.Drive(200, 0, 5000), 4))
    robot.at(70, command(m.Drive(-200, 0, 5000), 5))
    return robot


def _limits() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    for number, message in enumerate(
        (
            m.Drive(501, 0, 100),
            m.Drive(0, -2001, 100),
            m.Drive(100, 0, 0),
            m.Drive(100, 0, 10_001),
            m.Look(1501, 0, 100),
            m.Volume(101),
            m.GoTo(100, "moon"),
        )
    ):
        robot.at(10 + number, command(message, number))
    return robot


def _docked() -> Rehearsal:
    robot = Rehearsal()
    robot.body.senses = replace(robot.body.senses, flags=codes.Flag.DOCKED | codes.Flag.CHARGING)
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(100, 0, 1000), 0))
    robot.at(20, command(m.Undock(5000), 1))
    robot.body.senses = Senses()
    robot.body.errand = Progress.ARRIVED
    robot.at(30, b"")
    return robot


def _pressed() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, _HELLO)
    robot.at(10, command(m.Drive(100, 0, 1000), 0))
    robot.body.senses = replace(robot.body.senses, flags=codes.Flag.EMERGENCY_STOP)
    robot.at(20, b"")
    robot.at(30, command(m.Drive(100, 0, 1000), 1))
    return robot


def _other() -> Rehearsal:
    robot = Rehearsal()
    robot.at(0, command(m.Hello(2, 3), 0, version=2))
    robot.at(10, command(m.Hello(2, 3), 0))
    return robot


_DIALOGUES = {
    "a session opens; hello again changes nothing": _opened,
    "a drive ends by itself; doubled and early commands": _driven,
    "no heartbeat: the robot stops, and the old session is over": _alone,
    "stop: motions before it are void, other commands are not": _stopped,
    "a bumper: held until released, then only backwards": _bumped,
    "beyond the limits": _limits,
    "on the charger": _docked,
    "the emergency stop": _pressed,
    "another version": _other,
}


def vectors() -> dict[str, Any]:
    """Everything, ready for JSON; bytes are hexadecimal."""
    texts = (b"", b"A", b"123456789", bytes(range(64)))
    pieces = (b"\0", b"\0\0", b"\x11\x22\0\x33", b"\x11\x22\x33\x44", b"\x11\0\0\0", b"\x01" * 137)
    return {
        "protocol": 1,
        "crc16": [{"data": text.hex(), "crc": f"{crc16(text):04x}"} for text in texts],
        "cobs": [{"data": piece.hex(), "encoded": cobs.encode(piece).hex()} for piece in pieces],
        "messages": [
            {
                "name": type(message).__name__,
                "fields": asdict(message),
                "type": message.TYPE,
                "session": SESSION,
                "sequence": 0xFFFF,
                "payload": message.pack().hex(),
                "line": command(message, 0xFFFF).hex(),
            }
            for message in _messages()
        ],
        "spoilt": _spoilt(),
        "dialogues": [
            {"name": name, "steps": perform().steps} for name, perform in _DIALOGUES.items()
        ],
    }


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
