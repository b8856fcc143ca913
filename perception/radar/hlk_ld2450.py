"""HLK-LD2450, 24 GHz: up to three targets in the plane; 256,000 baud.

`AA FF 03 00`, three times u16 x mm, y mm, speed cm/s, resolution mm, then `55 CC`.  Bit 15 set
means a positive value, the low 15 bits are its magnitude; a target of zeros is none.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame, Target
from perception.radar.stream import NEED_MORE, FrameParser

BAUD: Final = 256_000

_TAIL: Final = b"\x55\xcc"
_TARGETS: Final = struct.Struct("<12H")
_FRAME_BYTES: Final = 4 + _TARGETS.size + len(_TAIL)


class Ld2450Parser(FrameParser):
    """Up to three targets a frame, in a plane: their height is unknown and given as 0."""

    MAGIC: ClassVar[bytes] = b"\xaa\xff\x03\x00"

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        end = start + _FRAME_BYTES
        if len(buffer) < end:
            return NEED_MORE, None
        if buffer[end - len(_TAIL) : end] != _TAIL:
            return -1, None
        words = _TARGETS.unpack_from(buffer, start + len(self.MAGIC))
        targets = []
        for slot in range(3):
            x, y, speed, resolution = words[4 * slot : 4 * slot + 4]
            if x or y or speed or resolution:
                place = (_signed(x) / 1000, _signed(y) / 1000, 0.0)
                targets.append(Target(slot, place, radial_speed=_signed(speed) / 100))
        return _FRAME_BYTES, RadarFrame(targets=tuple(targets), present=bool(targets))


def _signed(word: int) -> int:
    """Sign and magnitude, the sign bit set for positive."""
    return word - 0x8000 if word & 0x8000 else -word
