"""When the ear is deaf: while the house itself speaks, and no longer.

All time is counted in sound that came in, never by the clock.
"""

from __future__ import annotations

import logging
from typing import Final

log = logging.getLogger(__name__)

TAIL_SECONDS: Final = 0.15
"""How long the ear stays deaf after a sound: the room's echo, and what the sound card still
holds."""
PATIENCE_SECONDS: Final = 1.0
"""Beyond the promised length; then the mouth must have died, and the ear opens by itself."""
LONGEST_PIECE_SECONDS: Final = 30.0
"""No piece is longer (the mouth's own limit is 6 s): a wrong promise must not deafen the home."""


class MuteGate:
    """Shut from the start of a piece of speech until its end and a short tail."""

    def __init__(self, tail_seconds: float = TAIL_SECONDS) -> None:
        self._tail = tail_seconds
        self._sounding: dict[str, float] = {}
        self._tail_left = 0.0

    def started(self, say_id: str, duration_seconds: float) -> None:
        """A piece begins to sound."""
        known = 0 <= duration_seconds <= LONGEST_PIECE_SECONDS  # false for nan as well
        promised = duration_seconds if known else LONGEST_PIECE_SECONDS
        self._sounding[say_id] = promised + PATIENCE_SECONDS

    def stopped(self, say_id: str) -> None:
        """Note that a piece is over; an unknown one changes nothing."""
        if self._sounding.pop(say_id, None) is not None:
            self._tail_left = self._tail

    def advance(self, seconds: float) -> bool:
        """Count a chunk of sound; True if it must not be heard."""
        if not self._sounding:
            deaf = self._tail_left > 0
            self._tail_left = max(0.0, self._tail_left - seconds)
            return deaf
        for say_id, left in list(self._sounding.items()):
            self._sounding[say_id] = left - seconds
            if left - seconds <= 0:
                log.warning("the mouth never told that its sound stopped; the ear opens by itself")
                del self._sounding[say_id]
        return True
