"""The shipped fall detector on simulated bodies: `python -m benchmarks.radar_bodies`.

Needs neither recordings nor folds.  The seeds are not those of the training; the simulator is the
same, so the figures say how it does with what it was taught, and no more.
"""

from __future__ import annotations

import numpy as np

from benchmarks import table, take_no_arguments, write_result
from perception.descent_features import Slot
from perception.fall import MODEL, Fall, FallModel, FallWatch
from perception.fall_features import FRAMES_PER_SECOND
from perception.train.bodies import simulate

FALLS = 1_000
SCENES = 300
FIRST_SEED = 20_000
LATE_SECONDS = 1.5
"""From the body down to told, at most."""
NO_FALLS = ("walk", "stand", "stand_up", "get_up", "sit_down", "bend", "lie_down")


def told_after(model: FallModel, seed: int) -> float | None:
    """Seconds from a simulated body's last frame of falling to the alarm; None: never told."""
    rng = np.random.default_rng(seed)
    stand, scene = simulate("stand", rng), simulate("fall", rng)
    watch = FallWatch(model)
    down = len(stand.frames) + max(k for k, s in enumerate(scene.labels) if s == "falling")
    frames = [*stand.frames, *scene.frames, *scene.frames[-5:]]
    for number, frame in enumerate(frames):
        if isinstance(watch.update(Slot(frame[:, 0], frame[:, 1])), Fall):
            return (number - down) / FRAMES_PER_SECOND
    return None


def delays(model: FallModel, first_seed: int, count: int) -> str:
    """One sentence on so many falls."""
    asked = [told_after(model, first_seed + n) for n in range(count)]
    waits = [seconds for seconds in asked if seconds is not None]
    if not waits:
        return f"None of {count} simulated falls was told."
    late = np.percentile(waits, (50, 95, 100))
    return (
        f"From the body down to told, {count} simulated falls ({len(waits)} told): median "
        f"{late[0]:.1f} s, 95 % {late[1]:.1f} s, longest {late[2]:.1f} s; "
        f"{sum(seconds > LATE_SECONDS for seconds in waits)} later than {LATE_SECONDS} s."
    )


def alarms(model: FallModel, kind: str) -> int:
    """Scenes of this kind, of `SCENES`, in which a fall is told."""
    count = 0
    for seed in range(FIRST_SEED, FIRST_SEED + SCENES):
        watch = FallWatch(model)
        frames = simulate(kind, np.random.default_rng(seed)).frames
        told = [watch.update(Slot(frame[:, 0], frame[:, 1])) for frame in frames]
        count += any(isinstance(each, Fall) for each in told)
    return count


def main() -> None:
    model = FallModel(MODEL)
    rows = []
    for kind in NO_FALLS:
        rows.append([kind.replace("_", " "), f"{alarms(model, kind)} of {SCENES}"])
        print(*rows[-1], flush=True)
    lines = [table(["no fall, simulated", "told as a fall"], rows), ""]
    lines += [delays(model, FIRST_SEED, FALLS), ""]
    text = "\n".join(lines)
    command = "python -m benchmarks.radar_bodies"
    write_result("radar_bodies", "Radar, simulated bodies", command, text)
    print(text)


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
