"""Half a minute of a simulated life at most, before a radar that nobody has seen.

`play` lets a body (`perception.train.bodies`) do what people do, with a fall, a stumble or neither
in it.  `Radar` is a sensor drawn at random: points or one held target, 4 to 30 frames a second,
sparse or dense, exact or coarse in height, hung otherwise than told, with ghosts, with others who
pass.  What differs between sensors is drawn wider than any sensor we know, so that a model can
only learn what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import FloatArray
from perception.train.bodies import ECHO_WEIGHTS, FLOOR_POSES, Script, move

STEP_SECONDS: Final = 0.05
FALLS: Final = {
    "fall": 4.0, "fall_in_steps": 1.5, "fall_from_chair": 1.5, "slide_down": 1.0, "collapse": 0.8,
    "roll_out_of_bed": 0.8, "stumble": 2.0,
}  # fmt: skip
"""Kinds with an uncontrolled descent, and how often each is drawn."""
QUIET: Final = {
    "walk": 3.0, "stand": 1.5, "sit": 1.0, "lie": 1.0, "sit_down": 2.5, "stand_up": 1.5,
    "bend": 3.0, "kneel": 1.5, "lie_down": 3.0, "lie_down_on_floor": 1.5, "get_up": 1.5,
    "leave": 1.0, "sit_on_floor": 0.5,
}  # fmt: skip
"""Kinds without one."""
_TARGET_RATE: Final = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """What a body really did, every `STEP_SECONDS`."""

    kind: str
    joints: NDArray[np.float64]
    """(steps, 8, 2) height over the floor and distance from the radar, metres."""
    labels: tuple[str, ...]
    """falling, lying, sitting, standing, walking, "other" between them, "gone" if it is away."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a radar told of a life: the heights are those of the mounting as it was given."""

    times: NDArray[np.float64]
    frames: tuple[FloatArray, ...]
    """(n, 2) each: height, distance, metres."""


def draw_kind(rng: np.random.Generator, falls: float = 0.45) -> str:
    """A kind of life; so large a share has a fall."""
    kinds = FALLS if rng.random() < falls else QUIET
    odds = np.array(list(kinds.values()))
    return str(rng.choice(list(kinds), p=odds / odds.sum()))


def play(kind: str, rng: np.random.Generator) -> Life:
    """One life of this kind."""
    script = _script(kind, rng)
    height = rng.uniform(1.4, 1.9)
    body, labels = move(script, height, rng, STEP_SECONDS)
    steps = np.arange(len(body))
    time = steps * STEP_SECONDS
    walks = np.array([label == "walking" for label in labels])
    speed = rng.choice([-1.0, 1.0]) * rng.uniform(0.2, 1.2)
    distance = rng.uniform(1.0, 5.0) + np.cumsum(walks * speed) * STEP_SECONDS
    distance = np.abs(distance - distance.min() + max(0.8, distance.min()))
    stride = 2 * np.pi * rng.uniform(0.8, 1.1) * time
    body[:, :, 0] += (0.02 * np.sin(2 * stride) * walks)[:, None]
    body[:, 0, 1] += 0.25 * np.sin(stride) * walks
    body[:, 7, 1] -= 0.2 * np.sin(stride) * walks
    towards = np.cos(rng.uniform(0, 2 * np.pi))
    body[:, :, 1] = body[:, :, 1] * towards + distance[:, None]
    return Life(kind, body, tuple(labels))


def _script(kind: str, rng: np.random.Generator) -> Script:
    keys = [*_before(kind, rng), *_happening(kind, rng)]
    return Script(keys)


Keys = list[tuple[float, str, str, float]]


def _before(kind: str, rng: np.random.Generator) -> Keys:
    u = rng.uniform
    long = u(0.3, 1.5) if rng.random() < 0.3 else u(1.5, 7)
    if kind in {"fall_from_chair", "stand_up", "sit"}:
        return [(0, "sitting", "sitting", 0), (long, "sitting", "sitting", 0)]
    if kind in {"lie", "get_up"}:
        low = rng.random() < 0.5
        lift = 0.0 if low else u(0.35, 0.65)
        return [(0, "backward", "lying", lift), (long, "sideways", "lying", lift)]
    if kind == "roll_out_of_bed":
        lift = u(0.35, 0.65)
        return [(0, "backward", "lying", lift), (long, "backward", "lying", lift)]
    label = "walking" if rng.random() < 0.5 or kind in {"walk", "leave"} else "standing"
    return [(0, "standing", label, 0), (long, "standing", label, 0)]


