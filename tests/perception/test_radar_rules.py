"""The patience of each rule: what holds for too short a time, or by too little, is not told."""

from __future__ import annotations

import numpy as np
import pytest
from virtual_person import FRAME_SECONDS, POSE, VirtualRoom, empty, fallen, lie, scenes, stand, walk

from perception.events import (
    ActivityChanged,
    BathroomLong,
    BedLeft,
    FallDetected,
    LyingOnFloor,
    PersonPresent,
    Rose,
)
from perception.radar import RadarFrame
from perception.radar.room import Room, Zone, ZoneKind
from perception.watch import Patience

BED = Zone("bed", ZoneKind.BED, -1, 1, 2, 4)
DOOR = Zone("door", ZoneKind.DOOR, 3, 4, 2, 4)


def module(room: VirtualRoom, seconds: float, **says: bool) -> None:
    """A module without points says so, every frame."""
    for _ in range(round(seconds / FRAME_SECONDS)):
        room.now += FRAME_SECONDS
        room.events += room.watch.update(room.now, RadarFrame(**says))


def test_a_glimpse_is_not_somebody() -> None:
    room = VirtualRoom()
    module(room, 2.0, present=True)
    module(room, 2.0, present=False)
    assert room.told(PersonPresent) == []
    module(room, 4.0, present=True)
    module(room, 2.0, present=False)
    module(room, 2.0, present=True)
    assert [event.count for event in room.events if isinstance(event, PersonPresent)] == [1]


def test_a_module_must_be_quiet_before_it_tells_of_another_fall() -> None:
    room = VirtualRoom()
    module(room, 3.0, fallen=True)
    module(room, 8.0, fallen=False)
    module(room, 3.0, fallen=True)
    assert len(room.told(FallDetected)) == 1
    module(room, 12.0, fallen=False)
    module(room, 3.0, fallen=True)
    assert len(room.told(FallDetected)) == 2


@pytest.mark.parametrize("seed", [923])
def test_a_module_s_word_makes_a_doubtful_fall_one(seed: int) -> None:
    told = {}
    for says in (False, True):
        room = VirtualRoom()
        stand(room, 2.0)
        room.play(scenes("fall_from_chair", [seed])[0], y=3.0, fallen=says)
        lie(room, 1.5)
        told[says] = [e.evidence for e in room.events if isinstance(e, FallDetected)]
    assert told == {False: [], True: [("points", "module")]}


@pytest.mark.parametrize(("apart_metres", "told"), [(0.95, 1), (2.5, 2)])
def test_a_body_that_is_followed_as_two_falls_once(apart_metres: float, told: int) -> None:
    room = VirtualRoom()
    rng = np.random.default_rng(2)

    def both(heights: np.ndarray) -> None:
        places = [
            np.stack((rng.normal(x, 0.1, len(heights)), rng.normal(3, 0.1, len(heights)), heights))
            for x in (-apart_metres / 2, apart_metres / 2)
        ]
        room.frame(np.concatenate(places, axis=1).T)

    for _ in range(30):
        both(np.abs(rng.normal(1.0, 0.4, 8)))
    for points in scenes("fall", [903])[0].frames:
        both(points[:, 0])
    for _ in range(20):
        both(np.abs(rng.normal(0.15, 0.05, 8)))
    assert len(room.told(FallDetected)) == told


@pytest.mark.parametrize(("gap", "told"), [(4.0, 1), (6.0, 0)])
def test_frames_that_stay_away_begin_everything_anew(gap: float, told: int) -> None:
    zone = Zone("bath", ZoneKind.BATHROOM, -1, 1, 2, 4)
    room = VirtualRoom(Room(POSE, zones=(zone,)), Patience(bathroom_seconds=30.0))
    stand(room, 20.0)
    room.now += gap
    stand(room, 20.0)
    assert len(room.told(BathroomLong)) == told


def test_who_merely_sat_down_on_the_bed_has_not_left_it() -> None:
    room = VirtualRoom(Room(POSE, zones=(BED,)))
    stand(room, 15.0)
    walk(room, 0.0, 3.0, 3.0)
    stand(room, 5.0, 3.0)
    assert room.told(BedLeft) == []


def test_whoever_is_up_for_a_moment_has_not_risen() -> None:
    room = VirtualRoom()
    fallen(room)
    stand(room, 1.5)
    lie(room, 25.0)
    assert room.told(Rose, LyingOnFloor) == []


@pytest.mark.parametrize(
    ("beside_metres", "height_metres", "told"),
    [(0.15, 0.45, 0), (0.6, 0.45, 1), (0.15, 0.15, 1), (-0.3, 0.15, 0)],
)
def test_who_lies_over_the_edge_of_the_bed_is_in_it_and_who_rolled_out_is_not(
    beside_metres: float, height_metres: float, told: int
) -> None:
    room = VirtualRoom(Room(POSE, zones=(BED,)))
    lie(room, 30.0, BED.x_max + beside_metres, at=height_metres)
    assert len(room.told(LyingOnFloor)) == told


def test_lonely_reflections_near_the_floor_are_nobody_lying_there() -> None:
    room = VirtualRoom()
    stand(room, 3.0)
    for _ in range(14):
        lie(room, FRAME_SECONDS)
        empty(room, 2.0)
    assert room.told(LyingOnFloor) == []


def test_a_posture_is_told_when_it_holds() -> None:
    room = VirtualRoom()
    stand(room, 6.0)
    since = room.now
    lie(room, 8.0)
    lying = [e.at for e in room.events if isinstance(e, ActivityChanged) and e.activity == "lying"]
    assert len(lying) == 1
    assert 1.8 <= lying[0] - since <= 5.0


def test_who_is_unseen_at_the_door_for_a_moment_is_the_same() -> None:
    room = VirtualRoom(Room(POSE, zones=(DOOR,)))
    stand(room, 5.0, 3.3)
    (before,) = room.watch._tracker.people
    empty(room, 1.5)
    stand(room, 2.0, 3.3)
    assert [person.number for person in room.watch._tracker.people] == [before.number]


def test_who_vanishes_in_full_walk_is_not_kept_as_a_sleeper_is() -> None:
    room = VirtualRoom()
    walk(room, -3.0, 1.0, 3.0, speed=1.0)
    empty(room, 5.0)
    assert room.watch.people == []


def test_who_faded_and_moves_again_a_step_away_is_the_same() -> None:
    room = VirtualRoom()
    stand(room, 5.0)
    empty(room, 30.0)
    stand(room, 3.0, 1.2)
    ((x, y),) = room.watch.people
    assert np.hypot(x - 1.2, y - 3.0) < 0.3
