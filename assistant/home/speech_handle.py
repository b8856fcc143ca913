"""The handle of something that is said: whether it began to sound, and how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum

log = logging.getLogger(__name__)


class SpeechState(StrEnum):
    """How far something that is to be said has come."""

    WAITING = "waiting"
    SOUNDING = "sounding"
    """It began; if an alarm broke off a reminder, the rest of it may still wait."""
    HEARD = "heard"
    """All of it sounded."""
    CUT_OFF = "cut_off"
    """Somebody asked for silence, or something more urgent took its place."""
    TAKEN_BACK = "taken_back"
    """Whoever said it no longer wanted it said: it had become untrue."""
    FAILED = "failed"
    """It could not sound, or not to its end: no speaker, no voice, a mouth that died."""
    NO_MOUTH = "no_mouth"
    """This home only writes: nothing ever sounds."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it is going to sound."""
        return self not in {SpeechState.WAITING, SpeechState.SOUNDING}


class SpeechHandle:
    """One text on its way to the elder's ear; always comes to an end, whatever the mouth does."""

    def __init__(self, say_id: str) -> None:
        self.say_id = say_id
        """The id of the `Say`, and of the `SoundStarted` and `Said` that follow it."""
        self.state = SpeechState.WAITING
        self.has_begun = False
        """Whether any of it sounded."""
        self.error = ""
        """Why it could not sound, if it failed."""
        self._over = asyncio.Event()
        self._callbacks: list[Callable[[SpeechState], object]] = []

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it is going to sound."""
        return self.state.is_over

    async def end(self) -> SpeechState:
        """Wait until it is over; gives how it ended.

        `Speech` gives up on a mouth that stays silent, so the wait is never longer than
        `speech.GIVE_UP_SECONDS` after the last sound of it.
        """
        await self._over.wait()
        return self.state

    def when_over(self, callback: Callable[[SpeechState], object]) -> None:
        """Call `callback` in the moment in which it is over; at once if it is already."""
        if self.is_over:
            self._tell(callback)
        else:
            self._callbacks.append(callback)

    # ------------------------------------------------------------------ for `Speech` alone

    def begin(self) -> None:
        """Note that a piece of it sounds."""
        self.has_begun = True
        if not self.is_over:
            self.state = SpeechState.SOUNDING

    def finish(self, state: SpeechState, error: str = "") -> None:
        """Note that it is over; only the first end counts."""
        if self.is_over:
            return
        self.state, self.error = state, error
        self._over.set()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._tell(callback)

    def _tell(self, callback: Callable[[SpeechState], object]) -> None:
        try:
            callback(self.state)
        except Exception:  # the fault of one who waits must not silence the rest
            log.exception("who waited for the end of something said failed")
