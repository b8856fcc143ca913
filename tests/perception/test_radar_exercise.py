"""Exercises named from a stream of frames."""

from __future__ import annotations

import numpy as np
import pytest
from captures import DATA, needs_data

from perception.activity import ExerciseWatch
from perception.activity_features import LABELS
from perception.events import ActivityChanged
from perception.radar.frames import PointCloud
from perception.train import radhar
from perception.train.radhar import ActivityFile


def play(file: ActivityFile, seconds_a_frame: float, began: float = 5.0) -> list[ActivityChanged]:
    watch = ExerciseWatch()
    told: list[ActivityChanged] = []
    for number in range(file.frames):
        s = file.points_of(number, number + 1)
        cloud = PointCloud(file.xyz[s], file.doppler[s], file.strength_db[s])
        told += watch.update(began + number * seconds_a_frame, cloud)
    return told


@pytest.fixture(scope="module")
def files() -> list[ActivityFile]:
    return radhar.load(DATA / "radhar", "test")[1::11]


@needs_data
def test_each_exercise_is_told_within_four_seconds(files: list[ActivityFile]) -> None:
    for file in files:
        told = play(file, 1 / 30)
        assert told[0].activity == LABELS[file.label]
        assert len(told) <= 2  # one slip in twenty seconds
        assert told[0].at < 5.0 + 4.0


@needs_data
def test_at_another_rate_nothing_is_told(files: list[ActivityFile]) -> None:
    assert play(files[0], 1 / 10) == []


def test_a_room_without_anybody_exercises_nothing_surely() -> None:
    watch = ExerciseWatch()
    nothing = np.zeros((0, 3), np.float32)
    cloud = PointCloud(nothing, nothing[:, 0], nothing[:, 0])
    told = [event for n in range(300) for event in watch.update(n / 30, cloud)]
    assert told == []
