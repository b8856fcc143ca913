"""A skill's own tables: they work, and whatever its SQL says, nothing else is reached."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.services.keeping import Result, Statement
from assistant.store import Database, KeyedValues, StoreError
from assistant.store import skill_tables as module
from assistant.store.schema import VERSIONS_TABLE
from assistant.store.skill_tables import (
    MAX_ROWS,
    MAX_STATEMENTS,
    SkillTables,
    TablesError,
    check_scripts,
)

FIRST = """
    CREATE TABLE tea_cup (
        cup INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        kind TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE tea_sip (
        cup INTEGER NOT NULL REFERENCES tea_cup DEFERRABLE INITIALLY DEFERRED,
        ml INTEGER
    ) STRICT;
    INSERT INTO tea_cup (at, kind) VALUES (1.5, '绿茶');
"""
ALL_CUPS = Statement("SELECT cup, at, kind FROM tea_cup ORDER BY cup")


def adding(kind: str, at: float = 2.0) -> Statement:
    return Statement("INSERT INTO tea_cup (at, kind) VALUES (?, ?)", (at, kind))


@pytest.fixture
async def tea(tmp_path: Path) -> AsyncIterator[SkillTables]:
    tables = SkillTables(tmp_path / "skill-tables", "tea", [FIRST])
    yield tables
    await tables.close()


async def kinds(tables: SkillTables) -> list[object]:
    (result,) = await tables.run([ALL_CUPS])
    return [row[2] for row in result.rows]


async def test_statements_of_one_transaction_give_a_result_each(tea: SkillTables) -> None:
    results = await tea.run(
        [
            adding("red"),
            Statement("UPDATE tea_cup SET at = at + ?", (0.5,)),
            Statement("SELECT kind, at AS time FROM tea_cup ORDER BY cup"),
            Statement("INSERT INTO tea_cup (at, kind) VALUES (3, 'b'), (4, 'c') RETURNING cup"),
            Statement("DELETE FROM tea_cup WHERE kind IN ('b', 'c')"),
        ]
    )
    assert results == (
        Result((), (), 1),
        Result((), (), 2),
        Result(("kind", "time"), (("绿茶", 2.0), ("red", 2.5)), 0),
        Result(("cup",), ((3,), (4,)), 2),
        Result((), (), 2),
    )


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        tables = SkillTables(tmp_path, "tea", [FIRST])
        await tables.run([adding(f"tea {count}")])
        assert len(await kinds(tables)) == count + 1, "migrations run once"
        await tables.close()
    assert (tmp_path / "tea.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "last",
    [
        adding("绿茶"),
        Statement("INSERT OR ROLLBACK INTO tea_cup (at, kind) VALUES (1, '绿茶')"),
        Statement("INSERT OR ABORT INTO tea_cup (at, kind) VALUES (1, '绿茶')"),
        Statement("INSERT INTO tea_sip VALUES (99, 1)"),  # seen when the transaction ends
        Statement("nonsense"),
        Statement("SELECT ?"),
        Statement("SELECT 1", (1,)),
        Statement("COMMIT"),
        Statement("SELECT * FROM alarm"),
        Statement("SELECT x'ff'"),
    ],
    ids=lambda each: each.sql[:30],
)
async def test_a_transaction_that_fails_keeps_nothing(tea: SkillTables, last: Statement) -> None:
    with pytest.raises(TablesError):
        await tea.run([adding("red"), last])
    assert await kinds(tea) == ["绿茶"]
    await tea.run([adding("red")])
    assert await kinds(tea) == ["绿茶", "red"], "the next one is not hindered"


async def test_transactions_at_once_do_not_mix(tea: SkillTables) -> None:
    take_one = [
        Statement("UPDATE tea_cup SET at = at + 1 WHERE cup = 1"),
        Statement("SELECT at FROM tea_cup WHERE cup = 1"),
    ]
    answers = await asyncio.gather(*(tea.run(take_one) for _ in range(40)))
    assert sorted(answer[1].rows[0][0] or 0 for answer in answers) == [
        2.5 + number for number in range(40)
    ]


# ---------------------------------------------------------------------- hostile statements

ELSEWHERE = [
    "SELECT * FROM alarm",
    "SELECT * FROM main.alarm",
    "SELECT * FROM skill_storage",
    "SELECT * FROM coffee_cup",
    "SELECT * FROM migration",
    "SELECT count(*) FROM migration",
    "SELECT * FROM tea_cup, migration",
    "SELECT (SELECT max(version) FROM migration)",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM migration)",
    "WITH tea_x AS (SELECT * FROM migration) SELECT * FROM tea_x",
    "SELECT kind FROM tea_cup UNION SELECT feature FROM migration",
    "UPDATE migration SET version = 0",
    "DELETE FROM migration",
    "INSERT INTO migration VALUES ('tea', 9)",
    "INSERT INTO tea_cup (at, kind) SELECT version, feature FROM migration",
    "UPDATE tea_cup SET kind = (SELECT feature FROM migration)",
    "DELETE FROM tea_cup WHERE kind IN (SELECT feature FROM migration)",
    "REPLACE INTO migration VALUES ('tea', 0)",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM sqlite_temp_master",
    "SELECT * FROM sqlite_sequence",
    "UPDATE sqlite_sequence SET seq = 0",
    "UPDATE sqlite_master SET sql = ''",
    "SELECT * FROM pragma_table_info('migration')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM dbstat",
    "SELECT * FROM json_each('[1]')",
]
DEFINING = [
    "CREATE TABLE tea_other (a)",
    "CREATE TABLE alarm (a)",
    "CREATE TABLE tea_copy AS SELECT * FROM tea_cup",
    "CREATE TEMP TABLE tea_t (a)",
    "CREATE VIEW tea_v AS SELECT 1",
    "CREATE TEMP VIEW tea_v AS SELECT 1",
    "CREATE INDEX tea_i ON tea_cup (at)",
    "CREATE TRIGGER tea_t AFTER INSERT ON tea_cup BEGIN DELETE FROM migration; END",
    "CREATE TEMP TRIGGER tea_t AFTER INSERT ON tea_cup BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE tea_f USING fts5(a)",
    "ALTER TABLE tea_cup RENAME TO alarm",
    "ALTER TABLE tea_cup ADD COLUMN x",
    "DROP TABLE tea_cup",
    "DROP TABLE migration",
    "DROP INDEX sqlite_autoindex_tea_cup_1",
    "REINDEX",
    "ANALYZE",
]
OUTSIDE = [
    "ATTACH DATABASE '../anban.sqlite' AS home",
    "ATTACH ':memory:' AS x",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '/tmp/out.sqlite'",
    "PRAGMA writable_schema = ON",
    "PRAGMA user_version = 99",
    "PRAGMA max_page_count = 1000000",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA database_list",
    "PRAGMA temp_store_directory = '/'",
    "SELECT load_extension('x.so')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'x')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT randomblob(60000)",
    "SELECT zeroblob(60000)",
    "SELECT printf('%60000d', 1)",
    "SELECT hex(kind) FROM tea_cup",
    "SELECT sqlite_version()",
    "SELECT sqlite_compileoption_get(1)",
]
TRANSACTIONS = [
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT a",
    "RELEASE a",
    "ROLLBACK TO a",
    "SELECT 1; DROP TABLE tea_cup",
    "SELECT 1; COMMIT; DELETE FROM tea_cup",
]
TOO_MUCH = [
    "WITH RECURSIVE tea_n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM tea_n) SELECT x FROM tea_n",
    f"SELECT {'(' * 200}1{')' * 200}",
    f"SELECT {' + '.join(['1'] * 500)}",
    f"SELECT {', '.join(['1'] * 100)}",
    " UNION ALL ".join(["SELECT 1"] * 30),
    f"SELECT '{'x' * 70_000}'",
    f"SELECT 1 {' ' * 70_000}",
    "SELECT x'ff'",
    "SELECT CAST('x' AS BLOB)",
    "SELECT 9e999",
    "SELECT -9e999",
    "SELECT 1 LIKE '" + "%a" * 200 + "'",
    "SELECT \x00",
    "\x00",
    "SELECT '\ud800'",
]


@pytest.mark.parametrize("sql", [*ELSEWHERE, *DEFINING, *OUTSIDE, *TRANSACTIONS, *TOO_MUCH])
async def test_a_hostile_statement_is_refused_and_changes_nothing(
    tea: SkillTables, tmp_path: Path, sql: str
) -> None:
    home = Database(tmp_path / "anban.sqlite")
    await home.open()
    await KeyedValues.profile(home).set("name", "王奶奶")
    await tea.run([ALL_CUPS])
    before = dump(tmp_path / "skill-tables" / "tea.sqlite")
    for statements in ([Statement(sql)], [adding("red"), Statement(sql), adding("white")]):
        with pytest.raises((TablesError, StoreError)):
            await tea.run(statements)
    assert dump(tmp_path / "skill-tables" / "tea.sqlite") == before
    assert await KeyedValues.profile(home).all() == {"name": "王奶奶"}
    assert {path.name for path in tmp_path.rglob("*")} <= {
        *("anban.sqlite", "anban.sqlite-wal", "anban.sqlite-shm", "skill-tables"),
        *("tea.sqlite", "tea.sqlite-wal", "tea.sqlite-shm"),
    }
    await home.close()


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]


WORDS = """
    SELECT * FROM WHERE migration tea_cup sqlite_master UPDATE SET version = 0 DELETE INSERT INTO
    VALUES ( ) , ; DROP TABLE ALTER RENAME TO alarm ATTACH 'x' AS PRAGMA writable_schema ON COMMIT
    WITH tea_x UNION kind 1 " ' [ ] -- /* */ main . temp
"""


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(st.sampled_from(WORDS.split()), max_size=12))
async def test_no_mixture_of_words_reaches_what_is_not_the_skills(
    tea: SkillTables, tmp_path: Path, words: list[str]
) -> None:
    try:
        results = await tea.run([Statement(" ".join(words))])
    except TablesError:
        results = ()
    assert "sqlite_master" not in str([result.rows for result in results])
    with closing(sqlite3.connect(tmp_path / "skill-tables" / "tea.sqlite")) as connection:
        assert [*connection.execute(f"SELECT * FROM {VERSIONS_TABLE}")] == [("tea", 1)]
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert all(name.startswith(("tea_", "sqlite_", VERSIONS_TABLE)) for name in names)


async def test_words_of_the_elder_are_values_and_no_sql(tea: SkillTables) -> None:
    said = "'); DROP TABLE tea_cup; --\x00\u202e' OR 1=1"
    await tea.run([adding(said)])
    (result,) = await tea.run([Statement("SELECT kind FROM tea_cup WHERE kind = ?", (said,))])
    assert result.rows == ((said,),)


async def test_a_statement_without_end_is_ended(
    tea: SkillTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SECONDS", 0.05)
    await tea.run([Statement("DELETE FROM tea_cup")])
    for start in range(0, 900, 300):
        rows = ", ".join(f"(1, 'x{start + number}')" for number in range(300))
        await tea.run([Statement(f"INSERT INTO tea_cup (at, kind) VALUES {rows}")])
    every = ", ".join(f"tea_cup AS tea_{letter}" for letter in "abcdef")
    with pytest.raises(TablesError, match="longer than"):
        await tea.run([adding("red"), Statement(f"SELECT count(*) FROM {every}")])
    assert "red" not in await kinds(tea)


async def test_more_rows_or_bytes_than_an_answer_holds_are_refused(tea: SkillTables) -> None:
    numbers = ", ".join(f"(1, 'x{number}')" for number in range(MAX_ROWS))
    with pytest.raises(TablesError, match="LIMIT"):
        await tea.run([Statement(f"INSERT INTO tea_cup (at, kind) VALUES {numbers}"), ALL_CUPS])
    long = "长" * 20_000  # 60 kB
    for number in range(6):
        await tea.run([adding(f"{number}{long}")])
    with pytest.raises(TablesError, match="LIMIT"):
        await tea.run([ALL_CUPS])
    with pytest.raises(TablesError, match="too big"):
        await tea.run([adding("长" * 30_000)])


async def test_a_skill_that_fills_its_file_costs_itself(tea: SkillTables, tmp_path: Path) -> None:
    async def fill() -> None:
        for start in range(0, 1_000, MAX_STATEMENTS):
            numbers = range(start, start + MAX_STATEMENTS)
            await tea.run([adding(f"{number:060000}") for number in numbers])

    with pytest.raises(TablesError, match="disk is full"):
        await fill()
    assert (tmp_path / "skill-tables" / "tea.sqlite").stat().st_size <= 16 * 2**20
    assert (await tea.run([Statement("DELETE FROM tea_cup")]))[0].changed_count > 100
    await tea.run([adding("there is room again")])


@pytest.mark.parametrize("count", [0, MAX_STATEMENTS + 1])
async def test_a_transaction_has_a_bounded_number_of_statements(
    tea: SkillTables, count: int
) -> None:
    with pytest.raises(TablesError, match="statements"):
        await tea.run([ALL_CUPS] * count)


# ---------------------------------------------------------------------- migrations

SOUND = [
    "CREATE TABLE tea_pot (pot TEXT PRIMARY KEY, ml INTEGER DEFAULT (1 + 1)) STRICT;",
    "CREATE TABLE TEA_POT (a); CREATE INDEX tea_pot_a ON tea_pot (a); REINDEX tea_pot;",
    "CREATE VIEW tea_late AS SELECT * FROM tea_cup WHERE at > 5; DROP VIEW tea_late;",
    "CREATE TRIGGER tea_t AFTER INSERT ON tea_cup BEGIN UPDATE tea_cup SET at = 0; END;",
    "ALTER TABLE tea_cup ADD COLUMN sweet INTEGER NOT NULL DEFAULT 0 CHECK (sweet >= 0);",
    "ALTER TABLE tea_cup RENAME COLUMN at TO drunk_at;",
    "ALTER TABLE tea_cup ADD COLUMN x TEXT; ALTER TABLE tea_cup DROP COLUMN x;",
    "ALTER TABLE tea_sip RENAME TO tea_gulp; DROP TABLE tea_gulp;",
    "DROP TABLE tea_sip; DROP TABLE tea_cup;",
    "UPDATE tea_cup SET kind = upper(kind) WHERE at < 3; -- done",
    "CREATE TABLE tea_new (a); INSERT INTO tea_new SELECT at FROM tea_cup; DROP TABLE tea_new;",
]


@pytest.mark.parametrize("script", SOUND)
async def test_what_migrations_need_is_allowed(tmp_path: Path, script: str) -> None:
    check_scripts("tea", [FIRST, script])
    before = SkillTables(tmp_path, "tea", [FIRST])
    await before.run([adding("red")])
    await before.close()
    after = SkillTables(tmp_path, "tea", [FIRST, script])
    await after.run([Statement("SELECT 1")])
    await after.close()
    with closing(sqlite3.connect(tmp_path / "tea.sqlite")) as connection:
        assert [*connection.execute(f"SELECT * FROM {VERSIONS_TABLE}")] == [("tea", 2)]


UNSOUND = [
    "CREATE TABLE alarm (a);",
    "CREATE TABLE cup (a);",
    "CREATE TABLE tea (a);",
    "CREATE TABLE teapot_x (a);",
    "CREATE TABLE coffee_cup (a);",
    "CREATE TABLE sqlite_x (a);",
    "CREATE TABLE migration (a);",
    'CREATE TABLE "tea cup" (a);',
    "CREATE TABLE IF NOT EXISTS migration (a);",
    "CREATE TEMP TABLE tea_x (a);",
    "CREATE VIRTUAL TABLE tea_x USING fts5(a);",
    "CREATE VIEW cups AS SELECT * FROM tea_cup;",
    "CREATE INDEX cups ON tea_cup (at);",
    "CREATE INDEX tea_i ON migration (version);",
    "CREATE TRIGGER tea_t AFTER UPDATE ON migration BEGIN DELETE FROM tea_cup; END;",
    "CREATE TRIGGER t AFTER INSERT ON tea_cup BEGIN SELECT 1; END;",
    "CREATE TRIGGER tea_t AFTER INSERT ON tea_cup BEGIN DELETE FROM migration; END;"
    " INSERT INTO tea_cup (at, kind) VALUES (9, 'x');",
    "ALTER TABLE tea_cup RENAME TO alarm;",
    "ALTER TABLE tea_cup RENAME TO migration_2;",
    "ALTER TABLE migration RENAME TO tea_migration;",
    "ALTER TABLE migration ADD COLUMN x;",
    "DROP TABLE migration;",
    "UPDATE migration SET version = 99;",
    "INSERT INTO tea_cup (at, kind) SELECT version, feature FROM migration;",
    "UPDATE sqlite_master SET name = 'alarm';",
    "DELETE FROM sqlite_master;",
    "COMMIT; DROP TABLE tea_cup;",
    "ROLLBACK;",
    "SAVEPOINT a;",
    "PRAGMA user_version = 99;",
    "PRAGMA writable_schema = ON;",
    "PRAGMA foreign_keys = OFF;",
    "ATTACH 'other.sqlite' AS x;",
    "VACUUM;",
    "VACUUM INTO 'copy.sqlite';",
    "SELECT load_extension('x');",
    "CREATE TABLE tea_x (a CHECK (a <> randomblob(9)));",
    "CREATE TABLE tea_x (a, b AS (randomblob(9)));",
    "CREATE TABLE tea_x (a DEFAULT (load_extension('x'))); INSERT INTO tea_x DEFAULT VALUES;",
    "CREATE TABLE tea_x (a DEFAULT (fts3_tokenizer('simple'))); INSERT INTO tea_x DEFAULT VALUES;",
    "INSERT INTO tea_cup (at, kind) VALUES (1, '绿茶');",
    "INSERT INTO tea_cup (at, kind) VALUES ('x', 'y');",
    "nonsense",
    "CREATE TABLE tea_x (a",
]


@pytest.mark.parametrize("script", UNSOUND)
async def test_a_migration_that_reaches_out_is_refused_whole(tmp_path: Path, script: str) -> None:
    with pytest.raises(StoreError):
        check_scripts("tea", [FIRST, script])
    before = SkillTables(tmp_path, "tea", [FIRST])
    await before.run([adding("red")])
    await before.close()
    content = dump(tmp_path / "tea.sqlite")
    after = SkillTables(tmp_path, "tea", [FIRST, "CREATE TABLE tea_good (a);", script])
    for _ in range(2):
        with pytest.raises(StoreError):
            await after.run([ALL_CUPS])
    await after.close()
    assert dump(tmp_path / "tea.sqlite") == content, "not even the sound one before it"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tea.sqlite"]
    again = SkillTables(tmp_path, "tea", [FIRST])
    assert await kinds(again) == ["绿茶", "red"], "the version of before goes on"
    await again.close()


async def test_tables_of_a_newer_skill_are_not_touched(tmp_path: Path) -> None:
    newer = SkillTables(tmp_path, "tea", [FIRST, "ALTER TABLE tea_cup ADD COLUMN x TEXT;"])
    await newer.run([ALL_CUPS])
    await newer.close()
    older = SkillTables(tmp_path, "tea", [FIRST])
    with pytest.raises(StoreError, match="newer skill tea"):
        await older.run([ALL_CUPS])
    await older.close()


async def test_a_corrupt_file_is_set_aside_and_costs_one_skill(tmp_path: Path) -> None:
    (tmp_path / "tea.sqlite").write_bytes(b"this was never a database" * 100)
    tables = SkillTables(tmp_path, "tea", [FIRST])
    assert await kinds(tables) == ["绿茶"]
    await tables.close()
    assert [path.read_bytes()[:8] for path in tmp_path.glob("*corrupt*")] == [b"this was"]


@pytest.mark.parametrize(
    "skill", ["", "Tea", "../tea", "tea/../alarm", "te a", "tea_time", "茶", "t" * 41, "tea\n"]
)
def test_only_the_name_of_a_skill_names_a_file(tmp_path: Path, skill: str) -> None:
    with pytest.raises(ValueError, match="small letters and digits"):
        SkillTables(tmp_path, skill, [FIRST])
    with pytest.raises(ValueError, match="small letters and digits"):
        check_scripts(skill, [FIRST])


@pytest.mark.parametrize("skill", ["sqlite", "migration", "skill", "home", "anban"])
async def test_no_name_of_a_skill_opens_more(tmp_path: Path, skill: str) -> None:
    tables = SkillTables(tmp_path, skill, ["SELECT 1;"])
    for table in ("sqlite_master", "sqlite_schema", VERSIONS_TABLE):
        with pytest.raises(TablesError):
            await tables.run([Statement(f"SELECT * FROM {table}")])
        with pytest.raises(TablesError):
            await tables.run([Statement(f"DELETE FROM {table}")])
    await tables.close()


async def test_a_skill_does_not_reach_the_tables_of_another(tmp_path: Path) -> None:
    tea = SkillTables(tmp_path, "tea", [FIRST])
    teapot = SkillTables(tmp_path, "teapot", ["CREATE TABLE teapot_lid (a);"])
    await teapot.run([Statement("INSERT INTO teapot_lid VALUES ('secret')")])
    await tea.run([ALL_CUPS])
    for sql in ("SELECT * FROM teapot_lid", "SELECT * FROM tea_pot_lid"):
        with pytest.raises(TablesError):
            await tea.run([Statement(sql)])
    await tea.close()
    await teapot.close()
