"""RadHAR (BSD-3-Clause, IWR1443, 30 frames/s): files, sessions and the fixed split.

Four sessions were recorded; the time stamps tell them, the names do not always.  The split into
training and test files is the authors', written down in `splits/radhar.json` so that no later
change of the folder moves it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from perception.activity_features import LABELS, STEP_FRAMES, WINDOW_FRAMES
from perception.radar.frames import FloatArray

SPLIT: Final = Path(__file__).parent / "splits" / "radhar.json"
_SESSION_ENDS: Final = (1_561_683_150.0, 1_561_700_000.0, 1_561_866_250.0)
"""Unix seconds between the sessions: 28 June 2019 twice, 30 June 2019 twice."""
SESSIONS: Final = len(_SESSION_ENDS) + 1
BODY_MIDDLE_METRES: Final = 1.0
"""The mounting height is not given; the middle of a standing body's reflections is put here."""


@dataclass(frozen=True, slots=True, eq=False)
class ActivityFile:
    """One recording of one activity, about 20 s."""

    name: str
    """Such as train/jump/20_jump_1."""
    label: int
    session: int
    frames: int
    xyz: FloatArray
    """(n, 3) x right, y ahead, z up; metres."""
    doppler: FloatArray
    strength_db: FloatArray
    frame: NDArray[np.intp]
    """(n,) which frame each point belongs to, ascending."""

    def starts(self) -> range:
        """First frames of the windows: 2 s long, a third of a second apart."""
        return range(0, self.frames - WINDOW_FRAMES + 1, STEP_FRAMES)

    def points_of(self, first: int, last: int) -> slice:
        """The points of frames `first` to `last` (exclusive)."""
        a, b = np.searchsorted(self.frame, (first, last))
        return slice(int(a), int(b))


def load(folder: Path, part: str) -> list[ActivityFile]:
    """The files of "train" or "test" by the fixed split.

    Raises:
        FileNotFoundError: a file of the split is missing.
    """
    return [_read(folder / f"{name}.npz", name) for name in names(part)]


def names(part: str) -> list[str]:
    """The files of a part of the fixed split."""
    found: list[str] = json.loads(SPLIT.read_text(encoding="utf-8"))[part]
    return found


def _read(path: Path, name: str) -> ActivityFile:
    with np.load(path, allow_pickle=False) as file:
        points: Any = file["points"]
        stamps = file["stamp"]
        frame = file["frame"].astype(np.intp)
    began = float(stamps[0])
    return ActivityFile(
        name,
        LABELS.index(path.parent.name),
        sum(began > end for end in _SESSION_ENDS),
        len(stamps),
        np.stack((-points[:, 1], points[:, 0], points[:, 2]), 1),
        points[:, 4],
        points[:, 6],
        frame,
    )
