"""A simulator of radar points from moving bodies: what the fall recordings do not hold.

A body is a chain of joints (ankles, knees, hips, shoulders, head, hands) posed by a few angles; a
scene moves between poses (walking, sitting down softly or hard, bending, kneeling, lying down
slowly, falling in three directions, from a chair, against a wall) in times taken from the
biomechanics of falls: 0.5 to 1.0 s from the loss of balance to the floor (Hsiao & Robinovitch
1998, J. Biomech. 31), 1.3 to 2.5 s to sit down, 3 s and more to lie down.  A radar sees some of
the moving surface, noisily.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray

# Joints as (height, forward) fractions of the body height, per posture.
# Order: ankle, knee, hip, belly, chest, shoulder, head, hand.
_POSES: Final = {
    "standing": ((0.04, 0.0), (0.28, 0.01), (0.53, 0.0), (0.62, 0.02), (0.74, 0.02), (0.82, 0.0),
                 (0.94, 0.02), (0.48, 0.06)),
    "sitting": ((0.04, 0.22), (0.28, 0.24), (0.28, 0.0), (0.37, 0.0), (0.49, 0.02), (0.57, 0.0),
                (0.69, 0.04), (0.35, 0.18)),
    "bent": ((0.04, 0.0), (0.27, 0.0), (0.52, -0.08), (0.53, 0.06), (0.50, 0.17), (0.46, 0.24),
             (0.38, 0.32), (0.14, 0.22)),
    "squat": ((0.04, 0.0), (0.24, 0.14), (0.16, -0.06), (0.26, 0.0), (0.36, 0.05), (0.43, 0.07),
              (0.55, 0.1), (0.30, 0.24)),
    "kneeling": ((0.05, -0.2), (0.05, 0.05), (0.28, 0.0), (0.38, 0.02), (0.50, 0.03), (0.57, 0.02),
                 (0.70, 0.04), (0.22, 0.12)),
    "forward": ((0.05, -0.2), (0.06, 0.05), (0.08, 0.30), (0.08, 0.40), (0.08, 0.52), (0.08, 0.60),
                (0.09, 0.72), (0.04, 0.75)),
    "backward": ((0.05, 0.25), (0.10, 0.05), (0.08, -0.18), (0.08, -0.28), (0.08, -0.40),
                 (0.08, -0.48), (0.08, -0.60), (0.05, -0.25)),
    "sideways": ((0.05, 0.05), (0.10, 0.02), (0.10, 0.0), (0.10, -0.02), (0.12, 0.0), (0.14, 0.0),
                 (0.10, 0.0), (0.06, 0.1)),
    "slumped": ((0.04, 0.25), (0.10, 0.15), (0.07, 0.0), (0.13, -0.02), (0.24, -0.05),
                (0.31, -0.06), (0.40, -0.04), (0.06, 0.1)),
}  # fmt: skip
ECHO_WEIGHTS: Final = np.array([0.6, 1.0, 1.8, 2.0, 2.6, 1.8, 1.2, 0.8])
"""How much of the echo each joint's surroundings give; the trunk gives most."""
FLOOR_POSES: Final = ("forward", "backward", "sideways", "slumped")


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Simulated frames at `FRAMES_PER_SECOND`, with the label of each."""

    frames: tuple[FloatArray, ...]
    """(n, 2) each: height over the floor, distance along it, metres."""
    labels: tuple[str, ...]
    """Of each frame: falling while the body goes down, then lying; "other" where it is between."""


@dataclass(slots=True)
class Script:
    """Key poses: (seconds from the one before, pose, label while going there, bed height)."""

    keys: list[tuple[float, str, str, float]]
    walk_speed: float = 0.0


def simulate(kind: str, rng: np.random.Generator) -> Scene:
    """One scene of this kind (see `KINDS`)."""
    script = script_of(kind, rng)
    step = 1.0 / FRAMES_PER_SECOND
    height = rng.uniform(1.45, 1.85)
    towards = np.cos(rng.uniform(0, 2 * np.pi))  # the body's forward along the line of sight
    distance: float | NDArray[np.float64] = rng.uniform(1.0, 4.5)
    speed_away = script.walk_speed * rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 1.0)
    body, labels = move(script, height, rng, step)
    time = np.arange(len(body)) * step
    if script.walk_speed:
        stride = 2 * np.pi * rng.uniform(0.8, 1.1) * time
        body[:, :, 0] += 0.02 * np.sin(2 * stride)[:, None]
        body[:, 0, 1] += 0.25 * np.sin(stride)
        body[:, 7, 1] -= 0.2 * np.sin(stride)
        distance = distance + speed_away * (time - time[-1] / 2)
    body[:, :, 1] = body[:, :, 1] * towards + np.reshape(distance, (-1, 1))
    return Scene(tuple(_echo(body, rng)), tuple(labels))


def move(
    script: Script, height: float, rng: np.random.Generator, step: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Joints (frames, 8, 2) of a body so tall, `step` seconds apart, and what it does in each."""
    _, pose_name, _, lift = script.keys[0]
    pose = _pose(pose_name, height, rng, lift)
    joints: list[np.ndarray] = []
    labels: list[str] = []
    for seconds, name, going, lift in script.keys[1:]:
        target = _pose(name, height, rng, lift)
        frames = max(1, round(seconds / step))
        for k in range(frames):
            part = (k + 1) / frames
            # A fall gathers speed until the floor stops it; what is meant ends gently.
            eased = part**1.8 if going == "falling" else part * part * (3 - 2 * part)
            joints.append(pose + (target - pose) * eased)
            labels.append(going)
        pose = target
    return np.stack(joints), labels


