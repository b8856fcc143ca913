"""False alarms in a simulated week at home, per kind of radar. Writes results/radar_week.md.

    python -m benchmarks.radar_week [--days 7] [--jobs N]

One elder lives before a radar: gets up and goes to bed, sits down and stands up, eats, bends for
things, kneels at a cupboard, lies on the sofa, goes out and comes back; a visitor walks about and
sits; a cat walks, lies on the floor and jumps onto the sofa and the table; a vacuum robot drives.
Long still stretches are shortened: of a night its turns and an errand are played, of an afternoon
in the armchair some minutes; what happens is all played.  Bed and sofa are drawn, as the
documentation asks for; the chairs are not.  Everybody is simulated (`perception.train.bodies`), so
the figures say how often what we know of goes wrong, and no more.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import table, write_result
from perception.events import FallDetected, LyingOnFloor, Stumbled
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import FloatArray, Target, make_clouds
from perception.radar.room import MountingPose, Room, Zone, ZoneKind
from perception.train import lives
from perception.train.bodies import FLOOR_POSES, Script, move
from perception.train.lives import STEP_SECONDS, Life, Radar
from perception.watch import RoomWatch

HANGS: Final = 1.9
TOLD: Final = 1.8
"""The family measured a little wrong."""
BED: Final = (1.5, 4.0)
SOFA: Final = (-1.5, 3.5)
CHAIR: Final = (0.0, 3.0)
CUPBOARD: Final = (-2.0, 1.8)
DOOR: Final = (2.4, 1.2)
ZONES: Final = (
    Zone("bed", ZoneKind.BED, 0.9, 2.1, 3.0, 5.0),
    Zone("sofa", ZoneKind.SOFA, -2.0, -1.0, 2.6, 4.4),
    Zone("door", ZoneKind.DOOR, 2.0, 2.8, 0.8, 1.6),
)
_USUAL: Final = Radar(
    is_target=False, rate=10.0, points=9.0, still_share=0.5, height_noise=0.12, frame_noise=0.02,
    distance_noise=0.08, elevation_step=0.0, hangs_metres=HANGS, height_error=TOLD - HANGS,
    tilt_error=0.0, scale=1.0, steepest=1.3, ghosts=0.08, lost=0.02, leaps=0.1,
)  # fmt: skip
RADARS: Final[dict[str, Radar]] = {
    "dense, 20 a second (IWR6843)": replace(_USUAL, rate=18.0, points=14.0, height_noise=0.1),
    "usual, 10 a second (IWRL6432)": _USUAL,
    "few points, 10 a second (MR60FDA2, cloud)": replace(_USUAL, points=4.0, height_noise=0.18),
    "sparse and coarse, 4 a second": replace(
        _USUAL, rate=4.0, points=6.0, elevation_step=0.25, height_noise=0.15
    ),
    "one held target (LD6002B, MR60FDA2)": replace(_USUAL, is_target=True, rate=20.0),
}
"""Each kind of sensor as the facts of its captures describe it."""

Place = tuple[float, float]
Step = tuple[float, str, str, float, Place]
"""Seconds until a pose, the pose, what it is, how much it is lifted, and where the body is then."""
_CAT: Final = np.array([(0.04, -0.15), (0.1, -0.1), (0.15, 0.0), (0.2, 0.05), (0.22, 0.1),
                        (0.2, 0.15), (0.25, 0.2), (0.08, 0.0)])  # fmt: skip
_VACUUM: Final = np.array([(0.05, away) for away in np.linspace(-0.16, 0.16, 8)])
_SMALL_SHARE: Final = 0.3
"""Of a person's reflections, what a cat or a vacuum robot gives."""


@dataclass(frozen=True, slots=True)
class Mover:
    """One body over a day, every `STEP_SECONDS`."""

    name: str
    joints: NDArray[np.float64]
    """(steps, 8, 2) height over the floor, and how far before its middle, metres."""
    labels: tuple[str, ...]
    places: NDArray[np.float64]
    """(steps, 2) x, y."""
    share: float = 1.0
    """Of a person's reflections."""


def _walk(rng: np.random.Generator, start: Place, to: Place) -> Step:
    away = float(np.hypot(to[0] - start[0], to[1] - start[1]))
    return max(away / rng.uniform(0.4, 0.9), 0.5), "standing", "walking", 0.0, to