def _lying(rng: np.random.Generator, lift: float = 0.0) -> Keys:
    u = rng.uniform
    keys: Keys = [(u(1.5, 4.0), str(rng.choice(FLOOR_POSES)), "lying", lift)]
    keys += [(u(0.5, 3.0), str(rng.choice(FLOOR_POSES)), "lying", lift)]
    return keys


def _happening(kind: str, rng: np.random.Generator) -> Keys:
    u = rng.uniform
    floor = str(rng.choice(FLOOR_POSES))
    match kind:
        case "fall":
            return [(u(0.45, 1.2), floor, "falling", 0), *_lying(rng)]
        case "fall_in_steps":
            knees = str(rng.choice(["kneeling", "squat"]))
            down: Keys = [(u(0.25, 0.7), knees, "falling", 0)]
            down += [(u(0.05, 0.6), knees, "falling", 0)] if rng.random() < 0.4 else []
            return [*down, (u(0.3, 0.8), floor, "falling", 0), *_lying(rng)]
        case "fall_from_chair":
            return [(u(0.45, 1.1), floor, "falling", 0), *_lying(rng)]
        case "slide_down":
            return [(u(0.9, 2.0), "slumped", "falling", 0), *_lying(rng)]
        case "collapse":
            half = u(0.8, 1.6)
            return [
                (half, "squat", "falling", 0),
                (u(0.5, 1.4), floor, "falling", 0),
                *_lying(rng),
            ]
        case "roll_out_of_bed":
            return [(u(0.35, 0.9), "sideways", "falling", 0), *_lying(rng)]
        case "stumble":
            low = str(rng.choice([*FLOOR_POSES, "kneeling", "kneeling"]))
            up = u(0.8, 2.0)
            return [
                (u(0.4, 0.9), low, "falling", 0),
                (u(0.2, 1.2), low, "lying", 0),
                (up * 0.5, "kneeling", "other", 0),
                (up * 0.5, "standing", "other", 0),
                (u(1, 3), "standing", "standing", 0),
            ]
        case "sit_down":
            hard, lower = rng.random() < 0.4, -u(0, 0.2)
            return [
                (u(0.5, 1.0) if hard else u(1.0, 2.4), "sitting", "other", lower),
                (u(1.5, 5), "sitting", "sitting", lower),
            ]
        case "stand_up":
            return [(u(0.8, 2.2), "standing", "other", 0), (u(1, 3), "standing", "standing", 0)]
        case "bend":
            low = str(rng.choice(["bent", "squat", "kneeling"]))
            return [
                (u(0.6, 1.6), low, "other", 0),
                (u(0.2, 5), low, "other", 0),
                (u(0.6, 1.6), "standing", "other", 0),
                (u(0.5, 2), "standing", "standing", 0),
            ]
        case "kneel":
            return [(u(0.8, 2.0), "kneeling", "other", 0), (u(2, 6), "kneeling", "other", 0)]
        case "lie_down":
            lift = u(0.3, 0.65)
            straight = rng.random() < 0.25
            sitting: Keys = [
                (u(0.8, 2.5), "sitting", "other", 0),
                (u(0.1, 0.5) if straight else u(0.5, 3), "sitting", "sitting", 0),
            ]
            return [
                *sitting,
                (u(0.9, 3.5), str(rng.choice(FLOOR_POSES[:3])), "other", lift),
                (u(1.5, 5), "backward", "lying", lift),
            ]
        case "lie_down_on_floor":
            lift = u(0.0, 0.2)
            return [
                (u(1.2, 3), str(rng.choice(["sitting", "kneeling"])), "other", -0.2 + lift),
                (u(0.4, 2), "sitting", "other", -0.25 + lift),
                (u(1.4, 3.5), str(rng.choice(FLOOR_POSES[:3])), "other", lift),
                (u(1.5, 5), "backward", "lying", lift),
            ]
        case "sit_on_floor":
            return [(u(1.5, 3), "sitting", "other", -0.35), (u(2, 5), "sitting", "other", -0.35)]
        case "get_up":
            return [
                (u(0.8, 2.5), "kneeling", "other", 0),
                (u(0.8, 2), "standing", "other", 0),
                (u(1, 3), "standing", "standing", 0),
            ]
        case "leave":
            return [(u(1, 4), "standing", "gone", 0)]
        case "sit":
            return [(u(2, 6), "sitting", "sitting", 0)]
        case "lie":
            return _lying(rng)
    return [(u(2, 6), "standing", "walking" if kind == "walk" else "standing", 0)]


