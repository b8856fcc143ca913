"""What an attacker wants, as a table: a home with an alarm of each kind, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from assistant.events import (
    AlarmAcknowledged,
    AlarmClosed,
    CryForHelpHeard,
    DangerSensed,
    Heard,
    HelpPressed,
)
from tests.faults.parts import Home
from tests.waiting import until

_numbers = count()
DAUGHTER = "大女儿"


def hear(home: Home, text: str, *, addressed: bool = False, is_final: bool = True) -> None:
    """The ear made this of what sounded in the room."""
    lang = "en" if text.isascii() else "zh"
    name = f"u{next(_numbers)}"
    home.core.bus.publish(Heard(name, text, lang, is_final, addressed, 0.9, raw_text=text))


def ended(home: Home) -> list[object]:
    """Every end, and every acknowledgement, of an alarm."""
    return [event for event in home.told if isinstance(event, (AlarmAcknowledged, AlarmClosed))]


async def until_open(home: Home) -> None:
    await until(home.core.alarms.store.open_alarms, "an alarm")


def _sensed(home: Home) -> None:
    home.core.bus.publish(DangerSensed("fall", "radar"))


def _doubted(home: Home) -> None:
    home.core.alarms.triggers.doubt("我坐这地上半个钟头了腿不听话")


def _cried(home: Home) -> None:
    home.core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))


def _stroke(home: Home) -> None:
    home.core.bus.publish(CryForHelpHeard("我嘴歪了", "stroke", 0.0))


def _pressed(home: Home) -> None:
    home.core.bus.publish(HelpPressed("cord-1", "浴室"))


BEGINNINGS: dict[str, Callable[[Home], None]] = {
    "sensed": _sensed,
    "doubted": _doubted,
    "cried": _cried,
    "stroke": _stroke,
    "pressed": _pressed,
}
