"""TinyFrame as Seeed and Hi-Link use it: `01 | id | len | type` big-endian, checksums, data.

`01 | id u16 | len u16 | type u16 | hck | data | dck`; a checksum is the inverted XOR of the bytes,
hck over SOF to type, dck over the data (Seeed MR60FDA2 and HLK-LD6002 manuals).  A frame without
data comes from some firmwares with a dck (of nothing, so FF), from others without.
"""

from __future__ import annotations

import struct
from abc import abstractmethod
from functools import reduce
from operator import xor
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, FrameParser

SOF: Final = 0x01
HEADER_BYTES: Final = 8
MAX_UNKNOWN_BYTES: Final = 64
"""Longest data of a type that we do not read; an eight-bit checksum lets junk pass for a header
once in 256, and a long wait for data that never come would swallow good frames."""
_HEADER: Final = struct.Struct(">HHH")
_EMPTY_CHECKSUM: Final = 0xFF


def checksum(data: bytes | bytearray | memoryview) -> int:
    """Inverted XOR of all bytes."""
    # XOR of all bytes = XOR of the halves of one long number: far faster than a loop over bytes.
    size = 1 << max(len(data) - 1, 0).bit_length()
    if size <= HEADER_BYTES:
        return ~reduce(xor, data, 0) & 0xFF
    number = int.from_bytes(data, "little")
    while size > 1:
        size //= 2
        number = (number >> (8 * size)) ^ (number & ((1 << (8 * size)) - 1))
    return ~number & 0xFF


class TinyFrameParser(FrameParser):
    """Frames with right checksums; a subclass reads the types it knows."""

    MAGIC: ClassVar[bytes] = bytes((SOF,))
    LARGEST_BYTES: ClassVar[dict[int, int]]
    """The longest data of each type that is read."""

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        if len(buffer) - start < HEADER_BYTES:
            return NEED_MORE, None
        data_at = start + HEADER_BYTES
        if buffer[data_at - 1] != checksum(buffer[start : data_at - 1]):
            return -1, None
        _, size, kind = _HEADER.unpack_from(buffer, start + 1)
        if size > self.LARGEST_BYTES.get(kind, MAX_UNKNOWN_BYTES):
            return -1, None
        if size == 0:
            # Whether a dck follows shows in the next byte; a frame can only begin with SOF.
            if len(buffer) == data_at:
                return NEED_MORE, None
            return HEADER_BYTES + (buffer[data_at] == _EMPTY_CHECKSUM), self._read(kind, b"")
        end = data_at + size
        if len(buffer) <= end:
            return NEED_MORE, None
        data = bytes(buffer[data_at:end])
        if buffer[end] != checksum(data):
            return -1, None
        return HEADER_BYTES + size + 1, self._read(kind, data)

    @abstractmethod
    def _read(self, kind: int, data: bytes) -> RadarFrame | None:
        """The frame, or None where the type says nothing of use or its data cannot be."""
