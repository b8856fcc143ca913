"""What a robot tells: facts, found by comparing one state with the next."""

from dataclasses import dataclass

from robot_io.driver import EndReason, RobotState


@dataclass(frozen=True, slots=True)
class RobotFound:
    """The robot answers."""

    name: str


@dataclass(frozen=True, slots=True)
class RobotLost:
    """The robot does not answer; a robot with a dead-man has stopped."""

    problem: str


@dataclass(frozen=True, slots=True)
class RobotStoppedItself:
    """A bumper, a cliff, or being lifted stopped it; it waits for `release`."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class BumperPressed:
    """Something touches the robot."""

    left: bool
    right: bool


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed its button."""


@dataclass(frozen=True, slots=True)
class EmergencyStopChanged:
    """Its emergency stop was pressed or released."""

    pressed: bool


@dataclass(frozen=True, slots=True)
class BatteryLow:
    """It needs its charger."""

    battery: float | None


@dataclass(frozen=True, slots=True)
class DockedChanged:
    """It came to its charger or left it."""

    docked: bool


RobotEvent = (
    RobotFound
    | RobotLost
    | RobotStoppedItself
    | BumperPressed
    | ButtonPressed
    | EmergencyStopChanged
    | BatteryLow
    | DockedChanged
)


def changes(before: RobotState, after: RobotState) -> list[RobotEvent]:
    """What happened between two states of one robot."""
    events: list[RobotEvent] = []
    if after.held is not None and before.held is None:
        events.append(RobotStoppedItself(after.held))
    pressed = (after.bumper_left, after.bumper_right)
    if any(pressed) and pressed != (before.bumper_left, before.bumper_right):
        events.append(BumperPressed(*pressed))
    if after.button_presses != before.button_presses:
        events.append(ButtonPressed())
    if after.emergency_stop != before.emergency_stop:
        events.append(EmergencyStopChanged(after.emergency_stop))
    if after.low_battery and not before.low_battery:
        events.append(BatteryLow(after.battery))
    if after.docked != before.docked:
        events.append(DockedChanged(after.docked))
    return events
