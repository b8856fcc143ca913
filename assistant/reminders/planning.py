"""Occurrences planned ahead: today's and tomorrow's are rows before they come."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from assistant.events import new_id
from assistant.language import Habits
from assistant.reminders import tables
from assistant.reminders.escalation import policy_of
from assistant.reminders.model import Occurrence
from assistant.reminders.occurrence_days import first_day, local_date, moments_of, next_day, slot_of
from assistant.services.reminder import Reminder, State

PLANNED_DAYS: Final = 1
"""How many days after today are planned: clocks go wrong by hours, and "tomorrow" is asked for."""
CATCH_UP_DAYS: Final = 35
"""How many days back are written down one by one after a time off."""
BATCH: Final = 200
"""The most reminders planned in one transaction, so that none takes long."""
_DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Calendar:
    """The time zone of the home and the habits of the elder."""

    zone: ZoneInfo
    habits: Habits


def plan(connection: sqlite3.Connection, calendar: Calendar, now: float) -> bool:
    """Plan what is near; False if more is left for another transaction."""
    through = local_date(now, calendar.zone) + timedelta(PLANNED_DAYS)
    batch = tables.reminders_to_plan(connection, through, BATCH)
    for reminder, day in batch:
        plan_reminder(connection, reminder, day, calendar, now)
    return len(batch) < BATCH


def plan_reminder(
    connection: sqlite3.Connection,
    reminder: Reminder,
    from_day: date,
    calendar: Calendar,
    now: float,
) -> None:
    """Plan one reminder through tomorrow, and note its first day after that."""
    schedule = reminder.schedule
    if schedule is None:
        return
    through = local_date(now, calendar.zone) + timedelta(PLANNED_DAYS)
    oldest = max(reminder.changed_at, now - CATCH_UP_DAYS * _DAY_SECONDS)
    planned: dict[float, Occurrence] = {}
    day: date | None = from_day
    while day is not None and day <= through:
        for slot, due_at in moments_of(reminder, day, calendar.zone, calendar.habits):
            if due_at >= oldest:  # two times that fall together are one dose
                planned.setdefault(due_at, occurrence_of(reminder, day, slot, due_at))
        day = next_day(schedule, day)
    tables.insert(connection, planned.values())
    tables.set_next_day(connection, reminder.reminder_id, day)
    end_before_next(connection, reminder)


def replan(
    connection: sqlite3.Connection, reminder: Reminder, calendar: Calendar, now: float
) -> None:
    """Plan anew what has not come yet; what was due already stays as it is.

    Nothing before `reminder.changed_at` is planned: a habit that moved leaves it alone, and so
    a dose whose new time has just passed is still offered; a new schedule sets it to now.
    """
    tables.delete_planned(connection, reminder.reminder_id, now)
    first = None
    if reminder.schedule is not None:
        yesterday = local_date(now, calendar.zone) - timedelta(1)
        first = first_day(reminder.schedule, max(reminder.schedule.start, yesterday))
    tables.save_reminder(connection, reminder, first)
    if first is not None:
        plan_reminder(connection, reminder, first, calendar, now)


def keep_settled_slots(
    connection: sqlite3.Connection, before: Reminder, after: Reminder, today: date
) -> None:
    """Count today's dose of an old time of day as that of the new one, if the time was moved.

    Else "at nine instead of eight" would give a second dose to whoever took the one of eight.
    """
    if before.schedule is None or after.schedule is None:
        return
    old = [slot_of(day_time) for day_time in before.schedule.times]
    new = [slot_of(day_time) for day_time in after.schedule.times]
    moved_from = [slot for slot in old if slot not in new]
    moved_to = [slot for slot in new if slot not in old]
    for gone, come in zip(moved_from, moved_to, strict=False):
        connection.execute(
            "UPDATE OR IGNORE occurrence SET slot = ? "
            "WHERE reminder_id = ? AND day = ? AND slot = ? AND state != 'planned'",
            (come, after.reminder_id, today.isoformat(), gone),
        )


def planned_too_far(connection: sqlite3.Connection, now: float) -> bool:
    """Whether rows lie further ahead than is ever planned: the clock was ahead, and came back."""
    (latest,) = connection.execute("SELECT max(due_at) FROM occurrence").fetchone()
    return latest is not None and latest > now + (PLANNED_DAYS + 2) * _DAY_SECONDS


def occurrence_of(reminder: Reminder, day: date, slot: str, due_at: float) -> Occurrence:
    """Make a planned occurrence."""
    return Occurrence(
        occurrence_id=new_id(),
        reminder_id=reminder.reminder_id,
        day=day,
        slot=slot,
        due_at=due_at,
        until_at=due_at + policy_of(reminder).offer_minutes * 60,
        state=State.PLANNED,
        act_at=due_at,
    )


def end_before_next(connection: sqlite3.Connection, reminder: Reminder) -> None:
    """Offer occurrences no longer once the next one is due: doses are never doubled."""
    due = list(
        tables.select(
            connection,
            "o.reminder_id = ? AND o.state IN ('planned', 'due', 'announced', 'snoozed')",
            reminder.reminder_id,
            tail="ORDER BY o.due_at",
        )
    )
    for item, following in pairwise(due):
        occurrence, next_due = item.occurrence, following.occurrence.due_at
        if occurrence.due_at < next_due < occurrence.until_at:
            tables.update(connection, replace(occurrence, until_at=next_due))
