"""The sparse sensor that nothing has learnt from: `low_rate_fall`, and what others make of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._radar_room import cloud, falls, told
from perception.events import FallDetected
from perception.fall import FallModel
from perception.radar.frames import FloatArray
from perception.radar.room import MountingPose


@dataclass(frozen=True, slots=True, eq=False)
class Sequence90:
    """One of the ninety sequences of low_rate_fall."""

    is_fall: bool
    frames: tuple[tuple[float, FloatArray], ...]
    """Seconds, and (n, 3) in the sensor's axes."""


def low_rate(folder: Path) -> list[Sequence90]:
    """All of them, in the files' order."""
    found = []
    for name, is_fall in (("fall", True), ("no_fall", False)):
        with gzip.open(folder / f"{name}.json.gz", "rt", encoding="utf-8") as file:
            sequences = json.load(file)["sequences"]
        found += [Sequence90(is_fall, tuple(map(_frame, one["frames"]))) for one in sequences]
    return found


def _frame(row: dict[str, Any]) -> tuple[float, FloatArray]:
    axes = [np.array(row[key], np.float32) for key in ("x_pos", "y_pos", "z_pos")]
    return row["Time Stamp (ms)"] / 1000, np.stack(axes, 1).reshape(-1, 3)


def ours(sequence: Sequence90, model: FallModel) -> tuple[bool, bool]:
    """Whether a fall is told, and whether a fall or a stumble is; hung as nobody has told."""
    events = told([(at, cloud(xyz)) for at, xyz in sequence.frames], MountingPose(), model)
    return any(isinstance(event, FallDetected) for event in events), falls(events)


def two_lines(frames: Iterable[tuple[float, FloatArray]]) -> bool:
    """The upper height falls by half a metre within 1.5 s and stays for one."""
    seen = [(at, float(np.percentile(xyz[:, 2], 75))) for at, xyz in frames if len(xyz)]
    at, upper = np.array(seen).reshape(-1, 2).T
    for now in range(len(at)):
        before = (at >= at[now] - 1.5) & (at <= at[now])
        after = (at >= at[now]) & (at <= at[now] + 1.0)
        if upper[before].max() - upper[now] >= 0.5 and upper[after].max() <= upper[now] + 0.25:
            return True
    return False


def crude(sequence: Sequence90) -> list[float]:
    """Twenty features for the trees that may see the set itself."""
    heights = [xyz[:, 2] for _, xyz in sequence.frames if len(xyz)]
    upper = np.array([np.percentile(each, 75) for each in heights])
    middle = np.array([np.median(each) for each in heights])
    away = np.array([np.median(xyz[:, 1]) for _, xyz in sequence.frames if len(xyz)])
    drops = [float((upper[:-lag] - upper[lag:]).max()) for lag in (1, 2, 4, 6, 8, 12)]
    return [
        *drops,
        *np.percentile(upper, (5, 50, 95)),
        *np.percentile(middle, (5, 50, 95)),
        *(float(part.mean()) for part in np.array_split(upper, 3)),
        float(np.ptp(away)),
        float(np.abs(np.diff(upper)).mean()),
        float(np.mean([len(each) for each in heights])),
        float(np.std([len(each) for each in heights])),
        float(away.mean()),
    ]


def within(sequences: Sequence[Sequence90]) -> list[bool] | None:
    """What trees trained on the other four fifths of the set itself say; None without them."""
    try:
        from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415  # the extra train
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415
    except ImportError:
        return None
    features = np.array([crude(sequence) for sequence in sequences])
    truth = np.array([sequence.is_fall for sequence in sequences])
    trees = ExtraTreesClassifier(300, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    said: list[bool] = cross_val_predict(trees, features, truth, cv=folds).astype(bool).tolist()
    return said


def low_rate_rows(folder: Path, model: FallModel) -> list[list[str]]:
    sequences = low_rate(folder)
    pairs = [ours(sequence, model) for sequence in sequences]
    rows = [
        row_of("ours, `FallDetected`", sequences, [fall for fall, _ in pairs]),
        row_of("**ours, `FallDetected` or `Stumbled`**", sequences, [any_ for _, any_ in pairs]),
        row_of("rule of two lines", sequences, [two_lines(one.frames) for one in sequences]),
    ]
    trees = within(sequences)
    if trees is not None:
        rows.append(row_of("trees trained within the set, five folds", sequences, trees))
    return rows


def row_of(name: str, sequences: Sequence[Sequence90], said: Sequence[bool]) -> list[str]:
    found = sum(s and q.is_fall for s, q in zip(said, sequences, strict=True))
    false = sum(s and not q.is_fall for s, q in zip(said, sequences, strict=True))
    total = sum(q.is_fall for q in sequences)
    return [name, f"{found} of {total}", f"{false} of {len(sequences) - total}"]
