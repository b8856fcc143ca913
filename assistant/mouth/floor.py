"""Whose turn it is: the mouth may sound for a while, then the ear listens."""

from __future__ import annotations

import asyncio
from typing import Final

from assistant.mouth.pieces import LONGEST_SOUND_SECONDS
from assistant.mouth.player import Player

GAP_SECONDS: Final = 0.7
"""Long enough for the ear to notice the onset of a "stop"."""
PAUSE_SECONDS: Final = 0.25
"""Between two sentences; eSpeak NG itself would leave 0.35 s."""
LONGEST_HOLD_SECONDS: Final = 10.0
"""A television may hold the floor for ever; an alarm must still get through."""


class Floor:
    """Counts sound since the last gap, and waits while somebody else speaks."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._since_gap_seconds = 0.0
        self._quiet_from = 0.0
        self._free = asyncio.Event()
        self._free.set()
        self._hold_timer: asyncio.TimerHandle | None = None

    async def take(self, seconds: float) -> None:
        """Wait until a sound of this length may begin."""
        # The clock of another speaker may lie behind.
        quiet_seconds = max(self._player.clock_seconds() - self._quiet_from, 0.0)
        if quiet_seconds >= GAP_SECONDS:
            self._since_gap_seconds = 0.0
        if self._since_gap_seconds + PAUSE_SECONDS + seconds > LONGEST_SOUND_SECONDS:
            if self._since_gap_seconds and await self._player.rest(GAP_SECONDS - quiet_seconds):
                self._since_gap_seconds = 0.0
        elif self._since_gap_seconds:
            await self._player.rest(PAUSE_SECONDS)
            self._since_gap_seconds += PAUSE_SECONDS
        await self._free.wait()

    def sounded(self, seconds: float) -> None:
        """A sound of this length has just ended."""
        self._since_gap_seconds += seconds
        self._quiet_from = self._player.clock_seconds()

    def owe_gap(self) -> None:
        """Listen before the next sound, however little sounded."""
        self._since_gap_seconds = LONGEST_SOUND_SECONDS

    def hold(self) -> None:
        """Begin no sound until `resume`, or until the longest hold is over, from now on.

        The core holds anew for each utterance, and no longer once they follow without end.
        """
        if self._hold_timer is not None:
            self._hold_timer.cancel()
        self._free.clear()
        loop = asyncio.get_running_loop()
        self._hold_timer = loop.call_later(LONGEST_HOLD_SECONDS, self._free.set)

    def resume(self) -> None:
        """The floor is free again."""
        if self._hold_timer is not None:
            self._hold_timer.cancel()
        self._free.set()
