"""How a simulated telephone takes a call: what people do with one, and what makers do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Manners:
    """How this telephone takes a call."""

    status: str = "200 OK"
    """The final answer: "486 Busy Here", "603 Decline" …"""
    answer_after_seconds: float | None = 0.1
    """How long it rings before it is answered; None: for ever."""
    answers_once: asyncio.Event | None = None
    """Rings on until this is set, however long that takes; None: answers at its time."""
    silent: bool = False
    """Not even a provisional answer: the peer is switched off."""
    press: str = ""
    """Digits pressed once the call stands."""
    press_after_seconds: float = 0.3
    press_after_heard_seconds: float = 0.0
    """Minimum seconds of speech that it must have heard before a key is pressed."""
    hang_up_after_seconds: float | None = None
    register_status: str = "200 OK"
    """What a telephone that wants to register here is told."""
    is_mute: bool = False
    """Sends no sound at all: muted, with silence left out."""
    holds_after_seconds: float | None = None
    """Puts the call on hold (a re-INVITE, "inactive") and sends no sound from then on."""
    transfers_to: str = ""
    """Asks to be connected with somebody else as soon as the call stands (REFER)."""
    speak: bytes = b""
    """16-bit PCM at 8 kHz that the person says, again and again."""


QUIRKS: Final = {
    "plain": Manners(press="1"),
    "is muted and sends no sound": Manners(press="1", is_mute=True),
    "puts the call on hold and takes it back": Manners(press="1", holds_after_seconds=0.2),
    "wants to send the call elsewhere": Manners(press="1", transfers_to="sip:toll@127.0.0.1:9"),
    "answers at once": Manners(press="1", answer_after_seconds=0.0),
    "speaks all the time": Manners(press="1", speak=b"\x10\x20" * 800),
    "presses other keys first": Manners(press="5#21"),
}
"""Telephones whose owner takes an alarm on, each in its own way."""
