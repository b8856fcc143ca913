"""The engine as a process, killed with SIGKILL at any point, goes on where it was."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from assistant.language import Unit
from assistant.reminders import tables
from assistant.services.reminder import State
from tests.reminders.home import Home, VirtualClock
from tests.reminders.test_scheduler import at, daily

BEGIN, END = at("2026-11-23T06:00"), at("2026-12-07T23:00")
DAYS, TIMES = 15, ("08:00", "12:00", "18:00")
ROOT = Path(__file__).parents[2]


async def prepare(database: Path) -> None:
    home = await Home(database, VirtualClock(BEGIN)).open()
    await home.api.add(daily(*TIMES))
    await home.api.refill("metformin", Fraction(1000), Unit.TABLET)
    await home.database.close()


def live_and_die(database: Path, now: float, lines: int | None) -> list[str]:
    """One run, killed after so many lines of it were read; None: to its end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reminders.living", str(database), str(now), str(END)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if lines is not None and len(told) >= lines:
                process.kill()
                told += process.stdout.readlines()  # what it had written before it died
                break
        process.wait(60)
    return [line for line in told if line.endswith("\n")]


async def survive(database: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    await prepare(database)
    now, story = BEGIN, []
    for _ in range(kills):
        told = await asyncio.to_thread(live_and_die, database, now, chance.randint(1, 30))
        story += told
        now = max([now, *(float(line.split()[0]) for line in told)])
    story += await asyncio.to_thread(live_and_die, database, now, None)
    assert story[-1].endswith("over\n")

    home = await Home(database, VirtualClock(END)).open()
    items = await home.database.read(lambda c: tables.between(c, BEGIN, END))
    left = await home.api.left("metformin")
    await home.database.close()
    assert len(items) == DAYS * len(TIMES)
    assert {item.occurrence.state for item in items} == {State.TAKEN}
    assert left is not None
    assert left.amount == 1000 - len(items)  # counted exactly once
    announced = Counter(line.split()[2] for line in story if "ReminderDue" in line)
    told_twice = Counter(line.split()[2] for line in story if "DoseTaken" in line)
    assert set(announced) == {item.occurrence.occurrence_id for item in items}
    assert max(told_twice.values()) == 1


async def test_killed_three_times(folder: Path) -> None:
    await survive(folder / "anban.sqlite", 3, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(5))
async def test_killed_forty_times(folder: Path, seed: int) -> None:
    await survive(folder / "anban.sqlite", 40, seed)
