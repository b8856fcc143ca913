"""The hardware below the protocol, as the robot's side sees it: sensors, wheels, head, screen."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from robot_io import codes
from robot_io import messages as m


@dataclass(frozen=True, slots=True)
class Nature:
    """What a robot is: name, parts and the limits it enforces (units of the line)."""

    name: str
    parts: codes.Part
    linear_max_mm_s: int
    angular_max_mrad_s: int
    pan_max_mrad: int
    tilt_max_mrad: int
    firmware: tuple[int, int] = (1, 0)
    window: int = codes.WINDOW_MAX


@dataclass(frozen=True, slots=True)
class Senses:
    """What the robot's sensors say now (units of `messages.State`)."""

    x_mm: int = 0
    y_mm: int = 0
    heading_mrad: int = 0
    linear_mm_s: int = 0
    angular_mrad_s: int = 0
    battery_permille: int = 0
    bumpers: int = 0
    cliffs: int = 0
    flags: codes.Flag = codes.Flag(0)
    button_presses: int = 0
    pan_mrad: int = 0
    tilt_mrad: int = 0


class Progress(IntEnum):
    """How an errand (go to, dock, undock) stands."""

    RUNNING = 0
    ARRIVED = 1
    FAILED = 2


class Body(Protocol):
    """The hardware below the protocol. Every call returns at once."""

    def sense(self) -> Senses:
        """Read the sensors."""

    def drive(self, linear_mm_s: int, angular_mrad_s: int) -> None:
        """Set the wheels."""

    def halt(self) -> None:
        """Stop wheels and head now; called often, also when nothing moves."""

    def halt_head(self) -> None:
        """Stop the head."""

    def begin(self, errand: codes.Motion, place: str) -> bool:
        """Begin to go to a place, dock or undock; false: there is no such place."""

    def progress(self) -> Progress:
        """How the errand stands."""

    def look(self, pan_mrad: int, tilt_mrad: int) -> None:
        """Turn the head there."""

    def show(self, message: m.Face | m.Text | m.Light | m.Chime | m.Volume) -> None:
        """Set face, text, light or volume, or play a chime."""

    def places(self) -> str:
        """Names of the places `begin` knows, one a line, at most 120 bytes of UTF-8."""
