"""Migrations, feature by feature: each is run once and whole, and nothing of before is lost."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from assistant.store import Database, KeyedValues, StoreError
from assistant.store.schema import (
    PER_FEATURE,
    VERSIONS_TABLE,
    core_scripts,
    migrate,
    migrate_core,
    read_scripts,
)

SCRIPT_COUNT = sum(map(len, core_scripts().values()))
SINGLE_SEQUENCE = [
    ["home/0001.sql"],
    ["alarm/0001.sql"],
    ["reminders/0001.sql"],
    ["selftest/0001.sql", "drill/0001.sql"],
    ["alarm/0002.sql"],
    ["reminders/0002.sql"],
]
"""Where the migrations of the one sequence of before stand now, by its numbers."""


def of_before(path: Path, version: int) -> None:
    """A database as the single sequence left it, with a value in it."""
    folder = files("assistant.store") / "migrations"
    with closing(sqlite3.connect(path)) as connection:
        for step in SINGLE_SEQUENCE[:version]:
            for name in step:
                connection.executescript(folder.joinpath(*name.split("/")).read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {version}")
        if version:
            connection.execute("""INSERT INTO profile VALUES ('name', '"王奶奶"')""")
        if version >= 2:
            connection.execute(
                "INSERT INTO alarm (alarm_id, reason, source, place, opened_at, state,"
                " asked_count, denied_count, was_reached, acknowledged_by)"
                " VALUES ('a', 'fall', 'cry', '', 0, 'calling', 0, 0, 0, '')"
            )
        connection.commit()


def content(path: Path) -> tuple[set[tuple[str, str]], dict[str, int], list[str]]:
    """Definitions, versions, and the rows of profile and alarms."""
    with closing(sqlite3.connect(path)) as connection:
        # ALTER TABLE appends to the text; its white space depends on how the table came to be.
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        definitions = {(name, "".join(sql.split())) for name, sql in tables}
        versions = dict(connection.execute(f"SELECT * FROM {VERSIONS_TABLE}"))
        rows = [*connection.execute("SELECT value FROM profile")]
        rows += [*connection.execute("SELECT alarm_id FROM alarm")]
        assert connection.execute("PRAGMA user_version").fetchone() == (PER_FEATURE,)
    return definitions, versions, [value for (value,) in rows]


@pytest.mark.parametrize("version", range(len(SINGLE_SEQUENCE) + 1))
async def test_a_database_of_the_single_sequence_is_taken_over(
    tmp_path: Path, version: int
) -> None:
    of_before(tmp_path / "old.sqlite", version)
    for _ in range(2):  # a migration that ran twice would say "duplicate column"
        for name in ("old.sqlite", "new.sqlite"):
            database = Database(tmp_path / name)
            await database.open()
            await database.close()
    definitions, versions, rows = content(tmp_path / "old.sqlite")
    fresh = content(tmp_path / "new.sqlite")
    assert (definitions, versions) == fresh[:2]
    assert versions == {feature: len(scripts) for feature, scripts in core_scripts().items()}
    assert rows == ['"王奶奶"', "a"][: min(version, 2)]


def test_the_single_sequence_went_no_further() -> None:
    """New migrations belong to a feature, and the versions of before stay what they were."""
    assert len(SINGLE_SEQUENCE) == PER_FEATURE - 1


@pytest.mark.parametrize("version", [0, 3, 6])
def test_an_anban_of_before_is_told_that_the_database_is_newer(
    tmp_path: Path, version: int
) -> None:
    of_before(tmp_path / "home.sqlite", version)
    with closing(sqlite3.connect(tmp_path / "home.sqlite", isolation_level=None)) as connection:
        migrate_core(connection, tmp_path)
        (now,) = connection.execute("PRAGMA user_version").fetchone()
    assert now > len(SINGLE_SEQUENCE), "it would go on with tables that it does not know"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


FEATURES: list[tuple[str, int]] = [("alarm", 99), ("home", 99), ("meals", 1), ("", 1)]


@pytest.mark.parametrize(("feature", "version"), FEATURES)
async def test_a_feature_of_a_newer_anban_is_not_touched(
    tmp_path: Path, feature: str, version: int
) -> None:
    path = tmp_path / "anban.sqlite"
    with opened(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate_core(connection, path)
        connection.execute(
            f"INSERT OR REPLACE INTO {VERSIONS_TABLE} VALUES (?, ?)", (feature, version)
        )
    before = path.read_bytes()
    database = Database(path)
    with pytest.raises(StoreError, match="newer Anban"):
        await database.open()
    await database.close()
    assert path.read_bytes() == before


BROKEN: list[tuple[str, ...]] = [
    ("CREATE TABLE one (a); CREATE TABLE one (a);",),
    ("CREATE TABLE one (a);", "INSERT INTO two VALUES (1);"),
    ("CREATE TABLE one (a UNIQUE); INSERT INTO one VALUES (1), (1);",),
    ("CREATE TABLE one (a); INSERT INTO one VALUES (1); nonsense",),
    ("CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES ('x');",),
    ("CREATE TABLE one (a); COMMIT; CREATE TABLE two (a); nonsense;",),
    ("CREATE TABLE one (a); ROLLBACK; CREATE TABLE two (a);",),
    ("CREATE TABLE one (a); SAVEPOINT here; RELEASE here; CREATE TABLE two (a); nonsense;",),
]


@pytest.mark.parametrize("scripts", BROKEN)
def test_a_script_that_fails_leaves_nothing_behind(tmp_path: Path, scripts: Sequence[str]) -> None:
    path = tmp_path / "anban.sqlite"
    of_before(path, 6)
    with opened(path) as connection:
        before = [*connection.iterdump()]
        with pytest.raises(StoreError, match=r"zoo/000\d.sql.*stay as they were"):
            migrate(connection, path, {**core_scripts(), "zoo": scripts})
        assert [*connection.iterdump()] == before
        assert connection.execute("PRAGMA user_version").fetchone() == (6,)


def killed_while_migrating(path: Path, count: int) -> None:
    """After so many scripts."""
    code = textwrap.dedent(f"""
        import contextlib, os, sqlite3
        from pathlib import Path
        from assistant.store.schema import core_scripts, migrate
        left = {count}
        @contextlib.contextmanager
        def around(connection):
            global left
            yield
            left -= 1
            if not left:
                os._exit(9)
        connection = sqlite3.connect({str(path)!r}, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, Path("x"), core_scripts(), around=around)
    """)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9


@pytest.mark.parametrize("count", range(1, SCRIPT_COUNT + 1))
async def test_a_process_killed_while_it_migrates_leaves_nothing_half_done(
    tmp_path: Path, count: int
) -> None:
    """Killed after each of the scripts; the next start begins anew."""
    path = tmp_path / "anban.sqlite"
    killed_while_migrating(path, count)
    with opened(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    database = Database(path)
    await database.open()
    await KeyedValues.profile(database).set("name", "Mary")
    await database.close()
    assert content(path)[2] == ['"Mary"']


def test_two_processes_that_open_an_old_database_migrate_it_once(tmp_path: Path) -> None:
    path = tmp_path / "anban.sqlite"
    of_before(path, 4)
    code = textwrap.dedent(f"""
        import asyncio, sys
        from pathlib import Path
        from assistant.store import Database
        async def main():
            database = Database(Path({str(path)!r}))
            sys.stdin.readline()
            await database.open()
            await database.close()
        asyncio.run(main())
    """)
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert content(path)[2] == ['"王奶奶"', "a"]


async def test_a_copy_in_memory_that_an_earlier_version_made_is_brought_home_whole(
    tmp_path: Path,
) -> None:
    """The disk died, Anban went on in memory, was renewed, and the disk came back."""
    path, spare = tmp_path / "home" / "anban.sqlite", tmp_path / "memory"
    path.parent.mkdir()
    spare.mkdir()
    of_before(path, 6)
    of_before(spare / path.name, 2)
    database = Database(path, spare)
    await database.open()
    assert database.is_kept
    await database.close()
    _, versions, rows = content(path)
    assert versions == {feature: len(scripts) for feature, scripts in core_scripts().items()}
    assert rows == ['"王奶奶"', "a"]


@pytest.mark.parametrize(
    "names", [["0002.sql"], ["0001.sql", "0003.sql"], ["1.sql"], ["0001.sql", "0002_more.sql"]]
)
def test_migrations_that_are_not_in_order_are_told(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("CREATE TABLE tea_cup (at REAL);")
    with pytest.raises(ValueError, match="without a gap"):
        read_scripts(tmp_path)


def test_migrations_are_read_in_their_order(tmp_path: Path) -> None:
    for number in (2, 10, 1, 9, 3, 8, 4, 7, 5, 6):
        (tmp_path / f"{number:04}.sql").write_text(f"-- {number}")
    (tmp_path / "README.md").write_text("not a migration")
    assert read_scripts(tmp_path) == tuple(f"-- {number}" for number in range(1, 11))
    assert read_scripts(tmp_path / "nowhere") == ()


def test_a_script_is_cut_where_sqlite_says(tmp_path: Path) -> None:
    """Semicolons in comments, in texts and in triggers end nothing; the last one may be absent."""
    script = """
        -- one; two
        CREATE TABLE one (a TEXT DEFAULT ';', b /* ; */);
        CREATE TRIGGER t AFTER INSERT ON one BEGIN
            UPDATE one SET b = 'x;' || CASE WHEN 1 THEN 'y' END; -- ;
            UPDATE one SET a = 'z';
        END;
        INSERT INTO one DEFAULT VALUES;
        INSERT INTO one (a) VALUES ('last') -- without one;
    """
    with opened(tmp_path / "x.sqlite") as connection:
        migrate(connection, tmp_path, {"zoo": [script]})
        assert [*connection.execute("SELECT a, b FROM one")] == [("z", "x;y"), ("z", "x;y")]
