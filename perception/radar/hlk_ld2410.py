"""HLK-LD2410, 24 GHz: somebody there, moving or still, and how far; 256,000 baud.

`F4 F3 F2 F1 | len u16 | 02|01 AA | state, moving cm and energy, still cm and energy, detection cm |
55 00 | F8 F7 F6 F5`; kind 01 carries energies by gate between the basic values and the tail.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, FrameParser

BAUD: Final = 256_000

_TAIL: Final = b"\xf8\xf7\xf6\xf5"
_BASIC: Final = struct.Struct("<BBBHBHBH")
_SIZE: Final = struct.Struct("<H")
_SMALLEST: Final = _BASIC.size + 2
MAX_DATA_BYTES: Final = 64
"""An engineering frame has 35."""
_MOVING: Final = 1
_STILL: Final = 2


class Ld2410Parser(FrameParser):
    """Presence, movement and distance."""

    MAGIC: ClassVar[bytes] = b"\xf4\xf3\xf2\xf1"

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        data_at = start + len(self.MAGIC) + _SIZE.size
        if len(buffer) < data_at:
            return NEED_MORE, None
        (size,) = _SIZE.unpack_from(buffer, data_at - _SIZE.size)
        if not _SMALLEST <= size <= MAX_DATA_BYTES:
            return -1, None
        end = data_at + size + len(_TAIL)
        if len(buffer) < end:
            return NEED_MORE, None
        if buffer[end - len(_TAIL) : end] != _TAIL or buffer[data_at + size - 2] != 0x55:
            return -1, None
        kind, head, state, moving_cm, _, still_cm, _, _ = _BASIC.unpack_from(buffer, data_at)
        if kind not in {1, 2} or head != 0xAA or state > _MOVING | _STILL:
            return -1, None
        distance = None
        if state:
            distance = (moving_cm if state & _MOVING else still_cm) / 100
        frame = RadarFrame(
            present=state != 0, moving=bool(state & _MOVING), distance_metres=distance
        )
        return end - start, frame
