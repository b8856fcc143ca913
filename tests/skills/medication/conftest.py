from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.reminders.home import SHANGHAI, Home, VirtualClock
from tests.skills.medication.talk import Talk

MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Where a database is quick: in memory, where the machine has such a folder."""
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
async def home(memory: Path) -> AsyncIterator[Home]:
    """A Monday morning at six."""
    begin = datetime(2026, 11, 23, 6, 0, tzinfo=SHANGHAI)
    made = await Home(memory / "anban.sqlite", VirtualClock(begin.timestamp())).open()
    yield made
    await made.database.close()


@pytest.fixture
def zh(home: Home) -> Talk:
    return Talk(home, "zh")


@pytest.fixture
def en(home: Home) -> Talk:
    return Talk(home, "en")
