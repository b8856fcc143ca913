"""The committed models: their cards, their size, and that they do what the code expects of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from captures import DATA, needs_data

from perception import activity_features, fall_features
from perception.fall import FallModel
from perception.onnx_model import MODELS, ModelError, OnnxModel
from perception.train import evaluate_activity, evaluate_falls, radhar, ti_falls
from perception.train.ti_falls import Clip
from perception.vitals import VitalsModel


@pytest.mark.parametrize("name", ["radar_activity", "radar_fall", "radar_judge", "radar_vitals"])
def test_each_model_is_small_and_has_its_card(name: str) -> None:
    folder = MODELS / name
    assert (folder / "model.onnx").stat().st_size <= 2_000_000
    card = (folder / "CARD.md").read_text("utf-8")
    for heading in ("Data", "Licence", "Figures", "Looks at the test part", "Limits"):
        assert heading in card


def test_probabilities_are_probabilities() -> None:
    features = np.zeros((3, fall_features.WINDOW_FRAMES, fall_features.FEATURES), np.float32)
    path = MODELS / "radar_fall" / "model.onnx"
    model = OnnxModel(path, *features.shape[1:], len(fall_features.LABELS))
    assert np.allclose(model.probabilities(features).sum(axis=1), 1.0, atol=1e-5)


def test_a_missing_broken_or_foreign_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be opened"):
        FallModel(tmp_path / "none.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError, match="cannot be opened"):
        FallModel(broken)
    with pytest.raises(ModelError, match="takes"):
        FallModel(MODELS / "radar_activity" / "model.onnx")
    with pytest.raises(ModelError, match="gives"):
        OnnxModel(MODELS / "radar_fall" / "model.onnx", 12, 23, labels=4)
    with pytest.raises(ModelError, match="takes"):
        VitalsModel(MODELS / "radar_activity" / "model.onnx")


def test_the_split_keeps_training_and_test_apart() -> None:
    parts = {part: set(radhar.names(part)) for part in ("train", "test")}
    assert {part: len(names) for part, names in parts.items()} == {"train": 131, "test": 55}
    assert not parts["train"] & parts["test"]


@needs_data
def test_activities_of_a_few_test_files() -> None:
    files = radhar.load(DATA / "radhar", "test")[::11]
    path = MODELS / "radar_activity" / "model.onnx"
    model = evaluate_activity.load_model(path)
    scores = evaluate_activity.score(files, evaluate_activity.ours(model))
    assert len(files) == 5
    assert scores.accuracy > 0.95
    assert scores.confusion.shape == (len(activity_features.LABELS),) * 2


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return ti_falls.load(DATA / "ti_pose_fall")


@needs_data
def test_shipped_falls_on_the_recordings_of_one_subject(clips: list[Clip]) -> None:
    scores = evaluate_falls.score([c for c in clips if c.group == "EMMANUEL"], FallModel())
    assert scores.found >= scores.falls - 1
    assert scores.alarms_without_fall <= 1


@needs_data
def test_the_falls_of_the_facts_page_are_all_there(clips: list[Clip]) -> None:
    falls = [clip for clip in clips if clip.label == "falling"]
    assert sum(clip.group != ti_falls.REPLAY for clip in falls) == 72
    assert {clip.group for clip in clips} == {"DYLAN", "ED", "EMMANUEL", "FAIK", "replay"}
    assert all(np.isfinite(frame).all() for clip in clips for frame in clip.frames)
