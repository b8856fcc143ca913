"""A fall is one before any sensor: sparse or dense, slow or quick, hung otherwise than was told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from perception.descent_features import MEMORY_SLOTS, Slot, course, judge_features
from perception.descent_ramp import RAMP_SLOTS, ramp
from perception.events import (
    ActivityChanged,
    Event,
    FallDetected,
    LyingOnFloor,
    Rose,
    Stumbled,
)
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import Target, make_clouds
from perception.radar.room import MountingPose, Room
from perception.watch import RoomWatch

MODEL = FallModel()
HANGS = 2.0
Course = Sequence[tuple[float, float]]
"""Seconds, and the height of the body's middle from then on, metres: straight lines between."""

STANDS: Course = [(0, 1.0), (6, 1.0)]
FALLS: Course = [*STANDS, (6.8, 0.2), (12, 0.2)]
STUMBLES: Course = [*STANDS, (6.7, 0.25), (7.1, 0.25), (8.2, 1.0), (12, 1.0)]
SITS_DOWN: Course = [*STANDS, (7.8, 0.65), (14, 0.65)]
LIES_DOWN: Course = [*STANDS, (8, 0.65), (10, 0.65), (12.8, 0.5), (17, 0.5)]
BENDS: Course = [*STANDS, (7.2, 0.6), (9, 0.6), (10.2, 1.0), (13, 1.0)]


def points_of(
    course_: Course, rate: float, points: int, seed: int = 0, *, raised: float = 0.0
) -> list[tuple[float, RadarFrame]]:
    """What a radar that gives points sees of a body 2.5 m ahead, higher where its middle is."""
    rng = np.random.default_rng(seed)
    ats, heights = np.array(course_).T
    frames = []
    for at in np.arange(0, ats[-1], 1 / rate):
        middle = float(np.interp(at, ats, heights))
        n = max(1, int(rng.poisson(points)))
        z = rng.uniform(0.1, 1.9, n) * middle + rng.normal(0, 0.1, n)
        xyz = np.stack((rng.normal(0, 0.12, n), rng.normal(2.5, 0.12, n), z + raised - HANGS), 1)
        nothing = np.zeros(n, np.float32)
        (cloud,) = make_clouds(xyz.astype(np.float32), nothing, nothing, [n])
        frames.append((float(at), RadarFrame(points=cloud)))
    return frames


def targets_of(course_: Course, seed: int = 0) -> list[tuple[float, RadarFrame]]:
    """What a module tells that holds one target, 20 a second; it leaps while the body lies."""
    rng = np.random.default_rng(seed)
    ats, heights = np.array(course_).T
    frames, held, until = [], (0.0, 2.5, 1.0 - HANGS), -1.0
    for at in np.arange(0, ats[-1], 0.05):
        if at >= until:
            middle = float(np.interp(at, ats, heights))
            leap = 0.8 if middle < 0.5 and rng.random() < 0.25 else 0.0
            held = (0.02 * rng.normal(), 2.5, middle + leap - HANGS + 0.08 * rng.normal())
            until = at + (0.1 if leap == 0.0 and middle > 0.3 else 0.45)
        frames.append((float(at), RadarFrame(targets=(Target(1, held),))))
    return frames


def told(frames: list[tuple[float, RadarFrame]], height: float = HANGS) -> list[Event]:
    watch = RoomWatch(Room(MountingPose(height)), MODEL)
    return [event for at, frame in frames for event in watch.update(at, frame)]


def kinds(events: list[Event]) -> list[str]:
    wanted = (FallDetected, Stumbled, LyingOnFloor)
    return [type(event).__name__ for event in events if isinstance(event, wanted)]


@pytest.mark.parametrize(
    ("rate", "points"), [(4, 5), (8, 6), (10, 12), (15, 8), (20, 3), (30, 5)], ids=str
)
def test_a_fall_is_told_once_at_any_rate_and_density(rate: float, points: int) -> None:
    assert kinds(told(points_of(FALLS, rate, points))) == ["FallDetected"]


@pytest.mark.parametrize("raised", [-0.4, -0.2, 0.2, 0.4])
def test_a_fall_is_told_if_the_mounting_was_told_wrong(raised: float) -> None:
    events = told(points_of(FALLS, 10, 8), HANGS + raised)
    assert kinds(events) == ["FallDetected"]


@pytest.mark.parametrize("quiet", [STANDS, SITS_DOWN, LIES_DOWN, BENDS], ids=str)
@pytest.mark.parametrize(("rate", "points"), [(4, 5), (10, 8), (20, 6)])
def test_what_is_meant_is_no_fall(quiet: Course, rate: float, points: int) -> None:
    assert kinds(told(points_of(quiet, rate, points))) == []


