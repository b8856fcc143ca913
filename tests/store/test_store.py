"""The database: what was written is there, whatever happened to file, disk or process."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.store import Database, KeyedValues, StoreError
from assistant.store import database as module
from assistant.store.schema import migrate_core


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "anban.sqlite")
    await database.open()
    yield database
    await database.close()


async def test_values_are_kept_apart_and_outlive_the_process(tmp_path: Path) -> None:
    first = Database(tmp_path / "anban.sqlite")
    await first.open()
    await KeyedValues.of_skill(first, "general").set("name", "王奶奶")
    await KeyedValues.of_skill(first, "meals").set("name", {"dish": ["粥", 2.5, None]})
    await KeyedValues.profile(first).set("name", "Mary")
    await first.close()

    second = Database(tmp_path / "anban.sqlite")
    await second.open()
    assert await KeyedValues.of_skill(second, "general").all() == {"name": "王奶奶"}
    assert await KeyedValues.of_skill(second, "meals").get("name") == {"dish": ["粥", 2.5, None]}
    assert await KeyedValues.profile(second).get("name") == "Mary"
    assert await KeyedValues.profile(second).get("birthday") is None
    await KeyedValues.of_skill(second, "meals").delete("name")
    assert await KeyedValues.of_skill(second, "meals").get("name") is None
    assert await KeyedValues.of_skill(second, "general").get("name") == "王奶奶"
    await second.close()


async def test_a_value_that_is_too_long_is_refused(database: Database) -> None:
    values = KeyedValues.of_skill(database, "general")
    with pytest.raises(ValueError, match="too long"):
        await values.set("book", "x" * 100_000)
    assert await values.all() == {}


async def test_a_step_that_fails_is_not_half_written(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO profile VALUES ('a', '1')")
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StoreError, match="nothing of this step was kept"):
        await database.write(half)
    assert await KeyedValues.profile(database).all() == {}


@pytest.mark.parametrize("damage", [b"this was never a database" * 100, b"SQLite format 3\0" * 50])
async def test_a_corrupt_file_is_set_aside_and_told(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "anban.sqlite"
    path.write_bytes(damage)
    database = Database(path)
    await database.open()
    assert database.set_aside is not None
    assert database.set_aside.read_bytes() == damage
    await KeyedValues.profile(database).set("name", "Mary")
    assert await KeyedValues.profile(database).get("name") == "Mary"
    await database.close()


def killed_while_writing(path: Path, count: int = 5) -> None:
    """A home whose process died: all that it wrote stands in the log alone."""
    code = textwrap.dedent(f"""
        import asyncio, os
        from pathlib import Path
        from assistant.store import Database, KeyedValues
        async def main():
            database = Database(Path({str(path)!r}))
            await database.open()
            for number in range({count}):
                await KeyedValues.profile(database).set(f"n{{number}}", number)
            os._exit(9)
        asyncio.run(main())
    """)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9


@pytest.mark.parametrize(
    "at", [0, 9, 18, 26, 32 + 10, 32 + 24 + 100, -100, -4_096 - 10], ids=lambda at: f"byte {at}"
)
async def test_a_damaged_log_is_kept_and_told(tmp_path: Path, at: int) -> None:
    path, wal = tmp_path / "anban.sqlite", tmp_path / "anban.sqlite-wal"
    killed_while_writing(path)
    damaged = bytearray(wal.read_bytes())
    damaged[at] ^= 0xFF
    wal.write_bytes(damaged)
    database = Database(path)
    await database.open()
    assert database.set_aside is not None, "something written is lost, and nobody was told"
    assert database.set_aside.read_bytes() == damaged
    assert database.set_aside.stat().st_mode & 0o077 == 0
    await KeyedValues.profile(database).set("name", "Mary")
    await database.close()


async def test_a_log_cut_short_loses_what_was_in_it_and_is_told_by_what_is_left(
    tmp_path: Path,
) -> None:
    path, wal = tmp_path / "anban.sqlite", tmp_path / "anban.sqlite-wal"
    killed_while_writing(path)
    wal.write_bytes(wal.read_bytes()[:20])
    database = Database(path)
    await database.open()
    assert database.set_aside is not None
    await database.close()


@pytest.mark.parametrize("more", [b"", b"torn"])
async def test_a_log_whose_writer_was_killed_is_whole(tmp_path: Path, more: bytes) -> None:
    path, wal = tmp_path / "anban.sqlite", tmp_path / "anban.sqlite-wal"
    killed_while_writing(path)
    wal.write_bytes(wal.read_bytes() + more)  # a transaction that was not over yet
    database = Database(path)
    await database.open()
    assert database.set_aside is None
    assert len(await KeyedValues.profile(database).all()) == 5
    await database.close()


async def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "anban.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    database = Database(path)
    with pytest.raises(StoreError, match="newer Anban"):
        await database.open()
    await database.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (999,)


async def test_a_disk_that_comes_back_is_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.write_text("a file where the folder should be", "utf-8")
    database = Database(folder / "anban.sqlite")
    with pytest.raises(StoreError):
        await database.open()
    with pytest.raises(StoreError):
        await KeyedValues.profile(database).get("name")
    folder.unlink()
    await KeyedValues.profile(database).set("name", "Mary")
    assert await KeyedValues.profile(database).get("name") == "Mary"
    await database.close()


async def test_only_this_user_may_read_it(database: Database, tmp_path: Path) -> None:
    assert (tmp_path / "anban.sqlite").stat().st_mode & 0o077 == 0


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from assistant.store import Database, KeyedValues
        async def main():
            database = Database(Path({str(tmp_path / "anban.sqlite")!r}))
            await database.open()
            values = KeyedValues.profile(database)
            number = 0
            while True:
                await values.set("count", number)
                print(number, flush=True)
                number += 1
        asyncio.run(main())
    """)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = -1
    for line in process.stdout:
        told = int(line)
        if told >= 50:
            process.send_signal(signal.SIGKILL)
    process.wait()
    with sqlite3.connect(tmp_path / "anban.sqlite") as connection:
        (kept,) = connection.execute("SELECT value FROM profile WHERE field = 'count'").fetchone()
    assert int(kept) in {told, told + 1}  # the last one may have been written but not told


