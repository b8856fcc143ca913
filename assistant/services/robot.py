"""The robot: motions that the elder asks for, and the elder's consent."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.events import RobotDocked
from assistant.services.request import Request, request
from assistant.services.strict import LongText


@dataclass(frozen=True, slots=True)
class RobotAnswer:
    """What became of what was asked of the robot."""

    state: str
    """What came of it: moving, stopped, kept, asked, or why it cannot be: no_robot, gone, alarm,
    unknown_place, nobody_located."""
    places: tuple[str, ...] = ()
    """Of `unknown_place`: those that it knows."""
    question: LongText = ""
    """Of `asked`: the question for consent is open, and whoever asks says its words."""


@request("robot.move")
class AskForMotion(Request[RobotAnswer]):
    """Begin a motion."""

    motion: str
    place: str = ""


@request("robot.stop")
class AskForStop(Request[RobotAnswer]):
    """Stop it."""


@request("robot.consent")
class GiveConsent(Request[RobotAnswer]):
    """The elder says whether it may move."""

    may_move: bool


@dataclass(frozen=True, slots=True)
class RobotState:
    """How the robot is."""

    has_robot: bool
    name: str
    places: tuple[str, ...]
    may_move: bool


@request("robot.state")
class GetRobotState(Request[RobotState]):
    """How it is, and where it can go."""


@request("robot.docked")
class GetDocked(Request[RobotDocked | None]):
    """Where it stood on its charger last: for a child that was started on the way."""
