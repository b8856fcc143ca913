"""A job that looks again and again for something to tell the family: no fault ends it."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import ClassVar

from assistant.reminders.family import Messenger
from assistant.reminders.scheduler import ReminderScheduler
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)


class PeriodicJob(ABC):
    """Looks at its start, when it is woken, and when it said that it would."""

    name: ClassVar[str]
    """What the job tells, for the log."""
    retry_seconds: ClassVar[float]
    """How soon it looks again after the disk refused, or a fault."""

    def __init__(self, scheduler: ReminderScheduler, messenger: Messenger, elder_name: str) -> None:
        self._scheduler, self._messenger = scheduler, messenger
        self._elder_name = elder_name
        self._home = KeyedValues.home(scheduler.database)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look now, and from now on by itself."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Stop; what was not told is told after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def look(self) -> float | None:
        """Tell what was not told yet; when to look again, Unix time, None: when it is woken.

        Raises:
            StoreError: the disk refused.
        """

    async def _run(self) -> None:
        clock = self._scheduler.clock
        while True:
            until: float | None = clock.now() + self.retry_seconds
            self._woken.clear()
            try:
                until = await self.look()
            except StoreError as error:
                log.error("%s waits for the disk: %s", self.name, error)
            except Exception:  # a channel's fault must not end all messages
                log.exception("%s could not be told; it is tried again", self.name)
            # By the wall clock, however it is set meanwhile.
            while not self._woken.is_set() and (until is None or clock.now() < until):
                await clock.wait(until, self._woken)
