"""From the sensor's axes to the room's: where the device hangs, and which places mean something."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from perception.radar.frames import FloatArray

LOWEST_METRES: Final = 0.2
HIGHEST_METRES: Final = 6.0
DOOR_MARGIN_METRES: Final = 0.5


class RoomError(ValueError):
    """A mounting or a zone that cannot be."""


class ZoneKind(StrEnum):
    """What a place is for; rules hang on it."""

    BED = "bed"
    SOFA = "sofa"
    BATHROOM = "bathroom"
    DOOR = "door"
    IGNORED = "ignored"
    """A fan, a curtain, a mirror: whatever moves here is nobody."""


RESTING: frozenset[ZoneKind] = frozenset({ZoneKind.BED, ZoneKind.SOFA})
"""Where lying is no alarm."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An upright box on the floor plan, room coordinates in metres."""

    name: str
    kind: ZoneKind
    x_min: float
    x_max: float
    y_min: float
    y_max: float

    def __post_init__(self) -> None:
        if not (self.x_min < self.x_max and self.y_min < self.y_max):
            raise RoomError(
                f"Zone {self.name!r} has no area: its minimum must be below its maximum."
            )

    def holds(self, x: float, y: float, margin_metres: float = 0.0) -> bool:
        """Whether this place is inside, or within the margin of it."""
        return (
            self.x_min - margin_metres <= x <= self.x_max + margin_metres
            and self.y_min - margin_metres <= y <= self.y_max + margin_metres
        )


@dataclass(frozen=True, slots=True)
class MountingPose:
    """Where the sensor is in the room and where it looks."""

    height_metres: float = 1.8
    """Of the sensor over the floor."""
    tilt_degrees: float = 0.0
    """Looking down is positive; 90 hangs on the ceiling."""
    yaw_degrees: float = 0.0
    """Counter-clockwise from the room's y axis, seen from above."""
    x: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        values = (self.height_metres, self.tilt_degrees, self.yaw_degrees, self.x, self.y)
        if not all(math.isfinite(value) for value in values):
            raise RoomError("A mounting pose needs finite numbers.")
        if not LOWEST_METRES <= self.height_metres <= HIGHEST_METRES:
            raise RoomError(
                f"A sensor cannot hang {self.height_metres} m over the floor: measure from the "
                f"floor to the sensor, {LOWEST_METRES} to {HIGHEST_METRES} m."
            )
        if not -45.0 <= self.tilt_degrees <= 90.0:
            raise RoomError(f"A tilt of {self.tilt_degrees} degrees is outside -45 to 90.")

    def to_room(self, xyz: FloatArray) -> FloatArray:
        """(n, 3) sensor axes to room axes; z is then the height over the floor."""
        tilt, yaw = math.radians(self.tilt_degrees), math.radians(self.yaw_degrees)
        down = np.array(
            [
                [1.0, 0.0, 0.0],
                [0.0, math.cos(tilt), math.sin(tilt)],
                [0.0, -math.sin(tilt), math.cos(tilt)],
            ]
        )
        turn = np.array(
            [
                [math.cos(yaw), -math.sin(yaw), 0.0],
                [math.sin(yaw), math.cos(yaw), 0.0],
                [0.0, 0.0, 1.0],
            ]
        )
        moved: FloatArray = (xyz @ (turn @ down).T).astype(np.float32)
        moved += np.array((self.x, self.y, self.height_metres), np.float32)
        return moved


@dataclass(frozen=True, slots=True)
class Room:
    """A sensor's room: its mounting, its walls, its zones."""

    pose: MountingPose = MountingPose()
    x_min: float = -5.0
    x_max: float = 5.0
    y_min: float = -5.0
    y_max: float = 8.0
    """The walls; reflections beyond them are ghosts of mirrors and thin walls."""
    zones: tuple[Zone, ...] = ()

    def inside(self, xyz: FloatArray) -> np.ndarray:
        """(n,) which room points are within the walls and outside the ignored zones."""
        x, y = xyz[:, 0], xyz[:, 1]
        keep = (x >= self.x_min) & (x <= self.x_max) & (y >= self.y_min) & (y <= self.y_max)
        for zone in self.zones:
            if zone.kind is ZoneKind.IGNORED:
                keep &= ~(
                    (x >= zone.x_min) & (x <= zone.x_max) & (y >= zone.y_min) & (y <= zone.y_max)
                )
        return keep

    def leads_out(self, x: float, y: float) -> bool:
        """Whether who disappears here has left: by a door, or over the edge of what is watched."""
        margin = DOOR_MARGIN_METRES
        return ZoneKind.DOOR in self.kinds_at(x, y, margin) or not (
            self.x_min + margin < x < self.x_max - margin
            and self.y_min + margin < y < self.y_max - margin
        )

    def kinds_at(self, x: float, y: float, margin_metres: float = 0.0) -> frozenset[ZoneKind]:
        """The kinds of all zones that hold this place."""
        return frozenset(zone.kind for zone in self.zones if zone.holds(x, y, margin_metres))
