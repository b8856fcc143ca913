"""A medicine that runs out: the family is told, once until it is refilled."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from assistant.care.reminders.engine import Engine
from assistant.care.reminders.family import Messenger
from assistant.care.reminders.stock import StockLeft, warned_of
from assistant.events import StockLow
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS: Final = 1800.0
"""Nobody of the family could be reached, or the disk refused."""
_TOLD: Final = "stock_low_told"
"""Of the home's state: marks of the medicines that the family knows of; no names."""


class StockWatch:
    """Looks at the start, and after each time the elder was told that a medicine runs out."""

    def __init__(self, engine: Engine, messenger: Messenger, elder_name: str) -> None:
        self._engine, self._messenger = engine, messenger
        self._elder_name = elder_name
        self._home = KeyedValues.home(engine.database)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        engine.bus.subscribe(StockLow, lambda _: self._woken.set())

    def start(self) -> None:
        """Look now, and from now on by itself."""
        self._task = asyncio.create_task(self._run(), name="stock")

    async def stop(self) -> None:
        """Let go; what was not told is told after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Tell what the family was not told yet; False where nobody could be reached.

        Written down once it was told: after a power cut between the two it is told again.

        Raises:
            StoreError: the disk refused.
        """
        self._woken.clear()
        now, calendar = self._engine.clock.now(), self._engine.calendar
        low = await self._engine.database.read(lambda c: warned_of(c, calendar, now))
        told = await self._home.get(_TOLD) or []
        marks = {_mark(stock): stock for stock in low}
        known = [mark for mark in told if mark in marks]  # refilled: told anew the next time
        fresh = [stock for mark, stock in marks.items() if mark not in known]
        is_reached = not fresh or await self._tell(fresh, now)
        if is_reached:
            known = list(marks)
        if known != told:
            await self._home.set(_TOLD, known)
        return is_reached

    async def _tell(self, low: Sequence[StockLeft], now: float) -> bool:
        day = datetime.fromtimestamp(now, self._engine.calendar.zone).date().isoformat()
        notice_id = _digest([day, *map(_mark, low)])
        wording, elder = self._engine.wording, self._elder_name

        def texts(lang: str) -> tuple[str, str]:
            return wording.family_stock(low, lang, elder)

        return await self._messenger.write(notice_id, texts, now) is not None

    async def _run(self) -> None:
        while True:
            is_done = False
            try:
                is_done = await self.look()
            except StoreError as error:
                log.error("what runs out waits for the disk: %s", error)
            except Exception:  # a channel's fault must not end all messages
                log.exception("the family could not be told what runs out; it is tried again")
            clock = self._engine.clock
            until = None if is_done else clock.now() + LOOK_AGAIN_SECONDS
            while not self._woken.is_set() and (until is None or clock.now() < until):
                await clock.wait(until, self._woken)


def _mark(stock: StockLeft) -> str:
    return _digest([stock.medicine.casefold()])


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
