"""TI IWR6843 and xWR68xx: the out-of-box demo and the 3D people-tracking demo."""

from __future__ import annotations

from typing import Final

import numpy as np

from perception.radar.frames import FloatArray, PointCloud, RadarFrame, Target, make_cloud
from perception.radar.limits import FARTHEST_METRES
from perception.radar.ti_packet import TiParser

POINTS: Final = 1
SIDE_INFO: Final = 7
TARGETS: Final = 1010
TARGET_INDEX: Final = 1011
TARGET_HEIGHT: Final = 1012
COMPRESSED_POINTS: Final = 1020
PRESENCE: Final = 1021

_COMPRESSED: Final = np.dtype(
    [("el", "i1"), ("az", "i1"), ("doppler", "<i2"), ("range", "<u2"), ("snr", "<u2")]
)
_TARGET: Final = np.dtype([("tid", "<u4"), ("state", "<f4", 27)])
_HEIGHT: Final = np.dtype([("tid", "<u4"), ("z", "<f4", 2)])
_SIDE: Final = np.dtype([("snr", "<u2"), ("noise", "<u2")])
_EMPTY: Final = np.zeros((0, 3), np.float32)
_LARGEST_UNIT: Final = 1e3


class Xwr68xxParser(TiParser):
    """Points, targets with heights, presence."""

    def _read(
        self, buffer: bytearray, number: int, sections: list[tuple[int, int, int]]
    ) -> RadarFrame | None:
        cloud: PointCloud | None = None
        snr: FloatArray | None = None
        raw: FloatArray | None = None
        targets: tuple[Target, ...] | None = None
        heights: dict[int, tuple[float, float]] = {}
        index: tuple[int, ...] | None = None
        present: bool | None = None
        for kind, at, size in sections:
            if kind == COMPRESSED_POINTS:
                cloud = _decompress(buffer, at, size)
                if cloud is None:
                    return None
            elif kind == POINTS:
                if size % 16:
                    return None
                raw = np.frombuffer(buffer, "<f4", size // 4, at).reshape(-1, 4).copy()
            elif kind == SIDE_INFO:
                if size % 4:
                    return None
                snr = np.frombuffer(buffer, _SIDE, size // 4, at)["snr"] * np.float32(0.1)
            elif kind == TARGETS:
                if size % _TARGET.itemsize:
                    return None
                targets = read_targets(buffer, at, size)
            elif kind == TARGET_INDEX:
                index = tuple(buffer[at : at + size])
            elif kind == TARGET_HEIGHT:
                if size % _HEIGHT.itemsize:
                    return None
                heights = _read_heights(buffer, at, size)
            elif kind == PRESENCE and size == 4:
                present = any(buffer[at : at + 4])
        if raw is not None:
            fits = snr is not None and len(snr) == len(raw)
            cloud = make_cloud(raw[:, :3], raw[:, 3], snr if fits else None)
        if targets is not None and heights:
            targets = tuple(
                Target(t.number, t.position, t.velocity, height_range=heights.get(t.number))
                for t in targets
            )
        if cloud is None:
            cloud = make_cloud(_EMPTY, _EMPTY[:, 0])  # no points section: nothing was seen
        return RadarFrame(number, cloud, targets, index, present)


def _decompress(buffer: bytearray, at: int, size: int) -> PointCloud | None:
    """TLV 1020: five f32 units, then eight bytes a point in polar form."""
    if size < 20 or (size - 20) % _COMPRESSED.itemsize:
        return None
    units = np.frombuffer(buffer, "<f4", 5, at)
    packed = np.frombuffer(buffer, _COMPRESSED, (size - 20) // _COMPRESSED.itemsize, at + 20)
    if not sane_units(units):
        return None
    elevation = packed["el"] * units[0]
    azimuth = packed["az"] * units[1]
    distance = packed["range"] * units[3]
    flat = distance * np.cos(elevation)
    xyz = np.empty((len(packed), 3), np.float32)
    xyz[:, 0] = flat * np.sin(azimuth)
    xyz[:, 1] = flat * np.cos(azimuth)
    xyz[:, 2] = distance * np.sin(elevation)
    return make_cloud(xyz, packed["doppler"] * units[2], packed["snr"] * units[4])


def sane_units(units: FloatArray) -> bool:
    """Whether no scaled value can overflow; the boards send steps of some millimetres."""
    return all(abs(unit) <= _LARGEST_UNIT for unit in units.tolist())  # NaN is never <=


def read_targets(buffer: bytearray, at: int, size: int) -> tuple[Target, ...]:
    """TLV 1010 and 308: 112 B each (id, position, velocity, acceleration, covariance, gain)."""
    found = np.frombuffer(buffer, _TARGET, size // _TARGET.itemsize, at)
    targets = []
    for tid, state in zip(found["tid"].tolist(), found["state"].tolist(), strict=True):
        if all(abs(value) <= FARTHEST_METRES for value in state[:6]):
            targets.append(Target(tid, tuple(state[:3]), tuple(state[3:6])))
    return tuple(targets)


def _read_heights(buffer: bytearray, at: int, size: int) -> dict[int, tuple[float, float]]:
    """TLV 1012: the highest, then the lowest reflection of each target."""
    found = np.frombuffer(buffer, _HEIGHT, size // _HEIGHT.itemsize, at)
    return {
        tid: (low, high)
        for tid, (high, low) in zip(found["tid"].tolist(), found["z"].tolist(), strict=True)
        if abs(high) <= FARTHEST_METRES and abs(low) <= FARTHEST_METRES
    }