@dataclass(frozen=True, slots=True)
class Radar:
    """A sensor and how it hangs, other than was told."""

    is_target: bool
    """One held target at 20 Hz instead of points."""
    rate: float
    """Frames a second."""
    points: float
    """A frame, of a body that moves."""
    still_share: float
    """Of the points that a still body gives."""
    height_noise: float
    frame_noise: float
    """Metres by which all heights of a frame are wrong together."""
    distance_noise: float
    elevation_step: float
    """Radians between two elevations that it can tell; 0 if they are continuous."""
    hangs_metres: float
    height_error: float
    """Metres by which the mounting was given wrong."""
    tilt_error: float
    """The same of the tilt, radians."""
    scale: float
    steepest: float
    """Tangent of the half of its view in height."""
    ghosts: float
    """Share of reflections by way of the floor, of walls."""
    lost: float
    """Share of frames that do not come."""
    leaps: float
    """Of a target: how often one is told elsewhere, the same of a lying body's parts."""


def draw_radar(rng: np.random.Generator, targets: float = 0.2) -> Radar:
    """A sensor at random; so large a share gives only targets."""
    u = rng.uniform
    coarse = rng.random() < 0.25
    is_target = bool(rng.random() < targets)
    # Half are worse than any sensor we know, half about as bad as the worst of them.
    wide = rng.random() < 0.55
    dim = rng.random() < (0.3 if wide else 0.2)
    return Radar(
        is_target,
        _TARGET_RATE if is_target else float(np.exp(u(np.log(3.5), np.log(30)))),
        float(np.exp(u(np.log(1.5 if wide else 3.0), np.log(25)))),
        float(u(0.0 if wide else 0.05, 0.3) if dim else u(0.2, 0.9)),
        u(0.03, 0.3 if wide else 0.22),
        u(0.0, 0.1 if wide else 0.06),
        u(0.02, 0.15),
        u(0.1, 0.35) if coarse else 0.0,
        u(1.1, 2.4),
        u(-0.4, 0.4) if rng.random() < 0.55 else float(rng.normal(0, 0.05)),
        float(np.radians(u(-10, 10))) if rng.random() < 0.45 else float(rng.normal(0, 0.02)),
        u(0.9, 1.12),
        float(np.tan(np.radians(u(25 if wide else 30, 70)))),
        u(0, 0.2 if wide else 0.1) if rng.random() < 0.65 else u(0.1, 0.35 if wide else 0.25),
        u(0, 0.15 if wide else 0.1),
        u(0.03, 0.3 if wide else 0.25),
    )


def look(life: Life, radar: Radar, rng: np.random.Generator) -> Seen:
    """What this radar tells of a life."""
    return look_at(life, radar, times_of(len(life.labels) * STEP_SECONDS, radar, rng), rng)


def times_of(long: float, radar: Radar, rng: np.random.Generator) -> NDArray[np.float64]:
    """When the frames of so many seconds come, unevenly."""
    wanted = 1.0 / radar.rate
    count = int(long / wanted)
    times = np.arange(1, count + 1) * wanted + rng.normal(0, 0.1 * wanted, count)
    kept: NDArray[np.float64] = times[rng.random(count) >= radar.lost]
    return np.sort(np.clip(kept, 0.0, long - 1e-6))


def look_at(life: Life, radar: Radar, times: NDArray[np.float64], rng: np.random.Generator) -> Seen:
    """What this radar tells of a life in the frames of these times."""
    if radar.is_target:
        frames = _targets(life, radar, times, rng)
    else:
        frames = _points(life, radar, times, rng)
    return Seen(times, tuple(as_given(frame, radar, rng) for frame in frames))


def as_given(frame: FloatArray, radar: Radar, rng: np.random.Generator) -> FloatArray:
    """Heights and distances as they come out with the mounting as it was given."""
    if not len(frame):
        return frame
    up = frame[:, 0] - radar.hangs_metres
    away = np.maximum(frame[:, 1], 0.2)
    if radar.elevation_step:
        angle = np.arctan2(up, away)
        far = np.hypot(up, away)
        angle = np.round(angle / radar.elevation_step) * radar.elevation_step
        up, away = far * np.sin(angle), far * np.cos(angle)
    up = up * radar.scale + np.tan(radar.tilt_error) * away
    up = up + radar.hangs_metres + radar.height_error + rng.normal(0, radar.frame_noise)
    return np.stack((up, away * radar.scale), 1).astype(np.float32)


