"""Brings tables up to date: every feature counts its own migrations.

A feature's migrations are `NNNN.sql` in a folder of its own, numbered from 0001.  The table
`migration` has the number of the last one that each feature was given.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from assistant.store.errors import StoreError

VERSIONS_TABLE: Final = "migration"
"""The table of versions; without an underscore, so that no table of a skill can have this name (see
`fence`)."""
PER_FEATURE: Final = 7
"""SQLite's `user_version` of a database whose features are counted one by one.

One more than the last number of the single sequence of before, so that an Anban of that time says
that the database is too new instead of using it.
"""
_SINGLE_SEQUENCE: Final = (
    *(("home",), ("alarm",), ("reminders",)),
    *(("selftest", "drill"), ("alarm",), ("reminders",)),
)
"""The features whose next migration each number of the single sequence was."""
_FILE: Final = re.compile(r"[0-9]{4}\.sql")
_NOT_THE_DISK: Final = frozenset(
    {
        *(sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH),
        *(sqlite3.SQLITE_AUTH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_INTERRUPT),
    }
)
"""Codes of errors that the script makes: the file is sound, another try would end the same."""

Scripts = Mapping[str, Sequence[str]]
"""The migrations of each feature, in their order."""
Around = Callable[[sqlite3.Connection], AbstractContextManager[None]]


def read_scripts(folder: Traversable) -> tuple[str, ...]:
    """Read the migrations in a folder, in their order; none if there is no folder.

    Raises:
        ValueError: a file is named otherwise than 0001.sql, 0002.sql, …, or is no text.
    """
    if not folder.is_dir():
        return ()
    found = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".sql")}
    wanted = [f"{number:04}.sql" for number in range(1, len(found) + 1)]
    if sorted(found) != wanted:
        wrong = sorted(set(found) ^ set(wanted))
        raise ValueError(f"{folder}: must hold 0001.sql, 0002.sql, … without a gap: {wrong[0]}")
    return tuple(found[name].read_text("utf-8") for name in wanted)


@cache
def core_scripts() -> Scripts:
    """Read the migrations of every feature of the core."""
    folder = files("assistant.store") / "migrations"
    features = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    return {name: scripts for name in features if (scripts := read_scripts(folder / name))}


def migrate_core(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the core's tables up to date; raises as `migrate`."""
    migrate(connection, path, core_scripts())


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    scripts: Scripts,
    *,
    maker: str = "Anban",
    around: Around | None = None,
) -> None:
    """Run every migration that this database was not given yet, all of them or none.

    Args:
        connection: In autocommit mode.
        path: Of the database, for messages.
        scripts: All that this program knows.
        maker: Whose tables these are, for messages.
        around: Entered for each script, inside of the transaction, which it must keep whole.

    Raises:
        StoreError: a newer program made the database, or a script is wrong; nothing was changed.
        sqlite3.Error: the disk refused; nothing was changed.
    """
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # nobody else migrates; a read-only disk is noticed
        versions = _versions(connection, path, maker)
        for feature, version in versions.items():
            if version > len(scripts.get(feature, ())):
                known = len(scripts.get(feature, ()))
                raise _newer(path, maker, f"{feature} {version}, known {known}")
        for feature, mine in scripts.items():
            done = versions.get(feature, 0)
            for number, script in enumerate(mine[done:], done + 1):
                with (around or _whole)(connection):
                    _run(connection, script, f"{path}: {feature}/{number:04}.sql")
            if len(mine) > done:
                connection.execute(
                    f"INSERT OR REPLACE INTO {VERSIONS_TABLE} VALUES (?, ?)",  # noqa: S608
                    (feature, len(mine)),
                )


@contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    """Refuse a script that would end the transaction, and leave half of the rest behind."""

    def allow(action: int, *_: str | None) -> int:
        ends = action in {sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT}
        return sqlite3.SQLITE_DENY if ends else sqlite3.SQLITE_OK

    connection.set_authorizer(allow)
    try:
        yield
    finally:
        connection.set_authorizer(None)


def _versions(connection: sqlite3.Connection, path: Path, maker: str) -> dict[str, int]:
    """Tell how many migrations each feature was given; the count of before is taken over."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > PER_FEATURE:
        raise _newer(path, maker, f"form {version}, known {PER_FEATURE}")
    if version < PER_FEATURE:
        connection.execute(
            f"CREATE TABLE {VERSIONS_TABLE} "
            "(feature TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"
        )
        given = [feature for step in _SINGLE_SEQUENCE[:version] for feature in step]
        connection.executemany(
            f"INSERT INTO {VERSIONS_TABLE} VALUES (?, ?)",  # noqa: S608
            [(feature, given.count(feature)) for feature in sorted(set(given))],
        )
        connection.execute(f"PRAGMA user_version = {PER_FEATURE}")
    return dict(connection.execute(f"SELECT feature, version FROM {VERSIONS_TABLE}"))  # noqa: S608


def _newer(path: Path, maker: str, what: str) -> StoreError:
    return StoreError(
        f"{path} was made by a newer {maker} (tables: {what}); install that version again"
    )


def _run(connection: sqlite3.Connection, script: str, name: str) -> None:
    """Run one script inside the transaction: `executescript` would commit before it begins."""
    try:
        for statement in _statements(script):
            connection.execute(statement)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _NOT_THE_DISK:
            raise StoreError(f"{name}: {error}; the tables stay as they were") from error
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script into its statements; SQLite says where one is over."""
    statement = ""
    for part in re.split(r"(?<=;)", script):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement
