"""Values by name, as JSON: the profile, a skill's storage, the home's own state."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from assistant.store.database import Database
from assistant.store.rows import readable

MAX_VALUE_BYTES: Final = 65_536
"""Of one value, as JSON in UTF-8: 21,800 Chinese characters."""
_ABSENT: Final = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A value, and a mark by which one knows later whether it is still the same."""

    value: Any
    mark: str


class KeyedValues:
    """One table of named JSON values, or one skill's share of it."""

    def __init__(self, database: Database, table: str, name: str, skill: str | None = None) -> None:
        self._database = database
        self._table, self._name = table, name
        self._skill = skill

    @classmethod
    def profile(cls, database: Database) -> KeyedValues:
        """What is known of the elder."""
        return cls(database, "profile", "field")

    @classmethod
    def home(cls, database: Database) -> KeyedValues:
        """What the home remembers of itself: language, volume, rate."""
        return cls(database, "home_state", "name")

    @classmethod
    def of_skill(cls, database: Database, skill: str) -> KeyedValues:
        """What one skill keeps; it sees nothing of the others."""
        return cls(database, "skill_storage", "key", skill)

    async def get(self, name: str) -> Any:
        """The value, or None."""
        return (await self.look(name)).value

    async def look(self, name: str) -> Marked:
        """The value, or None, with its mark for `swap`."""
        text = await self._database.read(lambda connection: self._text(connection, name))
        texts = [] if text is None else [text]
        return Marked(next(readable(texts, json.loads, self._table), None), _mark(text))

    async def set(self, name: str, value: Any) -> None:
        """Keep a JSON value; on the disk when this returns.

        Raises:
            ValueError: not JSON, or longer than 64 kB.
            StoreError: the disk refused.
        """
        text = _json(name, value)
        await self._database.write(lambda connection: self._put(connection, name, text))

    async def swap(self, name: str, mark: str, value: Any) -> bool:
        """Keep a value only if what it replaces is still what it was when it was looked at.

        Args:
            name: Of the value.
            mark: As `look` gave it.
            value: JSON.

        Returns:
            Whether it was kept; false: somebody else wrote meanwhile.

        Raises: as `set`.
        """
        text = _json(name, value)

        def work(connection: sqlite3.Connection) -> bool:
            is_same = _mark(self._text(connection, name)) == mark
            if is_same:
                self._put(connection, name, text)
            return is_same

        return await self._database.write(work)

    async def delete(self, name: str) -> None:
        """Forget a value."""
        where, values = self._where(name)
        sql = f"DELETE FROM {self._table} WHERE {where}"  # noqa: S608
        await self._database.write(lambda c: c.execute(sql, values))

    async def all(self) -> dict[str, Any]:
        """Every name with its value."""
        where = "skill = ?" if self._skill is not None else "1"
        values = (self._skill,) if self._skill is not None else ()
        sql = f"SELECT {self._name}, value FROM {self._table} WHERE {where}"  # noqa: S608
        rows = await self._database.read(lambda c: c.execute(sql, values).fetchall())
        return dict(readable(rows, lambda row: (row[0], json.loads(row[1])), self._table))

    def _text(self, connection: sqlite3.Connection, name: str) -> str | None:
        where, values = self._where(name)
        sql = f"SELECT value FROM {self._table} WHERE {where}"  # noqa: S608  (names of ours)
        row = connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def _put(self, connection: sqlite3.Connection, name: str, text: str) -> None:
        _, values = self._where(name)
        columns = f"skill, {self._name}" if self._skill is not None else self._name
        marks = ", ".join("?" * (len(values) + 1))
        sql = f"INSERT OR REPLACE INTO {self._table} ({columns}, value) VALUES ({marks})"  # noqa: S608
        connection.execute(sql, (*values, text))

    def _where(self, name: str) -> tuple[str, tuple[str, ...]]:
        if self._skill is None:
            return f"{self._name} = ?", (name,)
        return f"skill = ? AND {self._name} = ?", (self._skill, name)


def _json(name: str, value: Any) -> str:
    """The value as it is kept; raises ValueError."""
    text = json.dumps(value, ensure_ascii=False)
    size = len(text.encode("utf-8", "surrogatepass"))  # halves of characters: the disk refuses them
    if size > MAX_VALUE_BYTES:
        raise ValueError(f"{name}: a value of {size} bytes is too long to keep")
    return text


def _mark(text: str | None) -> str:
    if text is None:
        return _ABSENT
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
