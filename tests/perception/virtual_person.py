"""A simulated body in front of a radar: what the rules are tried on, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from perception.events import Event, FallDetected
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import make_clouds
from perception.radar.room import MountingPose, Room
from perception.train.bodies import Scene, simulate
from perception.watch import Patience, RoomWatch

FRAME_SECONDS = 0.1
POSE = MountingPose(height_metres=1.6)


class VirtualRoom:
    """Plays scenes to a watch; the body's own distance can be set."""

    def __init__(self, room: Room | None = None, patience: Patience | None = None) -> None:
        self.watch = RoomWatch(room or Room(POSE), FallModel(), patience)
        self.now = 100.0
        self.events: list[Event] = []

    def frame(self, points: np.ndarray, **fields: object) -> None:
        """Points (n, 3) in room coordinates."""
        self.now += FRAME_SECONDS
        xyz = (points - (0, 0, POSE.height_metres)).astype(np.float32)
        unknown = np.zeros(len(xyz), np.float32)
        (cloud,) = make_clouds(xyz, unknown, unknown, [len(xyz)])
        frame = RadarFrame(points=cloud, **fields)  # type: ignore[arg-type]
        self.events += self.watch.update(self.now, frame)

    def play(self, scene: Scene, x: float = 0.0, y: float | None = None, **fields: object) -> None:
        """All frames of a scene, moved to stand at `y`."""
        rng = np.random.default_rng(1)
        everything = np.concatenate(scene.frames)
        shift = 0.0 if y is None else y - float(np.median(everything[:, 1]))
        for points in scene.frames:
            side = rng.normal(x, 0.1, len(points))
            self.frame(np.stack((side, points[:, 1] + shift, points[:, 0]), 1), **fields)

    def told(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def scenes(kind: str, seeds: Iterable[int]) -> list[Scene]:
    return [simulate(kind, np.random.default_rng(seed)) for seed in seeds]


def stand(room: VirtualRoom, seconds: float, x: float = 0.0, y: float = 3.0) -> None:
    body(room, seconds, x, y, 1.0, 0.4)


def lie(
    room: VirtualRoom, seconds: float, x: float = 0.0, y: float = 3.0, at: float = 0.15
) -> None:
    body(room, seconds, x, y, at, 0.05)


def body(
    room: VirtualRoom, seconds: float, x: float, y: float, height: float, spread: float
) -> None:
    rng = np.random.default_rng(abs(round(room.now)))
    for _ in range(round(seconds / FRAME_SECONDS)):
        points = rng.normal((x, y, height), (0.12, 0.12, spread), (8, 3))
        points[:, 2] = np.abs(points[:, 2])
        room.frame(points)


def empty(room: VirtualRoom, seconds: float) -> None:
    for _ in range(round(seconds / FRAME_SECONDS)):
        room.frame(np.zeros((0, 3)))


def walk(room: VirtualRoom, from_x: float, to_x: float, y: float, speed: float = 0.8) -> None:
    steps = max(1, round(abs(to_x - from_x) / speed / FRAME_SECONDS))
    for x in np.linspace(from_x, to_x, steps):
        stand(room, FRAME_SECONDS, float(x), y)


def fallen(room: VirtualRoom) -> FallDetected:
    stand(room, 2.0)
    room.play(scenes("fall", [903])[0], y=3.0)
    lie(room, 2.0)
    (fall,) = room.told(FallDetected)
    assert isinstance(fall, FallDetected)
    return fall
