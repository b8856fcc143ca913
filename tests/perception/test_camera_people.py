"""Crops, poses, and who is followed in a camera's pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.camera.people import FIND_SECONDS, LOST_SECONDS, People, Person
from perception.camera.pictures import Crop, Picture, brightened, brightness
from perception.camera.pose import Pose, PoseFinder, PoseOfOne
from perception.onnx_model import ModelError
from tests.perception.camera_videos import noise

STANDING = np.array(
    [
        (0, -60), (2, -62), (-2, -62), (5, -60), (-5, -60), (12, -45), (-12, -45), (15, -25),
        (-15, -25), (16, -5), (-16, -5), (8, 0), (-8, 0), (8, 30), (-8, 30), (8, 58), (-8, 58),
    ],
    np.float32,
)  # fmt: skip
"""COCO's joints round the hips, pixels."""


def pose_at(x: float, y: float, turn: float = 0.0, score: float = 0.8) -> Pose:
    cos, sin = math.cos(turn), math.sin(turn)
    turned = STANDING @ np.array([[cos, sin], [-sin, cos]], np.float32)
    points = (turned + np.array([x, y])).astype(np.float32)
    return Pose(points, np.full(17, score, np.float32))


@given(st.floats(-3.1, 3.1), st.floats(20, 300), st.floats(0, 600), st.floats(0, 400))
def test_a_crop_and_back(angle: float, side: float, x: float, y: float) -> None:
    """The crop's middle is its middle, its up is the body's up, its sides are as long as told."""
    crop = Crop(x, y, side, angle)
    middle, top = crop.to_picture(np.array([[0.5, 0.5], [0.5, 0.0]], np.float32))
    assert middle == pytest.approx((x, y), abs=0.01)
    up = (top - middle) / (side / 2)
    assert up == pytest.approx((math.sin(angle), -math.cos(angle)), abs=0.01)


def test_a_cut_shows_what_the_crop_holds() -> None:
    """Whatever the turn, a mark in the picture is where the crop says it is."""
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[78:83, 178:183] = 255
    for angle in (0.0, 0.7, -1.9, 3.0):
        crop = Crop(160.0, 90.0, 100.0, angle)
        bright = np.argwhere(crop.cut(picture, 64)[:, :, 0] > 100)
        found = crop.to_picture(
            ((bright[:, ::-1].mean(axis=0) + 0.5) / 64)[None].astype(np.float32)
        )
        assert found[0] == pytest.approx((180.0, 80.0), abs=1.5)


@pytest.mark.parametrize("turn", [0.0, 1.57, -2.5, 3.14])
def test_the_crop_of_a_pose_is_turned_with_the_body(turn: float) -> None:
    pose = pose_at(200, 100, turn)
    crop = pose.crop()
    assert math.cos(crop.angle - turn) == pytest.approx(1.0, abs=0.01)
    upright = pose_at(200, 100).crop()
    assert crop.side == pytest.approx(upright.side, rel=0.01)


def test_dark_pictures_are_lifted_and_bright_ones_left() -> None:
    bright, dark = noise(1, mean=120), noise(2, mean=61) // 3
    assert brightened(bright) is bright
    assert brightness(brightened(dark)) > 2 * brightness(dark)
    black = np.zeros((100, 100, 3), np.uint8)
    assert brightened(black) is black


class Seen:
    """Stands for both networks: it knows where everybody is."""

    def __init__(self) -> None:
        self.poses: list[Pose] = []
        self.finds = 0

    def find(self, _picture: Picture) -> list[Pose]:
        self.finds += 1
        return list(self.poses)

    def look(self, _picture: Picture, crop: Crop) -> Pose:
        def away(pose: Pose) -> float:
            return float(np.hypot(*(pose.middle - np.array([crop.x, crop.y]))))

        near = min(self.poses, key=away, default=None)
        if near is None or away(near) > crop.side / 2:
            return pose_at(crop.x, crop.y, score=0.05)
        return near


def _people(seen: Seen) -> People:
    return People(seen, seen)  # type: ignore[arg-type]


ROOM = noise(3, 640, 480)


def _watch(
    people: People, seen: Seen, poses: list[Pose], seconds: float, at: float = 0.0
) -> tuple[float, tuple[Person, ...]]:
    now: tuple[Person, ...] = ()
    for _ in range(round(seconds * 10)):
        at += 0.1
        seen.poses = poses
        now = people.update(at, ROOM)
    return at, now


def test_two_people_are_two_and_stay_who_they_are() -> None:
    seen = Seen()
    people = _people(seen)
    at, first = _watch(people, seen, [pose_at(100, 200), pose_at(400, 200)], 2)
    assert len(first) == 2
    left = min(first, key=lambda person: person.pose.middle[0]).number
    for step in range(20):
        at, now = _watch(people, seen, [pose_at(100 + 8 * step, 200), pose_at(400, 200)], 0.1, at)
    assert min(now, key=lambda person: person.pose.middle[0]).number == left
    assert seen.finds <= 4.2 / FIND_SECONDS + 1


def test_one_body_is_one_person() -> None:
    seen = Seen()
    people = _people(seen)
    _, now = _watch(people, seen, [pose_at(200, 200), pose_at(203, 201, score=0.5)], 3)
    assert len(now) == 1


def test_a_flicker_is_nobody() -> None:
    seen = Seen()
    people = _people(seen)
    at, _ = _watch(people, seen, [pose_at(200, 200)], 0.1)
    _, now = _watch(people, seen, [], 1.0, at)
    assert now == ()


def test_who_is_hidden_for_a_moment_is_the_same_afterwards_and_who_leaves_is_gone() -> None:
    seen = Seen()
    people = _people(seen)
    at, first = _watch(people, seen, [pose_at(200, 200)], 2)
    at, hidden = _watch(people, seen, [], 1, at)
    at, again = _watch(people, seen, [pose_at(205, 200)], 1, at)
    assert [each.number for each in (*first, *hidden, *again)] == [first[0].number] * 3
    _, gone = _watch(people, seen, [], LOST_SECONDS + 0.5, at)
    assert gone == ()


def test_who_falls_is_followed_down() -> None:
    """A body that turns by a right angle within half a second stays the same person."""
    seen = Seen()
    people = _people(seen)
    at, first = _watch(people, seen, [pose_at(200, 200)], 2)
    for step in range(1, 6):
        pose = pose_at(200 + 10 * step, 200 + 12 * step, math.pi / 2 * step / 5)
        at, now = _watch(people, seen, [pose], 0.1, at)
    assert [each.number for each in now] == [first[0].number]


@pytest.mark.parametrize("size", [(64, 64), (640, 1), (640, 480), (481, 639)])
def test_the_networks_find_nobody_in_an_empty_room(size: tuple[int, int]) -> None:
    people = People(PoseOfOne(), PoseFinder())
    picture = noise(4, *size)
    for step in range(8):
        assert people.update(step * 0.1, picture) == ()


def test_a_missing_model_says_so(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=r"gone\.onnx"):
        PoseOfOne(tmp_path / "gone.onnx")
