"""All of reminders, built for one home: the core's one handle on them."""

from __future__ import annotations

from pathlib import Path

import tzlocal

from assistant.channels import Registry
from assistant.channels.call_voice import CallVoice
from assistant.home.clock import Clock
from assistant.home.memory import HomeMemory
from assistant.home.speech import Speech
from assistant.people.contacts import People
from assistant.reminders import tables
from assistant.reminders.api import ReminderApi
from assistant.reminders.family import Messenger
from assistant.reminders.limits import MedicineFacts
from assistant.reminders.notice_watch import NoticeWatch
from assistant.reminders.pause_watch import PauseWatch
from assistant.reminders.scheduler import ReminderScheduler
from assistant.reminders.services import ReminderServices
from assistant.reminders.stock_watch import StockWatch
from assistant.reminders.week_report import WeekReport
from assistant.runtime.bus import Bus
from assistant.store import Database


class Reminders:
    """The reminders of one home.

    Started after the database was opened and the services of the home stand.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        database: Database,
        memory: HomeMemory,
        speech: Speech,
        people: People,
        registry: Registry,
        elder_name: str,
        voice_folder: Path,
        facts: MedicineFacts | None = None,
        clock: Clock | None = None,
    ) -> None:
        zone = tzlocal.get_localzone()
        self.scheduler = ReminderScheduler(
            bus=bus, database=database, memory=memory, speech=speech, zone=zone, clock=clock
        )
        self.api = ReminderApi(self.scheduler, facts)
        self._voice = CallVoice(voice_folder)
        self.messenger = self.scheduler.outbox.family = Messenger(
            people,
            registry,
            self.scheduler.wording,
            self._voice,
            lambda: memory.lang,
            lambda: elder_name,
            zone,
        )
        self._stock = StockWatch(self.scheduler, self.messenger, elder_name)
        self._week = WeekReport(self.scheduler, self.messenger, elder_name)
        self._notices = NoticeWatch(self.scheduler, self.messenger, elder_name)
        self._pauses = PauseWatch(self.scheduler, self.messenger, elder_name)
        ReminderServices(self.api).register(bus)

    async def damaged(self) -> int:
        """How many reminders cannot be read any more, and so do not come; raises StoreError."""
        return await self.scheduler.database.read(tables.damaged_reminders)

    async def start(self) -> None:
        """Go on with everything that was open."""
        await self.scheduler.start()
        self._stock.loop.start()
        self._week.loop.start()
        self._notices.loop.start()
        self._pauses.loop.start()

    async def stop(self) -> None:
        """Stop; everything goes on at the next start."""
        await self._pauses.loop.stop()
        await self._notices.loop.stop()
        await self._week.loop.stop()
        await self._stock.loop.stop()
        await self.scheduler.stop()
        await self._voice.close()
