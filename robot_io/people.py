"""How fast a robot may go where people are: pure functions over points and distances."""

import math
from dataclasses import dataclass

from robot_io.driver import RobotState

KEEP_METRES = 1.2
"""Personal distance ends where social distance begins: Hall, The Hidden Dimension, 1966."""
NEVER_CLOSER_METRES = 0.5
"""Intimate distance (Hall: 0.45 m): the robot never enters it by itself, so it touches nobody."""
AROUND_METRES = 2.5
AROUND_SPEED_MPS = 0.3
"""With somebody around, or where nobody tells us: somebody may be behind the next door."""
NEAR_SPEED_MPS = 0.15
NEAR_TURN_RADPS = 1.0
REMEMBERED_SECONDS = 2.0
# From this braking the speed follows that still stops in time: v = sqrt(2 a (d - d0)). Half of
# what a slippery floor allows a small robot (about 1 m/s2), for latency and a moving person.
_BRAKING_MPS2 = 0.5
_IN_THE_WAY_COSINE = 0.5


@dataclass(frozen=True, slots=True)
class Point:
    """A place seen from the robot: metres ahead (x) and to its left (y)."""

    x_metres: float
    y_metres: float

    @property
    def distance_metres(self) -> float:
        """How far it is."""
        return math.hypot(self.x_metres, self.y_metres)

    @property
    def bearing_radians(self) -> float:
        """In which direction it is, left positive."""
        return math.atan2(self.y_metres, self.x_metres)


def to_room(point: Point, state: RobotState) -> Point:
    """A point seen from the robot, in the frame of its odometry."""
    cosine, sine = math.cos(state.heading_radians), math.sin(state.heading_radians)
    return Point(
        state.x_metres + cosine * point.x_metres - sine * point.y_metres,
        state.y_metres + sine * point.x_metres + cosine * point.y_metres,
    )


def from_room(point: Point, state: RobotState) -> Point:
    """A point of the frame of odometry, as seen from the robot."""
    cosine, sine = math.cos(state.heading_radians), math.sin(state.heading_radians)
    dx, dy = point.x_metres - state.x_metres, point.y_metres - state.y_metres
    return Point(cosine * dx + sine * dy, -sine * dx + cosine * dy)


def approach_speed_mps(distance_metres: float) -> float:
    """The most speed towards a person at this distance; 0 from `NEVER_CLOSER_METRES` on."""
    room = distance_metres - NEVER_CLOSER_METRES
    return math.sqrt(2 * _BRAKING_MPS2 * room) if room > 0 else 0.0


def limited(speed_mps: float, turn_radps: float, people: list[Point] | None) -> tuple[float, float]:
    """Speed and turn as slow as people around the robot (seen from it) demand.

    `people` is None where nobody has looked lately.
    """
    if people is None:
        return _clamped(speed_mps, AROUND_SPEED_MPS), _clamped(turn_radps, NEAR_TURN_RADPS)
    for person in people:
        distance = person.distance_metres
        ahead = math.cos(person.bearing_radians) * math.copysign(1.0, speed_mps)
        if ahead > _IN_THE_WAY_COSINE:
            speed_mps = _clamped(speed_mps, approach_speed_mps(distance))
        if distance < AROUND_METRES:
            speed_mps = _clamped(speed_mps, AROUND_SPEED_MPS)
        if distance < KEEP_METRES:
            speed_mps = _clamped(speed_mps, NEAR_SPEED_MPS)
            turn_radps = _clamped(turn_radps, NEAR_TURN_RADPS)
    return speed_mps, turn_radps


def _clamped(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))
