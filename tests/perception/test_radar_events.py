"""What is told of a room, and what is not: virtual bodies through the whole lane."""

from __future__ import annotations

import numpy as np
import pytest
from virtual_person import POSE, VirtualRoom, empty, fallen, lie, scenes, stand, walk

from perception.body import Body
from perception.events import (
    ActivityChanged,
    BathroomLong,
    BedLeft,
    Event,
    FallDetected,
    GaitSpeed,
    LyingOnFloor,
    NoMotion,
    PersonPresent,
    Rose,
    to_json,
)
from perception.fall import FallModel
from perception.radar import RadarFrame, Target
from perception.radar.room import Room, Zone, ZoneKind
from perception.radar.tracker import Person
from perception.watch import Patience, RoomWatch

SEEDS = range(900, 912)
BED = Zone("bed", ZoneKind.BED, -1, 1, 2, 4)
DOOR = Zone("door", ZoneKind.DOOR, 3, 4, 2, 4)


def found(kind: str) -> int:
    """In how many scenes of this kind a fall is told; the body stands before and lies after."""
    count = 0
    for scene in scenes(kind, SEEDS):
        room = VirtualRoom()
        stand(room, 2.0)
        room.play(scene, y=3.0)
        if kind.startswith("fall"):
            lie(room, 1.5)
        falls = room.told(FallDetected)
        assert len(falls) <= 1
        count += len(falls)
    return count


@pytest.mark.parametrize("kind", ["fall", "fall_in_steps"])
def test_falls_are_told_once(kind: str) -> None:
    assert found(kind) >= 10


@pytest.mark.parametrize("kind", ["walk", "stand", "sit", "stand_up"])
def test_what_is_no_fall_is_not_told(kind: str) -> None:
    assert found(kind) == 0


@pytest.mark.parametrize("kind", ["sit_down", "bend"])
def test_dropping_on_a_chair_or_a_knee_is_rarely_a_fall(kind: str) -> None:
    # A third of these scenes drop as fast as a fall does.
    assert found(kind) <= 2


def test_a_fall_says_where_and_how_deep() -> None:
    fall = fallen(VirtualRoom())
    assert fall.confidence >= 0.5
    assert fall.height_drop_metres > 0.3
    assert (fall.x, fall.y) == pytest.approx((0.0, 3.0), abs=0.8)
    assert fall.evidence == ("points",)
    assert to_json(fall)["type"] == "FallDetected"


def test_one_of_two_people_falls() -> None:
    room = VirtualRoom()
    rng = np.random.default_rng(2)

    def both(falling: np.ndarray) -> None:
        upright = np.abs(rng.normal((-2, 3, 1.0), (0.12, 0.12, 0.4), (8, 3)))
        upright[:, 0] *= -1
        room.frame(np.concatenate((upright, falling)))

    for _ in range(20):
        both(np.abs(rng.normal((1.5, 3, 1.0), (0.12, 0.12, 0.4), (8, 3))))
    scene = scenes("fall", [903])[0]
    shift = 3.0 - float(np.median(np.concatenate(scene.frames)[:, 1]))
    for points in scene.frames:
        side = rng.normal(1.5, 0.1, len(points))
        both(np.stack((side, points[:, 1] + shift, points[:, 0]), 1))
    for _ in range(15):
        both(np.abs(rng.normal((1.5, 3, 0.15), (0.12, 0.12, 0.05), (8, 3))))
    (fall,) = room.told(FallDetected)
    assert isinstance(fall, FallDetected)
    assert fall.x == pytest.approx(1.5, abs=0.6)


def test_a_fall_is_latched_until_the_body_rises() -> None:
    room = VirtualRoom()
    fallen(room)
    lie(room, 40.0)
    assert len(room.told(FallDetected, LyingOnFloor)) == 1
    stand(room, 5.0)
    assert len(room.told(Rose)) == 1
    lie(room, 25.0)
    assert len(room.told(FallDetected, LyingOnFloor)) == 2


def test_lying_on_the_floor_without_a_fall_is_told() -> None:
    room = VirtualRoom()
    lie(room, 30.0)
    (event,) = room.told(LyingOnFloor)
    assert isinstance(event, LyingOnFloor)
    assert event.lying_seconds == pytest.approx(20.0, abs=1.5)
    assert room.told(FallDetected) == []


