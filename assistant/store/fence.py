"""What SQL of a skill may do: nothing but work on its own tables, for a short time.

A skill's statements are a third party's, and may be made of words that an elder said.  SQLite
asks an authorizer about each thing that a statement would do, before it runs
(https://www.sqlite.org/c3ref/set_authorizer.html); what is not named here is refused.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from assistant.store.errors import StoreError
from assistant.store.schema import VERSIONS_TABLE

MAX_VALUE_BYTES: Final = 65_536
"""The largest value, and the largest row."""
MAX_FILE_PAGES: Final = 4_096
"""The most pages of 4 kB that the tables of a skill may have: 16 MB."""
_STEPS: Final = 1_000
"""How many steps of SQLite's machine lie between two looks at the clock; well below 1 ms."""
_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_COLUMN: 64,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 16,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 64,
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 4,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 999,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_USES: Final = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
)
"""What may be done with the table that SQLite names first."""
_DEFINES: Final = frozenset(
    {
        *(sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_ALTER_TABLE),
        *(sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_REINDEX),
        *(sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_DROP_TRIGGER),
        *(sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_DROP_VIEW),
    }
)
"""What may be done with the two names that SQLite gives: what is made, and for which table."""
_FUNCTION_NAMES: Final = """
    abs avg char coalesce count cume_dist date datetime dense_rank first_value glob group_concat
    ifnull iif instr json json_array json_array_length json_extract json_group_array
    json_group_object json_object json_quote json_type json_valid -> ->> julianday lag last_value
    lead length like lower ltrim max min nth_value ntile nullif percent_rank quote random rank
    replace round row_number rtrim sign strftime substr substring sum time total trim typeof
    unicode unixepoch upper
"""
_FUNCTIONS: Final = frozenset(_FUNCTION_NAMES.split())
"""The functions that may be used; none that make long values out of nothing, load code or tell of
the machine."""
_FUNCTIONS_OF_SQLITE: Final = frozenset({"printf", "raise"})
"""The functions that ALTER TABLE needs to rewrite definitions, beside those named
`sqlite_…`."""
_CHECK_OF_SQLITE: Final = frozenset({"quick_check", "pragma_quick_check"})
"""The pragmas by which ALTER TABLE looks whether the rows fit a new column; they only read."""


def limit(connection: sqlite3.Connection) -> None:
    """Bound what this connection can hold and return."""
    for category, most in _LIMITS.items():
        connection.setlimit(category, most)
    connection.execute(f"PRAGMA max_page_count = {MAX_FILE_PAGES}")
    # The authorizer is not asked about functions in a column's DEFAULT; this lets the harmless in.
    connection.execute("PRAGMA trusted_schema = OFF")
    # Text that is no UTF-8 (from a cast) costs itself and not the answer.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")


@contextmanager
def fenced(connection: sqlite3.Connection, skill: str, seconds: float) -> Iterator[None]:
    """Let statements within read and change rows of the skill's tables, and nothing else."""
    with _guarded(connection, skill, seconds, may_define=False):
        yield


@contextmanager
def defining(connection: sqlite3.Connection, skill: str, seconds: float) -> Iterator[None]:
    """Let statements within the block make, alter and drop the skill's tables, too.

    Raises:
        StoreError: at its end, if anything has another name; the caller rolls back.
    """
    with _guarded(connection, skill, seconds, may_define=True):
        yield
    # A new name is not shown to the authorizer.
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    for name in names:
        if name != VERSIONS_TABLE and not _is_own(name, skill) and not _is_of_sqlite(name):
            raise StoreError(f"{name}: everything that {skill} makes must be named {skill}_…")


@contextmanager
def _guarded(
    connection: sqlite3.Connection, skill: str, seconds: float, *, may_define: bool
) -> Iterator[None]:
    deadline = time.monotonic() + seconds

    def allow(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        is_allowed = _may(action, first, second, skill) or (
            may_define and _may_define(action, first, second, skill)
        )
        return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY

    connection.set_authorizer(allow)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        connection.set_authorizer(None)
        connection.set_progress_handler(None, 0)


def _may(action: int, first: str | None, second: str | None, skill: str) -> bool:
    if action in _USES:
        return _is_own(first or "", skill)
    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() in _FUNCTIONS
    return action == sqlite3.SQLITE_SELECT


def _may_define(action: int, first: str | None, second: str | None, skill: str) -> bool:
    if action in _USES:  # it writes its own tables for every definition
        return _is_of_sqlite(first or "") or first in _CHECK_OF_SQLITE
    if action == sqlite3.SQLITE_FUNCTION:
        return _is_of_sqlite(second or "") or (second or "") in _FUNCTIONS_OF_SQLITE
    if action == sqlite3.SQLITE_PRAGMA:
        return first in _CHECK_OF_SQLITE
    names = {name for name in (first, second) if name and name != "main"}
    return action in _DEFINES and all(_is_own(name, skill) or _is_of_sqlite(name) for name in names)


def _is_own(name: str, skill: str) -> bool:
    return name.lower().startswith(f"{skill}_") and not _is_of_sqlite(name)


def _is_of_sqlite(name: str) -> bool:
    return name.lower().startswith("sqlite_")
