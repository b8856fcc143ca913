"""What the fall model looks at: heights of reflections over the floor, ten times a second.

Heights over the floor and offsets along the line of sight, both as soft histograms (a point shares
itself between the two nearest cells, which keeps noise from flipping features), and how many points
there were.  No doppler and no signal strength: these differ most between sensors.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray

FRAMES_PER_SECOND: Final = 10
WINDOW_FRAMES: Final = 12
HEIGHT_CELLS: Final = 15
HEIGHT_STEP_METRES: Final = 0.15
LOWEST_METRES: Final = -0.3
OFFSET_CELLS: Final = 7
OFFSET_STEP_METRES: Final = 0.3
FEATURES: Final = HEIGHT_CELLS + OFFSET_CELLS + 1
USUAL_POINTS: Final = 8.0
"""A person 2 to 4 m away gives an IWRL6432 five to thirteen points a frame."""

LABELS: Final = ("falling", "lying", "sitting", "standing", "walking")


def window_features(
    heights: FloatArray, distances: FloatArray, slots: NDArray[np.intp], windows: int = 1
) -> FloatArray:
    """Features of whole windows: (windows, `WINDOW_FRAMES`, `FEATURES`) float32.

    `heights` (n,) metres over the floor, `distances` (n,) metres from the sensor along the floor,
    `slots` (n,) the frame of each point, counted on through all windows.
    """
    frames = windows * WINDOW_FRAMES
    window_of = slots // WINDOW_FRAMES
    count = np.bincount(window_of, minlength=windows)
    centre = np.bincount(window_of, distances, windows) / np.maximum(count, 1)
    offsets = (distances - centre[window_of]) / OFFSET_STEP_METRES + (OFFSET_CELLS - 1) / 2
    rises = (heights - LOWEST_METRES) / HEIGHT_STEP_METRES
    points = np.bincount(slots, minlength=frames)
    share = 1.0 / np.maximum(points, 1)
    out = np.empty((frames, FEATURES), np.float32)
    out[:, :HEIGHT_CELLS] = _soft_histogram(rises, slots, frames, HEIGHT_CELLS) * share[:, None]
    out[:, HEIGHT_CELLS:-1] = _soft_histogram(offsets, slots, frames, OFFSET_CELLS) * share[:, None]
    out[:, -1] = np.log1p(points) / np.log1p(USUAL_POINTS)
    return out.reshape(windows, WINDOW_FRAMES, FEATURES)


def _soft_histogram(
    places: NDArray[np.floating], slots: NDArray[np.intp], frames: int, cells: int
) -> NDArray[np.float64]:
    """Points shared linearly between the two nearest cells; the outermost take what is beyond."""
    places = np.clip(places, 0.0, cells - 1.0)
    lower = np.minimum(places.astype(np.intp), cells - 2)
    upper_part = places - lower
    index = slots * cells + lower
    both = np.concatenate((index, index + 1))
    weight = np.concatenate((1.0 - upper_part, upper_part))
    filled = np.bincount(both, weight, frames * cells).astype(np.float64, copy=False)
    return filled.reshape(frames, cells)
