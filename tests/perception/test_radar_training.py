"""The simulator and the training windows: what the fall model learns from."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from captures import DATA, needs_data

from perception.fall_features import FEATURES, LABELS, WINDOW_FRAMES
from perception.train import ti_falls
from perception.train.bodies import KINDS, simulate
from perception.train.fall_examples import (
    Example,
    Pool,
    disturbed_features,
    one_hot,
    rising_examples,
    simulated_examples,
    walker_examples,
)
from perception.train.ti_falls import SENSOR_HEIGHT_METRES, Clip
from perception.train.walkers import WALKING, tracks


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_scene_is_whole(kind: str) -> None:
    for seed in range(5):
        scene = simulate(kind, np.random.default_rng(seed))
        assert len(scene.frames) == len(scene.labels) >= WINDOW_FRAMES
        assert set(scene.labels) <= {*LABELS, "other"}
        points = np.concatenate(scene.frames)
        assert np.isfinite(points).all()
        assert points.shape[1] == 2


def level(kind: str) -> float:
    """Median height at the end of twenty scenes together; some give no point at all."""
    scenes = [simulate(kind, np.random.default_rng(seed)) for seed in range(20)]
    ends = [frame for scene in scenes for frame in scene.frames[-10:]]
    return float(np.median(np.concatenate(ends)[:, 0]))


def test_falls_end_low_and_sitting_does_not() -> None:
    assert level("fall") < 0.4
    assert level("sit_down") > 0.5


def test_a_scene_is_the_same_for_the_same_seed() -> None:
    one, two = (simulate("fall", np.random.default_rng(5)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one.frames, two.frames, strict=True))


def test_targets_are_distributions_and_all_postures_occur() -> None:
    examples = simulated_examples(150, np.random.default_rng(0))
    targets = np.array([example.target for example in examples])
    assert np.allclose(targets.sum(axis=1), 1.0)
    assert (targets.max(axis=0) == 1.0).all()
    assert all(len(example.points) == WINDOW_FRAMES for example in examples)


def going_down(label: str, frames: int, drop_metres: float) -> Clip:
    """One point a frame, 2 m ahead, from 1.4 m over the floor downwards."""
    heights = 1.4 - drop_metres * np.arange(frames) / max(frames - 1, 1) - SENSOR_HEIGHT_METRES
    return Clip("", label, "", tuple(np.array([[2.0, z, 20.0]], np.float32) for z in heights))


def test_a_fall_played_backwards_or_there_and_back_is_none() -> None:
    clips = [going_down("falling", 13, 1.2), going_down("standing", 40, 0.0)]
    examples = rising_examples(clips, np.random.default_rng(0))
    assert len(examples) > 5
    for example in examples:
        assert len(example.points) == WINDOW_FRAMES
        assert example.target[LABELS.index("falling")] == 0.0
        heights = [frame[0, 0] for frame in example.points if len(frame)]
        assert heights[-1] > min(heights) + 0.25, "it ends coming up"


def test_a_folder_without_recorded_falls_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="No recordings"):
        ti_falls.load(tmp_path)


@pytest.mark.parametrize("name", ["activity", "fall", "vitals"])
@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), ([], 2), (["none", "out"], 2)])
def test_training_says_what_it_wants_and_does_not_begin_without(
    name: str,
    arguments: list[str],
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not here: it is needed to train only")
    module = importlib.import_module(f"perception.train.{name}")
    monkeypatch.setattr("sys.argv", [name, *arguments])
    with pytest.raises(SystemExit) as end:
        module.main()
    assert end.value.code == status
    captured = capsys.readouterr()
    assert "usage:" in captured.out + captured.err


@needs_data
def test_walkers_are_whole_people_at_the_height_of_people() -> None:
    people = tracks(DATA / "iwr6843_tlv", WALKING)
    assert len(people) > 3
    heights = np.concatenate([slot[:, 0] for track in people for slot in track])
    assert abs(np.median(heights) - 1.0) < 0.01
    examples = walker_examples(people, walking=True)
    assert len(examples) > 500
    assert {example.target for example in examples} == {one_hot("walking")}


def test_a_pool_draws_whole_windows() -> None:
    frames = tuple(np.full((k % 4, 2), k, np.float32) for k in range(WINDOW_FRAMES))
    pool = Pool([Example(frames, one_hot("lying"))] * 3)
    points, slots, targets = pool.draw(8, np.random.default_rng(0))
    assert len(points) == len(slots)
    assert slots.max() < 8 * WINDOW_FRAMES
    assert (np.diff(slots) >= 0).all()
    assert (targets == one_hot("lying")).all()
    last = slots % WINDOW_FRAMES == WINDOW_FRAMES - 1
    assert (points[last] == WINDOW_FRAMES - 1).all()
    features = disturbed_features(points, slots, 8, np.random.default_rng(1))
    assert features.shape == (8, WINDOW_FRAMES, FEATURES)
    assert np.isfinite(features).all()
