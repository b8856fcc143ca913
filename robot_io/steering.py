"""Where to steer next: pure functions from the robot's state to speeds, and a watch for wheels."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from robot_io.driver import EndReason, RobotState
from robot_io.people import Point, approach_speed_mps, from_room

TURNED_RADIANS = 0.05
ARRIVED_METRES = 0.05
LOST_SECONDS = 2.0
_TURN_GAIN = 2.0
_TURN_MIN_RADPS = 0.15
_SPEED_GAIN = 0.8
_SPEED_MIN_MPS = 0.05
# Further off than this, the robot turns on the spot before it rolls.
_ROLL_WITHIN_RADIANS = 0.5


@dataclass(frozen=True, slots=True)
class Speeds:
    """Forward m/s and counter-clockwise rad/s."""

    speed_mps: float
    turn_radps: float


Steer = Callable[[RobotState, float], Speeds | EndReason]
"""From the state and the time (monotonic seconds): what to do next, or why it is over."""


def steady(speeds: Speeds, until: float) -> Steer:
    """The same speeds until a time."""
    return lambda _state, now: EndReason.FINISHED if now >= until else speeds


def turning(heading_radians: float) -> Steer:
    """On the spot to a heading of the odometry's frame."""

    def steer(state: RobotState, _now: float) -> Speeds | EndReason:
        error = math.remainder(heading_radians - state.heading_radians, math.tau)
        if abs(error) < TURNED_RADIANS:
            return EndReason.FINISHED
        return Speeds(0.0, _turn_for(error))

    return steer


def approaching(target: Point, keep_metres: float) -> Steer:
    """To `keep_metres` from a point of the odometry's frame, facing it."""

    def steer(state: RobotState, _now: float) -> Speeds | EndReason:
        seen = from_room(target, state)
        near = seen.distance_metres <= keep_metres + ARRIVED_METRES
        if near and abs(seen.bearing_radians) < 2 * TURNED_RADIANS:
            return EndReason.FINISHED
        return _towards(seen, keep_metres)

    return steer


def following(where: Callable[[], Point | None], keep_metres: float) -> Steer:
    """Behind somebody, whom `where` sees from the robot (None: not seen just now)."""
    seen_at: float | None = None

    def steer(_state: RobotState, now: float) -> Speeds | EndReason:
        nonlocal seen_at
        person = where()
        if person is None:
            seen_at = now if seen_at is None else seen_at
            return EndReason.PERSON_LOST if now - seen_at >= LOST_SECONDS else Speeds(0.0, 0.0)
        seen_at = now
        return _towards(person, keep_metres)

    return steer


def _towards(seen: Point, keep_metres: float) -> Speeds:
    bearing, distance = seen.bearing_radians, seen.distance_metres
    turn = _turn_for(bearing) if abs(bearing) > TURNED_RADIANS else 0.0
    gap = distance - keep_metres
    if gap <= ARRIVED_METRES or abs(bearing) > _ROLL_WITHIN_RADIANS:
        return Speeds(0.0, turn)
    return Speeds(min(_SPEED_GAIN * gap + _SPEED_MIN_MPS, approach_speed_mps(distance)), turn)


def _turn_for(error_radians: float) -> float:
    return math.copysign(max(_TURN_MIN_RADPS, _TURN_GAIN * abs(error_radians)), error_radians)


class StuckWatch:
    """Tells when the wheels do not do what they are told for a second."""

    WINDOW_SECONDS = 1.0
    _LEAST_METRES = 0.04
    _LEAST_RADIANS = 0.12
    _SHARE = 0.2
    _ASTRAY_RADIANS = 0.3

    def __init__(self) -> None:
        self._steps: deque[tuple[float, Speeds, RobotState]] = deque()

    def is_stuck(self, now: float, told: Speeds, state: RobotState) -> bool:
        """Take what was told and what is; compare the last second's way with the odometry."""
        self._steps.append((now, told, state))
        if now - self._steps[0][0] < self.WINDOW_SECONDS:
            return False
        metres = radians = 0.0
        for (at, speeds, _), (until, _, _) in pairwise(self._steps):
            metres += speeds.speed_mps * (until - at)
            radians += speeds.turn_radps * (until - at)
        first = self._steps[0][2]
        while self._steps and now - self._steps[0][0] >= self.WINDOW_SECONDS:
            self._steps.popleft()
        moved = math.hypot(state.x_metres - first.x_metres, state.y_metres - first.y_metres)
        turned = state.heading_radians - first.heading_radians
        rolls_not = abs(metres) > self._LEAST_METRES and moved < self._SHARE * abs(metres)
        turns_not = abs(radians) > self._LEAST_RADIANS and abs(turned) < self._SHARE * abs(radians)
        astray = abs(turned - radians) > self._ASTRAY_RADIANS + 0.5 * abs(radians)
        return rolls_not or turns_not or astray
