"""Writes to the family each Monday how regularly medicines were taken in the week before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from assistant.reminders import tables
from assistant.reminders.adherence import by_week
from assistant.reminders.periodic import PeriodicJob
from assistant.services.doses import WeekOfMedicine

REPORT_AT: Final = time(10)
"""The local time of the report on Monday: what was due on Sunday night is settled by then."""
LOOK_AGAIN_SECONDS: Final = 6 * 3600.0
"""How soon it is tried again if nobody could be written to, or the disk refused."""
_TOLD: Final = "week_told"
"""The Monday of the last week that was told of, in the home's state."""


class WeekReport(PeriodicJob):
    """Writes once for each week in which a dose was due; never calls, which would alarm."""

    name = "the week's report"
    retry_seconds = LOOK_AGAIN_SECONDS

    async def look(self) -> float:
        """Tell of the last week what was not told yet; returns when to look again, Unix time.

        Written down once it was told: after a power cut between the two it is told again.

        Raises:
            StoreError: the disk refused.
        """
        now = self._scheduler.clock.now()
        local = datetime.fromtimestamp(now, self._scheduler.calendar.zone)
        this = local.date() - timedelta(local.weekday())
        due = self._moment(this)
        if now < due:
            this -= timedelta(7)
        monday = this - timedelta(7)
        if await self._home.get(_TOLD) != monday.isoformat():
            weeks = await self._week(monday)
            if weeks and not await self._tell(weeks, monday, now):
                return min(now + LOOK_AGAIN_SECONDS, self._moment(this + timedelta(7)))
            await self._home.set(_TOLD, monday.isoformat())
        return self._moment(this + timedelta(7))

    def _moment(self, monday: date) -> float:
        return datetime.combine(monday, REPORT_AT, self._scheduler.calendar.zone).timestamp()

    async def _week(self, monday: date) -> list[WeekOfMedicine]:
        # A dose belongs to the local day it was planned for: read a day more on both sides.
        begin = self._moment(monday) - 2 * 86_400
        items = await self._scheduler.database.read(
            lambda c: tables.between(c, begin, begin + 11 * 86_400)
        )
        return [week for week in by_week(items) if week.monday == monday]

    async def _tell(self, weeks: Sequence[WeekOfMedicine], monday: date, now: float) -> bool:
        wording, elder = self._scheduler.wording, self._elder_name

        def texts(lang: str) -> tuple[str, str]:
            return wording.family_week(weeks, lang, elder)

        notice_id = f"week-{monday.isoformat()}"
        reached = await self._messenger.write(notice_id, texts, now, may_call=False)
        return reached is not None
