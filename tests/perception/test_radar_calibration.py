"""The floor is found from walks; where it cannot be, that is said."""

from __future__ import annotations

import numpy as np
import pytest

from perception.calibration import FloorFinder, Hung, Unsure
from perception.radar.room import MountingPose

TOLD = MountingPose(1.8)


def walk(lowest: float, highest: float, seconds: float = 20.0, sway: float = 0.0) -> FloorFinder:
    """Somebody walks whose reflections reach from here to there over the told floor."""
    rng = np.random.default_rng(0)
    finder = FloorFinder(TOLD)
    for at in np.arange(0.0, seconds, 0.1):
        up = rng.uniform(lowest, highest, 12) + sway * np.sin(at / 3)
        finder.take(float(at), np.stack((up * 0, up * 0 + 3, up), 1).astype(np.float32))
    return finder


@pytest.mark.parametrize("wrong", [-0.3, 0.0, 0.3])
def test_the_height_is_found_whatever_was_told(wrong: float) -> None:
    found = walk(0.1 + wrong, 2.1 + wrong).found()
    assert isinstance(found, Hung)
    assert found.height_metres == pytest.approx(TOLD.height_metres - wrong, abs=0.15)
    assert found.differs(TOLD) == (wrong != 0.0)


@pytest.mark.parametrize(
    ("finder", "why"),
    [
        (FloorFinder(TOLD), Unsure.NOBODY_WALKED),
        (walk(0.1, 2.1, seconds=3.0), Unsure.NOBODY_WALKED),
        (walk(1.0, 1.8), Unsure.NO_FEET),
        (walk(2.0, 4.0), Unsure.TURNED),
        (walk(0.1, 2.1, sway=1.5), Unsure.TURNED),
    ],
)
def test_what_cannot_be_told_is_said(finder: FloorFinder, why: Unsure) -> None:
    assert finder.found() is why
