"""Features: what may not change them, what must; and that one window equals many at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perception import activity_features as activity
from perception import fall_features as fall
from perception.activity_features import body_points, frame_features


def cloud(seed: int, n: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    xyz = rng.normal((0.2, 1.6, 0.1), (0.3, 0.2, 0.5), (n, 3)).astype(np.float32)
    slot = np.sort(rng.integers(0, activity.WINDOW_FRAMES, n))
    doppler = rng.choice([0.0, 0.6, -0.6], n).astype(np.float32)
    return xyz, doppler, rng.uniform(20, 30, n).astype(np.float32), slot


def features(seed: int) -> np.ndarray:
    return frame_features(body_points(*cloud(seed)))


def test_many_windows_at_once_equal_one_by_one() -> None:
    clouds = [cloud(seed) for seed in range(4)]
    slots = [c[3] + k * activity.WINDOW_FRAMES for k, c in enumerate(clouds)]
    columns = [np.concatenate([c[i] for c in clouds]) for i in range(3)]
    together = frame_features(body_points(*columns, np.concatenate(slots), 4), 4)
    for k in range(4):
        assert np.allclose(together[k], features(k)[0], atol=1e-5)


@pytest.mark.parametrize("copies", [1, 3])
def test_furniture_is_not_seen(copies: int) -> None:
    xyz, doppler, strength, slot = cloud(1)
    chair = np.tile(np.array([[0.5, 2.2, -0.3]], np.float32), (activity.WINDOW_FRAMES * copies, 1))
    frames = np.repeat(np.arange(activity.WINDOW_FRAMES), copies)
    furnished = body_points(
        np.concatenate((xyz, chair)),
        np.concatenate((doppler, np.zeros(len(chair), np.float32))),
        np.concatenate((strength, np.full(len(chair), 33, np.float32))),
        np.concatenate((slot, frames)),
    )
    assert np.allclose(frame_features(furnished), features(1), atol=1e-5)


@settings(max_examples=25)
@given(st.floats(-0.3, 0.3), st.floats(-10, 10))
def test_how_high_the_body_is_and_how_strong_it_echoes_is_centred(
    up: float, gain_db: float
) -> None:
    xyz, doppler, strength, slot = cloud(2)
    moved = frame_features(body_points(xyz, doppler, strength + np.float32(gain_db), slot))
    assert np.allclose(moved, features(2), atol=2e-3)
    raised = body_points(xyz + np.array((0, 0, up), np.float32), doppler, strength, slot)
    assert np.median(raised.place, axis=0) == pytest.approx([0.0] * 3, abs=0.02)


def test_an_empty_window_has_features_of_nothing() -> None:
    empty = body_points(
        np.zeros((0, 3), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32),
        np.zeros(0, np.intp),
    )  # fmt: skip
    assert frame_features(empty).shape == (1, activity.WINDOW_FRAMES, activity.FEATURES)
    assert not frame_features(empty).any()
    nothing = fall.window_features(np.zeros(0), np.zeros(0), np.zeros(0, np.intp))
    assert nothing.shape == (1, fall.WINDOW_FRAMES, fall.FEATURES)
    assert not nothing.any()


@settings(max_examples=50)
@given(st.lists(st.floats(-1, 3), min_size=1, max_size=30), st.floats(-2, 2))
def test_fall_features_do_not_know_the_distance(heights: list[float], away: float) -> None:
    high = np.array(heights, np.float32)
    slots = np.arange(len(high)) % fall.WINDOW_FRAMES
    near = np.linspace(2, 3, len(high)).astype(np.float32)
    here = fall.window_features(high, near, np.sort(slots))
    there = fall.window_features(high, near + np.float32(away), np.sort(slots))
    assert np.allclose(here, there, atol=1e-4)


@settings(max_examples=50)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_every_point_counts_once(heights: list[float]) -> None:
    high = np.array(heights, np.float32)
    slots = np.sort(np.arange(len(high)) % fall.WINDOW_FRAMES)
    out = fall.window_features(high, high + 3, slots)[0]
    filled = np.bincount(slots, minlength=fall.WINDOW_FRAMES) > 0
    assert np.allclose(out[:, : fall.HEIGHT_CELLS].sum(axis=1), filled, atol=1e-5)
    assert np.allclose(out[:, fall.HEIGHT_CELLS : -1].sum(axis=1), filled, atol=1e-5)
