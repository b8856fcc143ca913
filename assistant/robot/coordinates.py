"""Turns the room's coordinates, in which people are located, into what the robot sees before it.

A robot knows its way from where it was switched on, and errs more with every metre.  On its
charger it is where the settings say: from there everything is reckoned anew.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final

from assistant.robot import LOCATED_SECONDS
from assistant.settings import RobotSettings
from robot_io import Point, RobotState
from robot_io.people import from_room, to_room

FOLLOWED_SECONDS: Final = 2.0
"""How long a position counts of somebody who is followed: who walks ahead is lost sooner."""
SELF_METRES: Final = 0.4
"""How near to the robot a person is taken for the robot itself: a radar sees it roll, and nobody
comes so near without touching its bumper."""
_AT_SWITCH_ON: Final = RobotState(received_at=0.0)


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    places_metres: tuple[tuple[float, float], ...]


class Coordinates:
    """The coordinates of the people and of the robot's charger."""

    def __init__(self, settings: RobotSettings) -> None:
        # Seen as a pose of the robot: on the charger, in the room's coordinates.
        self._dock = RobotState(
            received_at=0.0,
            x_metres=settings.dock_x_metres,
            y_metres=settings.dock_y_metres,
            heading_radians=math.radians(settings.dock_heading_degrees),
        )
        self._docked_at = _AT_SWITCH_ON
        self._seen: _Seen | None = None

    def stands(self, state: RobotState) -> bool:
        """Note where the robot says it is; whether it stands on its charger since then."""
        before = self._docked_at
        if not state.docked or _pose(state) == _pose(before):
            return False
        self._docked_at = state
        return True

    def stood_docked(self, x_metres: float, y_metres: float, heading_radians: float) -> None:
        """Take over what a `Coordinates` before this one knew of the robot's own reckoning."""
        self._docked_at = RobotState(0.0, x_metres, y_metres, heading_radians)

    def people(self, places_metres: tuple[tuple[float, float], ...]) -> None:
        """Note where people are now, in the room."""
        self._seen = _Seen(time.monotonic(), places_metres)

    def seen(self, state: RobotState, within_seconds: float = LOCATED_SECONDS) -> list[Point]:
        """Give everybody located lately, as seen from the robot; the nearest first."""
        if self._seen is None or time.monotonic() - self._seen.at > within_seconds:
            return []
        points = [self.before(place, state) for place in self._seen.places_metres]
        others = [point for point in points if point.distance_metres >= SELF_METRES]
        return sorted(others, key=lambda point: point.distance_metres)

    def before(self, place_metres: tuple[float, float], state: RobotState) -> Point:
        """Give a place of the room as it is seen from the robot."""
        from_dock = from_room(Point(*place_metres), self._dock)
        return from_room(to_room(from_dock, self._docked_at), state)


def _pose(state: RobotState) -> tuple[float, float, float]:
    return state.x_metres, state.y_metres, state.heading_radians
