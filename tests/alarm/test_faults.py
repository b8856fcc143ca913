"""What an alarm must survive: disks, databases, clocks."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from assistant.alarm.record_writer import DISK_SECONDS
from assistant.alarm.source import VOICE
from assistant.events import CryForHelpHeard, DangerSensed, HelpPressed
from assistant.store import Database
from tests.alarm.parts import ARRIVE_SECONDS, World, a_home

ONE = {"甲": ["call:1", "text:1"]}


def world() -> World:
    return World({"call:1": ["busy", "acknowledged"]})


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Every write fails as SQLite fails on a full disk, while the list says so."""
    is_full = [True]
    write = Database.write

    async def fail(self: Database, work: object) -> object:
        def refuse(connection: sqlite3.Connection) -> object:
            if is_full[0]:
                connection.execute("PRAGMA max_page_count = 1")
                connection.execute("CREATE TABLE filler AS SELECT randomblob(1000000)")
            connection.execute("PRAGMA max_page_count = 1000000")
            return work(connection)  # type: ignore[operator]

        return await write(self, refuse)

    monkeypatch.setattr(Database, "write", fail)
    return is_full


async def test_a_full_disk_delays_no_call_and_is_caught_up(
    tmp_path: Path, full_disk: list[bool]
) -> None:
    async with a_home(tmp_path, world(), ONE) as home:
        began = asyncio.get_running_loop().time()
        home.cry()
        await home.after(5)
        assert home.world.tries[0][0] - began <= 3 * DISK_SECONDS
        assert home.states() == ["raised"]
        await home.after(100)
        assert home.states() == ["acknowledged"]
        assert await home.journal() == []
        full_disk[0] = False
        await home.after(30)
        assert next(why for _, why in await home.journal()) == "x"


async def test_a_locked_database_stops_nothing(tmp_path: Path) -> None:
    async with a_home(tmp_path, world(), ONE) as home:
        other = sqlite3.connect(tmp_path / "anban.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        home.cry()
        await home.after(1)
        assert home.world.tries
        other.execute("COMMIT")
        other.close()
        await home.after(100)
        assert home.states() == ["acknowledged"]
        assert len(await home.journal()) > 2


@pytest.mark.parametrize("damage", [b"not a database at all" * 300, b"\x00" * 8192])
async def test_a_corrupt_database_is_set_aside_and_the_alarm_goes_out(
    tmp_path: Path, damage: bytes
) -> None:
    async with a_home(tmp_path, world(), ONE):
        pass
    for tail in ("", "-wal", "-shm"):
        (tmp_path / f"anban.sqlite{tail}").unlink(missing_ok=True)
    (tmp_path / "anban.sqlite").write_bytes(damage)
    async with a_home(tmp_path, world(), {}) as home:
        home.cry()
        await home.after(100)
        assert home.states() == ["acknowledged"], "the contacts are not in the database"
        assert len(await home.journal()) > 2


async def test_a_database_that_turns_corrupt_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    async with a_home(tmp_path, world(), ONE) as home:
        home.cry()
        await home.after(2)
        for pragma in ("wal_checkpoint(TRUNCATE)", "cache_size = 1", "shrink_memory"):
            sql = f"PRAGMA {pragma}"
            await home.database.read(lambda c, sql=sql: c.execute(sql).fetchall())
        path = tmp_path / "anban.sqlite"
        path.write_bytes(b"\xff" * path.stat().st_size)
        await home.after(100)
        assert home.states() == ["acknowledged"]
        assert list(tmp_path.glob("*.corrupt-*"))
        alarms = await home.database.read(lambda c: c.execute("SELECT state FROM alarm").fetchall())
        assert alarms == [("acknowledged",)]


async def test_a_database_that_could_never_be_opened_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "anban.sqlite").mkdir()
    database = Database(tmp_path / "anban.sqlite")
    from assistant.alarm.state import State
    from assistant.alarm.store import AlarmStore

    store = AlarmStore(database, ARRIVE_SECONDS)
    await store.start(lambda _: None)
    alarm = await store.raise_alarm("fall", VOICE, "", "x")
    assert alarm.state is State.RAISED
    (tmp_path / "anban.sqlite").rmdir()
    await asyncio.sleep(5)
    rows = await database.read(lambda c: c.execute("SELECT state FROM alarm").fetchall())
    assert rows == [("raised",)], "written as soon as it could be"
    await store.stop()
    await database.close()


