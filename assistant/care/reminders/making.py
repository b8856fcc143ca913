"""From what is wished to a reminder: its risk, its first day, whether it may wake the elder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from assistant.care.reminders.days import first_day, moments, next_day
from assistant.care.reminders.engine import Engine
from assistant.care.reminders.escalation import Risk
from assistant.care.reminders.model import Kind, Reminder
from assistant.care.reminders.refusals import ClockWrongRefused, NeverComesRefused
from assistant.care.reminders.wishes import ReminderWish, reminder_of, wish_of

EARLIEST_NOW: Final = 1_767_225_600.0
"""2026-01-01: a clock before it was never set."""

RiskOf = Callable[[str], Awaitable[Risk]]
"""What hangs on a medicine of this name."""


def now_of(engine: Engine) -> datetime:
    """What time it is in the home; raises ClockWrongRefused."""
    now = engine.clock.now()
    if now < EARLIEST_NOW:
        raise ClockWrongRefused(now)
    return datetime.fromtimestamp(now, engine.calendar.zone)


class Maker:
    """Makes reminders that can be kept, or refuses; writes nothing."""

    def __init__(self, engine: Engine, risk_of: RiskOf | None) -> None:
        self._engine, self._risk_of = engine, risk_of

    def now(self) -> datetime:
        """In the home; raises ClockWrongRefused."""
        return now_of(self._engine)

    async def with_risk(self, wish: ReminderWish) -> ReminderWish:
        """The risk that its name is known for, where none was asked for."""
        if self._risk_of is None or wish.kind is Kind.TASK or wish.risk is not Risk.NORMAL:
            return wish
        return replace(wish, risk=await self._risk_of(wish.title))

    def made(
        self, wish: ReminderWish, reminder_id: str, now: datetime
    ) -> tuple[Reminder, date | None]:
        """The reminder, and its first day that has not passed."""
        reminder = reminder_of(wish, reminder_id, now)
        schedule, asked = reminder.schedule, wish.schedule
        if schedule is None or asked is None:
            return reminder, None
        if wish.wakes is None:
            reminder = replace(reminder, wakes=self._is_for_the_night(reminder))
        first = first_day(schedule, now.date())
        while first is not None and not self._is_ahead(reminder, first, now):
            first = next_day(schedule, first)
        if first is None:
            raise NeverComesRefused("that time is past, or the rule has no day")
        if asked.start is None and schedule.at is None:
            # Too late for today: the course and every "other" day are counted from the first dose.
            end = schedule.until
            if asked.course_days is not None:
                end = first + timedelta(asked.course_days - 1)
            schedule = replace(schedule, start=first, until=end)
        return replace(reminder, schedule=schedule), first

    def comes_again(self, reminder: Reminder) -> bool:
        """Whether it could be kept anew."""
        try:
            self.made(wish_of(reminder), "", self.now())
        except NeverComesRefused:
            return False
        return True

    def _is_ahead(self, reminder: Reminder, day: date, now: datetime) -> bool:
        calendar = self._engine.calendar
        if reminder.schedule is None:
            return False
        times = moments(reminder.schedule, day, calendar.zone, calendar.habits)
        return any(at >= now.timestamp() for _, at in times)

    def _is_for_the_night(self, reminder: Reminder) -> bool:
        """Whether a time in the night was named: then that is what the elder wants."""
        schedule = reminder.schedule
        if schedule is None or schedule.every_minutes is not None:
            return False
        presence = self._engine.presence
        if schedule.at is not None:
            return presence.is_night_at(schedule.at.timestamp())
        return any(at.anchor is None and presence.is_night_time(at.at) for at in schedule.times)
