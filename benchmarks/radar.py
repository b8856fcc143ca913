"""Radar figures: activities, falls, parsers, cost. Writes results/radar.md and RESULTS.md.

    python -m benchmarks.radar --data DATA --folds FOLDER [--baselines] [--train]

The models of the folds (one session or one group of subjects left out) are not shipped: `--train`
makes those that are missing in FOLDER (half an hour on one core). `--baselines` trains the trees
and the published network in the same run (ten minutes more). Both need the extras dev and train.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from benchmarks import radar_transfer, table, write_result
from benchmarks._radar_speed import cost, inference, parsers, percent
from benchmarks.radar_bodies import delays
from perception.activity_features import LABELS
from perception.fall import FallModel
from perception.onnx_model import MODELS, OnnxModel
from perception.train import evaluate_activity, evaluate_falls, radhar, ti_falls
from perception.train.evaluate_activity import Predict, Scores, clutter_only, load_model, ours
from perception.train.evaluate_falls import FallScores

ACTIVITY_MODEL = MODELS / "radar_activity" / "model.onnx"
GROUPS = tuple(dict.fromkeys(ti_falls.SUBJECT_GROUPS.values()))
PUBLISHED_STEPS = 500


# --------------------------------------------------------------------------- activities


def scored(name: str, scores: Scores) -> list[str]:
    low, high = scores.interval()
    worst = ", ".join(map(str, scores.worst()))
    windows = sum(len(file) for file in scores.right)
    return [
        name,
        percent(scores.accuracy),
        f"{percent(low)} to {percent(high)}",
        str(windows),
        worst,
    ]


Rivals = tuple[list[list[str]], list[list[str]]]
"""Rows of others' models: on the given split, and with one session left out."""


def measure_rivals(data: Path) -> Rivals:
    from perception.train import baselines  # noqa: PLC0415  # needs PyTorch and scikit-learn

    train, test = (radhar.load(data / "radhar", part) for part in ("train", "test"))
    everything = [*train, *test]
    trees = "ExtraTrees, hand features"
    left_out = session_row(
        everything,
        trees,
        lambda left: baselines.extra_trees([f for f in everything if f.session != left]),
    )
    rows = []
    for name, fit in (
        (trees, baselines.extra_trees),
        (
            "PointNet + BiLSTM, rewritten",
            lambda files: baselines.pointnet_lstm(files, PUBLISHED_STEPS),
        ),
    ):
        rows.append(scored(name, evaluate_activity.score(test, fit(train))))
        print(rows[-1], flush=True)
    return rows, [left_out]


def activities(data: Path, folds: Path, rivals: Rivals) -> list[str]:
    train, test = (radhar.load(data / "radhar", part) for part in ("train", "test"))
    model = load_model(ACTIVITY_MODEL)
    blind = "ours, shown the room without the body"
    head = ["RadHAR, given split", "accuracy", "95 % by file", "windows", "most errors a file"]
    rows = [
        scored("ours", evaluate_activity.score(test, ours(model))),
        *rivals[0],
        scored(blind, evaluate_activity.score(test, clutter_only(model))),
    ]
    lines = [table(head, rows), ""]
    if rivals[0]:
        lines += [
            "The rivals see all points, the room too; no augmentation; the published network is "
            "rewritten from its description and trained for "
            f"{PUBLISHED_STEPS} steps.",
            "",
        ]

    def fold(left: int) -> OnnxModel:
        return load_model(folds / f"leave_{left}.onnx")

    everything = [*train, *test]
    head = ["leaving one session out", *(f"session {n}" for n in range(radhar.SESSIONS)),
            "all windows", "mean of sessions"]  # fmt: skip
    rows = [
        session_row(everything, "ours", lambda left: ours(fold(left))),
        *rivals[1],
        session_row(everything, blind, lambda left: clutter_only(fold(left))),
    ]
    return [*lines, table(head, rows), ""]


def session_row(
    files: list[radhar.ActivityFile], name: str, fold: Callable[[int], Predict]
) -> list[str]:
    shares, right = [], []
    for left in range(radhar.SESSIONS):
        scores = evaluate_activity.score([f for f in files if f.session == left], fold(left))
        shares.append(scores.accuracy)
        right += scores.right
    print(name, shares, flush=True)
    overall = float(np.concatenate(right).mean())
    return [name, *map(percent, shares), percent(overall), percent(statistics.mean(shares))]


# -------------------------------------------------------------------------------- falls


def fall_row(name: str, scores: FallScores) -> list[str]:
    false = ", ".join(f"{k} {v}" for k, v in sorted(scores.false_alarms.items()) if v) or "none"
    found = f"{scores.found} of {scores.falls}" if scores.falls else "—"
    return [
        name,
        found,
        percent(scores.found / scores.falls) if scores.falls else "—",
        percent(scores.precision) if scores.falls else "—",
        false,
        f"{60 * scores.hours:.1f} min",
        f"{scores.short_found} of {scores.short_falls}",
    ]