def _pose(name: str, height: float, rng: np.random.Generator, lift: float) -> np.ndarray:
    pose = np.array(_POSES[name]) * height
    pose += rng.normal(0, 0.02, pose.shape) * height
    pose[:, 0] = np.maximum(pose[:, 0] + lift, 0.03)
    return pose


def _echo(body: np.ndarray, rng: np.random.Generator) -> list[FloatArray]:
    """Points of each frame; a body that moves gives more of them than one that is still."""
    speed = np.zeros(body.shape[:2])
    speed[1:] = np.linalg.norm(np.diff(body, axis=0), axis=2) * FRAMES_PER_SECOND
    many = rng.uniform(3.0, 12.0)
    still_share = rng.uniform(0.2, 0.9)
    height_noise = rng.uniform(0.05, 0.25)
    distance_noise = rng.uniform(0.03, 0.15)
    floor_ghosts = rng.uniform(0, 0.25)
    # Which parts of the body glint changes from person to person and from moment to moment.
    joints_seen = body.shape[1]
    glint = rng.normal(0, 0.6, joints_seen)
    steepest = np.tan(np.radians(rng.uniform(35, 60)))
    sensor_height = rng.uniform(1.2, 1.9)
    frames = []
    for joints, fast in zip(body, speed, strict=True):
        glint = 0.85 * glint + rng.normal(0, 0.35, joints_seen)
        weight = ECHO_WEIGHTS * (0.3 + np.minimum(fast, 2.0)) * np.exp(glint)
        seen = many * (still_share + (1 - still_share) * min(1.0, float(fast.mean()) / 0.5))
        n = rng.poisson(seen)
        part = rng.choice(len(joints), n, p=weight / weight.sum())
        points = joints[part] + rng.normal(0, 0.06, (n, 2))
        points += rng.normal(0, 1, (n, 2)) * (height_noise, distance_noise)
        ghost = rng.random(n) < floor_ghosts
        points[ghost, 0] += rng.normal(0, 0.6, ghost.sum())
        points[ghost, 1] += np.abs(rng.normal(0, 0.5, ghost.sum()))
        in_view = np.abs(points[:, 0] - sensor_height) < steepest * np.maximum(points[:, 1], 0.2)
        frames.append(points[in_view].astype(np.float32))
    return frames


def _fall_to(rng: np.random.Generator) -> str:
    return str(rng.choice(FLOOR_POSES))


