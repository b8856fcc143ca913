"""TI mmWave UART packets: the header and the walk over its TLVs, common to all their boards.

40 B header (magic, then u32 version, totalPacketLen, platform, frameNumber, timeCpuCycles,
numDetectedObj, numTLVs, subFrame), then TLVs of u32 type, u32 length (without these 8 B), padded to
32 B.  Source: TI mmWave SDK, `mmw_output.h` and "Understanding UART data output format".

Most packets are small, and an array costs more to make than to fill: the points of all packets that
arrived together are unpacked as one.
"""

from __future__ import annotations

import struct
from abc import abstractmethod
from itertools import groupby
from operator import attrgetter
from typing import ClassVar, Final, NamedTuple

from perception.radar.frames import (
    NOTHING_SEEN,
    FloatArray,
    PointCloud,
    RadarFrame,
    Target,
    make_clouds,
)
from perception.radar.limits import FARTHEST_METRES
from perception.radar.stream import NEED_MORE, Parser

MAGIC: Final = bytes((2, 1, 4, 3, 6, 5, 8, 7))
HEADER_BYTES: Final = 40
MAX_PACKET_BYTES: Final = 65_536
"""A cloud of 1,000 points with side information is 24 kB."""
MAX_TLVS: Final = 64
TARGET_BYTES: Final = 112
LOW_POWER_KINDS: Final = range(300, 1_000)
"""TLV types of the low-power boards (xWRL6432); the others number theirs below and above."""
_LARGEST_UNIT: Final = 1e3

_HEADER: Final = struct.Struct("<12xI4xI8xI4x")
"""totalPacketLen, frameNumber, numTLVs."""
_TLV: Final = struct.Struct("<2I")
_TARGET: Final = struct.Struct("<I6f84x")
"""Number, position, velocity; acceleration, covariance and gain are passed over."""
_UNITS_OF: Final = attrgetter("units")


class TiPacket(NamedTuple):
    """What one packet holds; a board's parser fills in what the board speaks of."""

    number: int
    units: bytes = b""
    """How the points are packed: those with equal units are unpacked together."""
    points: bytes = b""
    strength: bytes = b""
    """Of boards that send it beside the points."""
    targets: tuple[Target, ...] | None = None
    point_targets: tuple[int, ...] | None = None
    present: bool | None = None
    zones: tuple[int, ...] | None = None


class TiParser(Parser[TiPacket]):
    """Packets of one TI board; a subclass reads the TLVs it knows."""

    MAGIC: ClassVar[bytes] = MAGIC
    IS_LOW_POWER: ClassVar[bool]

    def _take(self, buffer: bytearray, start: int) -> tuple[int, TiPacket | None]:
        if len(buffer) - start < HEADER_BYTES:
            return NEED_MORE, None
        length, number, tlvs = _HEADER.unpack_from(buffer, start)
        if not HEADER_BYTES <= length <= MAX_PACKET_BYTES or tlvs > MAX_TLVS:
            return -len(MAGIC), None
        end = start + length
        # A packet of which bytes were lost runs into the next one: give it up, keep the next.
        following = buffer.find(MAGIC, start + len(MAGIC), end)
        if following >= 0:
            return start - following, None
        if len(buffer) < end:
            return NEED_MORE, None
        if buffer[end - 1] in MAGIC:  # else the padding, nearly always
            tail = _magic_prefix_at_end(buffer, end)
            rest = buffer[end : end + len(MAGIC) - tail]
            if tail and rest == MAGIC[tail : tail + len(rest)]:
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
        # All boards frame packets alike: those of another must not pass for an empty room.
        if sections and (sections[0][0] in LOW_POWER_KINDS) is not self.IS_LOW_POWER:
            return -length, None
        packet = self._read(buffer, number, sections)
        return (length, packet) if packet is not None else (-length, None)

    def _frames(self, packets: list[TiPacket]) -> list[RadarFrame]:
        clouds: list[PointCloud] = []
        for units, group in groupby((p for p in packets if p.points), _UNITS_OF):
            alike = list(group)
            points = b"".join([packet.points for packet in alike])
            strength = b"".join([packet.strength for packet in alike])
            xyz, doppler, snr = self._unpack(units, points, strength)
            point_bytes = len(points) // len(xyz)
            sizes = [len(packet.points) // point_bytes for packet in alike]
            clouds += make_clouds(xyz, doppler, snr, sizes)
        made = iter(clouds)
        return [
            RadarFrame(
                number,
                next(made) if points else NOTHING_SEEN,
                targets,
                point_targets,
                present,
                zones=zones,
            )
            for number, _, points, _, targets, point_targets, present, zones in packets
        ]

    @abstractmethod
    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> TiPacket | None:
        """What the (type, offset, size) sections hold, or None where one has an impossible size."""

    @abstractmethod
    def _unpack(
        self, units: bytes, points: bytes, strength: bytes
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Points of equal units: (n, 3) xyz in metres, (n,) doppler, (n,) snr in dB."""


def read_targets(
    data: bytes | bytearray, heights: dict[int, tuple[float, float]] | None = None
) -> tuple[Target, ...]:
    """TLV 1010 and 308, `TARGET_BYTES` each; those that no room can hold are left out."""
    heights = heights or {}
    most = FARTHEST_METRES
    return tuple(
        Target(number, (x, y, z), (u, v, w), None, heights.get(number))
        for number, x, y, z, u, v, w in _TARGET.iter_unpack(data)
        if abs(x) <= most and abs(y) <= most and abs(z) <= most  # NaN is never <=
        if abs(u) <= most and abs(v) <= most and abs(w) <= most
    )


def sane_units(units: FloatArray) -> bool:
    """Whether no scaled value can overflow; the boards send steps of some millimetres."""
    return all(abs(unit) <= _LARGEST_UNIT for unit in units.tolist())  # NaN is never <=


def _magic_prefix_at_end(buffer: bytearray, end: int) -> int:
    """How many of the last bytes before `end` begin a magic (0 to 7)."""
    for size in range(len(MAGIC) - 1, 0, -1):
        if buffer[end - size : end] == MAGIC[:size]:
            return size
    return 0
