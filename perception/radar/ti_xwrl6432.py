"""TI xWRL6432 (low power): points, targets, and the zones of its motion detector."""

from __future__ import annotations

from typing import Final

import numpy as np

from perception.radar.frames import PointCloud, RadarFrame, Target, make_cloud
from perception.radar.ti_packet import TiParser
from perception.radar.ti_xwr68xx import read_targets, sane_units

POINTS: Final = 301
TARGETS: Final = 308
TARGET_INDEX: Final = 309
ZONES: Final = 315

TARGET_BYTES: Final = 112
_UNITS_BYTES: Final = 20
_POINT: Final = np.dtype([("xyzd", "<i2", 4), ("snr", "u1"), ("noise", "u1")])
_EMPTY: Final = np.zeros((0, 3), np.float32)


class Xwrl6432Parser(TiParser):
    """Points, targets and zones; the statistics TLV (306: power, temperature) is passed over."""

    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> RadarFrame | None:
        cloud: PointCloud | None = make_cloud(_EMPTY, _EMPTY[:, 0])
        targets: tuple[Target, ...] | None = None
        index: tuple[int, ...] | None = None
        zones: tuple[int, ...] | None = None
        for kind, at, size in sections:
            if kind == POINTS:
                cloud = _read_points(buffer, at, size)
                if cloud is None:
                    return None
            elif kind == TARGETS:
                if size % TARGET_BYTES:
                    return None
                targets = read_targets(buffer, at, size)
            elif kind == TARGET_INDEX:
                index = tuple(buffer[at : at + size])
            elif kind == ZONES:
                zones = tuple(buffer[at : at + size])
        return RadarFrame(number, cloud, targets, index, zones=zones)


def _read_points(buffer: bytearray, at: int, size: int) -> PointCloud | None:
    """TLV 301: f32 units of xyz, doppler, snr, noise, two u16 counts, then ten bytes a point."""
    if size < _UNITS_BYTES or (size - _UNITS_BYTES) % _POINT.itemsize:
        return None
    units = np.frombuffer(buffer, "<f4", 4, at)
    packed = np.frombuffer(
        buffer, _POINT, (size - _UNITS_BYTES) // _POINT.itemsize, at + _UNITS_BYTES
    )
    if not sane_units(units):
        return None
    scaled = packed["xyzd"].astype(np.float32)
    return make_cloud(scaled[:, :3] * units[0], scaled[:, 3] * units[1], packed["snr"] * units[2])
