"""Tells the family of missed doses, at least once, beside all else: a call may take minutes."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from assistant.events import FamilyToldOfDose
from assistant.home.clock import LOOK_SECONDS, Clock
from assistant.reminders import tables, transactions
from assistant.reminders.family import Family
from assistant.runtime.bus import Bus
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 300.0
_BATCH: Final = 30
"""The most doses in one message."""


class FamilyOutbox:
    """Tells the family what the occurrences owe."""

    def __init__(self, bus: Bus, database: Database, clock: Clock) -> None:
        self._bus, self._database, self._clock = bus, database, clock
        self.family: Family | None = None
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tell from now on by itself."""
        self._task = asyncio.create_task(self._run(), name="reminders' family")

    async def stop(self) -> None:
        """Stop; what may not have been told is told again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Look for something to tell."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            until = None
            try:
                if not await self.step():
                    until = self._clock.now() + RETRY_SECONDS
            except StoreError as error:
                log.error("the family waits for the disk: %s", error)
                until = self._clock.now() + LOOK_SECONDS
            except Exception:  # a channel's fault must not end all messages
                log.exception("the family could not be told; it is tried again")
                until = self._clock.now() + RETRY_SECONDS
            if until is None:
                await self._clock.wait(None, self._woken)
            else:  # a wake must not hurry what has just failed
                await self._clock.wait(until, asyncio.Event())

    async def step(self) -> bool:
        """Tell all that is owed; False if nobody could be reached.

        Raises:
            StoreError: what was told last may be told again.
        """
        self._woken.clear()
        if self.family is None:
            return True
        while items := await self._database.read(lambda c: tables.owed_to_family(c, _BATCH)):
            contact = await self.family.tell(items, self._clock.now())
            if contact is None:
                return False
            ids = tuple(item.occurrence.occurrence_id for item in items)
            await self._database.write(lambda c, i=ids: transactions.mark_family_told(c, i))  # type: ignore[misc]
            self._bus.publish(FamilyToldOfDose(ids, contact))
        return True
