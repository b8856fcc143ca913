"""What others do on the same windows: trees on hand-made features, and a published network.

`ExtraTrees`: statistics, histograms and spectra of all points of a window.
`PointNetLstm`: time-distributed PointNet and an LSTM, rewritten from its description (Singh et al.,
RadHAR, mmNets 2019, for the protocol; Qi et al., PointNet, CVPR 2017, for the encoder): no clutter
rule, no centring, no augmentation.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from torch import nn

from perception.activity_features import LABELS, WINDOW_FRAMES
from perception.radar.frames import FloatArray
from perception.train.evaluate_activity import Predict, window
from perception.train.radhar import ActivityFile

_SPANS: Final = ((-1.2, 1.6, 14), (0.0, 5.2, 24), (-1.0, 1.0, 10), (15.0, 36.0, 8), (-2.8, 2.8, 9))
"""Histograms of height, range, side, strength, doppler."""
_SPECTRUM: Final = 15
MAX_POINTS: Final = 32


@cache
def hand_features(file: ActivityFile) -> FloatArray:
    """Statistics of all windows of a file."""
    return np.stack([_statistics(file, start) for start in file.starts()])


def _statistics(file: ActivityFile, start: int) -> FloatArray:
    xyz, doppler, strength, slot = window(file, start)
    distance = np.linalg.norm(xyz, axis=1)
    values = (xyz[:, 2], distance, xyz[:, 0], strength, doppler)
    out = []
    for value, (low, high, bins) in zip(values, _SPANS, strict=True):
        cell = np.clip(((value - low) / (high - low) * bins).astype(int), 0, bins - 1)
        flat = np.bincount(slot * bins + cell, minlength=WINDOW_FRAMES * bins)
        table = flat.reshape(WINDOW_FRAMES, bins).astype(float)
        waves = np.abs(np.fft.rfft(table - table.mean(axis=0), axis=0))[1 : 1 + _SPECTRUM]
        out += [table.mean(axis=0), table.std(axis=0), np.abs(np.diff(table, axis=0)).mean(axis=0),
                waves.sum(axis=0)]  # fmt: skip
    body = (distance > 0.5) & (distance < 2.8)
    count = np.bincount(slot[body], minlength=WINDOW_FRAMES)
    rows = [count.astype(float)]
    for value in (*values[:4], np.abs(doppler)):
        sums = np.bincount(slot[body], value[body], WINDOW_FRAMES)
        squares = np.bincount(slot[body], value[body] ** 2, WINDOW_FRAMES)
        mean = sums / np.maximum(count, 1)
        rows += [mean, np.sqrt(np.maximum(squares / np.maximum(count, 1) - mean**2, 0))]
    table = np.stack(rows, 1)
    waves = np.abs(np.fft.rfft(table - table.mean(axis=0), axis=0))[1 : 1 + _SPECTRUM]
    out += [table.mean(axis=0), table.std(axis=0), *np.percentile(table, (10, 90), axis=0),
            np.abs(np.diff(table, axis=0)).mean(axis=0), waves.ravel()]  # fmt: skip
    return np.concatenate(out).astype(np.float32)


def extra_trees(files: list[ActivityFile], trees: int = 100) -> Predict:
    """Trained on all windows of these files."""
    features = np.concatenate([hand_features(file) for file in files])
    labels = [file.label for file in files for _ in file.starts()]
    forest = ExtraTreesClassifier(trees, min_samples_leaf=2, random_state=0, n_jobs=1)
    forest.fit(features, labels)

    def predict(file: ActivityFile) -> NDArray[np.intp]:
        return np.asarray(forest.predict(hand_features(file)), np.intp)

    return predict


class PointNetLstm(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """(b, 60, 32, 6) points (x, y, z, doppler, strength, is there) to (b, 5) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.points = nn.Sequential(
            nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU()
        )
        self.time = nn.LSTM(128, 64, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(128, len(LABELS)))

    def forward(self, cloud: Any) -> Any:
        """Logits."""
        frames = (self.points(cloud[..., :5]) * cloud[..., 5:]).amax(2)
        return self.head(self.time(frames)[0].mean(1))


def _cloud(file: ActivityFile, start: int) -> FloatArray:
    xyz, doppler, strength, slot = window(file, start)
    rank = np.arange(len(slot)) - np.searchsorted(slot, slot)
    kept = rank < MAX_POINTS
    out = np.zeros((WINDOW_FRAMES, MAX_POINTS, 6), np.float32)
    features = np.column_stack((xyz, doppler, (strength - 27) / 3.5, np.ones(len(slot))))
    out[slot[kept], rank[kept]] = features[kept]
    return out


def pointnet_lstm(files: list[ActivityFile], steps: int, batch: int = 32) -> Predict:
    """Trained on random windows of these files."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    net = PointNetLstm()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = [files[i] for i in rng.integers(len(files), size=batch)]
        clouds = [_cloud(file, int(rng.integers(file.frames - WINDOW_FRAMES))) for file in chosen]
        logits = net(torch.from_numpy(np.stack(clouds)))
        loss = nn.functional.cross_entropy(logits, torch.tensor([f.label for f in chosen]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()

    def predict(file: ActivityFile) -> NDArray[np.intp]:
        clouds = np.stack([_cloud(file, start) for start in file.starts()])
        with torch.no_grad():
            return np.asarray(net(torch.from_numpy(clouds)).argmax(1), np.intp)

    return predict