def test_a_fall_comes_with_its_evidence() -> None:
    (fall,) = (e for e in told(points_of(FALLS, 10, 12)) if isinstance(e, FallDetected))
    assert fall.from_metres == pytest.approx(1.5, abs=0.3)
    assert fall.to_metres == pytest.approx(0.3, abs=0.2)
    assert fall.height_drop_metres == pytest.approx(fall.from_metres - fall.to_metres)
    assert 0.3 <= fall.descent_seconds <= 1.3
    assert fall.low_seconds >= 1.0
    assert fall.at < 9.5


def test_who_is_up_again_within_seconds_has_stumbled() -> None:
    (event,) = (e for e in told(points_of(STUMBLES, 10, 10)) if kinds([e]))
    assert isinstance(event, Stumbled)
    assert event.from_metres - event.to_metres > 0.6
    assert 0.5 <= event.down_seconds <= 3.0


@pytest.mark.parametrize("seed", range(5))
def test_a_module_that_tells_one_leaping_target_shows_a_fall(seed: int) -> None:
    events = [e for e in told(targets_of(FALLS, seed)) if isinstance(e, FallDetected)]
    assert [event.evidence for event in events] == [("target",)]


@pytest.mark.parametrize("quiet", [STANDS, SITS_DOWN], ids=str)
def test_a_module_s_target_that_stays_up_shows_none(quiet: Course) -> None:
    assert kinds(told(targets_of(quiet))) == []


def test_a_target_without_a_height_shows_no_fall() -> None:
    frames = [
        (at / 10, RadarFrame(targets=(Target(0, (0.0, 2.5 + at / 500, 0.0)),))) for at in range(150)
    ]
    assert not kinds(told(frames, height=0.4))


def test_who_stands_is_not_told_as_walking() -> None:
    said = {e.activity for e in told(points_of(STANDS, 20, 6)) if isinstance(e, ActivityChanged)}
    assert said == {"standing"}


def test_the_ramp_tells_how_long_the_way_down_was() -> None:
    rng = np.random.default_rng(0)
    ago = (RAMP_SLOTS - np.arange(RAMP_SLOTS)) / 10
    many = np.full(RAMP_SLOTS, 5.0, np.float32)
    for seconds in (0.5, 1.1, 2.0, 4.0):
        heights = 0.3 + 1.1 * np.clip((ago - 1.0) / seconds, 0, 1) + rng.normal(0, 0.08, RAMP_SLOTS)
        found = ramp(heights.astype(np.float32), many)
        assert found.likely_seconds == pytest.approx(seconds, abs=0.3 + 0.2 * seconds)
        assert found.drop_metres == pytest.approx(1.1, abs=0.2)
        assert found.low_metres == pytest.approx(0.3, abs=0.15)


def test_of_nothing_there_is_no_ramp_and_no_course() -> None:
    nothing = np.zeros(RAMP_SLOTS, np.float32)
    assert ramp(nothing, nothing).drop_metres == 0.0
    empty = np.zeros(0, np.float32)
    assert course([Slot(empty, empty)] * MEMORY_SLOTS) is None


def test_only_three_features_know_where_the_floor_was_told() -> None:
    rng = np.random.default_rng(1)
    slots = [
        Slot(rng.normal(1.0, 0.3, 6).astype(np.float32), rng.normal(3, 0.1, 6).astype(np.float32))
        for _ in range(MEMORY_SLOTS)
    ]
    lifted = [Slot(slot.heights + np.float32(0.3), slot.distances) for slot in slots]
    first, second = (course(each) for each in (slots, lifted))
    assert first is not None
    assert second is not None
    differs = ~np.isclose(judge_features(first, None), judge_features(second, None), atol=1e-3)
    assert differs.sum() <= 3


def pushes_up(seconds: float, after: float, to: float = 1.0) -> Course:
    """Falls, pushes itself up for a moment, and lies down for good."""
    up = 6.8 + after
    down = up + 0.4 + seconds
    return [
        *STANDS,
        (6.8, 0.2),
        (up, 0.2),
        (up + 0.4, to),
        (down, to),
        (down + 0.4, 0.2),
        (14, 0.2),
    ]


@pytest.mark.parametrize(("rate", "points"), [(4, 5), (10, 8)])
@pytest.mark.parametrize(("seconds", "after"), [(0.5, 0.3), (1.0, 0.3), (1.0, 0.7)])
def test_who_pushes_up_and_lies_down_for_good_fell(
    seconds: float, after: float, rate: float, points: int
) -> None:
    assert kinds(told(points_of(pushes_up(seconds, after), rate, points))) == ["FallDetected"]


