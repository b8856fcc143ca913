"""Finds the reminder, or the doses, that a sentence is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.language import best_match
from assistant.reminders import tables, transactions
from assistant.reminders.model import Item
from assistant.services.refusals import NothingOpenRefused, UnknownRefused
from assistant.services.reminder import OFFERED, Reminder


@dataclass(frozen=True, slots=True)
class Meant:
    """Which doses a sentence is about."""

    ids: tuple[str, ...] = ()
    as_needed: Reminder | None = None


def meant(
    connection: sqlite3.Connection,
    which: str,
    now: float,
    last_asked: Collection[str],
    *,
    is_dose: bool = True,
) -> Meant:
    """Find doses by id, by title, or (empty) those that were asked last; raises Refusal."""
    if not which:
        items = transactions.meant(connection, None, now)
        latest = transactions.of_the_latest(items, last_asked)
        return Meant(_ids(transactions.medicines_first(latest) if is_dose else latest))
    item = tables.get(connection, which)
    if item is not None:
        return Meant((item.occurrence.occurrence_id,))
    found = reminder(connection, which)
    if found.schedule is None:
        return Meant(as_needed=found)
    return Meant(_ids(transactions.meant(connection, found.reminder_id, now)))


def offered(
    connection: sqlite3.Connection, which: str, now: float, last_asked: Collection[str]
) -> tuple[str, ...]:
    """Find what can be snoozed: only what is offered now."""
    ids = meant(connection, which, now, last_asked, is_dose=False).ids
    items = [item for each in ids if (item := tables.get(connection, each)) is not None]
    open_ids = [i.occurrence.occurrence_id for i in items if i.occurrence.state in OFFERED]
    if not open_ids:
        raise NothingOpenRefused
    return tuple(open_ids)


def reminder(connection: sqlite3.Connection, which: str) -> Reminder:
    """Find a reminder by its id or its title as it was heard; raises UnknownRefused."""
    known = tables.get_reminder(connection, which)
    if known is not None:
        return known
    reminders = {each.title: each for each in tables.active_reminders(connection)}
    match = best_match(which, reminders) if which.strip() else None
    if match is None:
        raise UnknownRefused(which, tuple(reminders)[:20])
    return reminders[match.name]


def _ids(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(item.occurrence.occurrence_id for item in items)
