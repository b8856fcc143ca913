"""What perception tells: facts, past tense, with the clock of the frames (monotonic seconds)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class PersonPresent:
    """The number of people seen in the room changed."""

    at: float
    count: int


@dataclass(frozen=True, slots=True)
class FallDetected:
    """Somebody fell; told once a fall, until that body has risen."""

    at: float
    person: int
    """The tracker's number; 0 where a module without points said so."""
    confidence: float
    """0 to 1, as the model gave it."""
    height_drop_metres: float
    still_seconds: float
    """How long the body has not moved along the floor when this is told."""
    x: float
    y: float
    evidence: tuple[str, ...]
    """Of "points", "target" (a module that tells one place of a body) and "module"."""
    from_metres: float = 0.0
    """How high the body reached before; this and what follows 0 where a module alone said so."""
    to_metres: float = 0.0
    """How high it reaches now."""
    descent_seconds: float = 0.0
    """How long it was on its way down."""
    low_seconds: float = 0.0
    """How long it has stayed down when this is told."""


@dataclass(frozen=True, slots=True)
class Stumbled:
    """Somebody went down as in a fall and was up again within seconds: no alarm."""

    at: float
    person: int
    confidence: float
    """0 to 1, as the model gave it."""
    from_metres: float
    to_metres: float
    """How high the body reached while it was down."""
    down_seconds: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LyingOnFloor:
    """Somebody lies on the floor whose fall nobody saw."""

    at: float
    person: int
    lying_seconds: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rose:
    """Who had fallen or lain on the floor stands again; the latch is open."""

    at: float
    person: int


@dataclass(frozen=True, slots=True)
class BedLeft:
    """Somebody who had been in bed is out of it."""

    at: float
    person: int
    in_bed_seconds: float


@dataclass(frozen=True, slots=True)
class Rested:
    """Somebody rested for long where no bed and no sofa is drawn, and is up again."""

    at: float
    rested_seconds: float
    level_metres: float
    """How high most of the body was."""
    x_min: float
    x_max: float
    y_min: float
    y_max: float
    """A box around where the body was seen, room coordinates in metres."""


@dataclass(frozen=True, slots=True)
class BathroomLong:
    """Somebody has been in the bathroom unusually long."""

    at: float
    person: int
    inside_seconds: float


@dataclass(frozen=True, slots=True)
class NoMotion:
    """Somebody is there, and nothing has moved for long; told again after as long once more."""

    at: float
    still_seconds: float


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """Somebody does something else now."""

    at: float
    person: int
    activity: str
    """lying, sitting, standing, walking; in exercises boxing, jack, jump, squats too."""


@dataclass(frozen=True, slots=True)
class GaitSpeed:
    """Somebody walked a stretch; slowing over weeks foretells falls."""

    at: float
    person: int
    metres_per_second: float
    walked_metres: float


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """Breath and heart of somebody still, where they are plausible over half a minute."""

    at: float
    breaths_per_minute: float
    heartbeats_per_minute: float | None


class Unsure(StrEnum):
    """Why the mounting cannot be told from what was seen."""

    NOBODY_WALKED = "nobody_walked"
    NO_FEET = "no_feet"
    """What is seen does not reach from the floor to a head: a narrow view, or no person."""
    TURNED = "turned"
    """The sensor hangs upside down, on its side, or looks down from the ceiling."""


@dataclass(frozen=True, slots=True)
class MountingDoubted:
    """People walked before the radar for long, and their heights make no sense; told once."""

    at: float
    why: Unsure


@dataclass(frozen=True, slots=True)
class MountingFound:
    """People's walks show that the radar hangs higher or lower than was told; told once.

    If the floor that was found lowers heights, they are counted from it from then on.
    """

    at: float
    height_metres: float
    told_metres: float


class TroubleKind(StrEnum):
    """What is wrong with a sensor."""

    LOST = "lost"
    """Its port is gone or cannot be opened."""
    SILENT = "silent"
    UNREADABLE = "unreadable"
    """Bytes come that are not those of the expected device."""
    SWAPPED = "swapped"
    """Another device speaks there."""


@dataclass(frozen=True, slots=True)
class SensorTroubled:
    """The sensor cannot be used; told once, nothing is seen until `SensorRecovered`."""

    at: float
    reason: str
    kind: TroubleKind = TroubleKind.LOST
    speaks_like: str = ""
    """The protocol of the other device, if it is known."""


@dataclass(frozen=True, slots=True)
class SensorRecovered:
    """The sensor gives good frames (again)."""

    at: float


Event = (
    PersonPresent
    | FallDetected
    | Stumbled
    | LyingOnFloor
    | Rose
    | BedLeft
    | BathroomLong
    | NoMotion
    | ActivityChanged
    | GaitSpeed
    | VitalSigns
    | Rested
    | MountingFound
    | MountingDoubted
    | SensorTroubled
    | SensorRecovered
)


def to_json(event: Event) -> dict[str, Any]:
    """The event as plain data, its name under "type"."""
    return {"type": type(event).__name__, **asdict(event)}
