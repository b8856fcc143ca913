"""That a pause is over is said aloud, once; one without an end is spoken of every day."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from assistant.care.reminders import book
from assistant.care.reminders.engine import Engine
from assistant.care.reminders.family import Messenger
from assistant.care.reminders.model import Pause, Reminder
from assistant.care.reminders.watch import Watch
from assistant.events import RemindersChanged
from assistant.language import Habits

ASK_AFTER_HOURS: Final = 20.0
"""A pause without an end is spoken of on the next day at the earliest."""
TELL_AT: Final = time(10)
"""On each day, local: a pause without an end."""
_BUSY_SECONDS: Final = 60.0
"""While the elder talks or sleeps, or something else is asked."""


class PauseWatch(Watch):
    """Looks at the start, whenever reminders change, and at the end of each pause."""

    name = "the end of a pause"
    retry_seconds = 300.0

    def __init__(self, engine: Engine, messenger: Messenger, elder_name: str) -> None:
        super().__init__(engine, messenger, elder_name)
        engine.bus.subscribe(RemindersChanged, lambda _: self._woken.set())

    async def look(self) -> float | None:
        """As in `Watch`; written down before it is said, so that it is said once."""
        engine = self._engine
        now = engine.clock.now()
        reminders = await engine.database.read(book.active_reminders)
        due = {
            each.reminder_id: at
            for each in reminders
            for pause in each.pauses[-1:]
            if (at := self._tell_at(pause, engine.calendar.habits)) is not None
        }
        ripe = [each for each in reminders if due.get(each.reminder_id, now + 1) <= now]
        if not ripe:
            return min(due.values(), default=None)
        situation = engine.presence.situation(is_asking=False)
        if situation.is_asleep or situation.is_talking or situation.is_alarm:
            return now + _BUSY_SECONDS
        over = [each for each in ripe if each.pauses[-1].until is not None]
        still = [each for each in ripe if each.pauses[-1].until is None]
        await engine.database.write(lambda c: _mark_told(c, ripe, now))
        for each, is_over in ((over, True), (still, False)):
            if each:
                titles = list(dict.fromkeys(one.title for one in each))
                engine.say(engine.wording.paused(titles, is_over=is_over))
        return now + 1.0  # what comes next is reckoned from what was just written

    def _tell_at(self, pause: Pause, habits: Habits) -> float | None:
        """When to speak of it, Unix time; None where all is said."""
        zone = self._engine.calendar.zone
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


def _mark_told(connection: sqlite3.Connection, reminders: Sequence[Reminder], now: float) -> None:
    for each in reminders:
        fresh = book.get_reminder(connection, each.reminder_id)
        if fresh is not None and fresh.pauses == each.pauses:
            told = replace(fresh.pauses[-1], told_at=now)
            book.save_body(connection, replace(fresh, pauses=(*fresh.pauses[:-1], told)))