class Day:
    """Writes what one person does, step after step."""

    def __init__(self, rng: np.random.Generator, start: Place) -> None:
        self.rng, self.at = rng, start
        self.steps: list[Step] = []

    def go(self, to: Place) -> None:
        """Walk there."""
        self.steps.append(_walk(self.rng, self.at, to))
        self.at = to

    def do(self, seconds: float, pose: str, label: str, lift: float = 0.0) -> None:
        """Take a pose within so many seconds."""
        self.steps.append((seconds, pose, label, lift, self.at))

    def fidget(self, seconds: float, pose: str, label: str, lift: float = 0.0) -> None:
        """Stay so, stirring now and then."""
        while seconds > 0:
            part = self.rng.uniform(3, 12)
            self.do(part, pose, label, lift)
            seconds -= part

    def sit(self, where: Place, seconds: float, lift: float = 0.0) -> None:
        """Sit there for so long, plumping down now and then, and stand up."""
        u = self.rng.uniform
        self.go(where)
        self.do(u(0.6, 1.0) if self.rng.random() < 0.3 else u(1.2, 2.4), "sitting", "other", lift)
        self.fidget(seconds, "sitting", "sitting", lift)
        self.do(u(1.0, 2.4), "standing", "other")
        self.do(u(0.5, 3), "standing", "standing")

    def lie(self, where: Place, seconds: float, lift: float) -> None:
        """Lie down there for so long, turn over, and get up."""
        u = self.rng.uniform
        self.go(where)
        self.do(u(1.0, 2.2), "sitting", "other")
        self.fidget(u(1, 6), "sitting", "sitting")
        self.do(u(1.0, 3.0), "backward", "other", lift)
        while seconds > 0:
            part = u(8, 25)
            turned = str(self.rng.choice(FLOOR_POSES[:3]))
            self.do(u(0.8, 2.0), turned, "lying", lift)
            self.do(part, turned, "lying", lift)
            seconds -= part
        self.do(u(1.5, 3.5), "sitting", "other")
        self.fidget(u(2, 10), "sitting", "sitting")
        self.do(u(1.0, 2.4), "standing", "other")

    def stoop(self) -> None:
        """Bend, squat or kneel, and come up again."""
        u = self.rng.uniform
        low = str(self.rng.choice(["bent", "bent", "squat", "kneeling"]))
        self.do(u(0.7, 1.6), low, "other")
        self.do(u(0.3, 8), low, "other")
        self.do(u(0.8, 2.0), "standing", "other")
        self.do(u(0.5, 4), "standing", "standing")

    def leave(self, seconds: float) -> None:
        """Go out by the door, and come back."""
        self.go(DOOR)
        self.do(seconds, "standing", "gone")


def elder(rng: np.random.Generator) -> list[Step]:
    """A day from midnight to midnight, its long still stretches shortened."""
    day = Day(rng, DOOR)
    day.lie(BED, 180, 0.5)
    day.leave(20)
    day.lie(BED, 180, 0.5)
    day.leave(30)
    for meal in range(3):
        day.sit(CHAIR, 90)
        for _ in range(int(rng.integers(2, 5))):
            day.go((rng.uniform(-2.2, 0.8), rng.uniform(1.2, 4.5)))
            day.do(rng.uniform(1, 10), "standing", "standing")
        for _ in range(int(rng.integers(2, 5))):
            day.go(CUPBOARD)
            day.stoop()
        day.leave(20)
        if meal < 2:
            day.sit(SOFA, 90)
    day.lie(SOFA, 60, 0.4)
    day.leave(30)
    day.sit(BED, 20)
    return day.steps


def visitor(rng: np.random.Generator) -> list[Step]:
    """Somebody comes on some days, sits, helps, and goes."""
    day = Day(rng, DOOR)
    day.do(rng.uniform(300, 600), "standing", "gone")
    day.sit((0.9, 2.2), 120)
    day.go((rng.uniform(-2, 0.5), rng.uniform(1.5, 4)))
    day.stoop()
    day.leave(2_000)
    return day.steps