def test_a_sleeper_is_no_alarm_and_leaving_the_bed_is_told() -> None:
    room = VirtualRoom(Room(POSE, zones=(BED,)))
    stand(room, 2.0, 0.0, 3.0)
    lie(room, 60.0, 0.0, 3.0, at=0.45)
    assert room.told(FallDetected, LyingOnFloor) == []
    walk(room, 0.0, 3.0, 3.0)
    stand(room, 5.0, 3.0, 3.0)
    (left,) = room.told(BedLeft)
    assert isinstance(left, BedLeft)
    assert left.in_bed_seconds > 55


def test_a_fall_in_bed_is_no_fall() -> None:
    room = VirtualRoom(Room(POSE, zones=(BED,)))
    stand(room, 2.0)
    room.play(scenes("fall", [903])[0], y=3.0)
    lie(room, 3.0)
    assert room.told(FallDetected) == []


def test_long_in_the_bathroom() -> None:
    zone = Zone("bath", ZoneKind.BATHROOM, -1, 1, 2, 4)
    room = VirtualRoom(Room(POSE, zones=(zone,)), Patience(bathroom_seconds=30.0))
    stand(room, 60.0)
    assert len(room.told(BathroomLong)) == 1


def test_who_went_into_the_bathroom_and_is_hidden_there_is_long_in_it() -> None:
    zone = Zone("bath", ZoneKind.BATHROOM, -1, 1, 2, 4)
    room = VirtualRoom(Room(POSE, zones=(zone,)), Patience(bathroom_seconds=30.0))
    walk(room, 3.0, 0.0, 3.0)
    empty(room, 60.0)
    assert len(room.told(BathroomLong)) == 1


def test_no_motion_is_told_again_while_it_lasts_and_after_motion() -> None:
    room = VirtualRoom(patience=Patience(no_motion_seconds=20.0))
    stand(room, 30.0)
    assert len(room.told(NoMotion)) == 1
    stand(room, 20.0)
    assert len(room.told(NoMotion)) == 2
    walk(room, 0.0, 2.0, 3.0)
    stand(room, 30.0, 2.0)
    assert len(room.told(NoMotion)) == 3


def test_who_walks_before_a_radar_that_gives_targets_alone_moves() -> None:
    watch = RoomWatch(Room(POSE), FallModel(), Patience(no_motion_seconds=20.0))
    events: list[Event] = []
    for k in range(600):
        at, x = k / 10, 2.0 * np.sin(k / 25)
        events += watch.update(at, RadarFrame(targets=(Target(0, (x, 3.0, 0.0)),)))
    assert [event for event in events if isinstance(event, NoMotion)] == []
    for k in range(600, 900):
        events += watch.update(k / 10, RadarFrame(targets=(Target(0, (x, 3.0, 0.0)),)))
    assert len([event for event in events if isinstance(event, NoMotion)]) == 1
    assert any(isinstance(event, GaitSpeed) for event in events)


def test_hours_of_nobody_are_no_stillness_of_who_comes_home() -> None:
    room = VirtualRoom(Room(POSE, zones=(DOOR,)), Patience(no_motion_seconds=20.0))
    walk(room, 2.0, 3.8, 3.0)
    empty(room, 60.0)
    stand(room, 3.0, 3.8)
    assert room.told(NoMotion) == []
    stand(room, 25.0, 3.8)
    assert len(room.told(NoMotion)) == 1


def test_targets_count_people_better_than_the_module_s_yes() -> None:
    watch = RoomWatch(Room(POSE), FallModel())
    two = tuple(Target(k, (2.0 * k, 3.0, 0.0)) for k in range(2))
    frames = [RadarFrame(targets=two), RadarFrame(present=True)] * 100
    events = [event for k, frame in enumerate(frames) for event in watch.update(k / 20, frame)]
    assert [event.count for event in events if isinstance(event, PersonPresent)] == [2]


