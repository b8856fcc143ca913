"""Falls on other sensors and mountings than learnt from. Writes results/radar_transfer.md.

    python -m benchmarks.radar_transfer --data DATA --folds FOLDER [--train]

The judges that leave a group or a sensor out are not shipped: `--train` makes those that are
missing in FOLDER (needs the extra train; a quarter of an hour on one core).  `low_rate_fall` is
only measured here: nothing is trained on it and no threshold was chosen on it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from platformdirs import user_cache_path

from benchmarks import table, write_result
from perception.events import Event, FallDetected, LyingOnFloor, Stumbled
from perception.fall import FallModel
from perception.radar import RadarFrame, protocol_named
from perception.radar.frames import FloatArray, Target, make_clouds
from perception.radar.room import MountingPose, Room
from perception.train import evaluate_falls, lives, radhar, ti_falls
from perception.train.evaluate_falls import FallScores
from perception.train.ti_falls import Clip
from perception.watch import RoomWatch

GROUPS: Final = tuple(dict.fromkeys(ti_falls.SUBJECT_GROUPS.values()))
SENSORS: Final = ("ti", "radhar", "iwr6843")
HEIGHT: Final = ti_falls.SENSOR_HEIGHT_METRES
IWR6843_SECONDS: Final = 0.055
IWRL6432_SECONDS: Final = 0.1
TARGET_LIVES: Final = 40

Frames = Sequence[tuple[float, RadarFrame]]


# --------------------------------------------------------------------- a room, from its frames


def told(frames: Frames, pose: MountingPose, model: FallModel) -> list[Event]:
    """Everything that a room's watch tells of these frames."""
    watch = RoomWatch(Room(pose), model)
    events = [event for at, frame in frames for event in watch.update(at, frame)]
    return [*events, *watch.finish()]


def falls(events: Iterable[Event]) -> bool:
    """Whether a fall or a stumble is among them."""
    return any(isinstance(event, FallDetected | Stumbled) for event in events)


def cloud(xyz: FloatArray) -> RadarFrame:
    """Points alone: no Doppler, no strength."""
    unknown = np.zeros(len(xyz), np.float32)
    (points,) = make_clouds(xyz, unknown, unknown, [len(xyz)])
    return RadarFrame(points=points)


# ---------------------------------------------------------------------------- low_rate_fall


@dataclass(frozen=True, slots=True, eq=False)
class Sequence90:
    """One of the ninety sequences of low_rate_fall."""

    is_fall: bool
    frames: tuple[tuple[float, FloatArray], ...]
    """Seconds, and (n, 3) in the sensor's axes."""


def low_rate(folder: Path) -> list[Sequence90]:
    """All of them, in the files' order."""
    found = []
    for name, is_fall in (("fall", True), ("no_fall", False)):
        with gzip.open(folder / f"{name}.json.gz", "rt", encoding="utf-8") as file:
            sequences = json.load(file)["sequences"]
        found += [Sequence90(is_fall, tuple(map(_frame, one["frames"]))) for one in sequences]
    return found


def _frame(row: dict[str, Any]) -> tuple[float, FloatArray]:
    axes = [np.array(row[key], np.float32) for key in ("x_pos", "y_pos", "z_pos")]
    return row["Time Stamp (ms)"] / 1000, np.stack(axes, 1).reshape(-1, 3)


def ours(sequence: Sequence90, model: FallModel) -> tuple[bool, bool]:
    """Whether a fall is told, and whether a fall or a stumble is; hung as nobody has told."""
    events = told([(at, cloud(xyz)) for at, xyz in sequence.frames], MountingPose(), model)
    return any(isinstance(event, FallDetected) for event in events), falls(events)


def two_lines(frames: Iterable[tuple[float, FloatArray]]) -> bool:
    """The upper height falls by half a metre within 1.5 s and stays for one."""
    seen = [(at, float(np.percentile(xyz[:, 2], 75))) for at, xyz in frames if len(xyz)]
    at, upper = np.array(seen).reshape(-1, 2).T
    for now in range(len(at)):
        before = (at >= at[now] - 1.5) & (at <= at[now])
        after = (at >= at[now]) & (at <= at[now] + 1.0)
        if upper[before].max() - upper[now] >= 0.5 and upper[after].max() <= upper[now] + 0.25:
            return True
    return False


