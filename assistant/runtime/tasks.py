"""Work that goes on beside what began it, and the first of several works to end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from assistant.runtime.faults import log_location

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Tasks:
    """The tasks of one part of the house, held here: the loop itself would let go of them."""

    def __init__(self, name: str) -> None:
        """`name`: what such a task is, for the log."""
        self._name = name
        self._running: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Begin a task, and do not wait for it."""
        task = asyncio.create_task(work, name=self._name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self) -> None:
        """Wait for the tasks under way."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def end(self) -> None:
        """Cancel the tasks under way."""
        for task in self._running:
            task.cancel()
        await self.finish()

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed: %s", self._name, log_location(error))


async def race(*works: Awaitable[Result]) -> Result:
    """Wait until the first of these ends, and give its result; the others are cancelled.

    If several have ended in the same moment, the one named first counts.  What must outlive the
    race is given as `asyncio.shield(work)`.

    Raises:
        What the first to end raised.
    """
    runners = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED)
        return next(runner for runner in runners if runner.done()).result()
    finally:
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
