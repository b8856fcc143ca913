"""Radar bytes that would show somebody who is not there, or a fall that never was.

`tests/perception/test_radar_streams.py` and `tests/perception/fuzz` hold that no bytes raise.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from itertools import product

import pytest

from perception.fall import FallModel
from perception.radar.protocols import PROTOCOLS
from perception.radar.room import MountingPose, Room
from perception.sensor import RadarSensor

DANGERS = {"FallDetected", "LyingOnFloor", "NoMotion", "BathroomLong"}
PIECE_BYTES = 512


def watch(name: str, data: bytes) -> tuple[list[str], int]:
    """What is told of these bytes over some minutes, and of how many people at most."""
    radar = RadarSensor(PROTOCOLS[name], Room(MountingPose(2.2)), FallModel())
    told, most = [], 0
    for number, start in enumerate(range(0, len(data), PIECE_BYTES)):
        events = radar.feed(number * 0.1, data[start : start + PIECE_BYTES])
        told += [type(event).__name__ for event in events]
        most = max(most, len(radar.people))
    return told, most


def ld2450(*slots: tuple[int, int, int, int]) -> bytes:
    words = [word for slot in slots for word in slot] + [0] * 4 * (3 - len(slots))
    return b"\xaa\xff\x03\x00" + struct.pack("<12H", *words) + b"\x55\xcc"


GHOSTS = [
    *((x, y, speed, size) for x, y in product((0, 0x8000), repeat=2) for speed in (0, 0x8000)
      for size in (0, 360, 0x8000, 0xFFFF)),
    *((x, y, 0, 360) for x, y in ((0xFFFF, 0xFFFF), (0x7FFF, 0x7FFF), (0xFFFF, 0x8000))),
    *((x, y, 0xFFFF, 0xFFFF) for x, y in ((0x8000 | 20_000, 0x8000), (0, 0x8000 | 32_000))),
]  # fmt: skip


@pytest.mark.parametrize("slot", GHOSTS, ids=lambda slot: "-".join(f"{word:x}" for word in slot))
def test_a_slot_without_a_place_must_not_be_a_person(slot: tuple[int, int, int, int]) -> None:
    told, most = watch("ld2450", ld2450(slot, slot, slot) * 20_000)
    assert most == 0
    assert not DANGERS & set(told)


def _noise(name: str) -> bytes:
    return random.Random(name).randbytes(400_000)


def _one_byte(name: str) -> bytes:
    return b"".join(bytes((value,)) * 4_000 for value in (0, 0xFF, 0xAA, 0x55, 0x53, 0x01, 0x02))


def _heads(name: str) -> bytes:
    """Heads of frames that never come."""
    magic = getattr(PROTOCOLS[name].parser, "MAGIC", b"\xaa\xff")
    return bytes(magic) * 50_000


def _heads_in_noise(name: str) -> bytes:
    dice, magic = random.Random(name), bytes(getattr(PROTOCOLS[name].parser, "MAGIC", b"\xaa\xff"))
    return b"".join(magic + dice.randbytes(dice.randrange(60)) for _ in range(8_000))


def _longest(name: str) -> bytes:
    """Heads that promise as much as they can."""
    magic = bytes(getattr(PROTOCOLS[name].parser, "MAGIC", b"\xaa\xff"))
    return (magic + b"\xff" * 40) * 8_000


@pytest.mark.parametrize(
    "make", [_noise, _one_byte, _heads, _heads_in_noise, _longest], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("name", PROTOCOLS)
def test_junk_must_not_be_a_fall_or_grow(name: str, make: Callable[[str], bytes]) -> None:
    radar = RadarSensor(PROTOCOLS[name], Room(MountingPose(2.2)), FallModel())
    data, told = make(name), []
    for number, start in enumerate(range(0, len(data), PIECE_BYTES)):
        told += radar.feed(number * 0.1, data[start : start + PIECE_BYTES])
    assert not DANGERS & {type(event).__name__ for event in told}
    assert radar.people == []
    assert len(told) < 10, "trouble is told once, not with every byte"
    buffers = [value for value in vars(radar._parser).values() if isinstance(value, bytearray)]
    assert sum(map(len, [*buffers, radar._unread])) < 200_000
