"""The clock that features wait by: the wall clock, and waiting for a moment of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Final, Protocol

LOOK_SECONDS: Final = 30.0
"""The longest sleep: a wall clock that is set, or a machine that slept, is noticed by then."""


class Clock(Protocol):
    """The wall clock; tests have one of their own."""

    def now(self) -> float:
        """Give the Unix time, in seconds; it may jump either way."""

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        """Wait until a Unix time or soon after, or until woken; None: until woken."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Give the Unix time, in seconds."""
        return time.time()

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        """Wait as in `Clock`; may return early, and then the caller looks again."""
        seconds = LOOK_SECONDS if until is None else until - self.now()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.0), LOOK_SECONDS)):
                await woken.wait()
