"""Seeed MR60FDA1 and DFRobot C1001, 60 GHz ceiling modules; 115,200 baud.

`53 59 | control | command | len u16 BE | data | sum & FF | 54 43`; the sum runs from 53
to the data.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, FrameParser

BAUD: Final = 115_200

FALL: Final = ((0x83, 0x81), (0x83, 0x01))
"""Answer to a question; the MR60FDA1's own report."""
PRESENCE: Final = ((0x80, 0x81), (0x80, 0x01))
MOTION: Final = ((0x80, 0x82), (0x80, 0x02))
"""0 none, 1 still, 2 active."""

MAX_DATA_BYTES: Final = 512
_HEADER: Final = struct.Struct(">2sBBH")
_TAIL: Final = b"\x54\x43"
_ACTIVE: Final = 2


class Mr60Fda1Parser(FrameParser):
    """Fall, presence and motion, each in a frame of its own."""

    MAGIC: ClassVar[bytes] = b"\x53\x59"

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        data_at = start + _HEADER.size
        if len(buffer) < data_at:
            return NEED_MORE, None
        _, control, command, size = _HEADER.unpack_from(buffer, start)
        if size > MAX_DATA_BYTES:
            return -1, None
        sum_at = data_at + size
        end = sum_at + 1 + len(_TAIL)
        if len(buffer) < end:
            return NEED_MORE, None
        right_sum = buffer[sum_at] == sum(buffer[start:sum_at]) & 0xFF
        if not right_sum or buffer[sum_at + 1 : end] != _TAIL:
            return -1, None
        return end - start, _read((control, command), bytes(buffer[data_at:sum_at]))


def _read(kind: tuple[int, int], data: bytes) -> RadarFrame | None:
    if len(data) != 1:
        return None
    (value,) = data
    if kind in FALL:
        return RadarFrame(fallen=value == 1)
    if kind in PRESENCE:
        return RadarFrame(present=value == 1)
    if kind in MOTION:
        return RadarFrame(moving=value == _ACTIVE, present=True if value else None)
    return None
