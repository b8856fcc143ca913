"""People who walk and sit down before an IWR6843: non-falls of another sensor and another room.

The captures hold all points of a room; our own tracker says which are whose, as it does in a home.
The capture's configuration names a height of the sensor that its points contradict (half of them
would be over 2 m), so the middle of all reflections is put at `BODY_MIDDLE_METRES`, as in RadHAR.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from perception.fall_features import FRAMES_PER_SECOND
from perception.radar import protocol_named
from perception.radar.frames import FloatArray
from perception.radar.room import MountingPose, Room
from perception.radar.tracker import Tracker
from perception.train.radhar import BODY_MIDDLE_METRES

WALKING: Final = "people_tracking_walking"
SITTING_DOWN: Final = "people_tracking_sit_down"
_FRAME_SECONDS: Final = 0.055
_SENSOR_METRES: Final = 2.0
_SHORTEST_SLOTS: Final = 15

Track = tuple[FloatArray, ...]
"""One person ten times a second: (n, 2) each, height over the floor and distance, metres."""


def tracks(folder: Path, name: str) -> list[Track]:
    """Everybody in the capture `name` under `iwr6843_tlv`."""
    people = [track for track in _people(folder / f"{name}.bin") if len(track) >= _SHORTEST_SLOTS]
    heights = np.concatenate([slot[:, 0] for track in people for slot in track])
    shift = np.array((BODY_MIDDLE_METRES - np.median(heights), 0.0), np.float32)
    return [tuple(slot + shift for slot in track) for track in people]


def _people(capture: Path) -> Iterator[Track]:
    frames = protocol_named("xwr68xx").parser().feed(capture.read_bytes())
    tracker = Tracker(Room(MountingPose(_SENSOR_METRES)))
    nothing = np.zeros((0, 3), np.float32)
    seen: dict[int, dict[int, FloatArray]] = defaultdict(dict)
    for number, frame in enumerate(frames):
        at = number * _FRAME_SECONDS
        tracker.update(at, frame.points.xyz if frame.points is not None else nothing)
        for person in tracker.people:
            if len(person.points):
                slots = seen[person.number]
                slot = int(at * FRAMES_PER_SECOND)
                slots[slot] = np.concatenate((slots.get(slot, nothing), person.points))
    for slots in seen.values():
        points = (slots.get(slot, nothing) for slot in range(min(slots), max(slots) + 1))
        yield tuple(
            np.stack((p[:, 2], np.hypot(p[:, 0], p[:, 1])), 1).astype(np.float32) for p in points
        )
