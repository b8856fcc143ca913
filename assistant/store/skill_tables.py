"""Tables that a skill brings: a file, a thread and a quota of its own for each skill.

They stand apart from the home's database: whatever a skill asks for, no alarm waits for it, and a
table of a later Anban can never have the name of one of a skill.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from assistant.services.keeping import Result, Statement
from assistant.services.strict import Cell
from assistant.store.database import Database
from assistant.store.errors import StoreError
from assistant.store.fence import MAX_FILE_PAGES, defining, fenced, limit
from assistant.store.schema import migrate

MAX_SECONDS: Final = 1.0
"""How long the statements of one transaction may take together."""
MAX_MIGRATION_SECONDS: Final = 10.0
"""How long one migration may take."""
MAX_STATEMENTS: Final = 64
"""The most statements in one transaction."""
MAX_ROWS: Final = 1_000
"""The most rows that one transaction may answer."""
MAX_ANSWER_BYTES: Final = 262_144
"""The largest answer of one transaction, over all its rows."""
MAX_SCRIPTS_BYTES: Final = 262_144
"""The largest size of all migrations of one skill; they go over the local socket in one line."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,39}")
"""The name of a skill: its file is named so, and an underscore ends it in the names of its
tables."""
_OF_THE_DISK: Final = frozenset(
    {
        *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY),
        *(sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL),
    }
)
"""Codes of errors that are not of the skill's making."""
_PLAINLY: Final = {
    sqlite3.SQLITE_AUTH: "a skill may use only its own tables, and plain functions",
    sqlite3.SQLITE_INTERRUPT: f"it took longer than {MAX_SECONDS:.0f} s",
    sqlite3.SQLITE_FULL: f"the disk is full, or its tables hold {MAX_FILE_PAGES * 4 // 1024} MB",
}


class TablesError(ValueError):
    """What a skill asks of its tables cannot be done; nothing of its transaction was kept."""


class SkillTables:
    """The tables of one skill; opened, and brought up to date, when they are first used."""

    def __init__(self, folder: Path, skill: str, scripts: Sequence[str]) -> None:
        """`scripts`: the skill's migrations, in their order.

        Raises:
            ValueError: no name of a skill, or no scripts, or too many.
        """
        _check_size(skill, scripts)
        self.scripts = tuple(scripts)
        self._skill = skill
        prepare = partial(_prepare, skill, self.scripts)
        self._database = Database(folder / f"{skill}.sqlite", prepare=prepare)

    async def run(self, statements: Sequence[Statement]) -> tuple[Result, ...]:
        """Run statements in one transaction: all of it is on the disk at the end, or none of it.

        Raises:
            TablesError: a statement is wrong, not allowed, or asks for too much.
            StoreError: the disk refused, or the tables cannot be brought up to date.
        """
        if not 1 <= len(statements) <= MAX_STATEMENTS:
            raise TablesError(f"a transaction has 1 to {MAX_STATEMENTS} statements")
        return await self._database.write(lambda connection: self._run(connection, statements))

    async def close(self) -> None:
        """Close, after what was begun is finished."""
        await self._database.close()

    def _run(
        self, connection: sqlite3.Connection, statements: Sequence[Statement]
    ) -> tuple[Result, ...]:
        left = _Allowance()
        try:
            with fenced(connection, self._skill, MAX_SECONDS):
                results = tuple(_result(connection, each, left) for each in statements)
            connection.execute("COMMIT")  # what is checked at the end is the skill's fault, too
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _OF_THE_DISK:
                raise
            raise TablesError(_PLAINLY.get(code, str(error))) from error
        return results


def check_scripts(skill: str, scripts: Sequence[str]) -> None:
    """Run migrations on a database in memory, under the rules for those of a skill.

    Raises:
        ValueError: no name of a skill, or no scripts, or too many.
        StoreError: one of them is wrong or not allowed.
    """
    _check_size(skill, scripts)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        try:
            _prepare(skill, scripts, connection, Path("migrations"))
        except sqlite3.Error as error:
            raise StoreError(f"migrations: {error}") from error


def _check_size(skill: str, scripts: Sequence[str]) -> None:
    if not _NAME.fullmatch(skill):
        raise ValueError(f"{skill:.40}: a skill with tables has up to 40 small letters and digits")
    if not scripts:
        raise ValueError(f"{skill} brings no migrations/0001.sql")
    if sum(len(script.encode("utf-8", "replace")) for script in scripts) > MAX_SCRIPTS_BYTES:
        raise ValueError(f"{skill}: its migrations are longer than {MAX_SCRIPTS_BYTES} bytes")


def _prepare(
    skill: str, scripts: Sequence[str], connection: sqlite3.Connection, path: Path
) -> None:
    limit(connection)
    around = partial(defining, skill=skill, seconds=MAX_MIGRATION_SECONDS)
    migrate(connection, path, {skill: scripts}, maker=f"skill {skill}", around=around)


@dataclass(slots=True)
class _Allowance:
    """What a transaction may still answer."""

    rows: int = MAX_ROWS
    size_bytes: int = MAX_ANSWER_BYTES

    def take(self, row: Sequence[object]) -> None:
        self.rows -= 1
        self.size_bytes -= sum(8 + len(str(value).encode()) for value in row)
        if self.rows < 0 or self.size_bytes < 0:
            raise TablesError(
                f"more than {MAX_ROWS} rows or {MAX_ANSWER_BYTES} bytes; ask for less, with LIMIT"
            )


def _result(connection: sqlite3.Connection, statement: Statement, left: _Allowance) -> Result:
    with closing(connection.execute(statement.sql, statement.values)) as cursor:
        rows = tuple(_rows(cursor, left))
        columns = tuple(str(each[0]) for each in cursor.description or ())
        return Result(columns, rows, max(cursor.rowcount, 0))


def _rows(cursor: sqlite3.Cursor, left: _Allowance) -> Iterator[tuple[Cell, ...]]:
    for row in cursor:
        left.take(row)
        for value in row:
            if isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
                raise TablesError("a value is neither a text nor a number (BLOB, infinity)")
        yield row
