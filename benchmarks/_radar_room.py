"""What a room's watch tells of frames that are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from perception.events import Event, FallDetected, Stumbled
from perception.fall import FallModel
from perception.radar import RadarFrame
from perception.radar.frames import FloatArray, make_clouds
from perception.radar.room import MountingPose, Room
from perception.watch import RoomWatch

Frames = Sequence[tuple[float, RadarFrame]]
"""Seconds, and what came then."""


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
