"""Modules that tell one target instead of points. Writes results/radar_targets.md.

    python -m benchmarks.radar_targets [--jobs N]

Simulated lives (`perception.train.lives`) before modules drawn at random: one held target 20 times
a second, wrong by up to 0.4 m in height, that leaps by 0.3 to 1.1 m in up to three of ten new
places, and in up to half of them while the body is low.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import numpy as np

from benchmarks import table, write_result
from benchmarks._radar_room import Frames, told
from perception.events import FallDetected, LyingOnFloor, Stumbled
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import Target
from perception.radar.room import MountingPose
from perception.train import lives

TARGET_LIVES: Final = 25


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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=1)
    with ProcessPoolExecutor(options.parse_args().jobs) as pool:
        report(list(pool.map(target_row, (*lives.FALLS, *lives.QUIET))))


def report(rows: list[list[str]]) -> None:
    falls_ = [int(row[2]) for row in rows if row[1] == "a fall" and row[0] != "stumble"]
    quiet = [int(row[2]) for row in rows if row[1] == "none"]
    head = ["simulated module with one held target", "fall in it",
            f"FallDetected, of {TARGET_LIVES}", "Stumbled", "LyingOnFloor"]  # fmt: skip
    lines = [table(head, rows), ""]
    lines += [
        f"Told as falls: {sum(falls_)} of {TARGET_LIVES * len(falls_)} with one (stumbles apart), "
        f"{sum(quiet)} of {TARGET_LIVES * len(quiet)} without. Each is ten to twenty seconds long.",
        "",
    ]
    text = "\n".join(lines)
    command = "python -m benchmarks.radar_targets"
    write_result("radar_targets", "Radar, modules with one target", command, text)
    print(text)


if __name__ == "__main__":
    main()
