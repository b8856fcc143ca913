"""The room a simulated robot moves in: walls, a drop, the charger, named places, a person."""

import math
from dataclasses import dataclass, field

ROBOT_RADIUS_METRES = 0.17
PERSON_RADIUS_METRES = 0.25


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall from one point to another, in metres."""

    x1: float
    y1: float
    x2: float
    y2: float

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the wall nearest to (x, y)."""
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        length_squared = dx * dx + dy * dy
        if length_squared == 0:
            return self.x1, self.y1
        along = ((x - self.x1) * dx + (y - self.y1) * dy) / length_squared
        along = min(1.0, max(0.0, along))
        return self.x1 + along * dx, self.y1 + along * dy


@dataclass(frozen=True, slots=True)
class Drop:
    """Stairs down: a rectangle that a cliff sensor must see."""

    left: float
    bottom: float
    right: float
    top: float

    def contains(self, x: float, y: float) -> bool:
        """Whether there is no floor at (x, y)."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(slots=True)
class Room:
    """Everything around the robot; metres, the robot begins at the charger."""

    width: float
    height: float
    walls: list[Wall]
    dock: tuple[float, float, float]
    """x, y and heading (radians) of a robot on its charger."""
    drops: list[Drop] = field(default_factory=list)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    person: tuple[float, float] | None = None

    def obstacles_near(self, x: float, y: float) -> list[tuple[float, float, float]]:
        """(distance to the robot's rim, direction in radians, 1 if it is a person) of what touches.

        Directions are in the room's frame.
        """
        touching = []
        for wall in self.walls:
            px, py = wall.nearest(x, y)
            gap = math.hypot(px - x, py - y) - ROBOT_RADIUS_METRES
            if gap <= 0:
                touching.append((gap, math.atan2(py - y, px - x), 0.0))
        if self.person is not None:
            px, py = self.person
            gap = math.hypot(px - x, py - y) - ROBOT_RADIUS_METRES - PERSON_RADIUS_METRES
            if gap <= 0:
                touching.append((gap, math.atan2(py - y, px - x), 1.0))
        return touching

    def floor_at(self, x: float, y: float) -> bool:
        """Whether there is floor at (x, y)."""
        return not any(drop.contains(x, y) for drop in self.drops)


def _box(left: float, bottom: float, right: float, top: float) -> list[Wall]:
    return [
        Wall(left, bottom, right, bottom),
        Wall(right, bottom, right, top),
        Wall(right, top, left, top),
        Wall(left, top, left, bottom),
    ]


def living_room() -> Room:
    """A room of 6 by 4 metres with a table, stairs in a corner, and somebody in an armchair."""
    return Room(
        width=6.0,
        height=4.0,
        walls=_box(0, 0, 6, 4) + _box(2.4, 2.6, 3.6, 3.4),
        dock=(0.5, 2.0, 0.0),
        drops=[Drop(5.2, 0.0, 6.0, 0.6)],
        places={"沙发": (4.5, 3.2), "kitchen": (5.2, 1.4), "门口": (1.0, 3.4)},
        person=(4.2, 1.8),
    )
