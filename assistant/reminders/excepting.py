"""Exceptions and pauses of a reminder: transactions, each a function of the connection.

The series is never touched: an exception is of one day, a pause has its end or waits for a word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from assistant.reminders import tables
from assistant.reminders.model import Occurrence
from assistant.reminders.occurrence_days import is_day_of, local_date, moments, moments_of
from assistant.reminders.planning import (
    CATCH_UP_DAYS,
    PLANNED_DAYS,
    Calendar,
    end_before_next,
    occurrence_of,
    replan,
)
from assistant.reminders.transitions import PAUSED, settled
from assistant.services.errors import InvalidRefused
from assistant.services.refusals import (
    AlreadyTakenRefused,
    NeverComesRefused,
    NotPausedRefused,
    NotThatDayRefused,
    PassesNextRefused,
    WhichTimeRefused,
)
from assistant.services.reminder import OFFERED, DayException, Pause, Reminder, State

LONGEST_PAUSE_DAYS: Final = 366
_KEPT_DAYS: Final = CATCH_UP_DAYS + 5
"""How far back an exception is kept: a day further back is never planned again."""
_OPEN_OF: Final = "o.reminder_id = ? AND o.act_at IS NOT NULL"
_ONE_DAY: Final = timedelta(1)


def on_day(
    connection: sqlite3.Connection,
    reminder: Reminder,
    wanted: DayException,
    calendar: Calendar,
    now: float,
) -> Reminder:
    """Change one day of a reminder; returns the reminder with it.

    Raises:
        NotThatDayRefused: it does not come then.
        WhichTimeRefused: it comes more often, and one of the times is meant.
        AlreadyTakenRefused: that dose was counted before.
        NeverComesRefused, PassesNextRefused: it cannot be moved there.
    """
    wanted = _placed(reminder, wanted, calendar, now)
    usual = _usual(reminder, wanted.day, calendar)
    slots = [wanted.slot] if wanted.slot else list(usual)
    rows = {
        item.occurrence.slot: item.occurrence
        for item in tables.select(
            connection,
            "o.reminder_id = ? AND o.day = ?",
            reminder.reminder_id,
            wanted.day.isoformat(),
        )
    }
    taken = [row for slot in slots if (row := rows.get(slot)) and row.state is State.TAKEN]
    if len(taken) == len(slots):
        raise AlreadyTakenRefused(reminder.title, taken[-1].settled_at or taken[-1].due_at)
    others = (
        each
        for each in reminder.exceptions
        if (each.day, each.slot) != (wanted.day, wanted.slot)
        and each.day >= local_date(now, calendar.zone) - timedelta(_KEPT_DAYS)
        and not (each.day == wanted.day and not wanted.slot)
    )
    changed = replace(reminder, exceptions=(*others, wanted))
    due = dict(moments_of(changed, wanted.day, calendar.zone, calendar.habits))
    if all(slot not in rows and due.get(slot, now) < now for slot in slots):
        # It had been left out, and its time went by: nothing would come of the change.
        raise NeverComesRefused("that time is past")
    tables.save_body(connection, changed)
    for slot in slots:
        row = rows.get(slot)
        if row is None or row.state is not State.TAKEN:
            _bring_in_line(connection, changed, wanted, (slot, due.get(slot)), row, calendar, now)
    end_before_next(connection, changed)
    return changed


def pause(
    connection: sqlite3.Connection,
    reminder: Reminder,
    wanted: Pause,
    calendar: Calendar,
    now: float,
) -> Reminder:
    """Pause a reminder for a time; this replaces a pause that is not over yet."""
    if wanted.until is not None and not (
        wanted.since < wanted.until <= wanted.since + timedelta(LONGEST_PAUSE_DAYS)
    ):
        raise InvalidRefused("until", f"a pause lasts at most {LONGEST_PAUSE_DAYS} days")
    if wanted.until is not None and wanted.until.timestamp() <= now:
        raise NeverComesRefused("that pause is over already")
    replaced = [each for each in reminder.pauses if _is_replaced(each, wanted)]
    kept = [each for each in reminder.pauses if each not in replaced]
    # What did not come since the first of them stays so, and is no missed dose now.
    since = min(each.since for each in (*replaced, wanted))
    changed = replace(reminder, pauses=(*_young(kept, now), replace(wanted, since=since)))
    tables.save_body(connection, changed)
    if wanted.holds_at(now):
        for item in list(tables.select(connection, _OPEN_OF, reminder.reminder_id)):
            # What came in this very moment may not have been offered yet.
            if item.occurrence.state in OFFERED or item.occurrence.due_at <= now:
                tables.update(connection, settled(item.occurrence, State.SKIPPED, now, PAUSED))
    replan(connection, changed, calendar, now)
    return changed


def resume(
    connection: sqlite3.Connection, reminder: Reminder, calendar: Calendar, now: float
) -> Reminder:
    """End a pause, or take back one to come; raises NotPausedRefused."""
    past = [each for each in reminder.pauses if _is_over(each, now)]
    open_ones = [each for each in reminder.pauses if not _is_over(each, now)]
    if not open_ones:
        raise NotPausedRefused
    at = datetime.fromtimestamp(now, calendar.zone)
    ended = [
        replace(each, until=at, told_at=now) for each in open_ones if each.since.timestamp() < now
    ]
    changed = replace(reminder, pauses=(*past, *ended))
    tables.save_body(connection, changed)
    replan(connection, changed, calendar, now)
    return changed


def _is_over(pause: Pause, now: float) -> bool:
    return pause.until is not None and pause.until.timestamp() <= now


def _is_replaced(before: Pause, wanted: Pause) -> bool:
    """Whether a new pause replaces this one; days that were left out stay left out."""
    return not before.is_of_a_day and before.holds_at(wanted.since.timestamp())


def _young(pauses: Iterable[Pause], now: float) -> list[Pause]:
    """Leave out exceptions that lie so far back that their days are never planned again."""
    oldest = now - _KEPT_DAYS * 86_400
    return [each for each in pauses if each.until is None or each.until.timestamp() > oldest]


def _usual(reminder: Reminder, day: date, calendar: Calendar) -> dict[str, float]:
    """Give the usual times of a day of the series, by slot."""
    schedule = reminder.schedule
    if schedule is None:
        raise InvalidRefused("day", "what is taken as needed has no days")
    if not is_day_of(schedule, day):
        raise NotThatDayRefused(reminder.title, day.isoformat())
    return dict(moments(schedule, day, calendar.zone, calendar.habits))


def _placed(
    reminder: Reminder, wanted: DayException, calendar: Calendar, now: float
) -> DayException:
    """Give the exception with its slot; raises what `on_day` raises."""
    usual = _usual(reminder, wanted.day, calendar)
    if wanted.slot and wanted.slot not in usual:
        raise NotThatDayRefused(reminder.title, wanted.day.isoformat())
    if wanted.day < local_date(now, calendar.zone):
        raise NeverComesRefused("that day is over")
    at = wanted.at
    if at is None:
        return wanted
    if not wanted.slot:
        if len(usual) > 1:
            raise WhichTimeRefused(reminder.title, usual)
        wanted = replace(wanted, slot=next(iter(usual)))
    at = at if at.tzinfo else at.replace(tzinfo=calendar.zone)
    wanted = replace(wanted, at=at)
    if at.timestamp() <= now:
        raise NeverComesRefused("that time is past")
    if not wanted.day <= local_date(at.timestamp(), calendar.zone) <= wanted.day + _ONE_DAY:
        raise InvalidRefused("at", "a dose can be moved within its day and into the night after it")
    _refuse_passing(reminder, wanted, usual[wanted.slot], calendar)
    return wanted


def _refuse_passing(
    reminder: Reminder, wanted: DayException, usual_at: float, calendar: Calendar
) -> None:
    """Refuse a time beyond another dose: doses stay in order, and two never fall together."""
    assert wanted.at is not None  # noqa: S101  (seen by the caller)
    at = wanted.at.timestamp()
    for days in (-1, 0, 1, 2):
        day = wanted.day + timedelta(days)
        if reminder.schedule is None or not is_day_of(reminder.schedule, day):
            continue
        for slot, other in moments_of(reminder, day, calendar.zone, calendar.habits):
            if (day, slot) != (wanted.day, wanted.slot) and (
                min(at, usual_at) <= other <= max(at, usual_at)
            ):
                raise PassesNextRefused(reminder.title, other)


def _bring_in_line(
    connection: sqlite3.Connection,
    reminder: Reminder,
    wanted: DayException,
    planned: tuple[str, float | None],
    row: Occurrence | None,
    calendar: Calendar,
    now: float,
) -> None:
    """Make the row of one time of the day what the exception says."""
    slot, due_at = planned
    if due_at is None:
        if row is not None and row.state is State.PLANNED:
            tables.delete(connection, row.occurrence_id)
        elif row is not None and row.state is not State.SKIPPED:
            tables.update(connection, settled(row, State.SKIPPED, now, "left out"))
        return
    fresh = occurrence_of(reminder, wanted.day, slot, due_at)
    if row is not None:
        if row.due_at != due_at:
            tables.update(connection, replace(fresh, occurrence_id=row.occurrence_id))
        return
    through = local_date(now, calendar.zone) + timedelta(PLANNED_DAYS)
    if wanted.day <= through and due_at >= now:
        tables.insert(connection, [fresh])
