"""What sensors tell: one frozen class a kind of fact, and nothing that says what it means.

The set has a version.  A kind that was released keeps its name and its fields; new kinds, and
fields with a default, may join, and `VERSION` counts them.  What a fact means in a home (a
question, a word to the family, an alarm) is decided by rules in its settings.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

VERSION: Final = 1
MAX_NAME_CHARACTERS: Final = 40
"""The longest name of a device or a place."""
_MEASURED: Final = {
    "temperature_measured": (-60.0, 150.0),
    "humidity_measured": (0.0, 100.0),
    "battery_measured": (0.0, 100.0),
}
"""The bounds of what can be measured in a home."""
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a sensor noticed.

    Raises:
        ValueError: a text that is too long, or a number beyond its bounds.
    """

    device: str = ""
    """Which of the sensor's devices, if it has several; empty: it is one."""
    place: str = ""
    """Its room or name, if the device itself knows it; what the settings say goes before it."""
    confidence: float = 1.0
    """How sure the sensor is, 0 to 1."""
    at: float = field(default_factory=time.time)
    """When it was noticed; Unix time, seconds."""
    is_test: bool = False
    """Whether somebody tried the device, as with the test button of a smoke alarm."""

    def __post_init__(self) -> None:
        for name in ("device", "place", "reason"):
            value = getattr(self, name, "")
            if not isinstance(value, str) or len(value) > MAX_NAME_CHARACTERS:
                raise ValueError(f"{name} is a text of at most {MAX_NAME_CHARACTERS} characters")
            if _NO_TEXT.search(value):
                raise ValueError(f"{name} holds a control character")
        _check("confidence", self.confidence, 0.0, 1.0)
        _check("at", self.at, 0.0, 1e11)
        if not isinstance(self.is_test, bool):
            raise TypeError("is_test is true or false")
        if isinstance(self, Measured):
            _check("value", self.value, *_MEASURED[kind_of(self)])


def _check(name: str, value: object, low: float, high: float) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:  # type: ignore[operator]  # NaN is within nothing
        raise ValueError(f"{name} is a number from {low:g} to {high:g}, not {value!r:.40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Fact):
    """A number that was measured."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOpened(Fact):
    """A door, a window, a fridge is open now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorClosed(Fact):
    """It is closed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSeen(Fact):
    """Something moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionEnded(Fact):
    """Nothing moves any more, for as long as the device waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedEntered(Fact):
    """Somebody is in bed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedLeft(Fact):
    """Nobody is in bed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeDetected(Fact):
    """There is smoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeCleared(Fact):
    """The smoke is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasDetected(Fact):
    """There is gas that can burn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasCleared(Fact):
    """The gas is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonMonoxideDetected(Fact):
    """There is carbon monoxide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonMonoxideCleared(Fact):
    """The carbon monoxide is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterDetected(Fact):
    """There is water where none should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterCleared(Fact):
    """It is dry again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureMeasured(Measured):
    """The temperature of the air; `value` in degrees Celsius."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumidityMeasured(Measured):
    """The relative humidity of the air; `value` in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryMeasured(Measured):
    """The charge of a device's battery; `value` in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen(Fact):
    """A device gave a sign of life; any other fact is one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLost(Fact):
    """A device cannot be reached any more; any later fact of it says that it can."""

    reason: str = ""
    """Why, in a few words, for whoever mends it."""


def _kind(of: type[Fact]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", of.__name__).lower()


def kind_of(fact: Fact) -> str:
    """Give the name of a fact's kind, as rules have it: door_opened."""
    return _kind(type(fact))


FACTS: Final[Mapping[str, type[Fact]]] = {
    _kind(each): each
    for each in (
        *(DoorOpened, DoorClosed, MotionSeen, MotionEnded, BedEntered, BedLeft),
        *(SmokeDetected, SmokeCleared, GasDetected, GasCleared),
        *(CarbonMonoxideDetected, CarbonMonoxideCleared, WaterDetected, WaterCleared),
        *(TemperatureMeasured, HumidityMeasured, BatteryMeasured, DeviceSeen, DeviceLost),
    )
}
"""Every kind of fact, by its name."""
ENDS: Final[Mapping[str, str]] = {
    "door_opened": "door_closed",
    "door_closed": "door_opened",
    "motion_seen": "motion_ended",
    "motion_ended": "motion_seen",
    "bed_entered": "bed_left",
    "bed_left": "bed_entered",
    "smoke_detected": "smoke_cleared",
    "gas_detected": "gas_cleared",
    "carbon_monoxide_detected": "carbon_monoxide_cleared",
    "water_detected": "water_cleared",
}
"""Which kind says that another one is over."""
MEASURED: Final = frozenset({"temperature_measured", "humidity_measured"})
"""What a rule may hold against a number."""
ALARMING: Final = frozenset({"smoke_detected", "gas_detected", "carbon_monoxide_detected"})
"""What is never kept waiting."""


def values_of(fact: Fact) -> dict[str, Any]:
    """Give the fields of a fact, as JSON can hold them."""
    return asdict(fact)


def fact_of(kind: str, values: Mapping[str, Any]) -> Fact:
    """Make a fact of what came from outside.

    Raises:
        ValueError: no such kind, a field too many or too few, a value that does not fit.
    """
    made = FACTS.get(kind)
    if made is None:
        raise ValueError(f"no kind of fact: {kind!r:.40}")
    try:
        return made(**values)
    except TypeError as error:
        raise ValueError(f"a {kind} with a wrong field") from error
