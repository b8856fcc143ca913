from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.reminders.home import SHANGHAI, Home, VirtualClock

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path):
    """Where a database is quick: in memory, where the machine has such a folder."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
async def home(folder: Path) -> AsyncIterator[Home]:
    """A Monday morning at six."""
    begin = datetime(2026, 11, 23, 6, 0, tzinfo=SHANGHAI)
    made = await Home(folder / "anban.sqlite", VirtualClock(begin.timestamp())).open()
    yield made
    await made.database.close()
