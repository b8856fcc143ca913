"""The last thing that was done to the reminders: the rows are kept as they were, to be taken back.

A deed is written down in the transaction that does it, so that a power cut leaves both or neither.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from assistant.reminders import counting, tables
from assistant.reminders.planning import Calendar, replan
from assistant.services.refusals import NothingDoneRefused
from assistant.services.reminder import OPEN
from assistant.services.reminders import Deed

TAKE_BACK_SECONDS: Final = 3600.0
"""How long "undo" is about the last deed; later nobody remembers what that was."""
_OPEN: Final = ", ".join(f"'{state.value}'" for state in OPEN)
_IMAGE_SECONDS: Final = 2 * 86_400.0
"""How far back occurrences are kept in an image: older ones are settled, and no deed changes
them."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A deed that was taken back."""

    kind: Deed
    titles: tuple[str, ...]
    reminder_ids: tuple[str, ...]


class Image:
    """The rows of some reminders as they are now; made before a deed, written down after it."""

    def __init__(
        self, connection: sqlite3.Connection, reminder_ids: Sequence[str], now: float
    ) -> None:
        marks = ", ".join("?" * len(reminder_ids))
        self._connection, self._now, self._ids = connection, now, tuple(reminder_ids)
        self._rows = {
            "reminder": _rows(
                connection,
                f"SELECT * FROM reminder WHERE reminder_id IN ({marks})",  # noqa: S608
                *reminder_ids,
            ),
            "occurrence": _rows(
                connection,
                f"SELECT * FROM occurrence WHERE reminder_id IN ({marks}) AND due_at > ?",  # noqa: S608
                *reminder_ids,
                now - _IMAGE_SECONDS,
            ),
            "stock": _rows(
                connection,
                f"SELECT * FROM stock WHERE medicine IN ({_TITLES.format(marks)})",  # noqa: S608
                *reminder_ids,
            ),
        }

    @classmethod
    def of_occurrences(
        cls, connection: sqlite3.Connection, ids: Sequence[str], now: float
    ) -> Image:
        """The rows of the reminders that these occurrences are of."""
        items = (tables.get(connection, each) for each in ids)
        owners = dict.fromkeys(item.occurrence.reminder_id for item in items if item is not None)
        return cls(connection, tuple(owners), now)

    def note_added(self, titles: Sequence[str]) -> None:
        """Write down that these reminders are new: before, there was nothing of them."""
        self._rows = {"reminder": [], "occurrence": [], "stock": []}
        self.note(Deed.ADDED, titles)

    def note(self, kind: Deed, titles: Sequence[str]) -> None:
        """Write down what was done since."""
        before = {"ids": self._ids, "titles": list(dict.fromkeys(titles)), **self._rows}
        self._connection.execute(
            "INSERT OR REPLACE INTO reminder_deed VALUES (1, ?, ?, ?)",
            (self._now, kind.value, json.dumps(before, ensure_ascii=False)),
        )


_TITLES: Final = (
    "SELECT lower(json_extract(body, '$.title')) FROM reminder "
    "WHERE json_valid(body) AND reminder_id IN ({})"
)


def take(
    connection: sqlite3.Connection, ids: Sequence[str], calendar: Calendar, now: float
) -> list[counting.Taken]:
    """Count doses as `counting.take` does, and write that down as a deed if any was counted."""
    image = Image.of_occurrences(connection, ids, now)
    taken = counting.take(connection, ids, calendar, now)
    if taken:
        image.note(Deed.TAKEN, [each.item.reminder.title for each in taken])
    return taken


def forget(connection: sqlite3.Connection) -> None:
    """Forget the last deed: it cannot be taken back any more."""
    connection.execute("DELETE FROM reminder_deed")


def take_back(connection: sqlite3.Connection, calendar: Calendar, now: float) -> TakenBack:
    """Put the rows back as they were before the last deed, and plan what comes from now on.

    Raises:
        NothingDoneRefused: nothing was done, or it was too long ago.
    """
    row = connection.execute("SELECT done_at, kind, before FROM reminder_deed").fetchone()
    if row is None or not 0 <= now - row[0] <= TAKE_BACK_SECONDS:
        raise NothingDoneRefused
    before: dict[str, Any] = json.loads(row[2])
    ids = tuple(before["ids"])
    there = {each["occurrence_id"] for each in before["occurrence"]}
    for reminder_id in ids:
        # What the deed planned, and time may have announced since, goes; what is settled stays.
        connection.execute(
            f"DELETE FROM occurrence WHERE reminder_id = ? AND state IN ({_OPEN})",  # noqa: S608
            (reminder_id,),
        )
        if row[1] == Deed.ADDED:
            tables.deactivate(connection, reminder_id)
        if row[1] == Deed.TAKEN:  # a dose as needed has a row only since it was taken
            counted = connection.execute(
                "SELECT occurrence_id FROM occurrence "
                "WHERE reminder_id = ? AND state = 'taken' AND settled_at = ?",
                (reminder_id, row[0]),
            ).fetchall()
            fresh = [(each,) for (each,) in counted if each not in there]
            connection.executemany("DELETE FROM occurrence WHERE occurrence_id = ?", fresh)
    for table in ("reminder", "occurrence", "stock"):
        for each in before[table]:
            _put(connection, table, each)
    for reminder_id in ids:
        reminder = tables.get_reminder(connection, reminder_id)
        if reminder is not None:
            replan(connection, reminder, calendar, now)
    forget(connection)
    return TakenBack(Deed(row[1]), tuple(before["titles"]), ids)


def _rows(connection: sqlite3.Connection, sql: str, *values: object) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _put(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Write a row as it was; a reminder's is updated, because occurrences hang on it."""
    if table == "reminder":
        connection.execute(
            "UPDATE reminder SET body = ?, is_active = ?, next_day = ? WHERE reminder_id = ?",
            (row["body"], row["is_active"], row["next_day"], row["reminder_id"]),
        )
        return
    columns = ", ".join(row)
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
        tuple(row.values()),
    )
