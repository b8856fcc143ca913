"""Breath and heart of somebody who lies still: told only where half a minute of it makes sense.

Modules that send the phase behind their rates are judged by a model trained on simulated signals
alone (models/radar_vitals/CARD.md); those that send only rates by rules (`vitals_rules`).  It says
how plausible a number is, nothing more: no alarm is raised or held back by it, and it is no medical
device.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from perception.events import VitalSigns
from perception.onnx_model import MODELS, OnnxModel
from perception.radar.frames import ChestPhase, FloatArray, RadarFrame
from perception.vitals_features import (
    BREATH_RIGHT,
    FEATURES,
    HEART_RIGHT,
    LABELS,
    STILL_PERSON,
    WINDOW_FRAMES,
    WINDOW_SECONDS,
    Array,
    Told,
    window_features,
)
from perception.vitals_rules import plausible_rates

MODEL: Final = MODELS / "radar_vitals" / "model.onnx"
STEP_SECONDS: Final = 5.0
"""Between two looks of the model."""
AGREEING: Final = 3
"""So many looks in a row are averaged."""
SURE: Final = 0.7
"""Mean probability from which on the model is believed; set at the first look at the familiar part
of the simulation (perception/train/splits/vitals.json)."""
_MOST_VALUES: Final = 4_000
"""Half a minute of a module far quicker than any."""


class VitalsModel(OnnxModel):
    """Windows of `vitals_features` to the probabilities of its `LABELS`."""

    def __init__(self, path: Path = MODEL) -> None:
        super().__init__(path, WINDOW_FRAMES, FEATURES, len(LABELS))


class _Values:
    """What came in the last half minute, and when."""

    def __init__(self) -> None:
        self._values: deque[tuple[float, float | ChestPhase]] = deque(maxlen=_MOST_VALUES)

    def add(self, at: float, value: float | ChestPhase | None) -> None:
        """Take a value, if there is one, and forget old ones."""
        if value is not None:
            self._values.append((at, value))
        while self._values and at - self._values[0][0] > WINDOW_SECONDS:
            self._values.popleft()

    def clear(self) -> None:
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

    def times(self) -> Array:
        return np.array([at for at, _ in self._values])

    def values(self) -> Array:
        """(n,) rates, or (n, 3) phases."""
        return np.array([value for _, value in self._values])

    def middle(self) -> float:
        """Of rates."""
        return round(float(np.median(self.values())), 1)


class VitalsWatch:
    """Collects what one module says; a clock that jumps back begins anew."""

    def __init__(self, model: VitalsModel | None = None) -> None:
        self._model = model
        """Loaded at the first look: most radars send no phase."""
        self._phases, self._breaths, self._beats = _Values(), _Values(), _Values()
        self._begin_anew(float("-inf"))

    def _begin_anew(self, at: float) -> None:
        self._last = at
        self._looked_at = self._told_at = float("-inf")
        self._looks: deque[FloatArray] = deque(maxlen=AGREEING)
        for values in (self._phases, self._breaths, self._beats):
            values.clear()

    @property
    def sees_somebody(self) -> bool:
        """Whether the model is sure that one person lies still and breathes."""
        return self._sure(STILL_PERSON)

    def update(self, at: float, frame: RadarFrame) -> Iterator[VitalSigns]:
        """The vital signs, at most once every `WINDOW_SECONDS`."""
        if at < self._last:
            self._begin_anew(at)
        self._last = at
        self._phases.add(at, frame.phase)
        self._breaths.add(at, frame.breaths_per_minute)
        self._beats.add(at, frame.heartbeats_per_minute)
        if self._phases:
            if at - self._looked_at >= STEP_SECONDS:
                self._looked_at = at
                self._look(at)
                yield from self._judged(at)
            return
        self._looks.clear()
        if frame.moving or frame.present is False:
            self._breaths.clear()
            self._beats.clear()
        elif frame.breaths_per_minute is not None and at - self._told_at >= WINDOW_SECONDS:
            rates = plausible_rates(*self._told())
            if rates is not None:
                self._told_at = at
                yield VitalSigns(at, *rates)

    def _told(self) -> tuple[Told, Told]:
        return (
            Told(self._breaths.times(), self._breaths.values()),
            Told(self._beats.times(), self._beats.values()),
        )

    def _look(self, at: float) -> None:
        features = window_features(at, self._phases.times(), self._phases.values(), *self._told())
        if features is None:  # it has just begun, or too much was lost
            self._looks.clear()
        else:
            self._model = self._model or VitalsModel()
            self._looks.append(self._model.probabilities(features[None])[0])

    def _sure(self, label: int) -> bool:
        """Whether the last looks together say so."""
        enough = len(self._looks) == AGREEING
        return enough and float(np.mean([look[label] for look in self._looks])) >= SURE

    def _judged(self, at: float) -> Iterator[VitalSigns]:
        if not (self._breaths and self._sure(STILL_PERSON) and self._sure(BREATH_RIGHT)):
            return
        if at - self._told_at < WINDOW_SECONDS:
            return
        self._told_at = at
        sure_of_heart = self._beats and self._sure(HEART_RIGHT)
        heart = self._beats.middle() if sure_of_heart else None
        yield VitalSigns(at, self._breaths.middle(), heart)
