"""Tells the family of a medicine that runs out, once until it is refilled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from assistant.events import StockLow
from assistant.reminders.family import Messenger
from assistant.reminders.periodic import PeriodicJob
from assistant.reminders.scheduler import ReminderScheduler
from assistant.reminders.stock import StockLeft, warned_of

LOOK_AGAIN_SECONDS: Final = 1800.0
"""How soon it is tried again if nobody could be reached, or the disk refused."""
_TOLD: Final = "stock_low_told"
"""The medicines that the family knows of, in the home's state: marks, no names."""


class StockWatch(PeriodicJob):
    """Looks at the start, and after each time the elder was told that a medicine runs out."""

    name = "what runs out"
    retry_seconds = LOOK_AGAIN_SECONDS

    def __init__(self, scheduler: ReminderScheduler, messenger: Messenger, elder_name: str) -> None:
        super().__init__(scheduler, messenger, elder_name)
        scheduler.bus.subscribe(StockLow, lambda _: self.loop.wake())

    async def look(self) -> float | None:
        """Tell what the family was not told yet; sooner again if nobody could be reached.

        Written down once it was told: after a power cut between the two it is told again.

        Raises:
            StoreError: the disk refused.
        """
        now, calendar = self._scheduler.clock.now(), self._scheduler.calendar
        low = await self._scheduler.database.read(lambda c: warned_of(c, calendar, now))
        told = await self._home.get(_TOLD) or []
        marks = {_mark(stock): stock for stock in low}
        known = [mark for mark in told if mark in marks]  # refilled: told anew the next time
        fresh = [stock for mark, stock in marks.items() if mark not in known]
        is_reached = not fresh or await self._tell(fresh, now)
        if is_reached:
            known = list(marks)
        if known != told:
            await self._home.set(_TOLD, known)
        return None if is_reached else now + LOOK_AGAIN_SECONDS

    async def _tell(self, low: Sequence[StockLeft], now: float) -> bool:
        day = datetime.fromtimestamp(now, self._scheduler.calendar.zone).date().isoformat()
        notice_id = _digest([day, *map(_mark, low)])
        wording, elder = self._scheduler.wording, self._elder_name

        def texts(lang: str) -> tuple[str, str]:
            return wording.family_stock(low, lang, elder)

        return await self._messenger.write(notice_id, texts, now) is not None


def _mark(stock: StockLeft) -> str:
    return _digest([stock.medicine.casefold()])


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
