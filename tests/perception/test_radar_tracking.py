"""People from points: one, several, still, leaving; fans and mirror images are nobody."""

from __future__ import annotations

import numpy as np
import pytest

from perception.radar import Target
from perception.radar.room import MountingPose, Room, Zone, ZoneKind
from perception.radar.tracker import KEEP_STILL_SECONDS, Person, Tracker

FRAME = 0.05
POSE = MountingPose(height_metres=1.5)


class Scene:
    """Feeds a tracker with bodies as clouds of points, 20 frames a second."""

    def __init__(self, room: Room | None = None) -> None:
        self.tracker = Tracker(room or Room(POSE))
        self.rng = np.random.default_rng(3)
        self.now = 0.0

    def body(self, x: float, y: float, n: int = 8, size: float = 0.12) -> np.ndarray:
        spread = self.rng.normal(0, (size, size, 2.5 * size), (n, 3))
        return (spread + np.array((x, y, -0.5))).astype(np.float32)

    def see(self, *bodies: np.ndarray, targets: tuple[Target, ...] | None = None) -> None:
        self.now += FRAME
        cloud = np.concatenate([*bodies, np.zeros((0, 3), np.float32)])
        self.tracker.update(self.now, cloud, targets)

    def people(self) -> list[tuple[float, float]]:
        found = sorted(self.tracker.people, key=lambda p: p.x)
        return [(round(p.x, 1), round(p.y, 1)) for p in found]


def walk(scene: Scene, seconds: float, speed: float = 1.0) -> Person:
    steps = round(seconds / FRAME)
    for k in range(steps):
        scene.see(scene.body(-1 + speed * k * FRAME, 3))
    (person,) = scene.tracker.people
    return person


def test_one_person_walks() -> None:
    person = walk(Scene(), 3.0)
    assert person.x == pytest.approx(1.95, abs=0.25)
    assert person.speed == pytest.approx(1.0, abs=0.3)
    assert person.number == 1


def test_frames_that_were_held_up_throw_nobody_across_the_room() -> None:
    scene = Scene()
    for k in range(100):
        late = 0.999 * FRAME if k % 5 == 0 else 0.0  # until just before the next one
        scene.tracker.update(k * FRAME + late, scene.body(1, 3))
        assert all(person.speed < 1.0 for person in scene.tracker.people)
    assert scene.people() == [(pytest.approx(1, abs=0.2), pytest.approx(3, abs=0.2))]


def test_three_people_keep_their_numbers() -> None:
    scene = Scene()
    for k in range(60):
        scene.see(scene.body(-2 + 0.02 * k, 2), scene.body(0, 4), scene.body(2.5, 3))
    first = {p.number for p in scene.tracker.people}
    for k in range(60, 80):
        scene.see(scene.body(-2 + 0.02 * k, 2), scene.body(0, 4), scene.body(2.5, 3))
    assert len(first) == 3
    assert {p.number for p in scene.tracker.people} == first


def test_a_flicker_is_nobody() -> None:
    scene = Scene()
    for k in range(200):
        scene.see(*([scene.body(1, 2)] if k % 12 == 0 else []))
    assert scene.people() == []


def test_who_lies_still_is_kept_and_in_the_end_given_up() -> None:
    scene = Scene()
    for _ in range(60):
        scene.see(scene.body(0, 3))
    for _ in range(round(60 / FRAME)):
        scene.see()
    assert scene.people() == [(0.0, 3.0)]
    scene.now += KEEP_STILL_SECONDS
    scene.see()
    assert scene.people() == []


def test_who_leaves_by_the_door_is_gone() -> None:
    room = Room(POSE, zones=(Zone("door", ZoneKind.DOOR, 0.5, 1.5, 2.5, 3.5),))
    scene = Scene(room)
    for k in range(40):
        scene.see(scene.body(-1 + 0.05 * k, 3))
    for _ in range(round(4 / FRAME)):
        scene.see()
    assert scene.people() == []


def test_a_fan_is_nobody_after_a_while() -> None:
    scene = Scene()
    fan = scene.body(1, 2, n=6, size=0.03)
    for _ in range(round(130 / FRAME)):
        scene.see(fan + scene.rng.normal(0, 0.01, fan.shape).astype(np.float32))
    assert scene.people() == []


def test_a_sleeper_who_was_there_before_the_radar_is_somebody() -> None:
    scene = Scene(Room(POSE, zones=(Zone("bed", ZoneKind.BED, 0, 2, 1, 3),)))
    for _ in range(round(130 / FRAME)):
        scene.see(scene.body(1, 2, n=4, size=0.04))
    assert scene.people() == [(1.0, 2.0)]


def test_a_body_that_is_thin_in_some_frames_is_no_fan_in_them() -> None:
    scene = Scene()
    numbers = set()
    for k in range(round(140 / FRAME)):
        scene.see(scene.body(1, 2, n=1 if k % 4 == 0 else 8))
        if k > 60:
            numbers.add(tuple(person.number for person in scene.tracker.people))
    assert numbers == {(1,)}


def test_who_sits_long_stays_somebody() -> None:
    scene = Scene()
    for k in range(60):
        scene.see(scene.body(-1 + 0.02 * k, 3))
    for _ in range(round(130 / FRAME)):
        scene.see(scene.body(0.2, 3))
    assert scene.people() == [(0.2, 3.0)]


def test_reflections_beyond_the_walls_are_nobody() -> None:
    scene = Scene(Room(POSE, y_max=4))
    for _ in range(60):
        scene.see(scene.body(0, 3), scene.body(0, 5))
    assert scene.people() == [(0.0, 3.0)]


def test_a_mirror_image_behind_somebody_is_nobody() -> None:
    scene = Scene()
    for k in range(60):
        scene.see(scene.body(0.5, 2, n=10), *([scene.body(1.0, 4, n=3)] if k > 20 else []))
    assert scene.people() == [(0.5, 2.0)]


def test_targets_alone_are_enough() -> None:
    scene = Scene()
    for k in range(60):
        scene.see(targets=(Target(0, (-1 + 0.02 * k, 2.0, 0.0)),))
    assert scene.people() == [(0.2, 2.0)]


def test_who_comes_is_followed_though_eight_were_seen_before_and_faded() -> None:
    scene = Scene()
    for k in range(8):
        for _ in range(40):
            scene.see(scene.body(-3.5 + k, 6.0 - 4.0 * (k % 2)))
    assert len(scene.tracker.people) == 8
    for _ in range(100):
        scene.see()
    for _ in range(40):
        scene.see(scene.body(0.0, 4.0), scene.body(3.5, 2.0))
    assert {(0.0, 4.0), (3.5, 2.0)} <= set(scene.people())
    assert len(scene.tracker.people) == 8


def test_too_many_points_are_thinned() -> None:
    scene = Scene()
    for _ in range(10):
        scene.see(scene.rng.uniform(-4, 4, (3_000, 3)).astype(np.float32))
    assert len(scene.tracker.people) <= 8
