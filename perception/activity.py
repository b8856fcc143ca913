"""Which exercise a body does: for a guided exercise, where it is known that one is being done.

The model knows five movements and nothing else, so nothing is told outside an exercise.  It was
trained at 30 frames a second; at a rate that differs by more than a fifth nothing is told either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from perception.activity_features import (
    FEATURES,
    FRAMES_PER_SECOND,
    LABELS,
    STEP_FRAMES,
    WINDOW_FRAMES,
    body_points,
    frame_features,
)
from perception.events import ActivityChanged
from perception.onnx_model import MODELS, OnnxModel
from perception.radar.frames import PointCloud

MODEL: Final = MODELS / "radar_activity" / "model.onnx"
SURE: Final = 0.7
AGREEING: Final = 3
"""So many windows in a row, a third of a second apart, must say the same."""
RATE_TOLERANCE: Final = 0.2
MIN_POINTS: Final = WINDOW_FRAMES
"""Fewer moving reflections than one a frame are no exercising body."""


class ExerciseWatch:
    """Collects two seconds of points and tells the movement when it changes."""

    def __init__(self, path: Path = MODEL) -> None:
        self._model = OnnxModel(path, WINDOW_FRAMES, FEATURES, len(LABELS))
        self._frames: deque[tuple[float, PointCloud]] = deque(maxlen=WINDOW_FRAMES)
        self._fresh = 0
        self._agreed: deque[str | None] = deque(maxlen=AGREEING)
        self._told: str | None = None

    def update(self, at: float, points: PointCloud) -> Iterator[ActivityChanged]:
        """Take one frame, in the sensor's own axes."""
        if self._frames and not 0.0 <= at - self._frames[-1][0] <= 1.0:
            self._frames.clear()
            self._agreed.clear()
        self._frames.append((at, points))
        self._fresh += 1
        if self._fresh < STEP_FRAMES or len(self._frames) < WINDOW_FRAMES:
            return
        self._fresh = 0
        rate = (WINDOW_FRAMES - 1) / max(at - self._frames[0][0], 1e-6)
        if abs(rate / FRAMES_PER_SECOND - 1) > RATE_TOLERANCE:
            return
        self._agreed.append(self._movement())
        first = self._agreed[0]
        if first is not None and first != self._told and list(self._agreed) == [first] * AGREEING:
            self._told = first
            yield ActivityChanged(at, 0, first)

    def _movement(self) -> str | None:
        clouds = [points for _, points in self._frames]
        slot = np.repeat(np.arange(WINDOW_FRAMES), [len(points) for points in clouds])
        body = body_points(
            np.concatenate([points.xyz for points in clouds]),
            np.concatenate([points.doppler for points in clouds]),
            np.concatenate([points.snr for points in clouds]),
            slot,
        )
        if len(body.slot) < MIN_POINTS:
            return None
        odds = self._model.probabilities(frame_features(body))[0]
        return LABELS[int(odds.argmax())] if odds.max() >= SURE else None
