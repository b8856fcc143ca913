"""TI mmWave UART packets: the header and the walk over its TLVs, common to all their boards.

40 B header (magic, then u32 version, totalPacketLen, platform, frameNumber, timeCpuCycles,
numDetectedObj, numTLVs, subFrame), then TLVs of u32 type, u32 length (without these 8 B), padded to
32 B.  Source: TI mmWave SDK, `mmw_output.h` and "Understanding UART data output format".
"""

from __future__ import annotations

import struct
from abc import abstractmethod
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, Parser

MAGIC: Final = bytes((2, 1, 4, 3, 6, 5, 8, 7))
HEADER_BYTES: Final = 40
MAX_PACKET_BYTES: Final = 65_536
"""A cloud of 1,000 points with side information is 24 kB."""
MAX_TLVS: Final = 64

_HEADER: Final = struct.Struct("<8I")
_TLV: Final = struct.Struct("<2I")


class TiParser(Parser):
    """Packets of one TI board; a subclass reads the TLVs it knows."""

    MAGIC: ClassVar[bytes] = MAGIC

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        if len(buffer) - start < HEADER_BYTES:
            return NEED_MORE, None
        _, length, _, number, _, _, tlvs, _ = _HEADER.unpack_from(buffer, start + len(MAGIC))
        if not HEADER_BYTES <= length <= MAX_PACKET_BYTES or tlvs > MAX_TLVS:
            return -len(MAGIC), None
        end = start + length
        # A packet of which bytes were lost runs into the next one: give it up, keep the next.
        following = buffer.find(MAGIC, start + len(MAGIC), end)
        if following >= 0:
            return start - following, None
        if len(buffer) < end:
            return NEED_MORE, None
        tail = _magic_prefix_at_end(buffer, end)
        if tail:
            rest = buffer[end : end + len(MAGIC) - tail]
            if rest == MAGIC[tail : tail + len(rest)]:
                if len(rest) < len(MAGIC) - tail:
                    return NEED_MORE, None
                return start - (end - tail), None
        sections: list[tuple[int, int, int]] = []
        at = start + HEADER_BYTES
        for _ in range(tlvs):
            if at + _TLV.size > end:
                return -length, None
            kind, size = _TLV.unpack_from(buffer, at)
            at += _TLV.size
            if at + size > end:
                return -length, None
            sections.append((kind, at, size))
            at += size
        frame = self._read(buffer, number, sections)
        return (length, frame) if frame is not None else (-length, None)

    @abstractmethod
    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> RadarFrame | None:
        """The frame of (type, offset, size) sections, or None where one has an impossible size."""


def _magic_prefix_at_end(buffer: bytearray, end: int) -> int:
    """How many of the last bytes before `end` begin a magic (0 to 7)."""
    if buffer[end - 1] not in MAGIC:
        return 0  # the padding, nearly always
    for size in range(len(MAGIC) - 1, 0, -1):
        if buffer[end - size : end] == MAGIC[:size]:
            return size
    return 0
