"""TinyFrame as Seeed and Hi-Link use it: `01 | id | len | type` big-endian, checksums, data.

`01 | id u16 | len u16 | type u16 | hck | data | dck`; a checksum is the inverted XOR of the bytes,
hck over SOF to type, dck over the data (Seeed MR60FDA2 and HLK-LD6002 manuals).  A frame without
data comes from some firmwares with a dck (of nothing, so FF), from others without.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.stream import NEED_MORE, Packet, RunParser, words_at

FALL: Final = 0x0E02
PHASE: Final = 0x0A13
BREATH: Final = 0x0A14
HEART: Final = 0x0A15
PRESENCE: Final = 0x0F09
"""Types that tell the modules apart, and the one that all send."""

SOF: Final = 0x01
HEADER_BYTES: Final = 8
MAX_UNKNOWN_BYTES: Final = 64
"""Longest data of a type that we do not read; an eight-bit checksum lets junk pass for a header
once in 256, and a long wait for data that never come would swallow good frames."""
_SIZE_AND_KIND: Final = struct.Struct(">HH")
_SIZE_AT: Final = 3
_KIND_AT: Final = 5
_HCK_AT: Final = 7
_EMPTY_CHECKSUM: Final = 0xFF
_NO_DATA: Final = bytes(2)

Reader = Callable[[bytes | bytearray, int], Packet | None]
"""What data hold that begin at this place, or None where they cannot be."""


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


def header(kind: int, size: int) -> bytes:
    """Length and type as they stand in a header."""
    return _SIZE_AND_KIND.pack(size, kind)


class TinyFrameParser(RunParser[Packet]):
    """Frames with right checksums; a subclass reads the types it knows."""

    MAGIC: ClassVar[bytes] = bytes((SOF,))
    SIZE: ClassVar[struct.Struct] = struct.Struct(">3xH")
    AROUND_BYTES: ClassVar[int] = HEADER_BYTES + 1
    READERS: ClassVar[dict[bytes, Reader[Any]]]
    """By the header's length and type, of those that are of use."""
    _LARGEST_BYTES: ClassVar[array[int]]
    """Of the data of each type."""

    def __init_subclass__(cls) -> None:
        """Note the longest data of the types that are read; of all others they are short."""
        cls._LARGEST_BYTES = array("H", [MAX_UNKNOWN_BYTES]) * (1 << 16)
        for size, kind in sorted(map(_SIZE_AND_KIND.unpack, cls.READERS)):
            cls._LARGEST_BYTES[kind] = size

    def _take(self, buffer: bytearray, start: int) -> tuple[int, Packet | None]:
        if len(buffer) - start < HEADER_BYTES:
            return NEED_MORE, None
        data_at = start + HEADER_BYTES
        if buffer[data_at - 1] != checksum(buffer[start : data_at - 1]):
            return -1, None
        size, kind = _SIZE_AND_KIND.unpack_from(buffer, start + _SIZE_AT)
        if size > self._LARGEST_BYTES[kind]:
            return -1, None
        if size == 0:
            # Whether a dck follows shows in the next byte; a frame can only begin with SOF.
            if len(buffer) == data_at:
                return NEED_MORE, None
            return HEADER_BYTES + (buffer[data_at] == _EMPTY_CHECKSUM), None
        end = data_at + size
        if len(buffer) <= end:
            return NEED_MORE, None
        if buffer[end] != checksum(buffer[data_at:end]):
            return -1, None
        read = self.READERS.get(bytes(buffer[start + _SIZE_AT : start + _HCK_AT]))
        if read is None:
            self.statistics.foreign_frames += kind in self.FOREIGN
            return HEADER_BYTES + size + 1, None
        return HEADER_BYTES + size + 1, read(buffer, data_at)

    def _are_right(
        self, raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        parts = np.column_stack((starts, starts + HEADER_BYTES)).ravel()
        # The XOR of bytes and their checksum has all bits set.
        sums = np.bitwise_xor.reduceat(np.frombuffer(raw, np.uint8), parts)
        kinds = words_at(raw, ">u2", starts + _KIND_AT)
        most = np.frombuffer(self._LARGEST_BYTES, np.uint16)[kinds]
        right: NDArray[np.bool_] = (
            (sums.view(np.uint16) == 0xFFFF)
            & (words_at(raw, "u1", starts) == SOF)
            & (ends - starts - self.AROUND_BYTES <= most)
        )
        return right

    def _read_run(self, raw: bytes, bounds: list[int]) -> list[Packet]:
        reader_of = self.READERS.get
        packets = []
        for start in bounds[:-1]:
            head = raw[start + _SIZE_AT : start + _HCK_AT]
            if read := reader_of(head):
                if (packet := read(raw, start + HEADER_BYTES)) is not None:
                    packets.append(packet)
            elif head[:2] != _NO_DATA:  # eight bits of checksum alone are no word of another device
                self.statistics.foreign_frames += int.from_bytes(head[-2:]) in self.FOREIGN
        return packets
