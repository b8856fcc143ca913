"""Falls on other sensors and mountings than learnt from. Writes results/radar_transfer.md.

    python -m benchmarks.radar_transfer --data DATA --folds FOLDER [--train] [--jobs N]

The judges that leave a group or a sensor out are not shipped: `--train` makes those that are
missing in FOLDER (needs the extra train; half an hour on one core); those of the windows are made
by `benchmarks.radar --train`, and without them the judge alone is disturbed.  `low_rate_fall` is
only measured here: nothing is trained on it and no threshold was chosen on it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from platformdirs import user_cache_path

from benchmarks import table, write_result
from benchmarks._radar_disturbed import DISTURBED, disturbed_clips
from benchmarks._radar_low_rate import low_rate, low_rate_rows, ours, row_of
from benchmarks._radar_room import Frames, falls, told
from perception.events import Event, FallDetected, LyingOnFloor, Stumbled
from perception.fall import FallModel
from perception.radar import RadarFrame, protocol_named
from perception.radar.frames import Target
from perception.radar.room import MountingPose
from perception.train import evaluate_falls, lives, radhar, ti_falls
from perception.train.evaluate_falls import FallScores
from perception.train.ti_falls import Clip

GROUPS: Final = tuple(dict.fromkeys(ti_falls.SUBJECT_GROUPS.values()))
SENSORS: Final = ("ti", "radhar", "iwr6843")
SIMULATED: Final = "simulated"
"""The judge that has seen no recording at all."""
IWR6843_SECONDS: Final = 0.055
IWRL6432_SECONDS: Final = 0.1
TARGET_LIVES: Final = 25
HELD_SECONDS: Final = 3.0
"""How long the end of a recording that is cut off is held, as if it were live."""


@cache
def clips_of(data: Path) -> list[Clip]:
    """The TI recordings; each process reads them once."""
    return ti_falls.load(data / "ti_pose_fall")


# ------------------------------------------------------------------------------ disturbances


def disturbance_row(name: str, data: Path, folds: Path) -> list[str]:
    """Of a detector that has not seen the subjects' group: judged at the cut, and live."""
    cut, live = FallScores(), FallScores()
    for group in GROUPS:
        mine = [clip for clip in clips_of(data) if clip.group == group]
        seen = disturbed_clips(mine, DISTURBED[name], 7)
        windows = folds / f"fall_{group}.onnx"
        judge = folds / f"judge_{group}.onnx"
        model = FallModel(windows if has_windows(folds) else None, judge)
        cut.add(evaluate_falls.score(seen, model))
        live.add(evaluate_falls.score(seen, model, HELD_SECONDS))
    return [name, *_scored(cut), *_scored(live)]


def has_windows(folds: Path) -> bool:
    """Whether windows that leave a group out were trained, too."""
    return all((folds / f"fall_{group}.onnx").exists() for group in GROUPS)


def _scored(scores: FallScores) -> list[str]:
    wrong = ", ".join(f"{k} {v}" for k, v in sorted(scores.false_alarms.items()) if v)
    return [f"{scores.found} of {scores.falls}", wrong or "none"]


# ------------------------------------------------------------------------- one sensor left out


def capture(path: Path, protocol: str, step_seconds: float) -> Frames:
    frames = protocol_named(protocol).parser().feed(path.read_bytes())
    return [(number * step_seconds, frame) for number, frame in enumerate(frames)]


def moving(data: Path, model: FallModel) -> list[str]:
    """Falls told of people who walk and sit down before an IWR6843."""
    names = ("people_tracking_walking", "people_tracking_sit_down")
    return ["—", str(sum(_count(_told_6843(data, name, model)) for name in names))]


def bursts(data: Path, model: FallModel) -> list[str]:
    """Falls told in the capture of some twenty motion bursts that nobody has labelled."""
    return [f"{_count(_told_6843(data, 'people_tracking_fall_0', model))} told", "—"]


def _told_6843(data: Path, name: str, model: FallModel) -> list[Event]:
    frames = capture(data / "iwr6843_tlv" / f"{name}.bin", "xwr68xx", IWR6843_SECONDS)
    return told(frames, MountingPose(2.0, 10.0), model)


def still(data: Path, model: FallModel) -> list[str]:
    """Captures of people who lie, sit and curl up, in which a fall or a stumble is told."""
    files = sorted((data / "iwrl6432_tlv").glob("01_raw_bin/*/*.bin"))
    captures = (capture(path, "xwrl6432", IWRL6432_SECONDS) for path in files)
    wrong = sum(falls(told(frames, MountingPose(1.8), model)) for frames in captures)
    return ["—", f"{wrong} of {len(files)}"]


def _count(events: Iterable[Event]) -> int:
    return sum(isinstance(event, FallDetected) for event in events)


def tells_ti(data: Path, model: FallModel) -> list[str]:
    """Falls of the named subjects, judged at the cut."""
    named = [clip for clip in clips_of(data) if clip.group != ti_falls.REPLAY]
    return _scored(evaluate_falls.score(named, model))


def tells_radhar(data: Path, model: FallModel) -> list[str]:
    """Falls told of people who exercise."""
    test = radhar.load(data / "radhar", "test")
    return ["—", str(evaluate_falls.score_exercises(test, model).alarms_without_fall)]


def tells_low_rate(data: Path, model: FallModel) -> list[str]:
    """Falls and stumbles told of the sparse sensor."""
    sequences = low_rate(data / "low_rate_fall")
    return row_of("", sequences, [ours(one, model)[1] for one in sequences])[1:]


