"""What every radar says, in one form: points, targets, and the module's own verdicts.

A driver turns bytes into `RadarFrame`s.  A field that a device does not speak of stays `None`,
which is not the same as "nobody": an empty `points` says that the sensor looked and saw nothing.

Frames and targets are named tuples: a parser makes hundreds of thousands a second, and a frozen
dataclass of as many fields takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from perception.radar.limits import FARTHEST_METRES

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PointCloud:
    """The reflections of one frame, in the sensor's own axes: x right, y ahead, z up, metres."""

    xyz: FloatArray
    """(n, 3), metres; always finite, never farther than `FARTHEST_METRES`."""
    doppler: FloatArray
    """(n,), metres a second, positive moving away."""
    snr: FloatArray
    """(n,), dB above noise; 0 where the device does not tell."""

    def __len__(self) -> int:
        """How many points."""
        return len(self.xyz)

    def __eq__(self, other: object) -> bool:
        """Equal points in equal order."""
        return isinstance(other, PointCloud) and all(
            np.array_equal(mine, theirs)
            for mine, theirs in (
                (self.xyz, other.xyz),
                (self.doppler, other.doppler),
                (self.snr, other.snr),
            )
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays


class Target(NamedTuple):
    """One moving thing that the device itself follows, in the sensor's axes, SI units."""

    number: int
    """The device's own number for it, reused after it is lost."""
    position: tuple[float, float, float]
    velocity: tuple[float, float, float] | None = None
    radial_speed: float | None = None
    """Metres a second, positive moving away, where the device gives only that."""
    height_range: tuple[float, float] | None = None
    """Lowest and highest reflection, metres."""


class ChestPhase(NamedTuple):
    """How far the nearest body's surface has moved: 4 pi d / wavelength, radians."""

    total: float
    breath: float
    """What the module takes for breath of it."""
    heart: float


class RadarFrame(NamedTuple):
    """One report of one device."""

    number: int | None = None
    """The device's frame counter, where it has one."""
    points: PointCloud | None = None
    targets: tuple[Target, ...] | None = None
    point_targets: tuple[int, ...] | None = None
    """TI: each point of the previous frame's target; 253 weak, 254 out of bounds, 255 noise."""
    present: bool | None = None
    moving: bool | None = None
    fallen: bool | None = None
    """The module's own opinion: one more witness, not the judge."""
    distance_metres: float | None = None
    breaths_per_minute: float | None = None
    heartbeats_per_minute: float | None = None
    phase: ChestPhase | None = None
    zones: tuple[int, ...] | None = None
    """xWRL6432 motion/presence detector: one state a zone."""


def frames_of(field: str) -> Callable[[object], RadarFrame]:
    """What makes a frame that says one thing, in two thirds of the time: all else is None."""
    at = RadarFrame._fields.index(field)
    before, after = (None,) * at, (None,) * (len(RadarFrame._fields) - at - 1)
    new = tuple.__new__
    return lambda value: new(RadarFrame, (*before, value, *after))


NOTHING_SEEN: Final = PointCloud(
    np.zeros((0, 3), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32)
)
"""The sensor looked and saw nothing."""


def make_clouds(
    xyz: FloatArray, doppler: FloatArray, snr: FloatArray, sizes: Sequence[int]
) -> list[PointCloud]:
    """Clouds of so many points each, one after the other in arrays of all.

    Points that no room can hold (NaN, infinite, 1e10) are left out: a broken sensor's words.
    """
    bounds = pairwise(accumulate(sizes, initial=0))
    # One look at all is enough for a healthy sensor; NaN makes any comparison false.
    with np.errstate(over="ignore", invalid="ignore"):
        others = abs(doppler.sum() + snr.sum())
    if not len(xyz) or (max(xyz.max(), -xyz.min()) <= FARTHEST_METRES and others < np.inf):
        return [PointCloud(xyz[a:b], doppler[a:b], snr[a:b]) for a, b in bounds]
    sane = (np.abs(xyz) <= FARTHEST_METRES).all(axis=1) & np.isfinite(doppler) & np.isfinite(snr)
    return [
        PointCloud(xyz[a:b][sane[a:b]], doppler[a:b][sane[a:b]], snr[a:b][sane[a:b]])
        for a, b in bounds
    ]
