"""What the rover is, and what its numbers mean to Anban."""

import time

from robot_io import Capabilities, EndReason, MotionKind, Part, RobotState

PARTS = Part.WHEELS | Part.BATTERY | Part.BUMPERS | Part.CLIFF_SENSORS | Part.DEAD_MAN
ABLE = Capabilities("Rover", PARTS, speed_max_mps=0.4, turn_max_radps=1.5)
ENDS = (
    None,
    EndReason.FINISHED,
    EndReason.STOPPED,
    EndReason.REPLACED,
    EndReason.HEARTBEAT,
    EndReason.BUMPER,
    EndReason.CLIFF,
    EndReason.LIFTED,
)
REFUSALS = {
    1: ("HELD", "it stopped itself and waits to be released"),
    2: ("BLOCKED", "a bumper or cliff sensor is active, or it is lifted; back off or free it"),
}


def state_of(numbers: list[int]) -> RobotState:
    """A state from the numbers of an S line, without the first."""
    x, y, heading, speed, turn, battery, bumpers, cliff, lifted, moves, number, end, held = numbers
    return RobotState(
        received_at=time.monotonic(),
        x_metres=x / 1000,
        y_metres=y / 1000,
        heading_radians=heading / 1000,
        speed_mps=speed / 1000,
        turn_radps=turn / 1000,
        battery=battery / 1000,
        bumper_left=bool(bumpers & 1),
        bumper_right=bool(bumpers & 2),
        cliff=bool(cliff),
        lifted=bool(lifted),
        motion=MotionKind.DRIVE if moves else MotionKind.IDLE,
        motion_id=number,
        end=ENDS[end],
        held=ENDS[held],
    )