def script_of(kind: str, rng: np.random.Generator) -> Script:
    """What a body does in a scene of this kind."""
    u = rng.uniform
    bed = u(0.35, 0.65)
    if kind == "fall":
        before = "walking" if rng.random() < 0.5 else "standing"
        return Script(
            [(0, "standing", before, 0), (u(0.8, 2), "standing", before, 0),
             (u(0.5, 1.1), _fall_to(rng), "falling", 0), (u(1, 3), _fall_to(rng), "lying", 0)],
            walk_speed=0.0 if before == "standing" else u(0.3, 1.0),
        )  # fmt: skip
    if kind == "fall_from_chair":
        return Script(
            [(0, "sitting", "sitting", 0), (u(0.8, 2), "sitting", "sitting", 0),
             (u(0.5, 1.0), _fall_to(rng), "falling", 0), (u(1, 3), "sideways", "lying", 0)]
        )  # fmt: skip
    if kind == "fall_in_steps":  # against a wall or over a knee
        return Script(
            [(0, "standing", "standing", 0), (u(0.5, 1.5), "standing", "standing", 0),
             (u(0.3, 0.6), str(rng.choice(["kneeling", "squat"])), "falling", 0),
             (u(0.3, 0.7), _fall_to(rng), "falling", 0), (u(1, 2), "sideways", "lying", 0)]
        )  # fmt: skip
    if kind == "lie_down":  # on a bed or a mattress on the floor, meant
        lift = bed if rng.random() < 0.7 else 0.1
        return Script(
            [(0, "standing", "standing", 0), (u(0.5, 1), "standing", "standing", 0),
             (u(1.2, 2.5), "sitting", "other", 0 if lift == bed else -0.2),
             (u(0.5, 2), "sitting", "sitting", 0 if lift == bed else -0.2),
             (u(1.5, 3.5), str(rng.choice(["backward", "sideways"])), "other", lift),
             (u(1, 2), "backward", "lying", lift)]
        )  # fmt: skip
    if kind == "lie":
        return Script(
            [
                (0, "backward", "lying", 0),
                (u(1.5, 3), str(rng.choice(FLOOR_POSES[:3])), "lying", 0),
            ]
        )
    if kind == "sit_down":
        hard = rng.random() < 0.35
        return Script(
            [(0, "standing", "standing", 0), (u(0.5, 1.5), "standing", "standing", 0),
             (u(0.6, 1.0) if hard else u(1.2, 2.2), "sitting", "other", 0),
             (u(1, 2), "sitting", "sitting", 0)]
        )  # fmt: skip
    if kind == "stand_up":
        return Script(
            [(0, "sitting", "sitting", 0), (u(0.5, 1.5), "sitting", "sitting", 0),
             (u(1.0, 2.2), "standing", "other", 0), (u(0.5, 1.5), "standing", "standing", 0)]
        )  # fmt: skip
    if kind == "bend":
        low = str(rng.choice(["bent", "squat", "kneeling"]))
        return Script(
            [(0, "standing", "standing", 0), (u(0.5, 1), "standing", "standing", 0),
             (u(0.7, 1.5), low, "other", 0), (u(0.3, 2), low, "other", 0),
             (u(0.7, 1.5), "standing", "other", 0), (u(0.5, 1), "standing", "standing", 0)]
        )  # fmt: skip
    if kind == "get_up":
        return Script(
            [(0, "backward", "lying", 0), (u(0.5, 1.5), "sideways", "lying", 0),
             (u(1, 2.5), "kneeling", "other", 0), (u(1, 2), "standing", "other", 0)]
        )  # fmt: skip
    if kind == "sit":
        return Script([(0, "sitting", "sitting", 0), (u(1.5, 3), "sitting", "sitting", 0)])
    speed = u(0.3, 1.4) if kind == "walk" else 0.0
    label = "walking" if kind == "walk" else "standing"
    return Script([(0, "standing", label, 0), (u(1.5, 3), "standing", label, 0)], walk_speed=speed)


KINDS: Final = {
    "fall": 4.0, "fall_from_chair": 1.5, "fall_in_steps": 1.5, "lie_down": 2.0, "lie": 1.5,
    "sit_down": 3.0, "stand_up": 1.5, "bend": 3.0, "get_up": 1.0, "sit": 1.5, "stand": 1.5,
    "walk": 4.0,
}  # fmt: skip
"""Kinds of scenes and how often each is drawn."""