@pytest.mark.parametrize("jump_seconds", [-86_400.0, 86_400.0, -1e9])
async def test_a_clock_that_is_set_changes_no_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_seconds: float
) -> None:
    truth = time.time
    async with a_home(tmp_path, World({"call:1": ["acknowledged", "busy"]}), ONE) as home:
        home.cry()
        await home.after(30)
        monkeypatch.setattr(time, "time", lambda: truth() + jump_seconds)
        await home.after(ARRIVE_SECONDS - 60)
        assert home.states() == ["acknowledged"]
        await home.after(100)
        assert home.states() == ["raised"]


@pytest.mark.parametrize("jump_seconds", [-86_400.0, 86_400.0])
async def test_after_a_restart_with_a_wrong_clock_it_escalates_no_later_than_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump_seconds: float
) -> None:
    truth = time.time
    scripts = World({"call:1": ["acknowledged", "busy"]})
    async with a_home(tmp_path, scripts, ONE) as home:
        home.cry()
        await home.after(100)
    monkeypatch.setattr(time, "time", lambda: truth() + jump_seconds)
    async with a_home(tmp_path, scripts, {}) as home:
        await home.after(ARRIVE_SECONDS + 30)
        assert home.states() == ["raised"]


async def test_a_network_that_is_gone_for_an_hour(tmp_path: Path) -> None:
    gone = World({"call:1": ["failed"] * 60 + ["acknowledged"], "text:1": ["failed"]})
    async with a_home(tmp_path, gone, ONE) as home:
        home.cry()
        await home.after(3_600 + 600)
        assert home.states() == ["acknowledged"]


async def test_alarms_of_before_are_read_once_the_database_lets_them_be(tmp_path: Path) -> None:
    scripts = World({"call:1": ["busy"]})
    async with a_home(tmp_path, scripts, ONE) as home:
        home.cry()
        await home.after(2)
    moved = tmp_path / "moved.sqlite"
    path = tmp_path / "anban.sqlite"
    path.rename(moved)
    path.mkdir()  # nothing can be opened there
    database = Database(path)
    from assistant.alarm.store import AlarmStore

    store = AlarmStore(database, ARRIVE_SECONDS)
    found: list[str] = []
    await store.start(lambda alarm: found.append(alarm.reason))
    assert found == []
    path.rmdir()
    moved.rename(path)
    await asyncio.sleep(5)
    assert found == ["fall"]
    assert len(store.attempts(store.open_alarms()[0].alarm_id)) > 1
    await store.stop()
    await database.close()


ODD_TEXTS = [
    "\ud800",
    "浴\udfff室",
    "a\x00b",
    "\ufffe",
    "😀",
    "x" * 100_000,
    "'; DROP TABLE alarm; --",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_whatever_a_child_writes_every_alarm_is_on_the_disk(
    tmp_path: Path, text: str
) -> None:
    async with a_home(tmp_path, world(), ONE) as home:
        home.bus.publish(HelpPressed(text, text))
        home.bus.publish(DangerSensed("fall", text, text))
        home.bus.publish(CryForHelpHeard(text, "fire", 0.0))
        home.emergency.doubt(text)
        await home.after(5)
        home.cry("gas")
        await home.after(5)
        kept = {alarm.alarm_id for alarm in home.store.open_alarms()}
    async with a_home(tmp_path, world(), {}) as home:
        assert {alarm.alarm_id for alarm in home.store.open_alarms()} == kept
        assert {"fire", "gas"} <= {alarm.reason for alarm in home.store.open_alarms()}


@pytest.mark.parametrize(
    "fault",
    [
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"),
        OverflowError("too large"),
        sqlite3.IntegrityError("x"),
        sqlite3.InterfaceError("x"),
        ValueError("x"),
        KeyError("x"),
    ],
)
async def test_a_record_that_cannot_be_written_costs_itself_alone(
    tmp_path: Path, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def unwritable(_: sqlite3.Connection) -> None:
        raise fault

    async with a_home(tmp_path, world(), ONE) as home:
        home.cry()
        await home.after(1)
        alarm = home.store.open_alarms()[0]
        await home.store._records.write(lambda c: c.execute(MARK, ("before",)), unwritable)
        await home.store.note(alarm.alarm_id, "test", "after")
        await home.after(1)
        whys = [why for _, why in await home.journal()]
        assert {"before", "after"} <= set(whys)
        assert "left out" in caplog.text
        assert home.store.lost_count == 1


MARK = "INSERT INTO journal (at, alarm_id, state, who, why) VALUES (0, 'a', 'raised', 'test', ?)"
