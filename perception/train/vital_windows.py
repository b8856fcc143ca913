"""Windows of simulated scenes with what is true of them: for training, and for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray
from perception.train.vital_signs import Ranges, VitalScene, simulate
from perception.vitals_features import (
    BREATH_RIGHT,
    HEART_RIGHT,
    LABELS,
    WINDOW_SECONDS,
    Told,
    window_features,
)

BREATH_TOLERANCE: Final = 3.0
HEART_TOLERANCE: Final = 7.0
"""A minute, within which a told rate is right; the modules' makers promise about that."""
UNEVEN: Final = frozenset({"apnoea", "cheyne_stokes"})
"""A mean rate says nothing of such breath: right by chance is not right."""
_OF_WHAT: Final = {"still": 0, "disturbed": 1, "nobody": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Half a minute."""

    scene: VitalScene
    end: float
    features: FloatArray
    truth: FloatArray
    """(`len(LABELS)`,): 0, 1, or NaN where neither can be said."""
    rates: tuple[float, float]
    """Breaths and beats a minute as the module told them: medians of the window."""
    true_rates: tuple[float, float]
    """NaN where there is none."""


def scenes(part: Ranges, kind: str, count: int) -> Iterator[VitalScene]:
    """So many scenes of a kind, the same ones each time."""
    number = part.kinds.index(kind)
    for seed in range(count):
        yield simulate(kind, part, np.random.default_rng((part.first_seed + seed, number)))


def windows(scene: VitalScene, ends: list[float]) -> Iterator[Window]:
    """Those of these windows of which it is clear what they are."""
    report = scene.report
    for end in ends:
        what = _what(scene, end)
        rates = (Told(report.at, report.rates[:, 0]), Told(report.at, report.rates[:, 1]))
        features = window_features(end, report.at, report.phases, *rates)
        if what is None or features is None:
            continue
        begin = max(0.0, end - WINDOW_SECONDS)
        told = np.median(report.rates[(report.at > begin) & (report.at <= end)], axis=0)
        true = tuple(
            cycles.per_minute(begin, end) if cycles and what == "still" else np.nan
            for cycles in (scene.breaths, scene.beats)
        )
        truth = np.zeros(len(LABELS), np.float32)
        truth[_OF_WHAT[what]] = 1.0
        truth[BREATH_RIGHT] = abs(told[0] - true[0]) <= BREATH_TOLERANCE
        truth[HEART_RIGHT] = abs(told[1] - true[1]) <= HEART_TOLERANCE
        if scene.kind in UNEVEN and truth[BREATH_RIGHT]:
            truth[BREATH_RIGHT] = np.nan
        yield Window(scene, end, features, truth, (told[0], told[1]), (true[0], true[1]))


def _what(scene: VitalScene, end: float) -> str | None:
    if scene.left_at is None:
        return scene.what
    if end <= scene.left_at:
        return "still"
    return "nobody" if end - WINDOW_SECONDS >= scene.left_at - 3.0 else None
