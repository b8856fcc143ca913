"""The floor is found from walks; where it cannot be, that is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from perception.calibration import FloorFinder, Hung
from perception.events import Event, MountingDoubted, Unsure
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import FloatArray, make_clouds
from perception.radar.room import MountingPose, Room, RoomError
from perception.watch import RoomWatch

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


@pytest.mark.parametrize(("lowest", "highest"), [(0.1, 1.6), (0.35, 1.8), (0.0, 1.75)])
def test_somebody_short_or_bowed_makes_no_right_mounting_wrong(
    lowest: float, highest: float
) -> None:
    found = walk(lowest, highest).found()
    assert not isinstance(found, Hung) or not found.differs(TOLD)


def frames(k: int, rng: np.random.Generator) -> FloatArray:
    """(14, 3) somebody who walks in a circle, height over the floor last."""
    x, y = 1.5 * float(np.sin(k / 15)), 3 + 1.5 * float(np.cos(k / 15))
    up = rng.uniform(0.1, 2.1, 14)
    return np.stack((rng.normal(x, 0.1, 14), rng.normal(y, 0.1, 14), up), 1)


def after(hung: Callable[[FloatArray], FloatArray]) -> tuple[list[Event], float]:
    """What is told of walks before a radar that is hung so: places in the room to its axes."""
    watch = RoomWatch(Room(TOLD), FallModel())
    rng = np.random.default_rng(0)
    nothing = np.zeros(14, np.float32)
    events: list[Event] = []
    for k in range(700):
        xyz = hung(frames(k, rng)).astype(np.float32)
        frame = RadarFrame(points=make_clouds(xyz, nothing, nothing, [14])[0])
        events += watch.update(k / 10, frame)
    return events, watch._floor_metres


@pytest.mark.parametrize(("wrong", "is_taken"), [(0.4, True), (-0.4, False)])
def test_heights_are_only_ever_lowered_by_what_is_found(wrong: float, is_taken: bool) -> None:
    events, floor = after(lambda room: room - np.array((0.0, 0.0, TOLD.height_metres - wrong)))
    assert [type(e).__name__ for e in events].count("MountingFound") == 1
    assert (floor > 0.0) == is_taken
    assert floor >= 0.0


def upside_down(room: FloatArray) -> FloatArray:
    return (room - (0.0, 0.0, TOLD.height_metres)) * (-1.0, 1.0, -1.0)


def on_the_ceiling(room: FloatArray) -> FloatArray:
    """At 2.6 m, looking down, over the middle of the walk; told as hung on a wall."""
    x, y, up = room.T
    return np.stack((x, 2.6 - up, y - 3.0), 1)


def on_its_side(room: FloatArray) -> FloatArray:
    x, y, up = room.T
    return np.stack((up - TOLD.height_metres, y, x), 1)


def narrow(room: FloatArray) -> FloatArray:
    """Nothing below the hips is seen."""
    return np.maximum(room, (-9.0, 0.0, 1.1)) - (0.0, 0.0, TOLD.height_metres)


@pytest.mark.parametrize(
    ("hung", "why"),
    [
        (upside_down, Unsure.TURNED),
        (on_its_side, Unsure.TURNED),
        (on_the_ceiling, Unsure.TURNED),
        (narrow, Unsure.NO_FEET),
    ],
)
def test_a_radar_that_hangs_wrongly_is_said_once(
    hung: Callable[[FloatArray], FloatArray], why: Unsure
) -> None:
    events, floor = after(hung)
    assert [e.why for e in events if isinstance(e, MountingDoubted)] == [why]
    assert floor == 0.0


@pytest.mark.parametrize("height", [0.0, 9.0, float("nan")])
def test_a_height_that_cannot_be_is_refused(height: float) -> None:
    with pytest.raises(RoomError):
        MountingPose(height)
