"""TI xWRL6432 (low power): points, targets, and the zones of its motion detector."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Final

import numpy as np

from perception.radar.frames import FloatArray
from perception.radar.ti_packet import (
    TARGET_BYTES,
    TiPacket,
    TiParser,
    read_targets,
    sane_units,
)

POINTS: Final = 301
TARGETS: Final = 308
TARGET_INDEX: Final = 309
ZONES: Final = 315

_UNITS_BYTES: Final = 16
_HEAD_BYTES: Final = 20
"""Units, then two u16 counts, which the length tells, too."""
_POINT: Final = np.dtype([("xyzd", "<i2", 4), ("snr", "u1"), ("noise", "u1")])


class Xwrl6432Parser(TiParser):
    """Points, targets and zones; the statistics TLV (306: power, temperature) is passed over."""

    IS_LOW_POWER: ClassVar[bool] = True

    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> TiPacket | None:
        units = points = b""
        targets: bytearray | None = None
        index: tuple[int, ...] | None = None
        zones: tuple[int, ...] | None = None
        for kind, at, size in sections:
            if kind == POINTS:
                if size < _HEAD_BYTES or (size - _HEAD_BYTES) % _POINT.itemsize:
                    return None
                units = bytes(buffer[at : at + _UNITS_BYTES])
                if _scale(units) is None:
                    return None
                points = bytes(buffer[at + _HEAD_BYTES : at + size])
            elif kind == TARGETS:
                if size % TARGET_BYTES:
                    return None
                targets = buffer[at : at + size]
            elif kind == TARGET_INDEX:
                index = tuple(buffer[at : at + size])
            elif kind == ZONES:
                zones = tuple(buffer[at : at + size])
        found = read_targets(targets) if targets is not None else None
        return TiPacket(number, units, points, b"", found, index, None, zones)

    def _unpack(
        self, units: bytes, points: bytes, strength: bytes
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """TLV 301: ten bytes a point."""
        scale = _scale(units)
        assert scale is not None  # noqa: S101  # `_read` looked
        packed = np.frombuffer(points, _POINT)
        scaled = packed["xyzd"].astype(np.float32)
        return scaled[:, :3] * scale[0], scaled[:, 3] * scale[1], packed["snr"] * scale[2]


@lru_cache(maxsize=16)
def _scale(units: bytes) -> FloatArray | None:
    """Four f32: a step of x, y and z, of doppler, of snr, of noise; None where they cannot be."""
    values = np.frombuffer(units, "<f4")
    return values if sane_units(values) else None
