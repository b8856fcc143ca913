"""kill -9 of the core at every step of an open alarm: nothing is lost, and what may be doubled."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from assistant.language import warm
from assistant.safety import prepare as prepare_to_judge
from tests.alarm.alarm_process import ADDRESSES, DONE, run_core

SEED = 20_261_122
POINTS = 25
SOAK_POINTS = 200


def load_before_the_fork() -> None:
    """Load what every core would load anew: else it is not yet awake when the kill comes."""
    prepare_to_judge()
    warm()


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    load_before_the_fork()


def in_a_process(home: Path, **how: object) -> int:
    """Run the core in a fork, ended by itself or by a kill; its exit status or minus its signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with (home / "stderr.log").open("ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            run_core(home, **how)  # type: ignore[arg-type]
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def outside(home: Path) -> list[list[str]]:
    path = home / "outside.log"
    return [line.split() for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "anban.sqlite")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def was_recorded(home: Path) -> bool:
    """Whether the alarm was on the disk when the kill came: else the cry itself was cut off."""
    try:
        return bool(rows(home, "SELECT 1 FROM alarm"))
    except sqlite3.OperationalError:
        return False


def check_nothing_is_lost(home: Path, kills: int) -> None:
    log = (home / "stderr.log").read_text()
    assert rows(home, "SELECT state FROM alarm") == [("closed",)], log
    told = outside(home)
    assert told[-1] == [DONE]
    sent = Counter((line[0], line[1], line[2]) for line in told if len(line) == 3)
    people = {(channel, person) for channel, person, _ in sent}
    assert people == {tuple(a.split(":")) for pair in ADDRESSES.values() for a in pair}
    # Twice only where a kill fell between sending and recording, and then with the same id.
    assert sum(times - 1 for times in sent.values()) <= kills * 2
    whys = [row[0] for row in rows(home, "SELECT why FROM journal ORDER BY entry")]
    times_out = 1 + whys.count("nobody_came")  # a kill cut off whoever would have closed it
    pages = [key for key in sent if key[0] == "pager"]
    assert len(pages) == len(ADDRESSES) * times_out, "one message a person, each time it goes out"
    recorded = {row[0] for row in rows(home, "SELECT attempt_id FROM attempt")}
    assert {attempt for _, _, attempt in sent} <= recorded, "none was made without its record"
    # What a kill cut off before the alarm went out again is told anew, with another id.
    unsettled = rows(
        home,
        "SELECT * FROM attempt JOIN alarm USING (alarm_id, generation) "
        "WHERE outcome = 'begun' AND round > 0",
    )
    assert unsettled == []
    assert whys[0] == "救命"
    assert "acknowledged" in whys
    assert whys[-1] == "confirmed"


def test_without_a_kill_the_alarm_runs_to_its_end(tmp_path: Path) -> None:
    assert in_a_process(tmp_path, cries=True) == 0, (tmp_path / "stderr.log").read_text()
    check_nothing_is_lost(tmp_path, kills=0)


def _steps_of_an_alarm(folder: Path) -> int:
    folder.mkdir()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, str(run_core(folder, cries=True)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    steps = int(os.read(reader, 20))
    os.close(reader)
    os.waitpid(child, 0)
    return steps


def test_killed_at_seeded_steps_it_goes_on(tmp_path: Path) -> None:
    steps = _steps_of_an_alarm(tmp_path / "whole")
    assert steps > POINTS
    # The first step is the cry itself: nothing is known of it yet.
    chosen = random.Random(SEED).sample(range(1, steps), min(POINTS, steps - 1))
    killed = 0
    for point in sorted(chosen):
        home = tmp_path / str(point)
        home.mkdir()
        if in_a_process(home, cries=True, kill_at=point) == -signal.SIGKILL:
            killed += 1
        lost = not was_recorded(home)
        assert not lost or outside(home) == [], "nobody was told of what is not recorded"
        assert in_a_process(home, cries=lost) == 0, (home / "stderr.log").read_text()
        check_nothing_is_lost(home, kills=1)
    assert killed >= POINTS - 1


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_killed_at_any_moment_and_again_it_goes_on(tmp_path: Path) -> None:
    """By a timer of the kernel, in the middle of whatever it does; also during the recovery."""
    chosen = random.Random(SEED)
    killed = 0
    for number in range(SOAK_POINTS):
        home = tmp_path / str(number)
        home.mkdir()
        kills = 0
        while kills < 3:
            seconds = chosen.uniform(0.01, 0.35)
            lost = not was_recorded(home)
            status = in_a_process(home, cries=lost, kill_after_seconds=seconds)
            if status == 0:
                break
            assert status == -signal.SIGKILL, (home / "stderr.log").read_text()
            kills += 1
        killed += kills
        assert in_a_process(home, cries=not was_recorded(home)) == 0
        check_nothing_is_lost(home, kills)
    assert killed >= SOAK_POINTS
