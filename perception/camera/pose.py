"""Poses of people in a picture: MoveNet, whose weights are Google's (models/movenet/CARD.md)."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.camera.pictures import Crop, Picture
from perception.onnx_model import MODELS, ModelError

FOLDER: Final = MODELS / "movenet"
LIGHTNING: Final = FOLDER / "lightning_int8.onnx"
MULTIPOSE: Final = FOLDER / "multipose_int8.onnx"

KEYPOINTS: Final = 17
NOSE, LEFT_EAR, RIGHT_EAR = 0, 3, 4
SHOULDERS: Final = (5, 6)
HIPS: Final = (11, 12)
KNEES: Final = (13, 14)
ANKLES: Final = (15, 16)
HEAD: Final = (0, 1, 2, 3, 4)

SURE_POINT: Final = 0.2
"""From this score on a keypoint is believed."""
LEAST_POINTS: Final = 4
BEST_POINTS: Final = 13
"""A pose is as sure as its best keypoints are: legs behind a table count nothing."""
FOUND_SCORE: Final = 0.15
"""Of the finder, from which on it has found somebody."""
CROP_SIDES: Final = 1.45
"""A crop is so many times as long as the body's extent in it."""
_CROP_PIXELS: Final = 192
_FINDER_PIXELS: Final = 256
_FINDER_STEP: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where somebody's joints are in a picture."""

    points: NDArray[np.float32]
    """(17, 2) x and y, pixels, in COCO's order."""
    scores: NDArray[np.float32]
    """(17,) 0 to 1."""

    @property
    def score(self) -> float:
        """How sure it is."""
        return float(np.sort(self.scores)[-BEST_POINTS:].mean())

    @property
    def sure(self) -> NDArray[np.bool_]:
        """(17,) which keypoints are believed."""
        return self.scores >= SURE_POINT

    @property
    def box(self) -> NDArray[np.float32]:
        """(4,) left, top, right, bottom of the believed keypoints, else of all."""
        points = self.points[self.sure] if self.sure.sum() >= LEAST_POINTS else self.points
        return np.concatenate((points.min(axis=0), points.max(axis=0)))

    @property
    def middle(self) -> NDArray[np.float32]:
        """(2,) of the trunk, else of all that is believed."""
        trunk = [k for k in (*SHOULDERS, *HIPS) if self.scores[k] >= SURE_POINT]
        points = self.points[trunk] if trunk else self.points[self.sure]
        return np.asarray((points if len(points) else self.points).mean(axis=0), np.float32)

    def mean_of(self, joints: tuple[int, ...]) -> NDArray[np.float32] | None:
        """(2,) the middle of the believed ones of these joints; None if there is none."""
        seen = [k for k in joints if self.scores[k] >= SURE_POINT]
        return np.asarray(self.points[seen].mean(axis=0), np.float32) if seen else None

    def crop(self) -> Crop:
        """The square round the body, turned so that the body is upright in it."""
        shoulders, hips = self.mean_of(SHOULDERS), self.mean_of(HIPS)
        angle = 0.0
        if shoulders is not None and hips is not None:
            up = shoulders - hips
            if float(np.hypot(*up)) > 1.0:
                angle = math.atan2(float(up[0]), -float(up[1]))
        points = self.points[self.sure] if self.sure.sum() >= LEAST_POINTS else self.points
        axes = np.array(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], np.float32
        )
        along = points @ axes.T
        least, most = along.min(axis=0), along.max(axis=0)
        x, y = axes.T @ ((least + most) / 2)
        side = CROP_SIDES * float((most - least).max())
        return Crop(float(x), float(y), max(side, 8.0), angle)


class PoseOfOne:
    """MoveNet Lightning: the pose of the one body in a crop."""

    def __init__(self, path: Path = LIGHTNING) -> None:
        """Raises ModelError."""
        self._session, self._name, _ = _open(path, [1, KEYPOINTS, 3])

    def look(self, picture: Picture, crop: Crop) -> Pose:
        """The pose in this crop, in the picture's pixels."""
        cut = crop.cut(picture, _CROP_PIXELS)[None, :, :, ::-1]
        (told,) = self._session.run(None, {self._name: np.ascontiguousarray(cut)})
        told = np.asarray(told, np.float32).reshape(KEYPOINTS, 3)
        return Pose(crop.to_picture(told[:, 1::-1]), told[:, 2].copy())


class PoseFinder:
    """MoveNet MultiPose: up to six people in a whole picture."""

    def __init__(self, path: Path = MULTIPOSE) -> None:
        """Raises ModelError."""
        self._session, self._name, _ = _open(path, [6, 56])

    def find(self, picture: Picture) -> list[Pose]:
        """Everybody it finds, the surest first."""
        height, width = picture.shape[:2]
        share = _FINDER_PIXELS / max(height, width)
        size = (max(1, round(width * share)), max(1, round(height * share)))
        less = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        full = np.zeros((_up(size[1], _FINDER_STEP), _up(size[0], _FINDER_STEP), 3), np.int32)
        full[: size[1], : size[0]] = less[:, :, ::-1]
        (told,) = self._session.run(None, {self._name: full[None]})
        people = np.asarray(told, np.float32).reshape(-1, 56)
        scale = np.array([full.shape[1], full.shape[0]], np.float32) / share
        found = []
        for person in sorted(people, key=lambda each: -float(each[55])):
            if person[55] < FOUND_SCORE:
                break
            points = person[:51].reshape(KEYPOINTS, 3)
            found.append(Pose(points[:, 1::-1] * scale, points[:, 2].copy()))
        return found


def _up(size: int, step: int) -> int:
    return -(-size // step) * step


def _open(path: Path, gives: list[int]) -> tuple[Any, str, list[int]]:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # noqa: PLC0415  (only what opens a model pays for it)

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises a dozen types without a common base
        raise ModelError(f"The model {path} cannot be opened: {error}") from None
    (told, *_) = session.get_outputs()
    if list(told.shape)[-len(gives) :] != gives:
        raise ModelError(f"The model {path} gives {told.shape}, not poses.")
    taken = session.get_inputs()[0]
    return session, taken.name, list(taken.shape)
