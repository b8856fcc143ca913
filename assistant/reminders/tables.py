"""The tables of reminders: every function works on a connection, inside a transaction of others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any, Final

from assistant.reminders.codec import CONVERTER, to_json
from assistant.reminders.model import Family, Item, Occurrence
from assistant.services.reminder import Reminder, State
from assistant.store.rows import is_damaged, readable

_NAMES: Final = tuple(field.name for field in fields(Occurrence))
_COLUMNS: Final = ", ".join(f"o.{name}" for name in _NAMES)
_SELECT: Final = f"SELECT {_COLUMNS}, r.body FROM occurrence o JOIN reminder r USING (reminder_id)"  # noqa: S608
_INSERT: Final = (
    f"INSERT OR IGNORE INTO occurrence ({', '.join(_NAMES)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(_NAMES))})"
)
_UPDATE: Final = (
    f"UPDATE occurrence SET {', '.join(f'{name} = ?' for name in _NAMES[1:])} "  # noqa: S608
    "WHERE occurrence_id = ?"
)


# --------------------------------------------------------------------------- reminders


def save_reminder(
    connection: sqlite3.Connection, reminder: Reminder, next_day: date | None
) -> None:
    """Write a reminder, new or changed, and the first day that is to be planned."""
    connection.execute(
        "INSERT INTO reminder (reminder_id, body, is_active, next_day) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (reminder_id) DO UPDATE "
        "SET body = excluded.body, next_day = excluded.next_day",
        (reminder.reminder_id, _body(reminder), next_day.isoformat() if next_day else None),
    )


def save_body(connection: sqlite3.Connection, reminder: Reminder) -> None:
    """Write a reminder that is there, and leave what is planned of it as it is."""
    connection.execute(
        "UPDATE reminder SET body = ? WHERE reminder_id = ?",
        (_body(reminder), reminder.reminder_id),
    )


def set_next_day(connection: sqlite3.Connection, reminder_id: str, next_day: date | None) -> None:
    """Note the first day of a reminder that is not planned yet."""
    connection.execute(
        "UPDATE reminder SET next_day = ? WHERE reminder_id = ?",
        (next_day.isoformat() if next_day else None, reminder_id),
    )


def deactivate(connection: sqlite3.Connection, reminder_id: str) -> None:
    """Let a reminder come no more."""
    connection.execute("UPDATE reminder SET is_active = 0 WHERE reminder_id = ?", (reminder_id,))


def active_reminders(connection: sqlite3.Connection) -> list[Reminder]:
    """Every reminder that was not removed, oldest first."""
    rows = connection.execute("SELECT body FROM reminder WHERE is_active ORDER BY rowid")
    return list(_reminders(rows))


def damaged_reminders(connection: sqlite3.Connection) -> int:
    """How many reminders that were not removed cannot be read any more."""
    rows = connection.execute("SELECT body FROM reminder WHERE is_active")
    return sum(is_damaged(_reminder, body) for (body,) in rows)


def current_reminders(connection: sqlite3.Connection, since: float) -> list[Reminder]:
    """Read those not removed that may come again, are as needed, or came since; oldest first."""
    rows = connection.execute(
        "SELECT body FROM reminder r WHERE is_active AND (next_day IS NOT NULL "
        "OR CASE WHEN json_valid(body) THEN json_extract(body, '$.schedule') IS NULL END "
        "OR EXISTS (SELECT 1 FROM occurrence o WHERE o.reminder_id = r.reminder_id "
        "AND (o.act_at IS NOT NULL OR o.due_at > ?))) "
        "ORDER BY rowid",
        (since,),
    )
    return list(_reminders(rows))


def all_reminders(connection: sqlite3.Connection) -> list[Reminder]:
    """Read all reminders, also those that were removed: for exports of what was taken."""
    return list(_reminders(connection.execute("SELECT body FROM reminder")))


def count_active(connection: sqlite3.Connection) -> int:
    """Count the reminders that were not removed."""
    (number,) = connection.execute("SELECT count(*) FROM reminder WHERE is_active").fetchone()
    return int(number)


def get_reminder(connection: sqlite3.Connection, reminder_id: str) -> Reminder | None:
    """Find an active reminder."""
    row = connection.execute(
        "SELECT body FROM reminder WHERE reminder_id = ? AND is_active", (reminder_id,)
    ).fetchone()
    return next(_reminders([row] if row else []), None)


def reminders_to_plan(
    connection: sqlite3.Connection, through: date, limit: int
) -> list[tuple[Reminder, date]]:
    """Read those whose next day is near, with that day."""
    rows = connection.execute(
        "SELECT body, next_day FROM reminder WHERE is_active AND next_day <= ? "
        "ORDER BY next_day LIMIT ?",
        (through.isoformat(), limit),
    )
    return list(
        readable(rows, lambda row: (_reminder(row[0]), date.fromisoformat(row[1])), "reminder")
    )


# --------------------------------------------------------------------------- occurrences


def insert(connection: sqlite3.Connection, occurrences: Iterable[Occurrence]) -> None:
    """Plan occurrences; one that is there already stays as it is."""
    connection.executemany(_INSERT, (_row(occurrence) for occurrence in occurrences))


def update(connection: sqlite3.Connection, occurrence: Occurrence) -> None:
    """Write an occurrence as it is now."""
    row = _row(occurrence)
    connection.execute(_UPDATE, (*row[1:], row[0]))


def delete(connection: sqlite3.Connection, occurrence_id: str) -> None:
    """Delete an occurrence that does not come."""
    connection.execute("DELETE FROM occurrence WHERE occurrence_id = ?", (occurrence_id,))


def get(connection: sqlite3.Connection, occurrence_id: str) -> Item | None:
    """Find one occurrence."""
    return next(select(connection, "o.occurrence_id = ?", occurrence_id), None)


def select(
    connection: sqlite3.Connection, where: str, *values: object, tail: str = ""
) -> Iterator[Item]:
    """Read the occurrences for which a condition on `o` (occurrence) and `r` (reminder) holds."""
    rows = connection.execute(f"{_SELECT} WHERE {where} {tail}", values)
    return readable(rows, _item, "occurrence")


def to_act(connection: sqlite3.Connection, now: float, limit: int) -> list[Item]:
    """Read what has come to its time, the most urgent first."""
    return list(select(connection, "o.act_at <= ?", now, tail=f"ORDER BY o.act_at LIMIT {limit}"))


def next_act_at(connection: sqlite3.Connection) -> float | None:
    """Tell when the next thing is to happen by itself."""
    row = connection.execute(
        "SELECT act_at FROM occurrence WHERE act_at IS NOT NULL ORDER BY act_at LIMIT 1"
    ).fetchone()
    return row[0] if row else None


def owed_to_family(connection: sqlite3.Connection, limit: int) -> list[Item]:
    """Read what the family is to be told and was not yet, oldest first."""
    return list(select(connection, "o.family = 1", tail=f"ORDER BY o.due_at LIMIT {limit}"))


def between(connection: sqlite3.Connection, begin: float, end: float) -> list[Item]:
    """Read every occurrence that was or is due in [begin, end), in order."""
    return list(
        select(connection, "o.due_at >= ? AND o.due_at < ?", begin, end, tail="ORDER BY o.due_at")
    )


def delete_planned(connection: sqlite3.Connection, reminder_id: str, after: float) -> None:
    """Delete what was planned and has not come yet."""
    connection.execute(
        "DELETE FROM occurrence WHERE reminder_id = ? AND state = 'planned' AND due_at > ?",
        (reminder_id, after),
    )


def _row(occurrence: Occurrence) -> tuple[object, ...]:
    values = (getattr(occurrence, name) for name in _NAMES)
    return tuple(_column(value) for value in values)


def _column(value: object) -> object:
    match value:
        case State():
            return value.value
        case bool() | Family():
            return int(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _reminders(rows: Iterable[tuple[str]]) -> Iterator[Reminder]:
    return readable(rows, lambda row: _reminder(row[0]), "reminder")


def _item(row: tuple[Any, ...]) -> Item:
    occurrence = _occurrence(row[:-1])
    return Item(occurrence, _reminder(row[-1]).on(occurrence.day, occurrence.slot))


def _occurrence(row: tuple[Any, ...]) -> Occurrence:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    values["day"] = date.fromisoformat(values["day"])
    values["state"] = State(values["state"])
    values["is_told"] = bool(values["is_told"])
    values["family"] = Family(values["family"])
    return Occurrence(**values)


def _body(reminder: Reminder) -> str:
    return json.dumps(to_json(reminder), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)
def _reminder(body: str) -> Reminder:
    return CONVERTER.structure(json.loads(body), Reminder)
