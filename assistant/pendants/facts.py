"""What pendants tell.

A press counts whatever else its report holds: a battery that makes no sense is unknown, a name
that cannot be used is mended, the event is taken in the words that hubs commonly send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BATTERY_LOW_PERCENT: Final = 20
"""The charge below which a battery is low; it leaves a coin cell's user about a week to change
it."""
MAX_NAME_CHARACTERS: Final = 40
_NAME: Final = re.compile(rf"[A-Za-z0-9_.-]{{1,{MAX_NAME_CHARACTERS}}}")
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)(?: ?%)?")
_PRESSES: Final = frozenset(
    {
        *("press", "pressed", "button_press", "button_pressed", "push", "pushed", "pull", "pulled"),
        *(
            "single",
            "double",
            "triple",
            "long",
            "long_press",
            "hold",
            "held",
            "click",
            "single_click",
        ),
        *("short_press", "double_press", "double_click", "initial_press", "panic", "help"),
        *("sos", "alarm", "emergency"),
    }
)
"""The words of hubs and radio buttons for a press: names of Zigbee2MQTT's and Home Assistant's
actions."""
_OF_WHICH_BUTTON: Final = re.compile(r"^(?:button_?)?[0-9]{1,2}_|_(?:button_?)?[0-9]{1,2}$")
"""Which button of several it was, before or after the word: "1_single", "button_2_hold"."""
_SIGNS_OF_LIFE: Final = frozenset({"seen", "alive", "heartbeat", "keepalive", "checkin", "ping"})


class PendantError(ValueError):
    """What came is no report of a pendant; it is dropped, and the message says why."""


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed the button or pulled the cord: an explicit cry for help."""

    device: str


@dataclass(frozen=True, slots=True)
class PendantSeen:
    """A pendant gave a sign of life."""

    device: str
    battery_percent: int | None = None


@dataclass(frozen=True, slots=True)
class BatteryLow:
    """A battery is low: to be told to the family."""

    device: str
    battery_percent: int


@dataclass(frozen=True, slots=True)
class PendantLost:
    """A pendant was pulled out, is out of reach, or was silent for longer than it may be."""

    device: str
    reason: str


PendantFact = ButtonPressed | PendantSeen | BatteryLow | PendantLost


def is_press(event: object) -> bool:
    """Whether this event, as a hub names it, is a press or a pull."""
    return _OF_WHICH_BUTTON.sub("", _plain(event)) in _PRESSES


def battery_percent_of(said: object) -> int | None:
    """Read the battery in percent; None if what was said is no number from 0 to 100."""
    if isinstance(said, str):
        written = _PERCENT.fullmatch(said.strip())
        said = float(written[1]) if written else None
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    # Between 0 and 1 it may be a share as well as a percentage.
    if not 0 <= said <= 100 or 0 < said < 1:
        return None
    return round(said)


def facts_of(event: object, device: str, battery: object = None) -> list[PendantFact]:
    """Read the facts in one report.

    Args:
        event: what happened, in the hub's words.
        device: the pendant's name. One that cannot be used is mended for a press.
        battery: anything; what is no percentage counts as unknown.

    Raises:
        PendantError: neither a press nor a sign of life, or a sign of life of no usable name.
    """
    percent = battery_percent_of(battery)
    if is_press(event):
        name = _usable_name(device)
        facts: list[PendantFact] = [ButtonPressed(name), PendantSeen(name, percent)]
    elif _plain(event) in _SIGNS_OF_LIFE:
        if not _NAME.fullmatch(device):
            raise PendantError("a pendant's name is 1 to 40 letters, digits, points, - or _")
        name, facts = device, [PendantSeen(device, percent)]
    else:
        raise PendantError("a pendant reports press or seen")
    if percent is not None and percent <= BATTERY_LOW_PERCENT:
        facts.append(BatteryLow(name, percent))
    return facts


def _plain(event: object) -> str:
    if not isinstance(event, str) or len(event) > MAX_NAME_CHARACTERS:
        return ""
    return re.sub(r"[ -]+", "_", event.strip().lower())


def _usable_name(device: str) -> str:
    """Give a name with what no name may hold replaced: it goes into logs, messages and settings."""
    mended = _NOT_IN_A_NAME.sub("_", device)[:MAX_NAME_CHARACTERS]
    return mended if _NAME.fullmatch(mended) else "unnamed"
