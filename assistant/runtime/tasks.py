"""Work that goes on beside what began it: held until it ends, a failure logged, ended together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from assistant.runtime.faults import log_location

log = logging.getLogger(__name__)


class Tasks:
    """The tasks of one part of the house, held here: the loop itself would let go of them."""

    def __init__(self, name: str) -> None:
        """`name`: what such a task is, for the log."""
        self._name = name
        self._running: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Begin a task, and do not wait for it."""
        task = asyncio.create_task(work, name=self._name)
        self._running.add(task)
        task.add_done_callback(self._ended)

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
