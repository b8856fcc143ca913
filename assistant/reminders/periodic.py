"""A job that looks again and again for something to tell the family."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from assistant.home.step_loop import StepLoop
from assistant.reminders.family import Messenger
from assistant.reminders.scheduler import ReminderScheduler
from assistant.store import KeyedValues


class PeriodicJob(ABC):
    """Looks at its start, when its loop is woken, and when it said that it would."""

    name: ClassVar[str]
    """What the job tells, for the log."""
    retry_seconds: ClassVar[float]
    """How soon it looks again after the disk refused, or a fault."""

    def __init__(self, scheduler: ReminderScheduler, messenger: Messenger, elder_name: str) -> None:
        self._scheduler, self._messenger = scheduler, messenger
        self._elder_name = elder_name
        self._home = KeyedValues.home(scheduler.database)
        self.loop = StepLoop(self.name, self.look, scheduler.clock, self.retry_seconds)

    @abstractmethod
    async def look(self) -> float | None:
        """Tell what was not told yet; when to look again, Unix time, None: when it is woken.

        Raises:
            StoreError: the disk refused.
        """
