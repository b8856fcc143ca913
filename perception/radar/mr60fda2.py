"""Seeed MR60FDA2 and HLK-LD6002B/C, 60 GHz ceiling modules that find falls themselves."""

from __future__ import annotations

import struct
from functools import partial
from typing import ClassVar, Final

import numpy as np

from perception.radar.frames import NOTHING_SEEN, RadarFrame, Target, make_clouds
from perception.radar.limits import FARTHEST_METRES
from perception.radar.tinyframe import (
    BREATH,
    FALL,
    HEART,
    PHASE,
    PRESENCE,
    Reader,
    TinyFrameParser,
    header,
)

TARGETS: Final = 0x0A04
CLOUD: Final = 0x0A08

BAUD: Final = 115_200

_COUNT: Final = struct.Struct("<i")
_TARGET: Final = struct.Struct("<fffii")
_POINT: Final = np.dtype([("cluster", "<i4"), ("xyz", "<f4", 3), ("speed", "<f4")])
DOPPLER_STEP: Final = 0.1
"""Metres a second a Doppler index; the manuals give the index without a unit, so it is only used
to tell moving from still."""
_FLAG_BYTES: Final = (1, 2, 4)
"""A fall and presence are one byte in Seeed's manual; other firmwares send two or four."""
_MAX_ITEMS: Final = 400
"""Points or targets in a frame; the modules send some 100."""

_FALLEN: Final = {said: RadarFrame(fallen=said) for said in (False, True)}
_PRESENT: Final = {said: RadarFrame(present=said) for said in (False, True)}
_NO_TARGETS: Final = RadarFrame(targets=())
_NO_POINTS: Final = RadarFrame(points=NOTHING_SEEN)


def _read_flag(
    told: dict[bool, RadarFrame], size: int, raw: bytes | bytearray, at: int
) -> RadarFrame:
    return told[any(raw[at : at + size])]


def _read_targets(room: int, raw: bytes | bytearray, at: int) -> RadarFrame | None:
    """`room` is how many items the data's length has room for."""
    (count,) = _COUNT.unpack_from(raw, at)
    if count != room:
        return None
    first = at + _COUNT.size
    targets = [
        Target(cluster, (x, y, z), None, dop * DOPPLER_STEP)
        for x, y, z, dop, cluster in _TARGET.iter_unpack(raw[first : first + count * _TARGET.size])
        # NaN is never <=; a place of zeros is a slot that holds nobody.
        if max(abs(x), abs(y), abs(z)) > 0
        and all(abs(value) <= FARTHEST_METRES for value in (x, y, z))
    ]
    return RadarFrame(targets=tuple(targets)) if targets else _NO_TARGETS


def _read_cloud(room: int, raw: bytes | bytearray, at: int) -> RadarFrame | bytes | None:
    (count,) = _COUNT.unpack_from(raw, at)
    if count != room:
        return None
    first = at + _COUNT.size
    return bytes(raw[first : first + count * _POINT.itemsize]) if count else _NO_POINTS


class Mr60Fda2Parser(TinyFrameParser[RadarFrame | bytes]):
    """Fall, presence, targets and points, which stay bytes until the clouds are made of all."""

    FOREIGN: ClassVar[frozenset[int]] = frozenset({PHASE, BREATH, HEART})
    READERS: ClassVar[dict[bytes, Reader[RadarFrame | bytes]]] = {
        **{header(FALL, size): partial(_read_flag, _FALLEN, size) for size in _FLAG_BYTES},
        **{header(PRESENCE, size): partial(_read_flag, _PRESENT, size) for size in _FLAG_BYTES},
        **{
            header(TARGETS, _COUNT.size + room * _TARGET.size): partial(_read_targets, room)
            for room in range(_MAX_ITEMS + 1)
        },
        **{
            header(CLOUD, _COUNT.size + room * _POINT.itemsize): partial(_read_cloud, room)
            for room in range(_MAX_ITEMS + 1)
        },
    }

    def _frames(self, packets: list[RadarFrame | bytes]) -> list[RadarFrame]:
        frames = [packet for packet in packets if not isinstance(packet, bytes)]
        if len(frames) == len(packets):
            return frames
        clouds = [packet for packet in packets if isinstance(packet, bytes)]
        points = np.frombuffer(b"".join(clouds), _POINT)
        sizes = [len(cloud) // _POINT.itemsize for cloud in clouds]
        unknown = np.zeros(len(points), np.float32)
        made = iter(make_clouds(points["xyz"], points["speed"], unknown, sizes))
        return [
            RadarFrame(points=next(made)) if isinstance(packet, bytes) else packet
            for packet in packets
        ]
