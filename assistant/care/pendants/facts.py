"""What pendants tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BATTERY_LOW_PERCENT: Final = 20
"""Leaves a coin cell's user about a week to change it."""
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class PendantError(ValueError):
    """What came is no report of a pendant; it is dropped, and the message says why."""


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed the button or pulled the cord: an explicit cry for help."""

    device: str


@dataclass(frozen=True, slots=True)
class PendantSeen:
    """A sign of life."""

    device: str
    battery_percent: int | None = None


@dataclass(frozen=True, slots=True)
class BatteryLow:
    """To be told to the family."""

    device: str
    battery_percent: int


@dataclass(frozen=True, slots=True)
class PendantLost:
    """Pulled out, out of reach, or silent for longer than it may be."""

    device: str
    reason: str


PendantFact = ButtonPressed | PendantSeen | BatteryLow | PendantLost


def facts_of(event: str, device: str, battery_percent: int | None) -> list[PendantFact]:
    """The facts in one report: `event` is press or seen.

    Raises:
        PendantError: another event, a name that is none, or an impossible battery.
    """
    if event not in {"press", "seen"}:
        raise PendantError("a pendant reports press or seen")
    if not _NAME.fullmatch(device):
        raise PendantError("a pendant's name is 1 to 40 letters, digits, points, - or _")
    if battery_percent is not None and not 0 <= battery_percent <= 100:
        raise PendantError("a battery is between 0 and 100 percent")
    facts: list[PendantFact] = [ButtonPressed(device)] if event == "press" else []
    facts.append(PendantSeen(device, battery_percent))
    if battery_percent is not None and battery_percent <= BATTERY_LOW_PERCENT:
        facts.append(BatteryLow(device, battery_percent))
    return facts
