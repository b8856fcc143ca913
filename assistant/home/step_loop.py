"""A step that is taken again and again, when it said so or when it is woken: no fault ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from assistant.home.clock import Clock
from assistant.store import StoreError

log = logging.getLogger(__name__)


class StepLoop:
    """Takes the step at its start, when it is woken, and at the time that the step gave."""

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[float | None]],
        clock: Clock,
        retry_seconds: float,
        *,
        looks_often: bool = False,
    ) -> None:
        """Nothing happens before `start`.

        Args:
            name: What the step does, for the log.
            step: Gives when to take it again, Unix time; None: when it is woken.
            clock: Whose time that is.
            retry_seconds: How soon it is taken again after the disk refused, or a fault.
            looks_often: Whether it is taken each time the clock returns, even early: what it
                depends on may change without a wake.
        """
        self._name, self._step, self._clock = name, step, clock
        self._retry_seconds, self._looks_often = retry_seconds, looks_often
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take the step now, and from now on by itself."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Take it no more; what was not done is done after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Take it at once: something changed."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            until: float | None = self._clock.now() + self._retry_seconds
            try:
                until = await self._step()
            except StoreError as error:
                log.error("%s: the disk refused, it is tried again: %s", self._name, error)
            except Exception:
                log.exception("%s failed; it is tried again", self._name)
            await self._wait(until)

    async def _wait(self, until: float | None) -> None:
        """Wait by the wall clock, however it is set meanwhile."""
        before = self._clock.now()
        while not self._woken.is_set() and (until is None or before < until):
            await self._clock.wait(until, self._woken)
            now = self._clock.now()
            if self._looks_often or now < before:  # set back: today may be another day
                return
            before = now
