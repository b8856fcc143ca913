"""What every robot driver offers, in metres, seconds and radians; and how drivers are found.

A driver turns these calls into its robot's bytes. It has threads of its own, so every call returns
at once: commands give a `concurrent.futures.Future` that completes when the robot has accepted the
command (not when a motion has ended: the state tells that). `robot.Robot` stands on top of it.
Writing one: docs/robot-drivers.md.
"""

import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Self

from robot_io.codes import Part
from robot_io.errors import DriverError, LimitError, NotSupportedError

ENTRY_POINT_GROUP = "anban.robots"

_log = logging.getLogger(__name__)


class EndReason(StrEnum):
    """Why a motion ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    REPLACED = "replaced"
    TIME_UP = "time_up"
    BUMPER = "bumper"
    CLIFF = "cliff"
    LIFTED = "lifted"
    HEARTBEAT = "heartbeat"
    EMERGENCY_STOP = "emergency_stop"
    FAILED = "failed"
    PERSON_LOST = "person_lost"
    PERSON_CLOSE = "person_close"
    STUCK = "stuck"
    DISCONNECTED = "disconnected"


class MotionKind(StrEnum):
    """What the wheels are doing."""

    IDLE = "idle"
    DRIVE = "drive"
    GO_TO = "go_to"
    DOCK = "dock"
    UNDOCK = "undock"


class FaceName(StrEnum):
    """Faces a robot may show; the order is the number on the line."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    LISTENING = "listening"
    SPEAKING = "speaking"
    WORRIED = "worried"
    CALLING = "calling"
    SLEEPING = "sleeping"


class LightPattern(StrEnum):
    """How a light shines; the order is the number on the line."""

    STEADY = "steady"
    BLINK = "blink"
    BREATHE = "breathe"


class ChimeName(StrEnum):
    """Chimes; the order is the number on the line."""

    ATTENTION = "attention"
    ACKNOWLEDGE = "acknowledge"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connected robot is and may be asked for."""

    name: str
    parts: Part
    speed_max_mps: float
    turn_max_radps: float
    pan_max_radians: float = 0.0
    tilt_max_radians: float = 0.0
    firmware: str = ""

    def check(self, what: str, value: float, limit: float, unit: str) -> None:
        """Refuse a value that is not a number or is beyond ±`limit`.

        Raises:
            LimitError: with the limit.
        """
        if not math.isfinite(value) or abs(value) > limit:
            raise LimitError(f"{what} {value} {unit} refused: the limit is ±{limit:g} {unit}")

    def need(self, part: Part) -> None:
        """Refuse what the robot has not got.

        Raises:
            NotSupportedError: naming the part.
        """
        if not self.parts & part:
            raise NotSupportedError(
                f"{self.name} has no {str(part.name).lower().replace('_', ' ')}"
            )


@dataclass(frozen=True, slots=True)
class RobotState:
    """What a robot has last said about itself.

    Position is odometry: metres and radians (counter-clockwise) from where it was switched on.
    """

    received_at: float
    """`time.monotonic()` when it arrived."""
    x_metres: float = 0.0
    y_metres: float = 0.0
    heading_radians: float = 0.0
    speed_mps: float = 0.0
    turn_radps: float = 0.0
    battery: float | None = None
    """0 to 1; None where the robot does not say."""
    bumper_left: bool = False
    bumper_right: bool = False
    cliff: bool = False
    lifted: bool = False
    docked: bool = False
    charging: bool = False
    emergency_stop: bool = False
    low_battery: bool = False
    motion: MotionKind = MotionKind.IDLE
    motion_id: int = 0
    """Changes with every motion the robot begins."""
    end: EndReason | None = None
    """Why the last motion ended; None while one runs or before the first."""
    held: EndReason | None = None
    """The robot stopped itself for this and moves again only after `release`."""
    button_presses: int = 0
    pan_radians: float = 0.0
    tilt_radians: float = 0.0


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The robot was found, or lost; `problem` says why."""

    connected: bool
    problem: str = ""


StateListener = Callable[[RobotState], None]
ConnectionListener = Callable[[ConnectionChanged], None]


