"""Tells the family what they are owed beside missed doses: at least once, however late."""

from __future__ import annotations

import json
from typing import Final

from assistant.events import DoseRefused, RemindersChanged
from assistant.reminders.codec import CONVERTER
from assistant.reminders.family import Messenger, Texts
from assistant.reminders.notice import Notice
from assistant.reminders.periodic import PeriodicJob
from assistant.reminders.scheduler import ReminderScheduler
from assistant.store.rows import readable

LOOK_AGAIN_SECONDS: Final = 900.0
"""How soon it is tried again if nobody could be reached, or the disk refused."""


class NoticeWatch(PeriodicJob):
    """Tells the family what is owed, the oldest first."""

    name = "what the family is to know of the reminders"
    retry_seconds = LOOK_AGAIN_SECONDS

    def __init__(self, scheduler: ReminderScheduler, messenger: Messenger, elder_name: str) -> None:
        super().__init__(scheduler, messenger, elder_name)
        for told in (DoseRefused, RemindersChanged):
            scheduler.bus.subscribe(told, lambda _: self.loop.wake())

    async def look(self) -> float | None:
        """Tell what is owed.

        After a power cut between telling and writing it is told again.
        """
        now = self._scheduler.clock.now()
        owed = await self._scheduler.database.read(
            lambda c: c.execute(
                "SELECT notice_id, body FROM reminder_notice WHERE is_told = 0 ORDER BY at"
            ).fetchall()
        )
        for notice_id, body in owed:
            notice = next(readable([body], _notice, "reminder_notice"), None)
            if notice is None:
                continue
            if await self._messenger.write(notice_id, self._texts(notice), now) is None:
                return now + LOOK_AGAIN_SECONDS
            await self._scheduler.database.write(
                lambda c, told=notice_id: c.execute(  # type: ignore[misc]
                    "UPDATE reminder_notice SET is_told = 1 WHERE notice_id = ?", (told,)
                )
            )
        return None

    def _texts(self, notice: Notice) -> Texts:
        wording, elder = self._scheduler.wording, self._elder_name
        return lambda lang: wording.family_notice(notice, lang, elder)


def _notice(body: str) -> Notice:
    return CONVERTER.structure(json.loads(body), Notice)