def moving(name: str, steps: list[Step], rng: np.random.Generator) -> Mover:
    """The person who does this."""
    keys = [(0.0, "standing", "standing", 0.0), *(step[:4] for step in steps)]
    body, labels = move(Script(keys), rng.uniform(1.5, 1.75), rng, STEP_SECONDS)
    ends = np.cumsum([max(1, round(step[0] / STEP_SECONDS)) for step in steps])
    places = np.array([steps[0][4], *(step[4] for step in steps)])
    at = np.arange(len(body))
    path = np.stack([np.interp(at, [0, *ends], places[:, axis]) for axis in (0, 1)], 1)
    walks = np.array([label == "walking" for label in labels])
    stride = 2 * np.pi * 0.95 * at * STEP_SECONDS
    body[:, 0, 1] += 0.25 * np.sin(stride) * walks
    body[:, 7, 1] -= 0.2 * np.sin(stride) * walks
    return Mover(name, body, tuple(labels), path)


def cat(long: int, rng: np.random.Generator) -> Mover:
    """It walks, lies about, and jumps onto the sofa, the bed and the table."""
    lifts: list[float] = []
    labels: list[str] = []
    places: list[NDArray[np.float64]] = []
    place, lift = np.array((0.0, 2.0)), 0.0
    while len(lifts) < long:
        spot, height = (
            (np.array(SOFA), 0.45), (np.array((0.3, 2.6)), 0.75), (np.array(BED), 0.5),
            (rng.uniform((-2, 1.2), (1, 4.5)), 0.0), (rng.uniform((-2, 1.2), (1, 4.5)), 0.0),
        )[int(rng.integers(5))]  # fmt: skip
        walked = max(2, int(np.hypot(*(spot - place)) / rng.uniform(0.3, 1.0) / STEP_SECONDS))
        jumped = int(rng.uniform(0.25, 0.4) / STEP_SECONDS)
        stays = int(rng.uniform(10, 90) / STEP_SECONDS)
        lifts += [*np.linspace(lift, 0, jumped), *np.zeros(walked), *np.linspace(0, height, jumped)]
        lifts += [height] * stays
        labels += ["walking"] * (2 * jumped + walked) + ["lying"] * stays
        ways = np.linspace(place, spot, jumped + walked)
        places += [*ways, *np.repeat(spot[None], jumped + stays, 0)]
        place, lift = spot, height
    lies = np.array([0.6 if label == "lying" else 1.0 for label in labels[:long]])
    joints = np.repeat(_CAT[None], long, 0) * lies[:, None, None]
    joints[:, :, 0] += np.array(lifts[:long])[:, None]
    return Mover("cat", joints, tuple(labels[:long]), np.array(places[:long]), _SMALL_SHARE)


def vacuum(long: int, rng: np.random.Generator) -> Mover:
    """It stands at its station, drives for some minutes, and stands there again."""
    drives = int(240 / STEP_SECONDS)
    begins = int(rng.integers(0, max(1, long - drives)))
    count = int(drives * STEP_SECONDS * 0.3 / 2.0)
    corners = np.stack((rng.uniform(-2.2, 0.9, count), rng.uniform(1.0, 4.8, count)), 1)
    corners[0] = corners[-1] = (-2.3, 1.0)
    ends = np.linspace(begins, begins + drives, count)
    at = np.arange(long)
    path = np.stack([np.interp(at, ends, corners[:, axis]) for axis in (0, 1)], 1)
    is_out = (at >= begins) & (at < begins + drives)
    labels = tuple("walking" if out else "gone" for out in is_out)
    return Mover("vacuum robot", np.repeat(_VACUUM[None], long, 0), labels, path, _SMALL_SHARE)


def seen(mover: Mover, radar: Radar, times: NDArray[np.float64], rng: np.random.Generator,
         ) -> list[FloatArray]:  # fmt: skip
    """(n, 3) in the sensor's axes of each frame: what it tells of one body."""
    away = np.hypot(*mover.places.T)
    joints = mover.joints.copy()
    turned = np.cos(np.cumsum(rng.normal(0, 0.02, len(joints))))
    joints[:, :, 1] = joints[:, :, 1] * turned[:, None] + away[:, None]
    weaker = replace(radar, points=radar.points * mover.share)
    life = Life(mover.name, joints, mover.labels)
    frames = lives.look_at(life, weaker, times, rng).frames
    made = []
    for at, frame in zip(times, frames, strict=True):
        x, y = mover.places[int(at / STEP_SECONDS)]
        bearing = np.arctan2(x, y) + rng.normal(0, 0.04, len(frame))
        up, far = frame.T if len(frame) else (np.zeros(0), np.zeros(0))
        made.append(np.stack((far * np.sin(bearing), far * np.cos(bearing), up - TOLD), 1))
    return made


