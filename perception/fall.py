"""Falls and postures of one body, from how its reflections went in the last seconds.

The judge says of each tenth of a second what the last six look like, told against how high the
same body reached (`perception.descent_features`).  The watch makes one fall of it: a suspicion
after whose `CONFIRM_SECONDS` nobody has risen; who rises instead and stays up for `UP_SECONDS` has
stumbled.  The windows of the one kind of sensor with recorded falls (`perception.fall_windows`) are
a second witness: what they call a fall is one if the judge thinks it likely.  Thresholds were
chosen on simulated bodies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from perception.descent_features import (
    JUDGE_FEATURES,
    JUDGE_LABELS,
    MEMORY_SLOTS,
    Course,
    Slot,
    course,
    judge_features,
)
from perception.fall_features import FRAMES_PER_SECOND
from perception.fall_windows import SUSPECT as WINDOW_SUSPECT
from perception.fall_windows import WindowModel, WindowWatch
from perception.onnx_model import MODELS, OnnxModel
from perception.radar.frames import FloatArray
from perception.suspicion import MEAN_SLOTS, UP_SLOTS, Suspicion, begun

MODEL: Final = MODELS / "radar_fall" / "model.onnx"
JUDGE: Final = MODELS / "radar_judge" / "model.onnx"
FELL: Final = JUDGE_LABELS.index("fell")

SUSPECT: Final = 0.4
"""Probability of a fall from which on a moment is a suspicion; what follows decides."""
BELIEVE: Final = 0.8
"""Mean probability over the last second that a fall needs."""
AGREE: Final = 0.8
"""Mean of the best moments of late that the judge needs for a fall which the windows see."""
CONFIRM_SECONDS: Final = 1.3
"""How long after the suspicion, which begins on the way down, nobody may have risen."""
STUMBLED_SECONDS: Final = 4.0
"""Who rises within this time after a suspicion has stumbled."""
AGAIN_SECONDS: Final = 1.6
"""Who was up and is low again for so long fell: a second bend is shorter."""
DROP_METRES: Final = 0.3
"""A body that came down by less did not fall."""
LOW_METRES: Final = 0.9
"""Who fell lies lower, also if the mounting was told 0.4 m too high: a narrow view in height, which
does not see the floor, takes sitting down for a fall otherwise."""
MOST_DROP_METRES: Final = 2.1
"""No body comes down by more: reflections of two were taken for one."""
TARGET_BELIEVE: Final = 0.6
TARGET_DROP_METRES: Final = 0.6
"""The same of a module that tells one place of a body, near its middle: it leaps, so the judge is
less sure; the middle of who sits, kneels or lies on a bed comes down by less."""
STUMBLE: Final = 0.7
"""Mean of the `_SURE_SLOTS` best moments that a stumble needs: most who bend are not worth it."""
_SURE_SLOTS: Final = 3
_CONFIRM_SLOTS: Final = round(CONFIRM_SECONDS * FRAMES_PER_SECOND)
_STUMBLED_SLOTS: Final = round(STUMBLED_SECONDS * FRAMES_PER_SECOND)
_AGAIN_SLOTS: Final = round(AGAIN_SECONDS * FRAMES_PER_SECOND)
_AGREE_SLOTS: Final = 15
_MIN_SLOTS: Final = 5
_STOOD_SECONDS: Final = 180
"""How long it is remembered how high the body reached."""
_STOOD_AFTER_SECONDS: Final = 8
_STOOD_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Fall:
    """Somebody fell."""

    confidence: float
    height_drop_metres: float
    level_metres: float
    """How high the body reaches now."""
    descent_seconds: float
    low_seconds: float
    """How long it has been down."""


@dataclass(frozen=True, slots=True)
class Stumble:
    """Somebody went down as in a fall, and is up again."""

    confidence: float
    height_drop_metres: float
    level_metres: float
    """How high the body reached while it was down."""
    descent_seconds: float
    down_seconds: float


class FallModel:
    """The judge, and the windows beside it; None leaves these out."""

    def __init__(self, windows: Path | None = MODEL, judge: Path = JUDGE) -> None:
        self.windows = WindowModel(windows) if windows is not None else None
        self._model = OnnxModel(judge, 1, JUDGE_FEATURES, len(JUDGE_LABELS))

    def probabilities(self, seen: Course, stood_metres: float | None) -> FloatArray:
        """Over `JUDGE_LABELS`, of one course."""
        features = judge_features(seen, stood_metres)
        result: FloatArray = self._model.probabilities(features[None, None])[0]
        return result


class FallWatch:
    """Follows one body; tells each fall once."""

    def __init__(self, model: FallModel) -> None:
        self._model = model
        self._slots: deque[Slot] = deque(maxlen=MEMORY_SLOTS)
        self._reached: deque[float] = deque(maxlen=_STOOD_SECONDS)
        """How high, once a second."""
        self._count = 0
        self._seen: Course | None = None
        self._suspicion: Suspicion | None = None
        self._is_target = False
        self._windows_saw, self._windows_sure = 0, 0.0
        """For how many moments on it counts that the windows saw a fall, and how sure they were."""
        self._windows = WindowWatch(model.windows) if model.windows is not None else None
        self._recent: deque[float] = deque(maxlen=_AGREE_SLOTS)
        """The judge's probability of a fall, of late."""
        self.probabilities: FloatArray | None = None
        """Of the latest moment, over `JUDGE_LABELS`; None before the first."""

    @property
    def suspects(self) -> bool:
        """Whether a fall is suspected, and what comes decides."""
        return self._suspicion is not None

    @property
    def level_metres(self) -> float | None:
        """How high most of the body is now; None if nothing of it was seen for long."""
        if self._seen is None:
            return None
        return self._seen.middle_metres if self._is_target else self._seen.lies_at_metres

    @property
    def stood_metres(self) -> float | None:
        """How high the body reached in the last minutes; None if it is not known so long."""
        if len(self._reached) < _STOOD_AFTER_SECONDS:
            return None
        return float(np.quantile(self._reached, _STOOD_SHARE))

    def update(
        self, slot: Slot, *, suspect: float = SUSPECT, is_target: bool = False
    ) -> Fall | Stumble | None:
        """Take the next tenth of a second; `suspect` is lower if the module says so too.

        `is_target`: the module tells one place of the body instead of its reflections.
        """
        self._is_target = is_target
        if self._windows is not None:
            doubted = WINDOW_SUSPECT * suspect / SUSPECT
            told = self._windows.update(slot, suspect=doubted)
            if told is not None:
                self._windows_saw, self._windows_sure = _AGREE_SLOTS, told.confidence
        self._slots.append(slot)
        self._count += 1
        self._seen = seen = course(list(self._slots))
        if seen is None or self._count < _MIN_SLOTS:
            return None
        if self._count % FRAMES_PER_SECOND == 0:
            self._reached.append(seen.reached_metres)
        self.probabilities = self._model.probabilities(seen, self.stood_metres)
        sure = float(self.probabilities[FELL])
        self._recent.append(sure)
        self._windows_saw -= 1
        if self._suspicion is not None:
            self._suspicion.take(sure, seen, has_reflections=len(slot.heights) > 0)
            return self._follow(self._suspicion, seen, doubt=suspect / SUSPECT)
        if sure >= suspect and seen.reached_metres - seen.level_metres >= DROP_METRES:
            self._suspicion = begun(sure, seen)
        return None

    @property
    def _believe(self) -> float:
        return TARGET_BELIEVE if self._is_target else BELIEVE

    def _is_low(self, seen: Course) -> bool:
        """Whether the body is where one lies that fell."""
        if self._is_target and seen.middle_drop_metres < TARGET_DROP_METRES:
            return False
        return seen.lies_at_metres < LOW_METRES

    def _is_sure(self, confidence: float, doubt: float) -> bool:
        """Whether the judge is, or the windows saw it and the judge has thought it likely."""
        if confidence >= self._believe * doubt:
            return True
        return self._windows_saw > 0 and _best(self._recent) >= AGREE * doubt

    def _follow(self, suspicion: Suspicion, seen: Course, *, doubt: float) -> Fall | Stumble | None:
        if suspicion.has_risen:
            self._suspicion = None
            return None if suspicion.told else self._stumble(suspicion)
        lasted = len(suspicion.moments)
        if lasted > _STUMBLED_SLOTS and not self._may_fall_again(suspicion):
            self._suspicion = None
            return None
        if suspicion.told or lasted <= _CONFIRM_SLOTS or suspicion.is_rising:
            return None
        has_risen = suspicion.rose_at is not None
        if has_risen and suspicion.low < _AGAIN_SLOTS:
            return None
        is_low = self._is_low(seen)
        if not is_low and (self._is_target or not suspicion.lies_below):
            return None
        if suspicion.down_metres >= MOST_DROP_METRES:
            return None
        # What came after hides the fall from the judge.
        is_disturbed = has_risen or not is_low or any(suspicion.mixes)
        confidence = (_best if is_disturbed else _newest)(suspicion.moments)
        if not self._is_sure(confidence, doubt):
            return None
        suspicion.told = True
        return self._fall(suspicion, confidence, seen)

    @staticmethod
    def _may_fall_again(suspicion: Suspicion) -> bool:
        """Whether who was up lately may be falling for good."""
        if suspicion.rose_at is None or len(suspicion.moments) > 2 * _STUMBLED_SLOTS:
            return False
        return len(suspicion.moments) - suspicion.rose_at <= UP_SLOTS + _AGAIN_SLOTS

    @staticmethod
    def _stumble(suspicion: Suspicion) -> Stumble | None:
        confidence = _best(suspicion.moments)
        down = suspicion.down_metres
        was_low = suspicion.level_metres < LOW_METRES and down < MOST_DROP_METRES
        if confidence < STUMBLE or not was_low or suspicion.up_since is None:
            return None
        return Stumble(
            confidence,
            down,
            suspicion.level_metres,
            suspicion.descent_seconds,
            suspicion.up_since / FRAMES_PER_SECOND,
        )

    def finish(self) -> Fall | Stumble | None:
        """The recording ends here: judge what is suspected so far, on what was seen.

        The windows are believed alone: they have learnt from falls that are cut before their end.
        """
        suspicion, seen = self._suspicion, self._seen
        windows = self._windows.finish() if self._windows is not None else None
        seen_by_windows = self._windows_sure if self._windows_saw > 0 else 0.0
        if windows is not None:
            seen_by_windows = windows.confidence
        if seen is None or (suspicion is not None and suspicion.told):
            return None
        is_up = suspicion is not None and suspicion.is_up_now
        if suspicion is not None and is_up and not seen_by_windows:
            return self._stumble(suspicion)
        confidence = _best(suspicion.moments) if suspicion and not is_up else 0.0
        if seen_by_windows:
            confidence = max(confidence, seen_by_windows)
        elif confidence < self._believe or not self._is_low(seen):
            return None
        suspicion = self._suspicion = suspicion or begun(0.0, seen)
        suspicion.told = True
        return self._fall(suspicion, confidence, seen)

    @staticmethod
    def _fall(suspicion: Suspicion, confidence: float, seen: Course) -> Fall:
        return Fall(
            confidence,
            max(suspicion.reached_metres - seen.level_metres, 0.0),
            seen.level_metres,
            suspicion.descent_seconds,
            suspicion.low_slots / FRAMES_PER_SECOND,
        )


def _best(moments: Iterable[float]) -> float:
    best = sorted(moments)[-_SURE_SLOTS:]
    return sum(best) / len(best) if best else 0.0


def _newest(moments: list[float]) -> float:
    newest = moments[-MEAN_SLOTS:]
    return sum(newest) / len(newest)