def crude(sequence: Sequence90) -> list[float]:
    """Twenty features for the trees that may see the set itself."""
    heights = [xyz[:, 2] for _, xyz in sequence.frames if len(xyz)]
    upper = np.array([np.percentile(each, 75) for each in heights])
    middle = np.array([np.median(each) for each in heights])
    away = np.array([np.median(xyz[:, 1]) for _, xyz in sequence.frames if len(xyz)])
    drops = [float((upper[:-lag] - upper[lag:]).max()) for lag in (1, 2, 4, 6, 8, 12)]
    return [
        *drops,
        *np.percentile(upper, (5, 50, 95)),
        *np.percentile(middle, (5, 50, 95)),
        *(float(part.mean()) for part in np.array_split(upper, 3)),
        float(np.ptp(away)),
        float(np.abs(np.diff(upper)).mean()),
        float(np.mean([len(each) for each in heights])),
        float(np.std([len(each) for each in heights])),
        float(away.mean()),
    ]


def within(sequences: Sequence[Sequence90]) -> list[bool] | None:
    """What trees trained on the other four fifths of the set itself say; None without them."""
    try:
        from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415  # the extra train
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415
    except ImportError:
        return None
    features = np.array([crude(sequence) for sequence in sequences])
    truth = np.array([sequence.is_fall for sequence in sequences])
    trees = ExtraTreesClassifier(300, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    said: list[bool] = cross_val_predict(trees, features, truth, cv=folds).astype(bool).tolist()
    return said


def low_rate_rows(folder: Path, model: FallModel) -> list[list[str]]:
    sequences = low_rate(folder)
    pairs = [ours(sequence, model) for sequence in sequences]
    rows = [
        _row("ours, `FallDetected`", sequences, [fall for fall, _ in pairs]),
        _row("**ours, `FallDetected` or `Stumbled`**", sequences, [any_ for _, any_ in pairs]),
        _row("rule of two lines", sequences, [two_lines(one.frames) for one in sequences]),
    ]
    trees = within(sequences)
    if trees is not None:
        rows.append(_row("trees trained within the set, five folds", sequences, trees))
    return rows


def _row(name: str, sequences: Sequence[Sequence90], said: Sequence[bool]) -> list[str]:
    found = sum(s and q.is_fall for s, q in zip(said, sequences, strict=True))
    false = sum(s and not q.is_fall for s, q in zip(said, sequences, strict=True))
    total = sum(q.is_fall for q in sequences)
    return [name, f"{found} of {total}", f"{false} of {len(sequences) - total}"]


# ------------------------------------------------------------------------------ disturbances

Disturb = Callable[[list[FloatArray], np.random.Generator], list[FloatArray]]
"""Frames (n, 2) height, distance of ten a second, to slots of a tenth of a second."""


def raised(metres: float) -> Disturb:
    return lambda frames, _: [frame + np.array((metres, 0.0), np.float32) for frame in frames]


def tilted(degrees: float) -> Disturb:
    rise = float(np.tan(np.radians(degrees)))

    def tilt(frames: list[FloatArray], _: np.random.Generator) -> list[FloatArray]:
        return [np.stack((f[:, 0] + rise * f[:, 1], f[:, 1]), 1).astype(np.float32) for f in frames]

    return tilt


def thinned(share: float) -> Disturb:
    return lambda frames, rng: [frame[rng.random(len(frame)) < share] for frame in frames]


def at_rate(rate: float) -> Disturb:
    """Frames that do not come at a slower rate; at a quicker one each comes in parts."""

    def slow(frames: list[FloatArray], rng: np.random.Generator) -> list[FloatArray]:
        nothing = np.zeros((0, 2), np.float32)
        places = np.floor(np.arange(len(frames)) * min(rate / 10, 1.0) + rng.uniform())
        comes = np.diff(places, prepend=places[0] - 1) > 0
        return [frame if does else nothing for frame, does in zip(frames, comes, strict=True)]

    return slow


DISTURBED: Final[dict[str, Disturb]] = {
    "as recorded": lambda frames, _: frames,
    "mounting told 0.2 m too low": raised(-0.2),
    "mounting told 0.2 m too high": raised(0.2),
    "mounting told 0.4 m too low": raised(-0.4),
    "mounting told 0.4 m too high": raised(0.4),
    "tilt 10° off, upwards": tilted(10.0),
    "tilt 10° off, downwards": tilted(-10.0),
    "half of the points": thinned(0.5),
    "a quarter of the points": thinned(0.25),
    "a tenth of the points": thinned(0.1),
    "4 frames a second": at_rate(4.0),
    "8 frames a second": at_rate(8.0),
}
"""No Doppler is ever looked at.  The recordings have 10 frames a second; quicker radars are in the
simulated lives (3.5 to 30)."""


def disturbed_clips(clips: Sequence[Clip], disturb: Disturb, seed: int) -> list[Clip]:
    """The same clips, as another radar would have told them."""
    rng = np.random.default_rng(seed)
    made = []
    for clip in clips:
        frames = [np.stack((f[:, 1] + HEIGHT, f[:, 0]), 1).astype(np.float32) for f in clip.frames]
        slots = disturb(frames, rng)
        back = [
            np.stack((s[:, 1], s[:, 0] - HEIGHT, np.zeros(len(s))), 1).astype(np.float32)
            for s in slots
        ]
        made.append(Clip(clip.file, clip.label, clip.group, tuple(back)))
    return made


def disturbance_rows(clips: list[Clip], folds: Path) -> list[list[str]]:
    models = {group: FallModel(None, folds / f"judge_{group}.onnx") for group in GROUPS}
    rows = []
    for name, disturb in DISTURBED.items():
        total = FallScores()
        for group, model in models.items():
            mine = [clip for clip in clips if clip.group == group]
            total.add(evaluate_falls.score(disturbed_clips(mine, disturb, 7), model))
        rows.append([name, *_scored(total)])
        print(*rows[-1], flush=True)
    return rows


def _scored(scores: FallScores) -> list[str]:
    wrong = ", ".join(f"{k} {v}" for k, v in sorted(scores.false_alarms.items()) if v)
    share = f"{scores.found / scores.falls:.1%}" if scores.falls else "—"
    return [f"{scores.found} of {scores.falls}", share, wrong or "none"]


# ------------------------------------------------------------------------- one sensor left out


def capture(path: Path, protocol: str, step_seconds: float) -> Frames:
    frames = protocol_named(protocol).parser().feed(path.read_bytes())
    return [(number * step_seconds, frame) for number, frame in enumerate(frames)]


def false_in_captures(data: Path, model: FallModel) -> tuple[str, str, str]:
    """Falls told in captures of walking and sitting down; in lying, sitting, curling; bursts."""
    folder = data / "iwr6843_tlv"
    hung = MountingPose(2.0, 10.0)
    quiet = 0
    for name in ("people_tracking_walking", "people_tracking_sit_down"):
        frames = capture(folder / f"{name}.bin", "xwr68xx", IWR6843_SECONDS)
        quiet += _count(told(frames, hung, model))
    bursts = _count(
        told(
            capture(folder / "people_tracking_fall_0.bin", "xwr68xx", IWR6843_SECONDS), hung, model
        )
    )
    still, files = 0, sorted((data / "iwrl6432_tlv").glob("01_raw_bin/*/*.bin"))
    for path in files:
        events = told(capture(path, "xwrl6432", IWRL6432_SECONDS), MountingPose(1.8), model)
        still += falls(events)
    return str(quiet), str(bursts), f"{still} of {len(files)}"


def _count(events: Iterable[Event]) -> int:
    return sum(isinstance(event, FallDetected) for event in events)


def left_out_rows(data: Path, clips: list[Clip], folds: Path) -> list[list[str]]:
    test = radhar.load(data / "radhar", "test")
    sequences = low_rate(data / "low_rate_fall")
    rows = []
    for left in ("", *SENSORS):
        print(left, flush=True)
        model = FallModel(None, folds / f"judge_no_{left}.onnx") if left else FallModel()
        named = [clip for clip in clips if clip.group != ti_falls.REPLAY]
        ti = _scored(evaluate_falls.score(named, model))
        exercise = evaluate_falls.score_exercises(test, model).alarms_without_fall
        quiet, bursts, still = false_in_captures(data, model)
        said = [ours(sequence, model)[1] for sequence in sequences]
        low = _row("", sequences, said)[1:]
        name = left or "none (as shipped, with the windows)"
        rows.append([name, ti[0], ti[2], str(exercise), quiet, bursts, still, *low])
        print(*rows[-1], flush=True)
    return rows


# ----------------------------------------------------------------------------- targets alone


def target_frames(seen: lives.Seen, hangs_metres: float) -> Frames:
    """A simulated module's frames, 20 a second, the target straight ahead."""
    made = []
    for at, frame in zip(seen.times, seen.frames, strict=True):
        places = [
            Target(k, (0.0, float(away), float(up) - hangs_metres))
            for k, (up, away) in enumerate(frame)
        ]
        made.append((float(at), RadarFrame(targets=tuple(places))))
    return made


def target_rows(model: FallModel) -> list[list[str]]:
    """Simulated lives before a module that tells one held target, with leaps."""
    rows = []
    for kind in (*lives.FALLS, *lives.QUIET):
        alarms = stumbles = lying = 0
        for seed in range(TARGET_LIVES):
            rng = np.random.default_rng((9_000, seed))
            life = lives.play(kind, rng)
            radar = lives.draw_radar(rng, targets=1.0)
            frames = target_frames(lives.look(life, radar, rng), radar.hangs_metres)
            events = told(frames, MountingPose(radar.hangs_metres), model)
            alarms += any(isinstance(event, FallDetected) for event in events)
            stumbles += any(isinstance(event, Stumbled) for event in events)
            lying += any(isinstance(event, LyingOnFloor) for event in events)
        falls_ = "a fall" if kind in lives.FALLS else "none"
        row = [kind.replace("_", " "), falls_, *map(str, (alarms, stumbles))]
        rows.append(row)
        print(*row, flush=True)
    return rows


# ------------------------------------------------------------------------------------- folds


def train_missing(data: Path, folds: Path) -> None:
    from perception.descent_features import JUDGE_FEATURES  # noqa: PLC0415
    from perception.train import judge  # noqa: PLC0415  # needs PyTorch
    from perception.train.judge_examples import everything, recorded  # noqa: PLC0415
    from perception.train.onnx_export import export  # noqa: PLC0415

    clips = ti_falls.load(data / "ti_pose_fall")
    wanted = [*GROUPS, ti_falls.REPLAY, *(f"no_{sensor}" for sensor in SENSORS)]
    missing = [name for name in wanted if not (folds / f"judge_{name}.onnx").exists()]
    if not missing:
        return
    counts = (judge.LIVES, judge.SCENES)
    pools = dict(everything(clips, data, np.random.default_rng(0), counts, judge.ROUNDS))
    for name in missing:
        mine = dict(pools)
        if name.startswith("no_"):
            del mine[name.removeprefix("no_")]
        else:
            kept = [c for c in clips if c.group not in {name, ti_falls.REPLAY}]
            mine["ti"] = recorded(kept, np.random.default_rng(1), judge.ROUNDS)
        model = judge.train(list(mine.items()), 0, judge.FOLD_MEMBERS, judge.FOLD_STEPS)
        export(model, folds / f"judge_{name}.onnx", 1, JUDGE_FEATURES)
        print(name, flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data/radar"))
    options.add_argument("--folds", type=Path, default=user_cache_path("anban") / "radar-folds")
    options.add_argument("--train", action="store_true")
    chosen = options.parse_args()
    if chosen.train:
        chosen.folds.mkdir(parents=True, exist_ok=True)
        train_missing(chosen.data, chosen.folds)
    if not chosen.data.is_dir() or not (chosen.folds / "judge_no_ti.onnx").exists():
        print(f"radar_transfer.md stays as it is: no data at {chosen.data}, or folds missing")
        return
    report(chosen.data, chosen.folds)


def report(data: Path, folds: Path) -> None:
    clips = ti_falls.load(data / "ti_pose_fall")
    model = FallModel()
    lines = ["`low_rate_fall`: sparse, 4 frames a second; most who fall are up again soon.", ""]
    head = ["", "falls found", "others told"]
    lines += [table(head, low_rate_rows(data / "low_rate_fall", model)), ""]
    head = ["sensor not learnt from", "TI falls", "TI false", "RadHAR test, false",
            "IWR6843 walking and sitting down, false", "IWR6843 fall_0, told",
            "IWRL6432 lying, sitting, curling, told", "low_rate_fall found", "low_rate_fall false",
            ]  # fmt: skip
    lines += [table(head, left_out_rows(data, clips, folds)), ""]
    lines += ["The judge alone, without the windows, which have learnt from TI falls.", ""]
    head = ["TI, one subject group left out each", "found", "", "false alarms"]
    lines += [table(head, disturbance_rows(clips, folds)), ""]
    head = ["simulated module with one held target", "fall in it",
            f"FallDetected, of {TARGET_LIVES}", "Stumbled"]  # fmt: skip
    lines += [table(head, target_rows(model)), ""]
    text = "\n".join(lines)
    write_result("radar_transfer", "Radar, other sensors and mountings",
                 "python -m benchmarks.radar_transfer", text)  # fmt: skip
    print(text)


if __name__ == "__main__":
    main()
