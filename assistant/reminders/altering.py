"""What may be changed of reminders beside their series: one day, a pause, and taking back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from assistant.events import RemindersChanged
from assistant.reminders import counting, excepting, journal, lookup, tables
from assistant.reminders.factory import now_of
from assistant.reminders.journal import Image, TakenBack
from assistant.reminders.model import Item
from assistant.reminders.notice import Notice, owe
from assistant.reminders.scheduler import ReminderScheduler
from assistant.services.refusals import NotPausedRefused, UnknownRefused
from assistant.services.reminder import DayException, Kind, Pause, Reminder
from assistant.services.reminders import Deed


class Alterations:
    """Changes that leave the series as it is; `which` as in `ReminderApi`."""

    def __init__(self, scheduler: ReminderScheduler) -> None:
        self._scheduler = scheduler

    async def on_day(self, which: str, wanted: DayException) -> Reminder:
        """Let one day be otherwise: left out, at another time, or with another dose."""
        await self._scheduler.know_habits()
        now = now_of(self._scheduler).timestamp()

        def work(connection: sqlite3.Connection) -> Reminder:
            reminder = lookup.reminder(connection, which)
            image = Image(connection, [reminder.reminder_id], now)
            changed = excepting.on_day(connection, reminder, wanted, self._scheduler.calendar, now)
            image.note(Deed.ON_DAY, [reminder.title])
            return changed

        changed = await self._scheduler.database.write(work)
        self._tell([changed.reminder_id])
        return changed

    async def pause(
        self, which: Sequence[str], until: datetime | None, since: datetime | None = None
    ) -> list[Reminder]:
        """Pause these until a time, or until `resume`; empty: all that come at times."""
        now = now_of(self._scheduler)
        zone = self._scheduler.calendar.zone
        begin, end = (
            each.replace(tzinfo=zone) if each is not None and each.tzinfo is None else each
            for each in (since, until)
        )
        wanted = Pause(since=max(begin or now, now), until=end)

        def work(connection: sqlite3.Connection) -> list[Reminder]:
            reminders = self._named(connection, which)
            at = now.timestamp()
            image = Image(connection, [each.reminder_id for each in reminders], at)
            changed = [
                excepting.pause(connection, each, wanted, self._scheduler.calendar, at)
                for each in reminders
            ]
            image.note(Deed.PAUSED, [each.title for each in reminders])
            medicines = [each.title for each in changed if each.kind is Kind.MEDICINE]
            if medicines and not wanted.is_of_a_day:
                owe(connection, Notice.paused(medicines, wanted), at)
            return changed

        changed = await self._scheduler.database.write(work)
        self._tell([each.reminder_id for each in changed])
        return changed

    async def resume(self, which: Sequence[str]) -> list[Reminder]:
        """End the pause of these, or of all; raises NotPausedRefused if none is paused."""
        await self._scheduler.know_habits()
        now = now_of(self._scheduler).timestamp()

        def work(connection: sqlite3.Connection) -> list[Reminder]:
            reminders = self._named(connection, which)
            image = Image(connection, [each.reminder_id for each in reminders], now)
            changed = []
            for each in reminders:
                try:
                    resumed = excepting.resume(connection, each, self._scheduler.calendar, now)
                except NotPausedRefused:
                    continue  # of several, those that are paused
                changed.append(resumed)
            if not changed:
                raise NotPausedRefused
            image.note(Deed.RESUMED, [each.title for each in changed])
            return changed

        changed = await self._scheduler.database.write(work)
        self._tell([each.reminder_id for each in changed])
        return changed

    async def take_back(self) -> TakenBack:
        """Put all back as it was before what was done last; raises NothingDoneRefused."""
        now = self._scheduler.clock.now()
        undone = await self._scheduler.database.write(
            lambda c: journal.take_back(c, self._scheduler.calendar, now)
        )
        self._tell(undone.reminder_ids)
        return undone

    async def not_taken(self, which: str = "") -> list[Item]:
        """Take back the count of the dose that was counted last, of a medicine or of any."""
        now = self._scheduler.clock.now()

        def work(connection: sqlite3.Connection) -> list[Item]:
            reminder_id = lookup.reminder(connection, which).reminder_id if which else None
            ids = counting.lately_taken(connection, reminder_id, now)
            items = counting.not_taken(connection, ids, now)
            journal.forget(connection)
            return items

        items = await self._scheduler.database.write(work)
        self._tell(list(dict.fromkeys(item.reminder.reminder_id for item in items)))
        return items

    def _named(self, connection: sqlite3.Connection, which: Sequence[str]) -> list[Reminder]:
        if which:
            return [lookup.reminder(connection, each) for each in which]
        reminders = [each for each in tables.active_reminders(connection) if each.schedule]
        if not reminders:
            raise UnknownRefused("", ())
        return reminders

    def _tell(self, reminder_ids: Sequence[str]) -> None:
        for reminder_id in reminder_ids:
            self._scheduler.bus.publish(RemindersChanged(reminder_id))
        self._scheduler.wake()
