"""HLK-LD2450, 24 GHz: up to three targets in the plane; 256,000 baud.

`AA FF 03 00`, three times u16 x mm, y mm, speed cm/s, resolution mm, then `55 CC`.  Bit 15 set
means a positive value, the low 15 bits are its magnitude.  A slot without a place (both magnitudes
0, with or without signs, speed or resolution) holds nobody: firmwares leave the rest as it was.
"""

from __future__ import annotations

import struct
from itertools import islice, repeat
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import RadarFrame, Target
from perception.radar.limits import FARTHEST_METRES
from perception.radar.stream import NEED_MORE, FrameParser, words_at

BAUD: Final = 256_000

_MAGIC: Final = b"\xaa\xff\x03\x00"
_TAIL: Final = b"\x55\xcc"
_SLOTS: Final = struct.Struct("<4x12H2x")
_FRAME: Final = np.dtype([("magic", "4B"), ("slots", "<u2", (3, 4)), ("tail", "2B")])
_POSITIVE: Final = 0x8000
_MAGNITUDE: Final = _POSITIVE - 1
_FARTHEST_MM: Final = round(1000 * FARTHEST_METRES)
_NOBODY: Final = RadarFrame(targets=(), present=False)


class Ld2450Parser(FrameParser):
    """Up to three targets a frame, in a plane: their height is unknown and given as 0."""

    MAGIC: ClassVar[bytes] = _MAGIC

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        end = start + _SLOTS.size
        if len(buffer) < end:
            return NEED_MORE, None
        if buffer[end - len(_TAIL) : end] != _TAIL:
            return -1, None
        return _SLOTS.size, _read(buffer, start)

    def _bounds(self, raw: bytes) -> list[int]:
        return list(range(0, len(raw) + 1, _SLOTS.size))

    def _are_right(
        self, raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = (words_at(raw, ">u4", starts) == int.from_bytes(_MAGIC)) & (
            words_at(raw, ">u2", ends - len(_TAIL)) == int.from_bytes(_TAIL)
        )
        return right

    def _read_run(self, raw: bytes, bounds: list[int]) -> list[RadarFrame]:
        words = np.frombuffer(raw, _FRAME, len(bounds) - 1)["slots"].astype(np.int32)
        places = words[:, :, :2] & _MAGNITUDE
        used = places.any(axis=2) & (places <= _FARTHEST_MM).all(axis=2)
        seen = words[used]
        x, y, speed, _ = np.where(seen & _POSITIVE, seen - _POSITIVE, -seen).T
        metres = zip((x / 1000).tolist(), (y / 1000).tolist(), repeat(0.0))
        slots = np.nonzero(used)[1].tolist()
        targets = map(Target, slots, metres, repeat(None), (speed / 100).tolist())
        return [_frame(tuple(islice(targets, size))) for size in used.sum(axis=1).tolist()]


def _read(raw: bytearray, start: int) -> RadarFrame:
    """The same of one frame, for which arrays would cost more than they save."""
    words = _SLOTS.unpack_from(raw, start)
    targets = []
    for slot in range(3):
        x, y, speed, _ = words[4 * slot : 4 * slot + 4]
        if 0 < max(x & _MAGNITUDE, y & _MAGNITUDE) <= _FARTHEST_MM:
            place = (_signed(x) / 1000, _signed(y) / 1000, 0.0)
            targets.append(Target(slot, place, None, _signed(speed) / 100))
    return _frame(tuple(targets))


def _frame(targets: tuple[Target, ...]) -> RadarFrame:
    return RadarFrame(None, None, targets, None, True) if targets else _NOBODY


def _signed(word: int) -> int:
    """Sign and magnitude, the sign bit set for positive."""
    return word - _POSITIVE if word & _POSITIVE else -word
