"""Says aloud that a pause is over, once; one without an end is spoken of every day."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from assistant.events import RemindersChanged
from assistant.language import Habits
from assistant.reminders import tables
from assistant.reminders.family import Messenger
from assistant.reminders.periodic import PeriodicJob
from assistant.reminders.scheduler import ReminderScheduler
from assistant.services.reminder import Pause, Reminder

ASK_AFTER_HOURS: Final = 20.0
"""The least time after which a pause without an end is spoken of: on the next day."""
TELL_AT: Final = time(10)
"""The local time at which a pause without an end is spoken of each day."""
_BUSY_SECONDS: Final = 60.0
"""How soon it is tried again while the elder talks or sleeps, or something else is asked."""


class PauseWatch(PeriodicJob):
    """Looks at the start, whenever reminders change, and at the end of each pause."""

    name = "the end of a pause"
    retry_seconds = 300.0

    def __init__(self, scheduler: ReminderScheduler, messenger: Messenger, elder_name: str) -> None:
        super().__init__(scheduler, messenger, elder_name)
        scheduler.bus.subscribe(RemindersChanged, lambda _: self.loop.wake())

    async def look(self) -> float | None:
        """Tell what is to be told; written down before it is said, so that it is said once."""
        scheduler = self._scheduler
        now = scheduler.clock.now()
        reminders = await scheduler.database.read(tables.active_reminders)
        habits = scheduler.calendar.habits
        due = [
            (each, pause, at)
            for each in reminders
            for pause in each.pauses
            if (at := self._tell_at(pause, habits)) is not None
        ]
        ripe = [(each, pause) for each, pause, at in due if at <= now]
        if not ripe:
            return min((at for _, _, at in due), default=None)
        situation = scheduler.presence.situation(is_asking=False)
        if situation.is_asleep or situation.is_talking or situation.is_alarm:
            return now + _BUSY_SECONDS
        await scheduler.database.write(lambda c: _mark_told(c, ripe, now))
        for is_over in (True, False):
            titles = [each.title for each, pause in ripe if (pause.until is not None) == is_over]
            if titles:
                said = scheduler.wording.paused(list(dict.fromkeys(titles)), is_over=is_over)
                scheduler.say(said)
        return now + 1.0  # what comes next is reckoned from what was just written

    def _tell_at(self, pause: Pause, habits: Habits) -> float | None:
        """Give when to speak of it, Unix time; None if all is said."""
        zone = self._scheduler.calendar.zone
        if pause.is_of_a_day:
            return None
        if pause.until is not None:
            if pause.told_at is not None and pause.told_at >= pause.until.timestamp():
                return None
            # A pause ends at midnight, and nobody is to be told of it then.
            local = pause.until.astimezone(zone)
            waking = datetime.combine(local.date(), habits.waking, zone)
            return max(local, waking).timestamp()
        last = pause.told_at if pause.told_at is not None else pause.since.timestamp()
        earliest = datetime.fromtimestamp(last + ASK_AFTER_HOURS * 3600, zone)
        at = datetime.combine(earliest.date(), TELL_AT, zone)
        return (at if at >= earliest else at + timedelta(1)).timestamp()


def _mark_told(
    connection: sqlite3.Connection, told: Sequence[tuple[Reminder, Pause]], now: float
) -> None:
    for each, pause in told:
        fresh = tables.get_reminder(connection, each.reminder_id)
        if fresh is not None:
            marked = (replace(one, told_at=now) if one == pause else one for one in fresh.pauses)
            tables.save_body(connection, replace(fresh, pauses=tuple(marked)))
