"""What the activity model looks at: two seconds of a body, without the room around it.

Static clutter stands in the same cell of range and direction frame after frame and differs from
room to room: a model that sees it learns the room (0.80 within a recording session, below 0.48 in
another). So points of cells that are filled in more than a quarter of the window's frames are left
out, the rest is centred on its median, and every frame becomes soft histograms of range, side,
height, doppler and strength.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray

FRAMES_PER_SECOND: Final = 30
WINDOW_FRAMES: Final = 60
STEP_FRAMES: Final = 10
LABELS: Final = ("boxing", "jack", "jump", "squats", "walk")

STATIC_SHARE: Final = 0.25
"""A cell filled in more of the frames than this is furniture; chosen on sessions left out."""
NEAREST_METRES: Final = 0.35
"""Closer reflections are the antennas' own crosstalk."""
FARTHEST_METRES: Final = 3.6
BODY_METRES: Final = 1.2
"""How far from the body's middle a reflection may still be of it."""
STRENGTH_STEP_DB: Final = 3.5

_RANGE_CELL_METRES: Final = 0.0436
_DIRECTION_CELLS: Final = 20.0
"""A unit of direction cosine."""
_RANGE_BINS: Final = 11
_SIDE_BINS: Final = 9
_HEIGHT_BINS: Final = 11
_VALUE_BINS: Final = 9
FEATURES: Final = (_RANGE_BINS + _SIDE_BINS + 3) * _HEIGHT_BINS + 2 * _VALUE_BINS


@dataclass(frozen=True, slots=True, eq=False)
class BodyPoints:
    """What is left of one or more windows: points around the middle of the body."""

    place: FloatArray
    """(n, 3): range, side, height from the body's middle, metres."""
    doppler: FloatArray
    """(n,) metres a second."""
    strength: FloatArray
    """(n,) in steps of `STRENGTH_STEP_DB` from the window's median."""
    slot: NDArray[np.intp]
    """(n,) frame of each point, counted on through all windows."""


def body_points(
    xyz: FloatArray,
    doppler: FloatArray,
    strength_db: FloatArray,
    slot: NDArray[np.intp],
    windows: int = 1,
    static_share: float | FloatArray = STATIC_SHARE,
) -> BodyPoints:
    """Take the room away and centre on the body.

    `xyz` (n, 3) in the sensor's axes (x right, y ahead, z up); `slot` (n,) the frame of each point,
    `WINDOW_FRAMES` a window; `static_share` one for all or one a window.
    """
    distance = np.sqrt(np.einsum("ij,ij->i", xyz, xyz))
    near = (distance > NEAREST_METRES) & (distance < FARTHEST_METRES)
    xyz, doppler, strength_db = xyz[near], doppler[near], strength_db[near]
    slot, distance = slot[near], distance[near]
    window = slot // WINDOW_FRAMES
    moves = _filled_share(xyz, distance, window) <= np.broadcast_to(static_share, windows)[window]
    place = np.stack((distance, xyz[:, 0], xyz[:, 2]), 1)[moves]
    doppler, strength_db = doppler[moves], strength_db[moves]
    slot, window = slot[moves], window[moves]
    middle = np.stack([_medians(place[:, axis], window, windows) for axis in (0, 1)], 1)
    close = (np.abs(place[:, :2] - middle[window]) < BODY_METRES).all(axis=1)
    place, doppler, strength_db = place[close], doppler[close], strength_db[close]
    slot, window = slot[close], window[close]
    middle = np.stack([_medians(place[:, axis], window, windows) for axis in (0, 1, 2)], 1)
    usual = _medians(strength_db, window, windows)
    return BodyPoints(
        (place - middle[window]).astype(np.float32),
        doppler,
        ((strength_db - usual[window]) / STRENGTH_STEP_DB).astype(np.float32),
        slot,
    )


