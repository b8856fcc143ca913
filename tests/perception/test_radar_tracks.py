"""Tracks of a recording: kept as they were, and bounded however long it is."""

from __future__ import annotations

import numpy as np

from perception.radar.tracker import Person
from perception.tracks import STEP_SECONDS, Heights, TrackLog


def person(number: int, at: float, heights: list[float]) -> Person:
    points = np.array([(0.0, 1.0, height) for height in heights], np.float32).reshape(-1, 3)
    return Person(number, at / 10, 1.0, 0.0, at, points=points)


def test_moments_are_so_far_apart_and_hold_all_heights_between() -> None:
    log = TrackLog()
    for k in range(11):
        log.take(k * 0.1, [person(3, k * 0.1, [float(k)])])
    (track,) = log.tracks.values()
    assert [moment.at for moment in track] == [0.0, 0.5, 1.0]
    assert track[1].heights == Heights(low=1.4, middle=3.0, high=4.6)


def test_who_is_not_seen_has_no_heights() -> None:
    log = TrackLog()
    log.take(0.0, [person(1, 0.0, [])])
    assert log.tracks[1][0].heights is None


def test_memory_is_bounded_and_the_whole_time_is_kept() -> None:
    log = TrackLog()
    end = 100_000
    for second in range(end):
        log.take(float(second), [person(1, 0.0, []), person(2, 0.0, [])])
    kept = sum(map(len, log.tracks.values()))
    assert kept <= 40_000
    assert log.step_seconds > STEP_SECONDS
    assert log.tracks[1][0].at == 0.0
    assert log.tracks[1][-1].at >= end - 1 - 2 * log.step_seconds
