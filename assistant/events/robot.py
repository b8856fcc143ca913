"""What the senses tell of a room, and what the robot is asked and tells."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from assistant.events.identity import new_id
from assistant.events.line import event


@event
class Sensed:
    """Perception told something of a room."""

    kind: str
    """The name of perception's event: FallDetected, BedLeft, SensorTroubled …"""
    sensor: str
    place: str
    """The sensor's room, as the elder calls it; empty if the settings do not say."""
    values: dict[str, Any] = field(default_factory=dict)
    """The event's own fields; places in metres, in the room's coordinates."""


@event
class PeopleLocated:
    """Where people are now, twice a second while anybody is seen."""

    places_metres: tuple[tuple[float, float], ...]
    """The x and y of each person, in the room's coordinates."""


@event
class CameraPrivacyChanged:
    """The camera was told not to look any more, or that it may again."""

    is_private: bool


@event
class RobotReady:
    """The robot answers."""

    name: str
    places: tuple[str, ...] = ()
    """The places to which it knows the way."""


@event
class RobotDocked:
    """The robot stands on its charger, of which the place is known."""

    x_metres: float
    y_metres: float
    heading_radians: float
    """Where it looks, by the robot's own reckoning."""


@event
class RobotGone:
    """The robot does not answer any more; one with a dead-man has stopped."""

    problem: str


@event
class RobotTold:
    """Something about the robot changed."""

    what: str
    """docked, undocked, battery_low, emergency_stop, released, or what stopped it."""


@event
class MoveRobot:
    """Robot: move; how it ended comes as `RobotMoved` with the same id."""

    motion: str
    """approach, follow, face, go or dock."""
    place: str = ""
    """Where to go, by a name that the robot knows."""
    at_metres: tuple[float, float] | None = None
    """Whom to approach or face; None: whoever is nearest."""
    is_asked: bool = False
    """Whether the elder asked for it: a robot that stopped itself at something may go on."""
    motion_id: str = field(default_factory=new_id)


@event
class RobotMoved:
    """A motion was over, or did not even begin."""

    motion_id: str
    motion: str
    outcome: str
    """finished, stopped, replaced, nobody_located, unable, or what ended it."""
    detail: str = ""


@event
class StopRobot:
    """Robot: stand still, now, ahead of everything."""


@event
class ExpressRobot:
    """Robot: show how things stand; a part it has not got is left out."""

    face: str
    light: tuple[int, int, int]
    """Red, green and blue, 0 to 255."""
    is_blinking: bool = False
    chime: str = ""
