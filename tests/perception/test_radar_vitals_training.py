"""The simulator of a breath and heart module, and the windows the model learns from."""

from __future__ import annotations

import numpy as np
import pytest

from perception.radar import protocol_named
from perception.train.vital_bodies import breath, cycles
from perception.train.vital_bytes import report_bytes
from perception.train.vital_signs import SECONDS, ranges, simulate
from perception.train.vital_windows import scenes, windows
from perception.vitals_features import (
    BREATH_RIGHT,
    FEATURES,
    HEART_RIGHT,
    LABELS,
    NOBODY,
    STILL_PERSON,
    WINDOW_FRAMES,
)

TRAIN, UNSEEN, BEYOND = (ranges(part) for part in ("train", "unseen", "beyond"))
T = np.arange(0, 3_000, 0.05)


@pytest.mark.parametrize("kind", sorted({*TRAIN.kinds, *UNSEEN.kinds}))
def test_every_scene_is_whole(kind: str) -> None:
    part = TRAIN if kind in TRAIN.kinds else UNSEEN
    for seed in range(4):
        scene = simulate(kind, part, np.random.default_rng(seed))
        assert scene.what == part.what(kind)
        report = scene.report
        assert len(report.at) == len(report.phases) == len(report.rates) == len(report.present)
        assert np.isfinite(report.phases).all()
        assert (np.diff(report.at) >= 0).all()
        assert (report.rates >= 0).all()
        assert report.at[-1] > SECONDS - 2


def test_a_scene_is_the_same_for_the_same_seed() -> None:
    one, two = (simulate("supine", TRAIN, np.random.default_rng(5)).report for _ in range(2))
    assert np.array_equal(one.phases, two.phases)
    assert np.array_equal(one.at, two.at)


def test_the_test_parts_hold_what_was_never_trained_on() -> None:
    assert not set(TRAIN.kinds) & set(UNSEEN.kinds)
    for name in ("breaths_per_minute", "beats_per_minute", "breath_variation", "noise", "clutter"):
        ((least, most),) = getattr(TRAIN, name)
        assert all(end <= least or begin >= most for begin, end in getattr(BEYOND, name))
    assert len({ranges(part).first_seed for part in ("train", "familiar", "unseen", "beyond")}) == 4


def test_breath_varies_as_in_people() -> None:
    rng = np.random.default_rng(0)
    breaths = cycles(15.0, 0.21, T[-1], rng, 0.5)
    lengths = np.diff(breaths.begins)
    assert breaths.per_minute(0, T[-1]) == pytest.approx(15.0, rel=0.1)
    assert lengths.std() / lengths.mean() == pytest.approx(0.21, abs=0.04)
    rise = breath(T, breaths, 5.0, 0.33, rng)
    tops = [rise[(b <= T) & (e > T)].max() for b, e in zip(*_pairs(breaths.begins), strict=True)]
    assert np.std(tops) / np.mean(tops) == pytest.approx(0.35, abs=0.08)
    assert rise.min() >= 0
    # A sigh is at least twice as deep; a few an hour.
    assert max(tops) >= 2 * 5.0


def _pairs(begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside = begins[(begins >= 0) & (begins < T[-1])]
    return inside[:-1], inside[1:]


def test_fibrillation_has_no_memory_and_a_wide_spread() -> None:
    lengths = np.diff(cycles(80.0, 0.23, T[-1], np.random.default_rng(1), 0.0).begins)
    assert lengths.std() / lengths.mean() == pytest.approx(0.23, abs=0.03)
    assert abs(np.corrcoef(lengths[:-1], lengths[1:])[0, 1]) < 0.1


def test_the_bytes_are_those_of_the_module() -> None:
    (scene,) = scenes(TRAIN, "supine", 1)
    parser = protocol_named("ld6002").parser()
    frames = [f for _, data in report_bytes(scene.report) for f in parser.feed(data)]
    assert parser.statistics.bad_frames == parser.statistics.skipped_bytes == 0
    phases = np.array([frame.phase for frame in frames if frame.phase is not None])
    assert np.allclose(phases, scene.report.phases, atol=1e-3)
    told = [frame.breaths_per_minute for frame in frames if frame.breaths_per_minute is not None]
    assert np.allclose(told, scene.report.rates[:, 0], atol=1e-3)


def test_what_is_true_of_windows() -> None:
    (still,) = scenes(TRAIN, "supine", 1)
    for window in windows(still, [40.0, 70.0]):
        assert window.features.shape == (WINDOW_FRAMES, FEATURES)
        assert window.truth.shape == (len(LABELS),)
        assert window.truth[STILL_PERSON] == 1
        near = abs(window.rates[0] - window.true_rates[0]) <= 3
        assert window.truth[BREATH_RIGHT] == near
    (fan,) = scenes(TRAIN, "fan", 1)
    (window,) = windows(fan, [60.0])
    assert window.truth[NOBODY] == 1
    assert window.truth[[STILL_PERSON, BREATH_RIGHT, HEART_RIGHT]].tolist() == [0, 0, 0]


def test_who_leaves_is_there_then_neither_then_gone() -> None:
    scene = next(s for s in scenes(TRAIN, "left", 30) if s.left_at and s.left_at > 28)
    at = scene.left_at or 0.0
    ends = [at - 0.1, at + 15.0, at + 28.0]
    labels = [int(window.truth[:3].argmax()) for window in windows(scene, ends)]
    assert labels == [STILL_PERSON, NOBODY]