def frame_features(points: BodyPoints, windows: int = 1) -> FloatArray:
    """Features of every frame: (windows, `WINDOW_FRAMES`, `FEATURES`) float32."""
    frames = windows * WINDOW_FRAMES
    along = _places(points.place[:, 0], 0.7, _RANGE_BINS)
    side = _places(points.place[:, 1], 0.8, _SIDE_BINS)
    up = _places(points.place[:, 2], 1.1, _HEIGHT_BINS)
    moves = points.doppler
    slot = points.slot
    parts = [
        _joint(along, up, slot, frames, _RANGE_BINS),
        _joint(side, up, slot, frames, _SIDE_BINS),
        _single(_places(moves, 2.4, _VALUE_BINS), slot, frames, _VALUE_BINS),
        _single(_places(points.strength, 2.4, _VALUE_BINS), slot, frames, _VALUE_BINS),
        *(
            _single(up, slot, frames, _HEIGHT_BINS, value)
            for value in (points.strength, moves, np.abs(moves))
        ),
    ]
    out = np.concatenate(parts, axis=1, dtype=np.float32)
    return out.reshape(windows, WINDOW_FRAMES, FEATURES)


def _filled_share(
    xyz: FloatArray, distance: FloatArray, window: NDArray[np.intp]
) -> NDArray[np.float64]:
    """For each point, in what share of its window's frames its cell is filled."""
    code = window
    code = code * 256 + np.rint(distance / _RANGE_CELL_METRES).astype(np.intp)
    for axis in (0, 2):
        cosine = xyz[:, axis] / distance
        code = code * 64 + np.rint((cosine + 1.2) * _DIRECTION_CELLS).astype(np.intp)
    _, cell, filled = np.unique(code, return_inverse=True, return_counts=True)
    return filled[cell] / WINDOW_FRAMES


def _medians(values: FloatArray, window: NDArray[np.intp], windows: int) -> NDArray[np.float64]:
    """The lower median of each window's values, 0 where it has none."""
    if windows == 1 and len(values):  # live: no need to sort by window
        half = (len(values) - 1) // 2
        return np.partition(values, half)[half : half + 1].astype(np.float64)
    order = np.lexsort((values, window))
    count = np.bincount(window, minlength=windows)
    first = np.cumsum(count) - count
    out = np.zeros(windows)
    some = count > 0
    out[some] = values[order][(first + (count - 1) // 2)[some]]
    return out


def _places(values: FloatArray, most: float, bins: int) -> NDArray[np.float64]:
    """Values from -most to most as places from 0 to bins - 1; what is beyond goes to the ends."""
    return np.clip((values / (2 * most) + 0.5) * (bins - 1), 0.0, bins - 1.0)


def _shares(place: NDArray[np.float64], bins: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    lower = np.minimum(place.astype(np.intp), bins - 2)
    return lower, place - lower


def _single(
    place: NDArray[np.float64],
    slot: NDArray[np.intp],
    frames: int,
    bins: int,
    value: FloatArray | None = None,
) -> NDArray[np.float64]:
    lower, part = _shares(place, bins)
    index = slot * bins + lower
    weight = np.concatenate((1 - part, part))
    if value is not None:
        weight *= np.concatenate((value, value))
    both = np.concatenate((index, index + 1))
    filled = np.bincount(both, weight, frames * bins).astype(np.float64, copy=False)
    return filled.reshape(frames, bins)


def _joint(
    place: NDArray[np.float64],
    up: NDArray[np.float64],
    slot: NDArray[np.intp],
    frames: int,
    bins: int,
) -> NDArray[np.float64]:
    lower, part = _shares(place, bins)
    low, rise = _shares(up, _HEIGHT_BINS)
    index = (slot * bins + lower) * _HEIGHT_BINS + low
    corners = np.concatenate((index, index + 1, index + _HEIGHT_BINS, index + _HEIGHT_BINS + 1))
    weight = np.concatenate(
        ((1 - part) * (1 - rise), (1 - part) * rise, part * (1 - rise), part * rise)
    )
    cells = bins * _HEIGHT_BINS
    filled = np.bincount(corners, weight, frames * cells).astype(np.float64, copy=False)
    return filled.reshape(frames, cells)