Measure = Callable[[Path, FallModel], list[str]]
"""What a detector tells of one sensor's recordings: falls found, others told."""
LEFT_OUT: Final[dict[str, tuple[str, Measure]]] = {
    "TI IWRL6432, falls and postures": ("no_ti", tells_ti),
    "TI IWRL6432, captures of lying, sitting, curling": ("no_ti", still),
    "TI IWR6843, walking and sitting down": ("no_iwr6843", moving),
    "TI IWR6843, unlabelled bursts (`fall_0`)": ("no_iwr6843", bursts),
    "IWR1443, exercises (RadHAR)": ("no_radhar", tells_radhar),
    "sparse, 4 frames a second (`low_rate_fall`)": ("", tells_low_rate),
}
"""Each sensor with the judge that has seen nothing of it; "": nor has the shipped one."""


def left_out_row(name: str, data: Path, folds: Path) -> list[str]:
    """One sensor before a judge that has seen nothing of it, and before others."""
    left, measure = LEFT_OUT[name]
    without = FallModel(None, folds / f"judge_{left}.onnx") if left else FallModel()
    blank = FallModel(None, folds / f"judge_{SIMULATED}.onnx")
    return [
        name,
        *(cell for model in (without, blank, FallModel()) for cell in measure(data, model)),
    ]


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


def target_row(kind: str) -> list[str]:
    """Simulated lives before a module that tells one held target, with leaps."""
    model = FallModel()
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
    return [kind.replace("_", " "), falls_, *map(str, (alarms, stumbles, lying))]


# ------------------------------------------------------------------------------------- folds


def train_missing(data: Path, folds: Path) -> None:
    from perception.descent_features import JUDGE_FEATURES  # noqa: PLC0415
    from perception.train import judge  # noqa: PLC0415  # needs PyTorch
    from perception.train.judge_examples import everything, recorded  # noqa: PLC0415
    from perception.train.onnx_export import export  # noqa: PLC0415

    clips = ti_falls.load(data / "ti_pose_fall")
    left_out = [*(f"no_{sensor}" for sensor in SENSORS), SIMULATED]
    wanted = [*GROUPS, ti_falls.REPLAY, *left_out]
    missing = [name for name in wanted if not (folds / f"judge_{name}.onnx").exists()]
    if not missing:
        return
    counts = (judge.LIVES, judge.SCENES)
    pools = dict(everything(clips, data, np.random.default_rng(0), counts, judge.ROUNDS))
    for name in missing:
        mine = dict(pools)
        if name == SIMULATED:
            mine = {pool: windows for pool, windows in mine.items() if pool not in SENSORS}
        elif name in left_out:
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
    options.add_argument("--jobs", type=int, default=1)
    chosen = options.parse_args()
    if chosen.train:
        chosen.folds.mkdir(parents=True, exist_ok=True)
        train_missing(chosen.data, chosen.folds)
    if not chosen.data.is_dir() or not (chosen.folds / "judge_no_ti.onnx").exists():
        print(f"radar_transfer.md stays as it is: no data at {chosen.data}, or folds missing")
        return
    report(chosen.data, chosen.folds, chosen.jobs)


def rows_of(jobs: int, row: Callable[..., list[str]], names: Iterable[str], *rest: Path,
            ) -> list[list[str]]:  # fmt: skip
    """A row of each name, so many at once."""
    with ProcessPoolExecutor(jobs) as pool:
        asked = [pool.submit(row, name, *rest) for name in names]
        rows = []
        for each in asked:
            rows.append(each.result())
            print(*rows[-1], flush=True)
    return rows


def report(data: Path, folds: Path, jobs: int) -> None:
    lines = ["`low_rate_fall`: sparse, 4 frames a second; most who fall are up again soon.", ""]
    head = ["", "falls found", "others told"]
    lines += [table(head, low_rate_rows(data / "low_rate_fall", FallModel())), ""]
    before = ("a judge that has seen nothing of this sensor",
              "one that has seen no recording at all", "as shipped")  # fmt: skip
    head = ["sensor", *(f"{who}: {what}" for who in before for what in ("found", "false"))]
    lines += [table(head, rows_of(jobs, left_out_row, LEFT_OUT, data, folds)), ""]
    lines += [
        "The first two are the judge alone, without the windows, which have learnt from TI falls; "
        "of `low_rate_fall` nothing has been learnt by any. What is shipped has learnt from TI "
        "falls, RadHAR and the IWR6843's walking and sitting down. The IWRL6432 captures were "
        "never learnt from, but the TI falls come of the same kind of sensor.",
        "",
    ]
    who = "windows and judge" if has_windows(folds) else "the judge alone"
    ways = ("judged at the cut", "live, the end held")
    head = [f"TI falls, one subject group left out each, {who}",
            *(f"{way}: {what}" for way in ways for what in ("found", "false"))]  # fmt: skip
    lines += [table(head, rows_of(jobs, disturbance_row, DISTURBED, data, folds)), ""]
    lines += [
        "The falls are cut at about 1.5 s, mostly before the body is down. Live, nothing is judged "
        f"at the cut: the last 0.3 s are held for {HELD_SECONDS:.0f} s, of falls and of all else "
        "alike, and who is cut in mid-air hangs there. A tenth of a second is looked at together, "
        "so 15, 20 and 30 frames a second are to it what 10 are; in simulated lives 3.5 to 30 "
        "come. Doppler is never looked at.",
        "",
    ]
    head = ["simulated module with one held target", "fall in it",
            f"FallDetected, of {TARGET_LIVES}", "Stumbled", "LyingOnFloor"]  # fmt: skip
    lines += [table(head, rows_of(jobs, target_row, (*lives.FALLS, *lives.QUIET))), ""]
    text = "\n".join(lines)
    write_result("radar_transfer", "Radar, other sensors and mountings",
                 "python -m benchmarks.radar_transfer", text)  # fmt: skip
    print(text)


if __name__ == "__main__":
    main()
