"""SQLite in WAL mode, on one thread of its own, so that a slow disk never blocks the ear."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from assistant.store.errors import StoreError
from assistant.store.schema import migrate_core
from assistant.store.wal import committed_frames

log = logging.getLogger(__name__)

BUSY_SECONDS: Final = 2.0
"""How long a statement waits for another process's lock."""

COME_BACK_SECONDS: Final = 30.0
"""How often a disk that could not be written is tried again, at the next write."""
_NOT_THE_DISK: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
"""Another process holds it for a moment."""
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

Result = TypeVar("Result")


class Database:
    """One home's database.

    Every piece of work is a function of the connection and runs in one transaction: all of it is
    on the disk when `write` returns, or none of it.
    """

    def __init__(
        self,
        path: Path,
        spare: Path | None = None,
        prepare: Callable[[sqlite3.Connection, Path], None] = migrate_core,
    ) -> None:
        """Nothing is opened yet.

        Args:
            path: The file.
            spare: A folder in memory, for a copy to go on with if the disk cannot be written.
            prepare: Brings the tables of a connection just opened up to date, or raises.
        """
        self._path, self._prepare = path, prepare
        self._copy = spare / path.name if spare is not None else None
        self.is_kept = True
        """Whether what is written now outlasts a power cut; false while it goes on with a copy."""
        self._tried_at = 0.0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._opened: sqlite3.Connection | None = None
        self.set_aside: Path | None = None
        """The path to which a corrupt database, or its damaged log, was put at `open`; what it held
        is lost."""

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
            self._come_back()
            connection = self._connection
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)

        return await self._run(transact)

    async def close(self) -> None:
        """Finish what was begun."""
        await self._run(self._close)
        self._thread.shutdown()  # which waits for nothing any more

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        """The open connection; if opening failed before, it is tried again."""
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
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connect()
            self._bring_home()
        except OSError as error:
            self._open_copy(error)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                if error.sqlite_errorcode & 0xFF in _NOT_THE_DISK:
                    raise
                self._open_copy(error)  # read-only or full: the file itself may be sound
                return
            self.set_aside = self._aside()
            log.error("the database is corrupt (%s); set aside as %s", error, self.set_aside.name)
            self._path.rename(self.set_aside)
            for tail in ("-wal", "-shm"):
                self._path.with_name(self._path.name + tail).unlink(missing_ok=True)
            self._connect()

    def _open_copy(self, error: Exception) -> None:
        """Go on in memory with a copy of what is on the disk, or with one of before."""
        if self._copy is None:
            raise error
        if not self._copy.exists():
            self._copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._copy.parent.stat().st_uid != os.getuid():
                raise PermissionError(f"{self._copy.parent} belongs to somebody else; remove it")
            for tail in ("-wal", ""):  # the file itself last: with it the copy counts as whole
                source = self._path.with_name(self._path.name + tail)
                if source.exists():
                    draft = self._copy.with_name("copying")
                    shutil.copyfile(source, draft)
                    draft.replace(self._copy.with_name(self._copy.name + tail))
        self._connect(self._copy)
        self.is_kept, self._tried_at = False, time.monotonic()
        log.error("the disk cannot be written (%s); going on in memory", error)

    def _bring_home(self) -> None:
        """Write to the disk what was kept in memory while it could not be written."""
        if self._copy is None or not self._copy.exists() or self._opened is None:
            return
        with contextlib.closing(sqlite3.connect(self._copy, isolation_level=None)) as copy:
            self._prepare(copy, self._copy)  # it may be of an earlier version
            copy.backup(self._opened)
        for tail in ("", "-wal", "-shm"):
            self._copy.with_name(self._copy.name + tail).unlink(missing_ok=True)
        log.warning("the disk can be written again; what was kept in memory is on it")

    def _come_back(self) -> None:
        now = time.monotonic()
        if self.is_kept or now - self._tried_at < COME_BACK_SECONDS:
            return
        self._tried_at = now
        copy = self._opened
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connect()
            self._bring_home()
        except (sqlite3.Error, OSError):
            if self._opened is not None and self._opened is not copy:
                self._opened.close()
            self._opened = copy
            return
        self.is_kept = True
        if copy is not None:
            copy.close()

    def _aside(self) -> Path:
        return self._path.with_suffix(f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S}")

    def _keep_damaged_log(self, connection: sqlite3.Connection, wal: Path) -> None:
        """Keep a copy, and say so, if SQLite took fewer transactions from the log than it holds."""
        _, taken, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        written = committed_frames(wal)
        if written is not None and taken >= written:
            return
        aside = self._aside()
        try:
            shutil.copyfile(wal, aside)
            aside.chmod(0o600)
        except OSError as error:
            log.error("the database's log was damaged, and no copy can be kept: %s", error)
            return
        self.set_aside = aside
        log.error(
            "the database's log was damaged, and the last of what was written is lost; "
            "a copy is kept as %s",
            self.set_aside.name,
        )

    def _connect(self, path: Path | None = None) -> None:
        path = path or self._path
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # a committed row survives a power cut
            connection.execute("PRAGMA foreign_keys = ON")
            (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            self._keep_damaged_log(connection, path.with_name(path.name + "-wal"))
            self._prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        path.chmod(0o600)
        self._opened = connection
