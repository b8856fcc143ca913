"""Mounting and zones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception.radar.room import MountingPose, Room, RoomError, Zone, ZoneKind

metres = st.floats(-10, 10)


def place(pose: MountingPose, *xyz: float) -> list[float]:
    return [round(float(v), 3) for v in pose.to_room(np.array([xyz], np.float32))[0]]


@pytest.mark.parametrize(
    ("pose", "seen", "there"),
    [
        (MountingPose(1.5), (0.5, 2.0, 0.2), [0.5, 2.0, 1.7]),
        (MountingPose(2.0, tilt_degrees=90), (0.0, 1.9, 0.0), [0.0, 0.0, 0.1]),
        (MountingPose(2.0, tilt_degrees=45), (0.0, 2.0, 0.0), [0.0, 1.414, 0.586]),
        (MountingPose(1.0, yaw_degrees=90), (0.0, 2.0, 0.0), [-2.0, 0.0, 1.0]),
        (MountingPose(1.0, x=1.0, y=-1.0), (0.0, 2.0, 0.0), [1.0, 1.0, 1.0]),
    ],
)
def test_to_room(pose: MountingPose, seen: tuple[float, ...], there: list[float]) -> None:
    assert place(pose, *seen) == there


@given(metres, metres, metres, st.floats(-45, 90), st.floats(-180, 180))
def test_distances_are_kept(x: float, y: float, z: float, tilt: float, yaw: float) -> None:
    pose = MountingPose(2.0, tilt, yaw, 1.0, 1.0)
    there = pose.to_room(np.array([[x, y, z]], np.float32))[0] - (1.0, 1.0, 2.0)
    assert np.linalg.norm(there) == pytest.approx(np.linalg.norm((x, y, z)), abs=1e-3)


@pytest.mark.parametrize(
    "wrong", [{"height_metres": 0.0}, {"height_metres": float("nan")}, {"tilt_degrees": 120.0}]
)
def test_impossible_mountings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(RoomError):
        MountingPose(**wrong)


def test_a_zone_needs_an_area() -> None:
    with pytest.raises(RoomError, match="no area"):
        Zone("bed", ZoneKind.BED, 1, 1, 0, 2)


def test_ignored_zones_and_walls() -> None:
    room = Room(zones=(Zone("fan", ZoneKind.IGNORED, 0, 1, 0, 1),), y_max=4)
    seen = np.array([[0.5, 0.5, 1], [2, 2, 1], [0, 5, 1]], np.float32)
    assert room.inside(seen).tolist() == [False, True, False]
