"""The tables of alarms, attempts and the journal: how each is written, and read back."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from assistant.alarm.attempt import Attempt
from assistant.alarm.record_writer import Record
from assistant.alarm.source import source_of
from assistant.alarm.state import Alarm, Declined, State
from assistant.events import whole
from assistant.store.rows import DAMAGED, readable

_MOST: Final = 2**63 - 1
"""The largest number that SQLite holds."""


def save_alarm(alarm: Alarm) -> Record:
    """Write an alarm as it is now."""
    declined = json.dumps([[whole(each.who), each.at] for each in alarm.declined])
    return _upsert("alarm", {**_values(alarm), "source": alarm.source.text, "declined": declined})


def save_attempt(attempt: Attempt) -> Record:
    """Write an attempt as it is now."""
    return _upsert("attempt", _values(attempt))


def add_to_journal(alarm: Alarm, who: str, why: str) -> Record:
    """Write one line into the journal, with the alarm's state."""
    sql = "INSERT INTO journal (at, alarm_id, state, who, why) VALUES (?, ?, ?, ?, ?)"
    values = (time.time(), alarm.alarm_id, alarm.state.value, who, why)
    row = tuple(_fitting(value) for value in values)
    return lambda connection: connection.execute(sql, row)


def read_open_alarms(connection: sqlite3.Connection) -> tuple[list[Alarm], int]:
    """Every alarm that was open, and how many of them cannot be read."""
    names = [field.name for field in fields(Alarm)]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM alarm WHERE state NOT IN ('closed', 'cancelled')"  # noqa: S608
    )

    def read(row: tuple[Any, ...]) -> Alarm:
        values = dict(zip(names, row, strict=True))
        # A state that this version does not know is still an open alarm: somebody may lie there.
        is_known = values["state"] in {state.value for state in State}
        values["state"] = State(values["state"]) if is_known else State.RAISED
        values["was_reached"] = bool(values["was_reached"])
        values["source"] = source_of(values["source"])
        values["declined"] = _declined(values["declined"])
        return Alarm(**values)

    found = rows.fetchall()
    alarms = list(readable(found, read, "alarm"))
    return alarms, len(found) - len(alarms)


def read_attempts(connection: sqlite3.Connection) -> list[Attempt]:
    """Every attempt made for an alarm that was open."""
    names = ", ".join(f"attempt.{field.name}" for field in fields(Attempt))
    rows = connection.execute(
        f"SELECT {names} FROM attempt JOIN alarm USING (alarm_id) "  # noqa: S608
        "WHERE state NOT IN ('closed', 'cancelled')"
    )
    return [Attempt(*row) for row in rows]


def _declined(text: str) -> tuple[Declined, ...]:
    """Read who cannot come; what cannot be read costs the alarm nothing: everybody is called."""
    try:
        return tuple(Declined(str(who), float(at)) for who, at in json.loads(text))
    except DAMAGED:
        return ()


def _values(row: Alarm | Attempt) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _upsert(table: str, row: Mapping[str, Any]) -> Record:
    names = list(row)
    key, *others = names
    updates = ", ".join(f"{name} = excluded.{name}" for name in others)
    sql = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
        f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
    )
    values = tuple(map(_fitting, row.values()))
    return lambda connection: connection.execute(sql, values)


def _fitting(value: Any) -> Any:
    """Give a value as a table holds it: no record may fail for what a child gave."""
    if isinstance(value, int):
        return max(-_MOST, min(value, _MOST))
    return whole(value)
