"""What a Create 2's sensor stream says, as a `RobotState`; and what it must not do in one."""

import dataclasses
import math

from robot_io.driver import EndReason, MotionKind, RobotState
from robot_io.drivers import create2_interface as oi
from robot_io.drivers.create2_interface import Bumps, Packet, Sensors
from robot_io.errors import RefusedError

LOW_BATTERY = 0.15
_CHARGING = (1, 2, 3)
"""Packet 21: reconditioning, full and trickle charging."""
_CLIFFS = (
    Packet.CLIFF_LEFT,
    Packet.CLIFF_FRONT_LEFT,
    Packet.CLIFF_FRONT_RIGHT,
    Packet.CLIFF_RIGHT,
)


def updated(before: RobotState, last: Sensors | None, sensors: Sensors, now: float) -> RobotState:
    """The state after one more stream frame; `last` is the frame that `before` came from."""
    x, y, heading, speed, turn = _odometry(before, last, sensors, now)
    bumps = Bumps(sensors[Packet.BUMPS] & 0xF)
    capacity = sensors[Packet.CAPACITY]
    battery = min(1.0, sensors[Packet.CHARGE] / capacity) if capacity else None
    pressed = sensors[Packet.BUTTONS] & oi.CLEAN_BUTTON
    was_pressed = last[Packet.BUTTONS] & oi.CLEAN_BUTTON if last is not None else 0
    return dataclasses.replace(
        before,
        received_at=now,
        x_metres=x,
        y_metres=y,
        heading_radians=heading,
        speed_mps=speed,
        turn_radps=turn,
        battery=battery,
        bumper_left=bool(bumps & Bumps.BUMP_LEFT),
        bumper_right=bool(bumps & Bumps.BUMP_RIGHT),
        cliff=any(sensors[packet] for packet in _CLIFFS),
        lifted=bool(bumps & (Bumps.DROP_LEFT | Bumps.DROP_RIGHT)),
        docked=bool(sensors[Packet.CHARGING_SOURCES] & oi.HOME_BASE),
        charging=sensors[Packet.CHARGING_STATE] in _CHARGING,
        low_battery=battery is not None and battery < LOW_BATTERY,
        button_presses=before.button_presses + bool(pressed and not was_pressed),
    )


def _odometry(
    before: RobotState, last: Sensors | None, sensors: Sensors, now: float
) -> tuple[float, float, float, float, float]:
    if last is None:
        return before.x_metres, before.y_metres, before.heading_radians, 0.0, 0.0
    left, right = (
        _wrapped16(sensors[packet] - last[packet]) * oi.MM_PER_COUNT / 1000
        for packet in (Packet.LEFT_COUNTS, Packet.RIGHT_COUNTS)
    )
    forward, turned = (left + right) / 2, (right - left) * 1000 / oi.WHEEL_BASE_MM
    middle = before.heading_radians + turned / 2
    seconds = max(now - before.received_at, oi.STREAM_PERIOD_SECONDS)
    return (
        before.x_metres + forward * math.cos(middle),
        before.y_metres + forward * math.sin(middle),
        before.heading_radians + turned,
        forward / seconds,
        turned / seconds,
    )


def _wrapped16(value: int) -> int:
    return (value + 0x8000 & 0xFFFF) - 0x8000


def danger(state: RobotState) -> EndReason | None:
    """What is wrong where it stands, the worst first."""
    if state.lifted:
        return EndReason.LIFTED
    if state.cliff:
        return EndReason.CLIFF
    if state.bumper_left or state.bumper_right:
        return EndReason.BUMPER
    return None


def check_may_move(state: RobotState, kind: MotionKind, wheels: tuple[int, int]) -> None:
    """Raise `RefusedError` for what the state forbids."""
    wrong = danger(state)
    if state.held is not None:
        raise RefusedError(f"it stopped itself ({state.held}) and waits to be released", "HELD")
    if state.docked and kind is MotionKind.DRIVE:
        raise RefusedError("it stands on its charger; undock first", "DOCKED")
    if wrong is EndReason.LIFTED or (wrong is not None and sum(wheels) > 0):
        raise RefusedError(f"it reports {wrong}; back off or free it", "BLOCKED")
