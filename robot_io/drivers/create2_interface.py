"""The iRobot Create 2 Open Interface: opcodes, sensor packets, the stream.

Source of every number: "iRobot Create 2 Open Interface (OI) Specification based on the iRobot
Roomba 600", iRobot, 2016. Numbers on the line are big-endian.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from robot_io.errors import LimitError

BAUD = 115_200
STREAM_HEADER = 19
STREAM_PERIOD_SECONDS = 0.015
WHEEL_MAX_MM_S = 500
WHEEL_BASE_MM = 235.0
MM_PER_COUNT = 72.0 * 3.141592653589793 / 508.8
SONG_NOTES_MAX = 16
DIGITS = 4


class Opcode(IntEnum):
    """First byte of a command."""

    RESET = 7
    START = 128
    SAFE = 131
    FULL = 132
    POWER = 133
    DRIVE = 137
    LEDS = 139
    SONG = 140
    PLAY = 141
    SENSORS = 142
    SEEK_DOCK = 143
    DRIVE_DIRECT = 145
    STREAM = 148
    QUERY_LIST = 149
    STREAM_TOGGLE = 150
    DIGIT_LEDS_ASCII = 164
    STOP = 173


DATA_BYTES = {
    Opcode.RESET: 0,
    Opcode.START: 0,
    Opcode.SAFE: 0,
    Opcode.FULL: 0,
    Opcode.POWER: 0,
    Opcode.DRIVE: 4,
    Opcode.LEDS: 3,
    Opcode.PLAY: 1,
    Opcode.SENSORS: 1,
    Opcode.SEEK_DOCK: 0,
    Opcode.DRIVE_DIRECT: 4,
    Opcode.STREAM_TOGGLE: 1,
    Opcode.DIGIT_LEDS_ASCII: 4,
    Opcode.STOP: 0,
}
"""Data bytes after the opcode; SONG, STREAM and QUERY_LIST carry their own count."""


class Mode(IntEnum):
    """Packet 35."""

    OFF = 0
    PASSIVE = 1
    SAFE = 2
    FULL = 3


class Bumps(IntFlag):
    """Packet 7."""

    BUMP_RIGHT = 1
    BUMP_LEFT = 2
    DROP_RIGHT = 4
    DROP_LEFT = 8


class Packet(IntEnum):
    """Sensor packets used here."""

    BUMPS = 7
    CLIFF_LEFT = 9
    CLIFF_FRONT_LEFT = 10
    CLIFF_FRONT_RIGHT = 11
    CLIFF_RIGHT = 12
    BUTTONS = 18
    CHARGING_STATE = 21
    CHARGE = 25
    CAPACITY = 26
    CHARGING_SOURCES = 34
    MODE = 35
    RIGHT_WANTED = 41
    LEFT_WANTED = 42
    LEFT_COUNTS = 43
    RIGHT_COUNTS = 44


FORMATS = {
    Packet.BUMPS: ">B",
    Packet.CLIFF_LEFT: ">B",
    Packet.CLIFF_FRONT_LEFT: ">B",
    Packet.CLIFF_FRONT_RIGHT: ">B",
    Packet.CLIFF_RIGHT: ">B",
    Packet.BUTTONS: ">B",
    Packet.CHARGING_STATE: ">B",
    Packet.CHARGE: ">H",
    Packet.CAPACITY: ">H",
    Packet.CHARGING_SOURCES: ">B",
    Packet.MODE: ">B",
    Packet.RIGHT_WANTED: ">h",
    Packet.LEFT_WANTED: ">h",
    Packet.LEFT_COUNTS: ">H",
    Packet.RIGHT_COUNTS: ">H",
}
STREAM_BYTES = sum(1 + struct.calcsize(text) for text in FORMATS.values())
HOME_BASE = 2
"""Bit of CHARGING_SOURCES."""
CLEAN_BUTTON = 1
"""Bit of BUTTONS."""


PASSIVE = bytes((Opcode.START,))
"""Stops the wheels and leaves the robot to itself: only so it charges, and sleeps when idle."""


def drive_direct(right_mm_s: int, left_mm_s: int) -> bytes:
    """The command that sets both wheels."""
    return struct.pack(">Bhh", Opcode.DRIVE_DIRECT, right_mm_s, left_mm_s)


def song(number: int, notes: list[tuple[int, int]]) -> bytes:
    """The command that stores a song: (MIDI note, length in 1/64 s) each."""
    return bytes((Opcode.SONG, number, len(notes), *(value for note in notes for value in note)))


def digits(text: str) -> bytes:
    """The command that shows a text; raises LimitError where it does not fit."""
    if len(text) > DIGITS or not text.isascii():
        raise LimitError(f"text {text!r} refused: the limit is {DIGITS} ASCII characters")
    return bytes((Opcode.DIGIT_LEDS_ASCII,)) + text.upper().ljust(DIGITS).encode("ascii")


def light(red: int, green: int, blue: int) -> bytes:
    """The command for the one light it has, from green (0) to red (255); raises LimitError."""
    for value in (red, green, blue):
        if not 0 <= value <= 255:
            raise LimitError(f"light {value} refused: the limits are 0 and 255")
    colour = 255 * red // (red + green) if red + green else 0
    return bytes((Opcode.LEDS, 0, colour, max(red, green, blue)))


def stream_of_all() -> bytes:
    """The command that asks for every packet used here, each 15 ms."""
    return bytes((Opcode.STREAM, len(FORMATS), *FORMATS))


@dataclass(frozen=True, slots=True)
class Sensors:
    """One whole stream frame."""

    values: dict[Packet, int]

    def __getitem__(self, packet: Packet) -> int:
        return self.values[packet]


class StreamDecoder:
    """Finds stream frames in bytes that may hold anything."""

    def __init__(self) -> None:
        self.good = 0
        self.skipped_bytes = 0
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Sensors]:
        """Take bytes as they come; return the whole frames among them."""
        self._buffer += data
        frames = []
        size = STREAM_BYTES + 3
        while len(self._buffer) >= size:
            piece = bytes(self._buffer[:size])
            sensors = None
            if piece[0] == STREAM_HEADER and piece[1] == STREAM_BYTES and sum(piece) & 0xFF == 0:
                sensors = _sensors(piece[2:-1])
            if sensors is None:
                del self._buffer[0]
                self.skipped_bytes += 1
            else:
                del self._buffer[:size]
                self.good += 1
                frames.append(sensors)
        return frames


def _sensors(data: bytes) -> Sensors | None:
    """The packets of one frame; they come in the order in which they were asked for."""
    values = {}
    at = 0
    for packet, layout in FORMATS.items():
        if data[at] != packet:
            return None
        (values[packet],) = struct.unpack_from(layout, data, at + 1)
        at += 1 + struct.calcsize(layout)
    return Sensors(values)
