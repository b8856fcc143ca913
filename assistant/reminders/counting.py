"""Doses that are counted, and counts that are taken back: transactions on a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.events import new_id
from assistant.reminders import tables
from assistant.reminders.escalation import policy_of
from assistant.reminders.model import Item, Occurrence
from assistant.reminders.occurrence_days import local_date
from assistant.reminders.planning import (
    Calendar,
)
from assistant.reminders.stock import StockLeft, count_down, count_up
from assistant.reminders.transactions import LATE_SECONDS, items_of, next_due
from assistant.reminders.transitions import (
    PAUSED,
    settled,
    uncounted,
)
from assistant.services.refusals import DailyMostRefused, NothingOpenRefused, TooSoonRefused
from assistant.services.reminder import Reminder, State

_DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A dose that was counted now, and what is left of the medicine, if that is known."""

    item: Item
    stock: StockLeft | None


def take(
    connection: sqlite3.Connection, ids: Sequence[str], calendar: Calendar, now: float
) -> list[Taken]:
    """Count doses, each once however often it is said; those counted before are left out."""
    taken = []
    for item in items_of(connection, ids):
        if item.occurrence.state is State.TAKEN:
            continue
        amount = item.reminder.amount
        words = f"{amount.amount} {amount.unit.value}" if amount else ""
        occurrence = replace(settled(item.occurrence, State.TAKEN, now), amount=words)
        tables.update(connection, occurrence)
        stock = count_down(connection, item.reminder, calendar, now)
        taken.append(Taken(Item(occurrence, item.reminder), stock))
    return taken


def not_taken(connection: sqlite3.Connection, ids: Sequence[str], now: float) -> list[Item]:
    """Take back the count of doses: they are offered again, and the stock is as before."""
    open_again = []
    for item in items_of(connection, ids):
        if item.occurrence.state is not State.TAKEN:
            continue
        count_up(connection, item.reminder.title, item.occurrence.amount)
        if item.reminder.schedule is None:
            tables.delete(connection, item.occurrence.occurrence_id)
            open_again.append(item)
            continue
        changed = uncounted(item.occurrence, policy_of(item.reminder), now)
        # Meanwhile it may be paused or left out, which passed over what was counted.
        reminder = item.reminder
        is_held = reminder.is_held(changed.day, changed.slot, changed.due_at)
        if changed.state.is_open and (is_held or reminder.is_paused_at(max(now, changed.due_at))):
            changed = settled(changed, State.SKIPPED, now, PAUSED)
        if changed.state is State.SKIPPED and now < changed.due_at:
            tables.delete(connection, changed.occurrence_id)  # it is planned if the pause ends
        else:
            tables.update(connection, changed)
        open_again.append(Item(changed, item.reminder))
    return open_again


def lately_taken(
    connection: sqlite3.Connection, reminder_id: str | None, now: float
) -> tuple[str, ...]:
    """Give the doses counted last, together; raises NothingOpenRefused if there are none."""
    where, values = ("", ()) if reminder_id is None else ("o.reminder_id = ? AND ", (reminder_id,))
    taken = list(
        tables.select(
            connection,
            f"{where}o.state = 'taken' AND o.settled_at > ? AND o.settled_at <= ?",
            *values,
            now - LATE_SECONDS,
            now,
            tail="ORDER BY o.settled_at",
        )
    )
    if not taken:
        raise NothingOpenRefused(next_due(connection, reminder_id, now))
    last = taken[-1].occurrence.settled_at
    return tuple(i.occurrence.occurrence_id for i in taken if i.occurrence.settled_at == last)


def take_as_needed(
    connection: sqlite3.Connection, reminder: Reminder, calendar: Calendar, now: float
) -> Taken:
    """Count a dose of a medicine without times; raises what `refuse_overstepping` raises."""
    refuse_overstepping(connection, reminder, now)
    occurrence = Occurrence(
        occurrence_id=new_id(),
        reminder_id=reminder.reminder_id,
        day=local_date(now, calendar.zone),
        slot=f"as needed {now:.3f}",
        due_at=now,
        until_at=now,
    )
    tables.insert(connection, [occurrence])
    return take(connection, [occurrence.occurrence_id], calendar, now)[0]


def refuse_overstepping(connection: sqlite3.Connection, reminder: Reminder, now: float) -> None:
    """Refuse a dose as needed that may not be taken now.

    Raises:
        NothingOpenRefused: it has times.
        TooSoonRefused, DailyMostRefused: it would overstep what was set.
    """
    rule = reminder.as_needed
    if rule is None:
        raise NothingOpenRefused
    day_before = now - _DAY_SECONDS
    doses = [
        item.occurrence.due_at
        for item in tables.select(
            connection,
            "o.reminder_id = ? AND o.state = 'taken' AND o.due_at > ?",
            reminder.reminder_id,
            day_before - rule.least_hours * 3600,
            tail="ORDER BY o.due_at",
        )
    ]
    if doses and now < doses[-1] + rule.least_hours * 3600:
        raise TooSoonRefused(reminder.title, doses[-1], doses[-1] + rule.least_hours * 3600)
    within_day = [at for at in doses if at > day_before]
    if len(within_day) >= rule.daily_most:
        first = within_day[-rule.daily_most]
        raise DailyMostRefused(reminder.title, rule.daily_most, first + _DAY_SECONDS)