@settings(max_examples=25)
@given(
    values=st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=5,
    )
)
async def test_any_json_value_under_any_name_comes_back(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    database = Database(tmp_path_factory.mktemp("store") / "anban.sqlite")
    await database.open()
    table = KeyedValues.of_skill(database, "general")
    try:
        for name, value in values.items():
            await table.set(name, value)
        assert await table.all() == values
    finally:
        await database.close()


async def test_a_disk_that_cannot_be_written_is_stood_in_for_by_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over a restart; and once it can be written again, everything is on it."""
    place, spare = tmp_path / "disk", tmp_path / "memory"
    kept = Database(place / "anban.sqlite", spare)
    await kept.open()
    await KeyedValues.home(kept).set("before", 1)
    await kept.close()
    place.rename(tmp_path / "pulled out")
    place.touch()

    alone = Database(place / "anban.sqlite", spare)
    await alone.open()
    assert not alone.is_kept
    await KeyedValues.home(alone).set("meanwhile", 2)
    await alone.close()

    again = Database(place / "anban.sqlite", spare)
    await again.open()
    assert not again.is_kept
    assert await KeyedValues.home(again).all() == {"meanwhile": 2}
    await KeyedValues.home(again).set("still", 3)
    place.unlink()
    monkeypatch.setattr(module, "COME_BACK_SECONDS", 0.0)
    await KeyedValues.home(again).set("back", 4)
    assert again.is_kept
    assert list(spare.iterdir()) == []
    await again.close()

    after = Database(place / "anban.sqlite")
    await after.open()
    assert await KeyedValues.home(after).all() == {"meanwhile": 2, "still": 3, "back": 4}
    await after.close()


async def test_memory_goes_on_with_what_is_on_a_disk_that_can_only_be_read(
    tmp_path: Path,
) -> None:
    path, spare = tmp_path / "anban.sqlite", tmp_path / "memory"
    before = Database(path)
    await before.open()
    await KeyedValues.home(before).set("alarm", "open")

    def refuse(connection: sqlite3.Connection, where: Path) -> None:
        if where == path:
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise error
        migrate_core(connection, where)

    after = Database(path, spare, refuse)
    await after.open()  # its log was never written into the file: both are copied
    assert not after.is_kept
    assert await KeyedValues.home(after).get("alarm") == "open"
    await KeyedValues.home(after).set("alarm", "closed")
    await after.close()
    await before.close()

    home = Database(path, spare)
    await home.open()
    assert home.is_kept
    assert await KeyedValues.home(home).get("alarm") == "closed"
    await home.close()


async def test_without_memory_to_go_on_in_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "disk").touch()
    nowhere = Database(tmp_path / "disk" / "anban.sqlite")
    with pytest.raises(StoreError):
        await nowhere.open()
