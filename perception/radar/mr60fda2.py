"""Seeed MR60FDA2 and HLK-LD6002B/C, 60 GHz ceiling modules that find falls themselves."""

from __future__ import annotations

import struct
from typing import ClassVar, Final

import numpy as np

from perception.radar.frames import RadarFrame, Target, make_clouds
from perception.radar.limits import FARTHEST_METRES
from perception.radar.tinyframe import TinyFrameParser

FALL: Final = 0x0E02
PRESENCE: Final = 0x0F09
TARGETS: Final = 0x0A04
CLOUD: Final = 0x0A08

BAUD: Final = 115_200

_COUNT: Final = struct.Struct("<i")
_TARGET: Final = struct.Struct("<fffii")
_POINT: Final = np.dtype([("cluster", "<i4"), ("xyz", "<f4", 3), ("speed", "<f4")])
DOPPLER_STEP: Final = 0.1
"""Metres a second a Doppler index; the manuals give the index without a unit, so it is only used
to tell moving from still."""


_MAX_ITEMS: Final = 400
"""Points or targets in a frame; the modules send some 100."""


class Mr60Fda2Parser(TinyFrameParser):
    """Fall, presence, targets and points."""

    LARGEST_BYTES: ClassVar[dict[int, int]] = {
        FALL: 1,
        PRESENCE: 1,
        TARGETS: _COUNT.size + _MAX_ITEMS * _TARGET.size,
        CLOUD: _COUNT.size + _MAX_ITEMS * _POINT.itemsize,
    }

    def _read(self, kind: int, data: bytes) -> RadarFrame | None:
        if kind == FALL and len(data) == 1:
            return RadarFrame(fallen=data[0] != 0)
        if kind == PRESENCE and len(data) == 1:
            return RadarFrame(present=data[0] != 0)
        if kind == TARGETS:
            return _read_targets(data)
        if kind == CLOUD:
            return _read_cloud(data)
        return None


def _counted(data: bytes, item_bytes: int) -> int | None:
    """How many items follow the count, None where the count and the length disagree."""
    if len(data) < _COUNT.size:
        return None
    (count,) = _COUNT.unpack_from(data)
    return count if count >= 0 and len(data) == _COUNT.size + count * item_bytes else None


def _read_targets(data: bytes) -> RadarFrame | None:
    count = _counted(data, _TARGET.size)
    if count is None:
        return None
    targets = []
    for x, y, z, dop, cluster in _TARGET.iter_unpack(data[_COUNT.size :]):
        if all(abs(value) <= FARTHEST_METRES for value in (x, y, z)):  # NaN is never <=
            targets.append(Target(cluster, (x, y, z), radial_speed=dop * DOPPLER_STEP))
    return RadarFrame(targets=tuple(targets))


def _read_cloud(data: bytes) -> RadarFrame | None:
    count = _counted(data, _POINT.itemsize)
    if count is None:
        return None
    points = np.frombuffer(data, _POINT, count, _COUNT.size)
    unknown = np.zeros(count, np.float32)
    (cloud,) = make_clouds(points["xyz"], points["speed"], unknown, [count])
    return RadarFrame(points=cloud)