def test_a_second_bend_is_no_fall() -> None:
    bends = [(6.6, 0.5), (7.2, 0.5), (7.9, 1.0), (9, 1.0), (9.6, 0.5), (10.6, 0.5), (11.3, 1.0)]
    for seed in range(4):
        frames = points_of([*STANDS, *bends, (15, 1.0)], 20, 6, seed)
        assert "FallDetected" not in kinds(told(frames))


@pytest.mark.parametrize("comes", [7.2, 8.2])
def test_who_stands_beside_makes_no_stumble_of_a_fall(comes: float) -> None:
    fell = points_of([*STANDS, (6.8, 0.2), (13, 0.2)], 10, 8)
    helper = points_of([(0, 1.0), (13, 1.0)], 10, 8, seed=1)
    frames = [
        (at, together(body, beside) if at >= comes else body)
        for (at, body), (_, beside) in zip(fell, helper, strict=True)
    ]
    assert kinds(told(frames)) == ["FallDetected"]


def together(body: RadarFrame, beside: RadarFrame) -> RadarFrame:
    """Both in one frame, half a metre apart."""
    assert body.points is not None
    assert beside.points is not None
    xyz = np.concatenate((body.points.xyz, beside.points.xyz + np.float32((0.5, 0, 0))))
    return seen_at(xyz)


def seen_at(xyz: np.ndarray) -> RadarFrame:
    nothing = np.zeros(len(xyz), np.float32)
    return RadarFrame(points=make_clouds(xyz, nothing, nothing, [len(xyz)])[0])


@pytest.mark.parametrize("rate", [3.5, 4, 10])
@pytest.mark.parametrize(("at", "by"), [(7.0, -1.2), (7.5, -1.2), (7.3, 1.2), (7.7, 1.2)])
def test_one_frame_by_way_of_the_floor_or_a_wall_hides_no_fall(
    at: float, by: float, rate: float
) -> None:
    frames = points_of(FALLS, rate, 6)
    odd = next(k for k, (when, _) in enumerate(frames) if when >= at)
    cloud = frames[odd][1].points
    assert cloud is not None
    frames[odd] = (frames[odd][0], seen_at(cloud.xyz + np.float32((0, 0, by))))
    assert kinds(told(frames)) == ["FallDetected"]


def test_how_long_it_is_down_counts_from_when_it_was_and_the_drop_is_never_negative() -> None:
    for seed in range(3):
        fall = next(e for e in told(points_of(FALLS, 10, 8, seed)) if isinstance(e, FallDetected))
        assert fall.at - fall.low_seconds == pytest.approx(6.8, abs=0.4)
        assert fall.height_drop_metres >= 0.0


@pytest.mark.parametrize("seed", range(3))
def test_a_target_that_leaps_while_it_lies_is_told_as_lying(seed: int) -> None:
    lies_down = [(0, 1.0), (4, 1.0), (8, 0.25), (45, 0.25)]
    rng = np.random.default_rng(seed)
    frames = []
    for at in np.arange(0, 45, 0.05):
        middle = float(np.interp(at, *np.array(lies_down).T))
        leap = 0.8 if at > 9 and at % 4 < 0.45 else 0.0
        place = (0.02 * rng.normal(), 2.5, middle + leap - HANGS)
        frames.append((float(at), RadarFrame(targets=(Target(1, place),))))
    assert kinds(told(frames)) == ["LyingOnFloor"]


def test_a_short_body_s_target_opens_the_latch() -> None:
    course_ = [(0, 0.62), (6, 0.62), (14, 0.1), (45, 0.1), (46, 0.62), (52, 0.62)]
    frames = [
        (float(at), RadarFrame(targets=(Target(1, (0.0, 2.5, z - HANGS)),)))
        for at in np.arange(0, 52, 0.1)
        for z in (float(np.interp(at, *np.array(course_).T)),)
    ]
    names = [type(event).__name__ for event in told(frames)]
    assert [name for name in names if name in {"LyingOnFloor", "Rose"}] == ["LyingOnFloor", "Rose"]


@pytest.mark.parametrize("seed", range(2))
def test_leaps_of_a_target_hide_nobody_who_lies_on_the_floor(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = []
    for k in range(460):
        leaps = 0.8 if k > 100 and rng.random() < 0.3 else 0.0
        middle = 1.0 if k < 30 else 0.2
        held = (0.0, 2.5, middle + leaps - HANGS)
        frames += [((2 * k + n) * 0.05, RadarFrame(targets=(Target(1, held),))) for n in range(2)]
    events = told(frames)
    assert {"FallDetected", "LyingOnFloor"} & set(kinds(events))
    assert not any(isinstance(event, Rose) for event in events)