class Driver(ABC):
    """One robot. Subclasses override what their robot can do; the rest refuses.

    Listeners are called from the driver's threads and must return at once.
    """

    def __init__(self) -> None:
        self.state_listeners: list[StateListener] = []
        self.connection_listeners: list[ConnectionListener] = []
        self._told: ConnectionChanged | None = None

    @classmethod
    @abstractmethod
    def at(cls, address: str, baud: int | None = None) -> Self:
        """A driver for the robot at a serial address (see `link.resolve`); not yet opened."""

    @abstractmethod
    def open(self) -> None:
        """Begin to look for the robot, and keep looking whenever it is lost."""

    @abstractmethod
    def close(self) -> None:
        """Stop the robot and let the port go."""

    @abstractmethod
    def wait_connected(self, timeout_seconds: float) -> Capabilities:
        """Block until the robot answers.

        Raises:
            LinkError, NotARobotError, VersionError: what stood in the way.
        """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What the connected robot is.

        Raises:
            LinkError: it is not connected.
        """

    @property
    @abstractmethod
    def state(self) -> RobotState | None:
        """The last state, None before the first."""

    @property
    @abstractmethod
    def statistics(self) -> dict[str, float | str]:
        """Counts worth showing: bytes, errors, repeats, round trip."""

    @abstractmethod
    def stop(self) -> bool:
        """Send stop three times, now, from this thread, ahead of everything; wait for nothing.

        False: the line does not take it now; it is sent as soon as it does, and a robot with a
        dead-man stops by itself in 500 ms.
        """

    @abstractmethod
    def drive(self, speed_mps: float, turn_radps: float, seconds: float) -> "Future[None]":
        """Roll for so long, then stop.

        Raises:
            LimitError: not a number, or beyond the robot's limits.
        """

    def release(self) -> "Future[None]":
        """Let the robot move again after it stopped itself (`RobotState.held`)."""
        return _done()

    def go_to(self, place: str, seconds: float) -> "Future[None]":
        """Begin to go to a place that the robot knows."""
        raise self._lacks("navigation")

    def places(self) -> "Future[list[str]]":
        """Names `go_to` knows."""
        raise self._lacks("navigation")

    def dock(self, seconds: float) -> "Future[None]":
        """Begin to go to the charger."""
        raise self._lacks("docking")

    def undock(self, seconds: float) -> "Future[None]":
        """Begin to come off the charger."""
        raise self._lacks("docking")

    def look(self, pan_radians: float, tilt_radians: float, seconds: float) -> "Future[None]":
        """Turn the head (left and up are positive)."""
        raise self._lacks("head")

    def face(self, face: FaceName) -> "Future[None]":
        """Show a face."""
        raise self._lacks("face")

    def text(self, text: str) -> "Future[None]":
        """Show a text; an empty one clears it."""
        raise self._lacks("screen for text")

    def light(self, red: int, green: int, blue: int, pattern: LightPattern) -> "Future[None]":
        """Set the light, 0 to 255 each."""
        raise self._lacks("light")

    def chime(self, chime: ChimeName) -> "Future[None]":
        """Play a chime."""
        raise self._lacks("chime")

    def volume(self, percent: int) -> "Future[None]":
        """Set the loudness, 0 to 100."""
        raise self._lacks("volume")

    def _lacks(self, part: str) -> NotSupportedError:
        return NotSupportedError(f"{self.capabilities.name} has no {part}")

    def _tell_state(self, state: RobotState) -> None:
        for listener in self.state_listeners:
            _guarded(lambda: listener(state))  # noqa: B023 - called before the next turn

    def _tell_connection(self, connected: bool, problem: str = "") -> None:
        news = ConnectionChanged(connected, problem)
        if news == self._told:
            return
        self._told = news
        for listener in self.connection_listeners:
            _guarded(lambda: listener(news))  # noqa: B023 - called before the next turn


def _guarded(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - a listener's fault must not end the thread that hears the robot
        _log.exception("a robot listener failed")


def _done() -> "Future[None]":
    future: Future[None] = Future()
    future.set_result(None)
    return future


def load_driver(name: str) -> type[Driver]:
    """The installed driver of this name (entry point group `anban.robots`).

    Raises:
        DriverError: none, or it cannot be loaded.
    """
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if name not in found:
        names = ", ".join(sorted(found)) or "none"
        raise DriverError(f"no robot driver {name!r} is installed; there are: {names}")
    try:
        driver = found[name].load()
    except Exception as error:  # a third party's module may raise anything
        raise DriverError(f"the robot driver {name!r} does not load: {error!r}") from error
    if not (isinstance(driver, type) and issubclass(driver, Driver)):
        raise DriverError(f"the robot driver {name!r} is no subclass of robot_io.Driver")
    return driver
