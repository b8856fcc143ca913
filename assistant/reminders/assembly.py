"""All of reminders, built for one home: the core's one handle on them."""

from __future__ import annotations

import contextlib

from assistant.channels import Registry
from assistant.channels.call_voice import CallVoice
from assistant.home.home import Home
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
from assistant.runtime.feature import Feature
from assistant.runtime.home_folder import run_folder
from assistant.services.findings import CheckResult, lasting
from assistant.store import StoreError


class Reminders(Feature):
    """The reminders of one home.

    Started after the database was opened and the services of the home stand.
    """

    def __init__(
        self, home: Home, people: People, registry: Registry, facts: MedicineFacts | None = None
    ) -> None:
        elder_name = home.settings.elder_name
        self.scheduler = ReminderScheduler(home)
        self.api = ReminderApi(self.scheduler, facts)
        self._voice = CallVoice(run_folder(home.folder) / "reminder-voice")
        self.messenger = self.scheduler.outbox.family = Messenger(
            people,
            registry,
            self.scheduler.wording,
            self._voice,
            lambda: home.memory.lang,
            lambda: elder_name,
            home.zone,
        )
        self._stock = StockWatch(self.scheduler, self.messenger, elder_name)
        self._week = WeekReport(self.scheduler, self.messenger, elder_name)
        self._notices = NoticeWatch(self.scheduler, self.messenger, elder_name)
        self._pauses = PauseWatch(self.scheduler, self.messenger, elder_name)
        ReminderServices(self.api).register(home.bus)
        self._damaged_count = 0

    async def start(self) -> None:
        """Go on with everything that was open."""
        await self.scheduler.start()
        self._stock.loop.start()
        self._week.loop.start()
        self._notices.loop.start()
        self._pauses.loop.start()
        with contextlib.suppress(StoreError):  # told for itself
            database = self.scheduler.database
            self._damaged_count = await database.read(tables.damaged_reminders)

    async def stop(self) -> None:
        """Stop; everything goes on at the next start."""
        await self._pauses.loop.stop()
        await self._notices.loop.stop()
        await self._week.loop.stop()
        await self._stock.loop.stop()
        await self.scheduler.stop()
        await self._voice.close()

    async def findings(self) -> list[CheckResult]:
        """Say whether reminders cannot be read any more, and so do not come."""
        if not self._damaged_count:
            return []
        problem = f"{self._damaged_count} reminders cannot be read; enter them again"
        return [lasting("memory_lost", problem)]
