"""Falls of one body before the kind of sensor that the recordings of falls were made with.

The model says of each window (1.2 s, ten times a second) what it looks like; the watch turns that
into one fall: a suspicion (it looks like a fall, the body came down, it is low) after whose
`CONFIRM_SECONDS` nobody has risen.  It is one of two witnesses (`perception.fall`).  Thresholds
were chosen on the development recordings named in the model card.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Final

import numpy as np

from perception.descent_features import Slot
from perception.fall_features import (
    FEATURES,
    FRAMES_PER_SECOND,
    LABELS,
    WINDOW_FRAMES,
    window_features,
)
from perception.onnx_model import MODELS, OnnxModel
from perception.radar.frames import FloatArray

MODEL: Final = MODELS / "radar_fall" / "model.onnx"
FALLING: Final = LABELS.index("falling")
LYING: Final = LABELS.index("lying")

SUSPECT: Final = 0.2
"""Probability of falling from which on a window is a suspicion; what follows decides."""
BELIEVE: Final = 0.6
"""Mean of the `_SURE_FRAMES` best windows that a fall needs."""
LOW_METRES: Final = 1.0
DOWN_METRES: Final = 0.8
DROP_METRES: Final = 0.2
UPRIGHT_METRES: Final = 0.6
"""A body that was lower than this before did not fall, unless the model is sure."""
SURE: Final = 0.9
"""Mean of the `_SURE_FRAMES` best windows from which on a small drop is enough; in a recording that
is cut off none is needed, and the level may be up to `GHOST_LEVEL_METRES`, as reflections by way of
a wall lift it."""
SURE_DROP_METRES: Final = 0.15
GHOST_LEVEL_METRES: Final = 1.2
MIN_POINTS: Final = 8
"""In the last `_COUNT_FRAMES`; one or two lonely reflections near the floor are nobody."""
CONFIRM_SECONDS: Final = 1.0
STAYS: Final = 0.4
"""Probability of falling or lying that the latest window needs then: who sits or walks rose."""
_CONFIRM_FRAMES: Final = round(CONFIRM_SECONDS * FRAMES_PER_SECOND)
_LEVEL_FRAMES: Final = 4
_BEFORE_FRAMES: Final = 2
_LEVEL_POINTS: Final = 4
_COUNT_FRAMES: Final = 6
_SURE_FRAMES: Final = 3
_UPPER_ALLOWANCE_METRES: Final = 0.3
_MIN_FRAMES: Final = 6


@dataclass(frozen=True, slots=True)
class WindowFall:
    """Somebody fell."""

    confidence: float
    height_drop_metres: float
    level_metres: float
    """How high the body lies now."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one tenth of a second says for or against a fall."""

    sure: float
    opens: bool
    """A suspicion may begin here: it looks like a fall, and the body is seen and low."""
    drop_metres: float
    came_down: bool


class WindowModel:
    """Probabilities over `LABELS` of windows of slots."""

    def __init__(self, path: Path = MODEL) -> None:
        self._model = OnnxModel(path, WINDOW_FRAMES, FEATURES, len(LABELS))

    def probabilities(self, window: list[Slot]) -> FloatArray:
        """(labels,) of one window, filled up in front with emptiness where it is short."""
        first = WINDOW_FRAMES - len(window)
        sizes = [len(slot.heights) for slot in window]
        slots = np.repeat(np.arange(first, WINDOW_FRAMES), sizes)
        heights = np.concatenate([slot.heights for slot in window])
        distances = np.concatenate([slot.distances for slot in window])
        result: FloatArray = self._model.probabilities(window_features(heights, distances, slots))[
            0
        ]
        return result


