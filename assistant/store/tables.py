"""Values by name, as JSON: the profile, a skill's storage, the home's own state."""

from __future__ import annotations

import json
from typing import Any, Final

from assistant.store.database import Database
from assistant.store.rows import readable

_SKILL_VALUE_BYTES: Final = 65_536


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
        where, values = self._where(name)
        sql = f"SELECT value FROM {self._table} WHERE {where}"  # noqa: S608  (names of ours)
        row = await self._database.read(lambda c: c.execute(sql, values).fetchone())
        return next(
            readable([row] if row else [], lambda row: json.loads(row[0]), self._table), None
        )

    async def set(self, name: str, value: Any) -> None:
        """Keep a JSON value; on the disk when this returns.

        Raises:
            ValueError: not JSON, or longer than 64 kB.
            StoreError: the disk refused.
        """
        text = json.dumps(value, ensure_ascii=False)
        if len(text) > _SKILL_VALUE_BYTES:
            raise ValueError(f"{name}: a value of {len(text)} characters is too long to keep")
        _, values = self._where(name)
        columns = f"skill, {self._name}" if self._skill is not None else self._name
        marks = ", ".join("?" * (len(values) + 1))
        sql = f"INSERT OR REPLACE INTO {self._table} ({columns}, value) VALUES ({marks})"  # noqa: S608
        await self._database.write(lambda c: c.execute(sql, (*values, text)))

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

    def _where(self, name: str) -> tuple[str, tuple[str, ...]]:
        if self._skill is None:
            return f"{self._name} = ?", (name,)
        return f"skill = ? AND {self._name} = ?", (self._skill, name)
