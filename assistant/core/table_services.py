"""The tables that skills bring: opened for the skill host, and worked on for it.

No process but the core opens the files.  Neither the host nor what it sends is trusted: what a
statement may do is `assistant.store.fence`'s to say.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from assistant.home.home import Home
from assistant.runtime.bus import Refused
from assistant.runtime.feature import Feature
from assistant.store import StoreError
from assistant.store.skill_tables import SkillTables, Statement, TablesError, Value

MAX_SKILLS: Final = 64
"""Each has a thread and a file."""
MAX_WAITING: Final = 8
"""Transactions of one skill: those beyond would keep other skills' requests waiting."""


class TableServices(Feature):
    """`tables.open` and `tables.run`."""

    def __init__(self, home: Home) -> None:
        self._folder = home.folder / "skill-tables"
        """Where each skill's tables lie; made when the first are used."""
        self._tables: dict[str, SkillTables] = {}
        self._waiting: Counter[str] = Counter()

        home.bus.serve("tables.open", self._open)
        home.bus.serve("tables.run", self._run)

    async def stop(self) -> None:
        """Finish what was begun."""
        for tables in self._tables.values():
            with contextlib.suppress(StoreError):
                await tables.close()
        self._tables.clear()

    async def _open(self, skill: str, scripts: list[str]) -> None:
        """Take a skill's migrations; they are run when its tables are first used."""
        if not isinstance(skill, str) or not _is_list_of_texts(scripts):
            raise Refused("tables.open: a skill's name and the texts of its migrations")
        before = self._tables.get(skill)
        if before is not None and before.scripts == tuple(scripts):
            return  # the host began anew
        if before is None and len(self._tables) >= MAX_SKILLS:
            raise Refused(f"more than {MAX_SKILLS} skills bring tables")
        try:
            self._tables[skill] = SkillTables(self._folder, skill, scripts)
        except ValueError as error:
            raise Refused(str(error)) from error
        if before is not None:
            with contextlib.suppress(StoreError):
                await before.close()

    async def _run(self, skill: str, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run statements in one transaction; a result for each."""
        tables = self._tables.get(skill) if isinstance(skill, str) else None
        if tables is None:
            raise Refused(f"{skill!s:.40} brings no migrations/0001.sql")
        asked = _statements(statements)
        if self._waiting[skill] >= MAX_WAITING:
            raise Refused(f"{skill} waits for {MAX_WAITING} transactions already")
        self._waiting[skill] += 1
        try:
            return [asdict(result) for result in await tables.run(asked)]
        except (TablesError, StoreError) as error:
            raise Refused(str(error)) from error
        finally:
            self._waiting[skill] -= 1


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _statements(given: object) -> list[Statement]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refused("tables.run: a list of statements")
    return [_statement(each.get("sql"), each.get("values")) for each in given]


def _statement(sql: object, values: object) -> Statement:
    if not isinstance(sql, str) or not isinstance(values, list):
        raise Refused("tables.run: each statement has `sql`, a text, and `values`, a list")
    return Statement(sql, tuple(_value(value) for value in values))


def _value(value: object) -> Value:
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)  # a truth value is 0 or 1 to SQLite
    raise Refused("tables.run: a value is a text, a number of 64 bits at most, or None")
