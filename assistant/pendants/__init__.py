"""Pendants, cords and buttons: pressed, seen, battery low, lost (docs/channels.md)."""

from assistant.pendants.facts import (
    BatteryLow,
    ButtonPressed,
    PendantError,
    PendantFact,
    PendantLost,
    PendantSeen,
    facts_of,
)
from assistant.pendants.serial_receiver import SerialReceiver, parse_line
from assistant.pendants.usb_button import UsbButton, presses
from assistant.pendants.watch import PendantWatch
from assistant.pendants.webhook_in import (
    PendantClockError,
    PendantDoor,
    PendantRefusedError,
    Report,
)

__all__ = [
    "BatteryLow",
    "ButtonPressed",
    "PendantClockError",
    "PendantDoor",
    "PendantError",
    "PendantFact",
    "PendantLost",
    "PendantRefusedError",
    "PendantSeen",
    "PendantWatch",
    "Report",
    "SerialReceiver",
    "UsbButton",
    "facts_of",
    "parse_line",
    "presses",
]
