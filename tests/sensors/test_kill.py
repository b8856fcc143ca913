"""kill -9 of the core at every step of what a sensor told: it is done, and counted once."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.alarms import Alarms
from assistant.events import SensorTold
from assistant.sensors.family import SensorFamily
from assistant.sensors.service import AddedSensors
from assistant.sensors.wording import Texts
from assistant.settings import SensorSettings, Settings
from tests.alarm.virtual_time import VirtualLoop
from tests.homes import ALARMS, a_home, features
from tests.sensors.house import ZONE, LoopClock, at

SECONDS = 900.0
"""Long enough for two questions, silence, and the family."""
KILLED = -signal.SIGKILL


class FamilyFile:
    """What reached the family: a line each, on the disk before anything else happens."""

    def __init__(self, file: Path, step: Callable[[], None]) -> None:
        self._file, self._step = file, step

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        self._step()
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{notice_id} {texts('en')[1]}\n")
            file.flush()
            os.fsync(file.fileno())
        self._step()
        return "Mei"


def live(folder: Path, kind: str, kill_at: int = -1) -> int:
    """Run for a while after the sensor told this; gives how many steps it took."""
    steps = 0

    def step() -> None:
        nonlocal steps
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1

    async def some_time() -> None:
        sensors = {"front_door": SensorSettings(driver="none", place="front door")}
        settings = Settings(language="en", sensors=sensors)
        home = a_home(folder, settings, clock=LoopClock(at("03:00")), zone=ZONE)
        built = features(home, *ALARMS, "added sensors")
        alarms, added = built.of(Alarms), built.of(AddedSensors)
        messenger = FamilyFile(folder / "family.log", step)
        family = SensorFamily(home, added.course, added.wording, messenger)
        home.bus.listen(lambda _: step())
        await home.database.open()
        await alarms.start()
        await added.course.start()
        await family.start()
        home.bus.publish(SensorTold("front_door", kind))
        await asyncio.sleep(SECONDS)
        await family.stop()
        await added.course.stop()
        await alarms.stop()
        await home.database.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(some_time())
    return steps


def in_a_process(folder: Path, kind: str, kill_at: int = -1) -> int:
    """Do it in a fork; gives its exit status, or minus its signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with (folder / "stderr.log").open("ab") as log:
                os.dup2(log.fileno(), 2)
            (folder / "steps").write_text(str(live(folder, kind, kill_at)))
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "anban.sqlite")) as connection:
        return connection.execute(sql).fetchall()


def check_family_told_once(folder: Path) -> None:
    lines = (folder / "family.log").read_text("utf-8").splitlines()
    assert len({line.split()[0] for line in lines}) == 1, "the same thing, with the same id"
    assert len(lines) <= 2, "twice only where the kill fell between telling and writing"
    assert rows(folder, "SELECT * FROM sensor_case") == []


def check_alarm_open_once(folder: Path) -> None:
    assert rows(folder, "SELECT reason, source FROM alarm") == [("fire", "sensor:front_door")]


@pytest.mark.parametrize(
    ("kind", "check"),
    [("door_opened", check_family_told_once), ("smoke_detected", check_alarm_open_once)],
)
def test_killed_at_any_step_it_is_done_once(
    tmp_path: Path, kind: str, check: Callable[[Path], None]
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    assert in_a_process(whole, kind) == 0, (whole / "stderr.log").read_text()
    check(whole)
    # What comes later in an open alarm is the alarm's own affair.
    points = range(min(int((whole / "steps").read_text()), 12))
    for point in points:
        folder = tmp_path / str(point)
        folder.mkdir()
        assert in_a_process(folder, kind, point) == KILLED
        assert in_a_process(folder, kind) == 0, (folder / "stderr.log").read_text()
        check(folder)
