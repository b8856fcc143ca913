"""Killed with SIGKILL in the middle of a self-test: it is made after the restart, and once."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from assistant.people.contacts import People, new_contact
from tests.selftest.parts import daughter
from tests.waiting import until

ROOT = Path(__file__).parents[2]


async def start(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.selftest.living", str(folder)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )


def rows(folder: Path, sql: str) -> list[Any]:
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / "anban.sqlite")) as database:
        return database.execute(sql).fetchall()
    return []


async def test_a_test_that_was_killed_is_made_again_and_only_then_is_over(tmp_path: Path) -> None:
    with daughter() as mei:
        mei.manners.delay_seconds = 15.0  # the middle of a test
        People(tmp_path).add(new_contact("Mei", [], [mei.url]))
        home = await start(tmp_path)
        await until(lambda: mei.posts >= 1)
        home.kill()
        await home.wait()
        assert rows(tmp_path, "SELECT ended_at, begins FROM selftest") == [(None, 1)]

        mei.manners.delay_seconds = 0.0
        home = await start(tmp_path)
        await until(lambda: rows(tmp_path, "SELECT ended_at > 0 FROM selftest") == [(1,)])
        home.kill()
        await home.wait()
        assert rows(tmp_path, "SELECT begins FROM selftest") == [(2,)]
        found = rows(tmp_path, "SELECT verdict FROM selftest_finding WHERE part = 'channel'")
        assert found == [("well",)]

        written = mei.posts
        home = await start(tmp_path)
        assert home.stdout is not None
        assert await home.stdout.readline() == b"stepped\n"
        home.kill()
        await home.wait()
        assert rows(tmp_path, "SELECT begins FROM selftest") == [(2,)]
        assert mei.posts == written
