"""SQLite in WAL mode, on one thread of its own, so that a slow disk never blocks the ear."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

from assistant.store.wal import committed_frames

log = logging.getLogger(__name__)

BUSY_SECONDS: Final = 2.0
"""How long a statement waits for another process's lock."""

_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

Result = TypeVar("Result")


class StoreError(RuntimeError):
    """The database cannot be used; the message says what is lost and what to do."""


class Database:
    """One home's database.

    Every piece of work is a function of the connection and runs in one transaction: all of it is
    on the disk when `write` returns, or none of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._opened: sqlite3.Connection | None = None
        self.set_aside: Path | None = None
        """Where a corrupt database, or its damaged log, was put at `open`; what it held is lost."""

    async def open(self) -> None:
        """Open or create, and bring the tables up to date.

        A corrupt file is set aside and a new one begun: an empty memory is better than no help.

        Raises:
            StoreError: the folder cannot be written, or a newer Anban made this file.
        """
        await self._run(self._open)

    async def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """The result of a function that only reads; raises StoreError."""
        return await self._run(lambda: work(self._connection))

    async def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a function in one transaction; raises StoreError, and then nothing was written."""

        def transact() -> Result:
            connection = self._connection
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)

        return await self._run(transact)

    async def close(self) -> None:
        """Finish what was begun."""
        if self._opened is not None:
            await self._run(self._opened.close)
        self._thread.shutdown()

    @property
    def _connection(self) -> sqlite3.Connection:
        """The open connection; where opening failed before, it is tried again."""
        if self._opened is None:
            self._open()
        assert self._opened is not None  # noqa: S101  (else _open has raised)
        return self._opened

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError, UnicodeError, OverflowError) as error:
            # The last two: a value that SQLite cannot hold, half a character or too large a number.
            if getattr(error, "sqlite_errorcode", None) in _CORRUPT:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._renew)
            raise StoreError(
                f"{self._path}: {error}; nothing of this step was kept, "
                "check the disk's space and rights"
            ) from error

    def _renew(self) -> None:
        """Let go of a file that proved corrupt; the next step opens it anew, and sets it aside."""
        if self._opened is not None:
            with contextlib.suppress(sqlite3.Error):
                self._opened.close()
        self._opened = None

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # locked, read-only, full: the file itself may be sound
            self.set_aside = self._aside()
            log.error("the database is corrupt (%s); set aside as %s", error, self.set_aside.name)
            self._path.rename(self.set_aside)
            for tail in ("-wal", "-shm"):
                self._path.with_name(self._path.name + tail).unlink(missing_ok=True)
            self._connect()

    def _aside(self) -> Path:
        return self._path.with_suffix(f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S}")

    def _keep_damaged_log(self, connection: sqlite3.Connection, wal: Path) -> None:
        """Keep a copy, and say so, if SQLite took fewer transactions from the log than it holds."""
        _, taken, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        written = committed_frames(wal)
        if written is not None and taken >= written:
            return
        self.set_aside = self._aside()
        shutil.copyfile(wal, self.set_aside)
        self.set_aside.chmod(0o600)
        log.error(
            "the database's log was damaged, and the last of what was written is lost; "
            "a copy is kept as %s",
            self.set_aside.name,
        )

    def _connect(self) -> None:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # a committed row survives a power cut
            connection.execute("PRAGMA foreign_keys = ON")
            (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            self._keep_damaged_log(connection, self._path.with_name(self._path.name + "-wal"))
            _migrate(connection, self._path)
        except BaseException:
            connection.close()
            raise
        self._path.chmod(0o600)
        self._opened = connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    scripts = sorted(
        (
            entry
            for entry in files("assistant.store").joinpath("migrations").iterdir()
            if entry.name.endswith(".sql")
        ),
        key=lambda entry: entry.name,
    )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(scripts):
        raise StoreError(
            f"{path} was made by a newer Anban (tables {version}, known {len(scripts)}); "
            "install that version again"
        )
    for number, script in enumerate(scripts[version:], version + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script.read_text('utf-8')}\n"
            f"PRAGMA user_version = {number};\nCOMMIT;"
        )
