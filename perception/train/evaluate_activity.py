"""How well activities are told apart on files that a model has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perception.activity_features import (
    FEATURES,
    LABELS,
    NEAREST_METRES,
    STATIC_SHARE,
    WINDOW_FRAMES,
    BodyPoints,
    body_points,
    frame_features,
)
from perception.onnx_model import OnnxModel
from perception.radar.frames import FloatArray
from perception.train.radhar import ActivityFile

Predict = Callable[[ActivityFile], NDArray[np.intp]]
"""The labels told for all windows of a file, in order; each window alone decides on its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Which windows of which file were right."""

    right: tuple[NDArray[np.bool_], ...]
    """One array a file."""
    confusion: NDArray[np.intp]
    """(true, told)."""

    @property
    def accuracy(self) -> float:
        """Share of right windows."""
        return float(np.concatenate(self.right).mean())

    def interval(self, draws: int = 2_000) -> tuple[float, float]:
        """95 % by bootstrap over files: windows of one file err together."""
        rng = np.random.default_rng(0)
        right = np.array([file.sum() for file in self.right])
        size = np.array([len(file) for file in self.right])
        drawn = rng.integers(len(size), size=(draws, len(size)))
        shares = right[drawn].sum(axis=1) / size[drawn].sum(axis=1)
        low, high = np.percentile(shares, (2.5, 97.5))
        return float(low), float(high)

    def worst(self, count: int = 3) -> list[int]:
        """Errors in the files with most of them."""
        return sorted((int((~file).sum()) for file in self.right), reverse=True)[:count]


def score(files: list[ActivityFile], predict: Predict) -> Scores:
    """Every window of every file."""
    confusion = np.zeros((len(LABELS), len(LABELS)), np.intp)
    right = []
    for file in files:
        told = predict(file)
        np.add.at(confusion, (np.full(len(told), file.label), told), 1)
        right.append(told == file.label)
    return Scores(tuple(right), confusion)


def window(
    file: ActivityFile, start: int
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.intp]]:
    """Points of one window: xyz, doppler, strength, slot."""
    points = file.points_of(start, start + WINDOW_FRAMES)
    return (
        file.xyz[points],
        file.doppler[points],
        file.strength_db[points],
        file.frame[points] - start,
    )


def ours(model: OnnxModel) -> Predict:
    """The shipped way: features, then the network."""
    return _with(model, body_points)


def clutter_only(model: OnnxModel) -> Predict:
    """The same network shown only what the features leave out: the room without the body."""
    return _with(model, static_points)


def _with(model: OnnxModel, select: Callable[..., BodyPoints]) -> Predict:
    def predict(file: ActivityFile) -> NDArray[np.intp]:
        windows = [frame_features(select(*window(file, start))) for start in file.starts()]
        told: NDArray[np.intp] = model.probabilities(np.concatenate(windows)).argmax(axis=1)
        return told

    return predict


def static_points(
    xyz: FloatArray, doppler: FloatArray, strength_db: FloatArray, slot: NDArray[np.intp]
) -> BodyPoints:
    """Points of cells filled in more than `STATIC_SHARE` of the frames, centred on their median."""
    distance = np.linalg.norm(xyz, axis=1)
    cosine = np.rint((xyz / np.maximum(distance, 1e-6)[:, None] + 1.2) * 20)
    cell = np.stack((np.rint(distance / 0.0436), cosine[:, 0], cosine[:, 2]), 1)
    _, inverse, filled = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    still = (filled[inverse.ravel()] > STATIC_SHARE * WINDOW_FRAMES) & (distance > NEAREST_METRES)
    place = np.stack((distance, xyz[:, 0], xyz[:, 2]), 1)[still]
    if len(place):
        place = place - np.median(place, axis=0)
    strength = strength_db[still]
    usual = np.median(strength) if len(strength) else 0.0
    return BodyPoints(
        place.astype(np.float32),
        doppler[still],
        ((strength - usual) / 3.5).astype(np.float32),
        slot[still],
    )


def load_model(path: Path) -> OnnxModel:
    """A model of activities."""
    return OnnxModel(path, WINDOW_FRAMES, FEATURES, len(LABELS))