def _points(
    life: Life, radar: Radar, times: NDArray[np.float64], rng: np.random.Generator
) -> list[FloatArray]:
    speed = np.zeros(life.joints.shape[:2])
    speed[1:] = np.linalg.norm(np.diff(life.joints, axis=0), axis=2) / STEP_SECONDS
    steps = (times / STEP_SECONDS).astype(int)
    fast, joints = speed[steps], life.joints[steps]
    weight = ECHO_WEIGHTS * (0.3 + np.minimum(fast, 2.0)) * np.exp(_glints(fast.shape, rng))
    share = radar.still_share
    moves = share + (1 - share) * np.minimum(1.0, fast.mean(1) / 0.5)
    gone = np.array([life.labels[step] == "gone" for step in steps], bool)
    many = rng.poisson(radar.points * moves * ~gone)
    frame = np.repeat(np.arange(len(times)), many)
    chances = np.cumsum(weight, 1) / weight.sum(1, keepdims=True)
    part = (rng.random(len(frame))[:, None] > chances[frame]).sum(1)
    points = joints[frame, np.minimum(part, joints.shape[1] - 1)]
    noise = (np.hypot(radar.height_noise, 0.06), np.hypot(radar.distance_noise, 0.06))
    points = points + rng.normal(0, 1, points.shape) * noise
    ghost = rng.random(len(frame)) < radar.ghosts
    points[ghost, 0] += rng.normal(0, 0.6, ghost.sum())
    points[ghost, 1] += np.abs(rng.normal(0, 0.5, ghost.sum()))
    other = _passer_by(life, rng)
    if other is not None:
        mixed = (
            (times[frame] >= other[0]) & (times[frame] <= other[1]) & (rng.random(len(frame)) < 0.4)
        )
        points[mixed, 0] = rng.uniform(0.2, 1.7, mixed.sum())
    above = np.abs(points[:, 0] - radar.hangs_metres)
    in_view = above < radar.steepest * np.maximum(points[:, 1], 0.2)
    ends = np.searchsorted(frame[in_view], np.arange(1, len(times)))
    return np.split(points[in_view].astype(np.float32), ends)


def _glints(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Which parts glint changes from body to body and from moment to moment: log of a factor."""
    glints = rng.normal(0, 0.35, shape)
    glints[:1] = rng.normal(0, 0.6, glints[:1].shape)
    for k in range(1, len(glints)):
        glints[k] += 0.85 * glints[k - 1]
    return glints


def _passer_by(life: Life, rng: np.random.Generator) -> tuple[float, float] | None:
    """When somebody else stands so near that reflections are mixed, seconds; mostly never."""
    if rng.random() > 0.12:
        return None
    long = len(life.labels) * STEP_SECONDS
    began = rng.uniform(0, long)
    return began, began + rng.uniform(0.5, 2.0)


def _targets(
    life: Life, radar: Radar, times: NDArray[np.float64], rng: np.random.Generator
) -> list[FloatArray]:
    """One target, held until the module has a new one; while the body is still that is seldom."""
    held = np.zeros((0, 2))
    frames: list[FloatArray] = []
    new_moving, new_still = rng.uniform(0.35, 0.95), rng.uniform(0.02, 0.25)
    up = 0.0
    for at in times:
        step = int(at / STEP_SECONDS)
        before = max(step - 4, 0)
        joints = life.joints[max(step - 2, 0)]
        moved = np.abs(life.joints[step] - life.joints[before]).mean() / 0.2
        chance = new_still + (new_moving - new_still) * min(1.0, float(moved) / 0.3)
        gone = life.labels[step] == "gone"
        if gone and rng.random() < 0.1:
            held = np.zeros((0, 2))
        if not gone and (not len(held) or rng.random() < chance):
            low = joints[3, 0] < 0.5
            leaps = radar.leaps * (2.0 if low else 1.0)
            up = 0.0
            if rng.random() < min(leaps, 0.5):
                up = rng.uniform(0.3, 1.1) * (1.0 if low or rng.random() < 0.3 else -1.0)
            part = joints[rng.integers(2, 6)]
            held = (part + rng.normal(0, 1, 2) * (0.5 * radar.height_noise + 0.05, 0.08))[None]
            held[0, 0] += up
        frames.append(held.astype(np.float32))
    return frames
