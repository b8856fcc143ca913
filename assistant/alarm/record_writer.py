"""Writes the records of alarms to the disk, in order; a slow or full disk delays no alarm."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from assistant.runtime.faults import log_location
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

DISK_SECONDS: Final = 0.1
"""The longest that an alarm waits for its record."""
RETRY_SECONDS: Final = 1.0
"""How long after a failure the disk is tried again."""

_UNFIT: Final = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError),
    *(sqlite3.InterfaceError, UnicodeError, OverflowError),
)
"""What SQLite raises for a record that fits no table, however long one waits."""

Record = Callable[[sqlite3.Connection], object]


class RecordWriter:
    """The records that are still to be written; each `write` is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owed: asyncio.Queue[tuple[tuple[Record, ...], asyncio.Event]] = asyncio.Queue()
        self._writing: asyncio.Task[None] | None = None
        self.lost_count = 0
        """How many records of this run could not be written."""

    def start(self) -> None:
        """Begin to write; what was given before waits until then."""
        self._writing = asyncio.create_task(self._write_owed(), name="alarm book")

    async def stop(self) -> None:
        """Stop, after a last moment for what is still to be written."""
        if self._writing is not None:
            await self.finish(RETRY_SECONDS)
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def finish(self, seconds: float) -> None:
        """Wait until all records are on the disk, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._owed.join()

    async def write(self, *records: Record) -> None:
        """Write one transaction; returns when it is on the disk, or after `DISK_SECONDS`."""
        written = asyncio.Event()
        self._owed.put_nowait((records, written))
        try:
            async with asyncio.timeout(DISK_SECONDS):
                await written.wait()
        except TimeoutError:
            log.warning("the disk is slow: an alarm goes on before its record")

    async def _write_owed(self) -> None:
        while True:
            records, written = await self._owed.get()
            try:
                if not await self._is_kept(records):
                    # One of them fits no table: it costs itself, and takes none with it.
                    for record in records:
                        if len(records) == 1 or not await self._is_kept((record,)):
                            self.lost_count += 1
                            log.error("a record of an alarm could not be written; it is left out")
            finally:
                written.set()
                self._owed.task_done()

    async def _is_kept(self, records: tuple[Record, ...]) -> bool:
        """Wait until the records are on the disk; false if no disk will ever hold them."""

        def together(connection: sqlite3.Connection) -> None:
            for record in records:
                record(connection)

        told = False
        while True:
            try:
                await self._database.write(together)
            except StoreError as error:
                if isinstance(error.__cause__, _UNFIT):
                    return False
                if not told:
                    log.error("an alarm's record waits for the disk: %s", error)
                told = True
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001  (of whatever kind: the writer lives on)
                log.error("writing a record of an alarm failed: %s", log_location(error))
                return False
            else:
                return True