def frame_of(bodies: list[FloatArray], *, is_target: bool) -> RadarFrame:
    """What the radar sends of all bodies together."""
    if is_target:
        places = [body[0].tolist() for body in bodies if len(body)]
        return RadarFrame(targets=tuple(Target(k, (x, y, z)) for k, (x, y, z) in enumerate(places)))
    xyz = np.concatenate(bodies).astype(np.float32)
    unknown = np.zeros(len(xyz), np.float32)
    (cloud,) = make_clouds(xyz, unknown, unknown, [len(xyz)])
    return RadarFrame(points=cloud)


def a_day(name: str, number: int) -> tuple[Counter[str], float]:
    """What this radar tells in one day, by whose doing, and how many hours were played."""
    rng = np.random.default_rng((31_000, number))
    people = [moving("elder", elder(rng), rng)]
    long = len(people[0].labels)
    movers = [*people, cat(long, rng), vacuum(long, rng)]
    if number % 2:
        movers.append(moving("visitor", visitor(rng), rng))
    radar = RADARS[name]
    seconds = long * STEP_SECONDS
    times = lives.times_of(seconds, radar, rng)
    movers = [_as_long(mover, long) for mover in movers]
    each = [seen(mover, radar, times, rng) for mover in movers]
    watch = RoomWatch(Room(MountingPose(TOLD), zones=ZONES), FallModel())
    told: Counter[str] = Counter()
    for at, *bodies in zip(times, *each, strict=True):
        for event in watch.update(float(at), frame_of(bodies, is_target=radar.is_target)):
            if isinstance(event, FallDetected | LyingOnFloor):
                told[f"{type(event).__name__}: {_whose(event, movers)}"] += 1
            elif isinstance(event, Stumbled):
                told["Stumbled"] += 1
    return told, seconds / 3600


def _as_long(mover: Mover, long: int) -> Mover:
    """The same until the day is over; who is done before is gone."""
    rest = max(0, long - len(mover.labels))
    joints = np.concatenate((mover.joints[:long], np.repeat(mover.joints[-1:], rest, 0)))
    places = np.concatenate((mover.places[:long], np.repeat(mover.places[-1:], rest, 0)))
    return replace(
        mover, joints=joints, labels=(*mover.labels[:long], *["gone"] * rest), places=places
    )


def _whose(event: FallDetected | LyingOnFloor, movers: list[Mover]) -> str:
    step = int(event.at / STEP_SECONDS)
    here = [mover for mover in movers if mover.labels[step] != "gone"]
    away = [float(np.hypot(*(mover.places[step] - (event.x, event.y)))) for mover in here]
    if not here or min(away) > 1.5:
        return "a ghost"
    nearest = here[int(np.argmin(away))]
    earlier = nearest.labels[max(0, step - 60)]
    return f"{nearest.name} ({earlier})"


def report(days: int, jobs: int) -> None:
    rows = []
    with ProcessPoolExecutor(jobs) as pool:
        asked = {name: [pool.submit(a_day, name, k) for k in range(days)] for name in RADARS}
        for name, parts in asked.items():
            results = [part.result() for part in parts]
            told = sum((counts for counts, _ in results), Counter[str]())
            stumbles = told.pop("Stumbled", 0)
            why = ", ".join(f"{what} {many}" for what, many in sorted(told.items()))
            played = sum(hours for _, hours in results)
            week = told.total() * 7 / days
            rows.append([name, f"{week:.2f}", why or "none", str(stumbles), f"{played:.1f} h"])
            print(*rows[-1], flush=True)
    head = ["radar", "false alarms a week", "of which", "Stumbled (no alarm)", "played"]
    lines = [
        f"{days} days of an elder, with visitors on every second, a cat and a vacuum robot.",
        "",
    ]
    lines += [table(head, rows), ""]
    lines += [
        "Long still stretches are shortened, what happens is all played. In brackets: what they "
        "did three seconds before. Nobody falls in it, so that no alarm may come.",
        "",
    ]
    text = "\n".join(lines)
    write_result("radar_week", "Radar, a simulated week", "python -m benchmarks.radar_week", text)
    print(text)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=7)
    options.add_argument("--jobs", type=int, default=1)
    chosen = options.parse_args()
    report(chosen.days, chosen.jobs)


if __name__ == "__main__":
    main()