class WindowWatch:
    """Follows one body; tells each fall once."""

    def __init__(self, model: WindowModel) -> None:
        self._model = model
        self._window: deque[Slot] = deque(maxlen=WINDOW_FRAMES)
        self._moments: deque[_Moment] = deque(maxlen=_CONFIRM_FRAMES + 1)
        self.probabilities: FloatArray | None = None
        """Of the latest window; None before the first."""

    @property
    def level_metres(self) -> float | None:
        """How high the body's reflections reach now; None where it gives none."""
        return _level(list(self._window)[-_LEVEL_FRAMES:])

    def update(self, slot: Slot, *, suspect: float = SUSPECT) -> WindowFall | None:
        """Take the next tenth of a second; `suspect` is lower where the module says so too."""
        self._window.append(slot)
        if len(self._window) < _MIN_FRAMES:
            return None
        self.probabilities = self._model.probabilities(list(self._window))
        self._moments.append(self._moment(float(self.probabilities[FALLING]), suspect))
        if len(self._moments) <= _CONFIRM_FRAMES or not self._moments[0].opens:
            return None
        return self._judge(list(self._moments))

    def finish(self) -> WindowFall | None:
        """The recording ends here: judge what is suspected so far, on what was seen.

        Falls of the published recordings are cut before the body is quite down, so its level need
        only be low, and the windows are believed as they are suspected.
        """
        suspected = list(dropwhile(lambda moment: not moment.opens, self._moments))
        return self._judge(suspected, is_cut_off=True) if suspected else None

    def _moment(self, sure: float, suspect: float) -> _Moment:
        suspected = sure >= suspect
        if not suspected and not any(moment.opens for moment in self._moments):
            return _Moment(sure, opens=False, drop_metres=0.0, came_down=False)
        level = self.level_metres
        if level is None:
            return _Moment(sure, opens=False, drop_metres=0.0, came_down=False)
        highest = _highest(list(self._window))
        drop = highest - level
        return _Moment(
            sure,
            opens=suspected and level <= GHOST_LEVEL_METRES and self._is_seen(),
            drop_metres=drop,
            came_down=suspected
            and drop > DROP_METRES
            and highest > UPRIGHT_METRES
            and level < LOW_METRES,
        )

    def _judge(self, moments: list[_Moment], *, is_cut_off: bool = False) -> WindowFall | None:
        assert self.probabilities is not None  # noqa: S101  # there is no moment before the first
        best = sorted(moment.sure for moment in moments)[-_SURE_FRAMES:]
        confidence = sum(best) / len(best)
        drop = max(moment.drop_metres for moment in moments)
        came_down = any(moment.came_down for moment in moments)
        is_sure = confidence >= SURE and len(moments) >= _SURE_FRAMES
        if is_cut_off:
            highest_level = GHOST_LEVEL_METRES if is_sure else LOW_METRES
            likely = is_sure or (came_down and confidence >= SUSPECT)
        else:
            highest_level = DOWN_METRES
            came_down |= is_sure and drop > SURE_DROP_METRES
            stays = self.probabilities[FALLING] + self.probabilities[LYING] >= STAYS
            likely = came_down and stays and confidence >= BELIEVE
        level = self.level_metres
        stayed_down = level is None or level < highest_level
        if not (stayed_down and likely and self._is_seen()):
            return None
        self._moments.clear()
        return WindowFall(confidence, drop, level or 0.0)

    def _is_seen(self) -> bool:
        recent = list(self._window)[-_COUNT_FRAMES:]
        return sum(len(slot.heights) for slot in recent) >= MIN_POINTS


def _level(slots: list[Slot]) -> float | None:
    heights = np.concatenate([slot.heights for slot in slots])
    if not len(heights):
        return None
    middle, upper = np.percentile(heights, (50, 75))
    return float(max(middle, upper - _UPPER_ALLOWANCE_METRES))


def _highest(window: list[Slot]) -> float:
    """How high the body reached in the window before now, metres; 0 where it was not seen."""
    pairs = (window[at : at + _BEFORE_FRAMES] for at in range(len(window) - _LEVEL_FRAMES))
    levels = [
        _level(pair) for pair in pairs if sum(len(slot.heights) for slot in pair) >= _LEVEL_POINTS
    ]
    return max((level for level in levels if level is not None), default=0.0)