def test_presence_gait_and_activity() -> None:
    room = VirtualRoom()
    walk(room, -3.0, 3.0, 3.0, speed=0.8)
    stand(room, 6.0, 3.0)
    assert [event.count for event in room.events if isinstance(event, PersonPresent)] == [1]
    (gait,) = room.told(GaitSpeed)
    assert isinstance(gait, GaitSpeed)
    assert gait.metres_per_second == pytest.approx(0.8, abs=0.15)
    lie(room, 8.0, 3.0)
    activities = [event.activity for event in room.events if isinstance(event, ActivityChanged)]
    assert activities[-1] == "lying"


def test_who_tosses_on_the_floor_walks_nowhere() -> None:
    room = VirtualRoom()
    rng = np.random.default_rng(4)
    stand(room, 3.0)
    for _ in range(600):
        points = rng.normal((0, 3, 0.15), (0.35, 0.35, 0.05), (4, 3))
        room.frame(np.abs(points))
    stand(room, 5.0)
    assert room.told(GaitSpeed) == []


def test_what_never_rests_is_not_remembered_for_ever() -> None:
    body = Body(1, Room(POSE), FallModel(), 0.0)
    person = Person(1, 0.0, 3.0, 0.0, 0.0, vx=0.6)
    for k in range(12_000):
        list(body.update(k / 100, person, is_seen=True, module_says_fall=False))
    assert len(body._walk) < 6_000


def test_a_module_of_presence_and_motion_tells_of_long_stillness() -> None:
    watch = RoomWatch(Room(POSE), FallModel(), Patience(no_motion_seconds=20.0))
    says = (
        (10, RadarFrame(present=True, moving=True)),
        (40, RadarFrame(present=True, moving=False)),
        (60, RadarFrame(present=False, moving=False)),
        (10, RadarFrame(present=True, moving=False)),
    )
    frames = [frame for seconds, frame in says for _ in range(seconds)]
    events = [e for at, frame in enumerate(frames) for e in watch.update(at, frame)]
    still = [event.at for event in events if isinstance(event, NoMotion)]
    assert still == pytest.approx([29, 49], abs=1)


def test_a_module_without_points_is_asked_about_not_believed() -> None:
    room = VirtualRoom()
    for k in range(100):
        room.events += room.watch.update(100 + k, RadarFrame(fallen=True))
    (fall,) = room.told(FallDetected)
    assert isinstance(fall, FallDetected)
    assert fall.evidence == ("module",)
    assert fall.confidence == 0.5


def test_a_module_that_cries_fall_over_a_standing_body_is_not_believed() -> None:
    room = VirtualRoom()
    stand(room, 2.0)
    for _ in range(50):
        rng = np.random.default_rng(5)
        room.frame(np.abs(rng.normal((0, 3, 1.0), (0.1, 0.1, 0.4), (8, 3))), fallen=True)
    assert room.told(FallDetected) == []


def test_a_module_is_asked_about_where_its_points_show_nobody() -> None:
    room = VirtualRoom()
    stand(room, 2.0)
    for _ in range(60):
        room.frame(np.zeros((0, 3)), fallen=True)
    (fall,) = room.told(FallDetected)
    assert isinstance(fall, FallDetected)
    assert (fall.person, fall.evidence) == (0, ("module",))


def test_a_module_that_repeats_a_fall_that_was_told_tells_no_other() -> None:
    room = VirtualRoom()
    fallen(room)
    for _ in range(60):
        room.frame(np.zeros((0, 3)), fallen=True)
    assert len(room.told(FallDetected)) == 1


def test_a_clock_that_jumps_alarms_nobody() -> None:
    room = VirtualRoom()
    stand(room, 3.0)
    room.now -= 1_000.0
    lie(room, 3.0)
    room.now += 100_000.0
    stand(room, 3.0)
    assert room.told(FallDetected, LyingOnFloor, NoMotion) == []
    room.events.clear()
    fallen(room)


def test_a_module_s_fall_of_another_time_is_no_witness() -> None:
    room = VirtualRoom()
    room.now = 1_000.0
    stand(room, 1.0)
    room.frame(np.zeros((0, 3)), fallen=True)
    room.now = 0.0
    assert fallen(room).evidence == ("points",)


def test_nobody_for_an_hour_costs_nothing_and_alarms_nobody() -> None:
    room = VirtualRoom()
    for _ in range(36_000):
        room.frame(np.zeros((0, 3)))
    assert room.events == []
    fallen(room)
