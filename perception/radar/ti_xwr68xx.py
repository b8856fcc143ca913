"""TI IWR6843 and xWR68xx: the out-of-box demo and the 3D people-tracking demo."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray
from perception.radar.limits import FARTHEST_METRES
from perception.radar.ti_packet import (
    TARGET_BYTES,
    TiPacket,
    TiParser,
    read_targets,
    sane_units,
)

POINTS: Final = 1
SIDE_INFO: Final = 7
TARGETS: Final = 1010
TARGET_INDEX: Final = 1011
TARGET_HEIGHT: Final = 1012
COMPRESSED_POINTS: Final = 1020
PRESENCE: Final = 1021

_POINT_BYTES: Final = 16
_UNITS_BYTES: Final = 20
_COMPRESSED: Final = np.dtype(
    [("el", "u1"), ("az", "u1"), ("doppler", "<i2"), ("range", "<u2"), ("snr", "<u2")]
)
"""The angles are signed; as unsigned they index a table of all 256."""
_HEIGHT: Final = struct.Struct("<I2f")
_SIDE: Final = np.dtype([("snr", "<u2"), ("noise", "<u2")])


class Xwr68xxParser(TiParser):
    """Points, targets with heights, presence."""

    IS_LOW_POWER: ClassVar[bool] = False

    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> TiPacket | None:
        units = points = side = b""
        targets: bytearray | None = None
        heights: dict[int, tuple[float, float]] = {}
        index: tuple[int, ...] | None = None
        present: bool | None = None
        for kind, at, size in sections:
            if kind == COMPRESSED_POINTS:
                if size < _UNITS_BYTES or (size - _UNITS_BYTES) % _COMPRESSED.itemsize:
                    return None
                units = bytes(buffer[at : at + _UNITS_BYTES])
                if _scale(units) is None:
                    return None
                points = bytes(buffer[at + _UNITS_BYTES : at + size])
            elif kind == POINTS:
                if size % _POINT_BYTES:
                    return None
                units, points = b"", bytes(buffer[at : at + size])
            elif kind == SIDE_INFO:
                if size % _SIDE.itemsize:
                    return None
                side = bytes(buffer[at : at + size])
            elif kind == TARGETS:
                if size % TARGET_BYTES:
                    return None
                targets = buffer[at : at + size]
            elif kind == TARGET_INDEX:
                index = tuple(buffer[at : at + size])
            elif kind == TARGET_HEIGHT:
                if size % _HEIGHT.size:
                    return None
                heights = _read_heights(buffer[at : at + size])
            elif kind == PRESENCE and size == 4:
                present = any(buffer[at : at + 4])
        side_bytes = 0 if units else len(points) // _POINT_BYTES * _SIDE.itemsize
        return TiPacket(
            number,
            units,
            points,
            side if len(side) == side_bytes else bytes(side_bytes),
            read_targets(targets, heights) if targets is not None else None,
            index,
            present,
        )

    def _unpack(
        self, units: bytes, points: bytes, strength: bytes
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        scale = _scale(units)
        if scale is not None:
            return _decompress(scale, np.frombuffer(points, _COMPRESSED))
        plain = np.frombuffer(points, "<f4").reshape(-1, 4)
        snr = np.frombuffer(strength, _SIDE)["snr"] * np.float32(0.1)
        return plain[:, :3], plain[:, 3], snr


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """The units of a TLV 1020, the angles as the sine and cosine of each of their 256 values."""

    elevation: tuple[FloatArray, FloatArray]
    azimuth: tuple[FloatArray, FloatArray]
    doppler: np.float32
    distance: np.float32
    snr: np.float32


@lru_cache(maxsize=16)
def _scale(units: bytes) -> _Scale | None:
    """Five f32: elevation, azimuth, doppler, range, snr a step; None where they cannot be."""
    values = np.frombuffer(units, "<f4")
    if len(values) != 5 or not sane_units(values):
        return None
    angles = np.arange(256, dtype=np.uint8).view(np.int8)[:, None] * values[:2]
    sines, cosines = np.sin(angles), np.cos(angles)
    elevation, azimuth = ((sines[:, k].copy(), cosines[:, k].copy()) for k in (0, 1))
    return _Scale(elevation, azimuth, *values[2:])


def _decompress(
    scale: _Scale, packed: NDArray[np.void]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Eight bytes a point in polar form."""
    distance = packed["range"] * scale.distance
    elevation, azimuth = packed["el"], packed["az"]
    flat = distance * scale.elevation[1][elevation]
    xyz = np.empty((len(packed), 3), np.float32)
    xyz[:, 0] = flat * scale.azimuth[0][azimuth]
    xyz[:, 1] = flat * scale.azimuth[1][azimuth]
    xyz[:, 2] = distance * scale.elevation[0][elevation]
    return xyz, packed["doppler"] * scale.doppler, packed["snr"] * scale.snr


def _read_heights(data: bytearray) -> dict[int, tuple[float, float]]:
    """TLV 1012: the highest, then the lowest reflection of each target."""
    return {
        number: (low, high)
        for number, high, low in _HEIGHT.iter_unpack(data)
        if abs(high) <= FARTHEST_METRES and abs(low) <= FARTHEST_METRES
    }