def falls(data: Path, folds: Path) -> list[str]:
    clips = ti_falls.load(data / "ti_pose_fall")
    walking = [c for c in clips if c.group == ti_falls.REPLAY and c.label == "walking"]
    sitting = [c for c in clips if c.group == ti_falls.REPLAY and c.label == "sitting"]
    rows, total, cut = [], FallScores(), FallScores()
    for group in GROUPS:
        model = FallModel(*of_fold(folds, group))
        mine = [clip for clip in clips if clip.group == group]
        scores = evaluate_falls.score(mine, model)
        rows.append(fall_row(f"{group} left out", scores))
        total.add(scores)
        cut.add(evaluate_falls.score_cut(mine, model))
    rows.append(fall_row("**all groups**", total))
    model = FallModel(*of_fold(folds, ti_falls.REPLAY))
    others = evaluate_falls.score([*walking, *sitting], model)
    rows.append(fall_row("walking and sitting in replay files, trained on named", others))
    together = FallScores()
    together.add(total)
    together.add(others)
    rows.append(fall_row("**groups with that walking and sitting**", together))
    replays = [clip for clip in clips if clip.group == ti_falls.REPLAY]
    rows.append(fall_row("**named to replay**", evaluate_falls.score(replays, model)))
    held = [clip for clip in replays if not is_development(clip)]
    rows.append(fall_row("… of it never used for thresholds", evaluate_falls.score(held, model)))
    cut.add(evaluate_falls.score_cut(replays, model))
    rows.append(fall_row("all non-falls cut like falls (1.3 s)", cut))
    test = radhar.load(data / "radhar", "test")
    for name, each in (("shipped model", FallModel()), ("named model", model)):
        exercises = evaluate_falls.score_exercises(test, each)
        rows.append(fall_row(f"RadHAR test files, {name}", exercises))
    head = ["falls by event", "found", "recall", "precision", "false alarms", "without fall",
            "falls cut below 0.8 s"]  # fmt: skip
    return [table(head, rows), "", delays(model, 10_000, 200), ""]


def of_fold(folds: Path, left: str) -> tuple[Path, Path]:
    """The windows and the judge that have not learnt from this group."""
    return folds / f"fall_{left}.onnx", folds / f"judge_{left}.onnx"


def is_development(clip: ti_falls.Clip) -> bool:
    """Replay files on which the thresholds of `perception.fall` were chosen."""
    names: list[str] = json.loads(DEVELOPMENT.read_text(encoding="utf-8"))
    return clip.file.split("#")[0] in names


DEVELOPMENT = Path(ti_falls.__file__).parent / "splits" / "fall_development.json"


# ---------------------------------------------------------------------------- folds


def train_missing(data: Path, folds: Path) -> None:
    from perception.train import activity, fall  # noqa: PLC0415  # needs PyTorch
    from perception.train.onnx_export import export  # noqa: PLC0415

    files = [f for part in ("train", "test") for f in radhar.load(data / "radhar", part)]
    for left in range(radhar.SESSIONS):
        path = folds / f"leave_{left}.onnx"
        if not path.exists():
            kept = [file for file in files if file.session != left]
            members = [activity.fit(kept, seed) for seed in range(activity.MEMBERS)]
            ensemble = activity.Ensemble(members).eval()
            export(ensemble, path, activity.WINDOW_FRAMES, activity.FEATURES)
    clips = ti_falls.load(data / "ti_pose_fall")
    for group in (*GROUPS, ti_falls.REPLAY):
        path = folds / f"fall_{group}.onnx"
        if not path.exists():
            kept = [c for c in clips if c.group not in {group, ti_falls.REPLAY}]
            ensemble = fall.train(kept, data, seed=0)
            export(ensemble, path, fall.WINDOW_FRAMES, fall.FEATURES)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data/radar"))
    options.add_argument("--folds", type=Path, default=user_cache_path("anban") / "radar-folds")
    options.add_argument("--baselines", action="store_true")
    options.add_argument("--train", action="store_true")
    chosen = options.parse_args()
    if chosen.train:
        chosen.folds.mkdir(parents=True, exist_ok=True)
        train_missing(chosen.data, chosen.folds)
        radar_transfer.train_missing(chosen.data, chosen.folds)
    wanted = [f"leave_{n}" for n in range(radhar.SESSIONS)]
    wanted += [f"{of}_{group}" for of in ("fall", "judge") for group in (*GROUPS, ti_falls.REPLAY)]
    missing = [name for name in wanted if not (chosen.folds / f"{name}.onnx").exists()]
    if missing or not chosen.data.is_dir():
        print(f"radar.md stays as it is: no data at {chosen.data}, or folds missing: {missing}")
        return
    rivals = measure_rivals(chosen.data) if chosen.baselines else ([], [])
    report(chosen.data, chosen.folds, rivals)


def report(data: Path, folds: Path, rivals: Rivals) -> None:
    lines = [*falls(data, folds), *activities(data, folds, rivals)]
    lines += [f"Labels: {', '.join(LABELS)}.", ""]
    lines += [*inference(data, ACTIVITY_MODEL), *parsers(data), *cost(data)]
    text = "\n".join(lines)
    command = "python -m benchmarks.radar" + (" --baselines" if rivals[0] else "")
    write_result("radar", "Radar", command, text)
    print(text)


if __name__ == "__main__":
    main()
