"""A skill that brings tables, from its folder to the core and back: over a real host and socket."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.core.table_services import TableServices
from assistant.events import ChildDied
from assistant.services import Request
from skills.api import Home, ServiceError, Skill
from skills.checking import check_skill
from skills.home import Outside
from skills.loading import load_skills
from skills.skeleton import make
from tests.asking import R, call, over_the_wire
from tests.skills.hosting import INSTALLED, ROOT, Core, Host, site_of_test_skills

JARS = "SELECT name, grams, place FROM shelf_jar ORDER BY jar"


async def work(host: Host, *statements: tuple[str, list[Any]]) -> Any:
    said = (await host.act("action_shelf_work", json.dumps(statements)))["text"]
    return said if said.startswith("refused") else json.loads(said)


async def test_a_skill_works_on_its_own_tables(core: Core, host: Host) -> None:
    assert await work(host, (JARS, [])) == [[["盐", 500, "left"]]]
    put = "INSERT INTO shelf_jar (name, grams) VALUES (?, ?)"
    assert await work(host, (put, ["糖", 700]), (JARS, [])) == [
        [],
        [["盐", 500, "left"], ["糖", 700, "left"]],
    ]
    assert (await host.act("action_shelf_heaviest", "600"))["text"] == "糖"
    assert (await host.act("action_shelf_heaviest", "900"))["text"] == "—"

    refused = await work(host, (put, ["醋", 1]), (put, ["盐", 2]))
    assert "UNIQUE constraint failed: shelf_jar.name" in refused, "its author learns what it was"
    assert "no such table" in await work(host, ("SELECT * FROM alarm", []))
    assert "own tables" in await work(host, ("SELECT * FROM migration", []))
    assert "own tables" in await work(host, ("DROP TABLE shelf_jar", []))
    assert len((await work(host, (JARS, [])))[0]) == 2, "nothing of what was refused is kept"

    with closing(sqlite3.connect(core.folder / "anban.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert not [name for name in names if name.startswith("shelf")]


async def test_a_host_that_begins_anew_finds_what_was_written(core: Core, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    site_of_test_skills(site)
    for count in (1, 2, 3):
        core.events.clear()
        async with Host(core, site) as host:
            await host.ready()
            put = "INSERT INTO shelf_jar (name, grams) VALUES (?, 1)"
            (_, rows) = await work(host, (put, [f"jar {count}"]), (JARS, []))
            assert len(rows) == count + 1
    await core.features.of(TableServices).stop()
    async with Host(core, site) as host:
        core.events.clear()
        await host.ready()
        assert len((await work(host, (JARS, [])))[0]) == 4, "also after a start of the core"


async def test_a_skill_that_is_renewed_while_the_core_runs_gets_its_new_tables(
    core: Core, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    site_of_test_skills(site)
    (site / "anban_shelf").unlink()
    shutil.copytree(INSTALLED / "anban_shelf", site / "anban_shelf")
    for columns in ("name, grams, place", "name, grams, place, lid"):
        core.events.clear()
        async with Host(core, site) as host:
            await host.ready()
            (rows,) = await work(host, (f"SELECT {columns} FROM shelf_jar", []))
            assert [row[0] for row in rows] == ["盐"]
        (site / "anban_shelf" / "migrations" / "0003.sql").write_text(
            "ALTER TABLE shelf_jar ADD COLUMN lid TEXT NOT NULL DEFAULT 'blue';"
        )


async def test_a_flood_of_one_skill_is_refused_beyond_a_few(core: Core) -> None:
    scripts = ["CREATE TABLE shelf_jar (name TEXT);"]
    await call(core.bus, "tables.open", skill="shelf", scripts=scripts)
    once = [{"sql": "INSERT INTO shelf_jar VALUES (?)", "values": ["x"]}]
    answers = await asyncio.gather(
        *(call(core.bus, "tables.run", skill="shelf", statements=once) for _ in range(50)),
        return_exceptions=True,
    )
    done = [answer for answer in answers if isinstance(answer, list)]
    refused = {str(answer) for answer in answers if isinstance(answer, BaseException)}
    assert len(done) == 8
    assert refused == {"shelf waits for 8 transactions already"}
    count = [{"sql": "SELECT count(*) FROM shelf_jar", "values": []}]
    (result,) = await call(core.bus, "tables.run", skill="shelf", statements=count)
    assert result["rows"] == [[8]]


async def test_a_skill_without_migrations_is_told_so(core: Core, host: Host) -> None:
    answer = call(core.bus, "tables.run", skill="faulty", statements=[])
    with pytest.raises(Exception, match="faulty brings no migrations"):
        await answer
    assert not [event for event in core.events if isinstance(event, ChildDied)]


class OverTheBus:
    """A home's outside without a host between."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def request(self, request: Request[R], skill: str = "") -> R:
        return await over_the_wire(self._core.bus, request)


@pytest.mark.parametrize("what", ["turn.home.storage.update", "tables.transact"])
@pytest.mark.parametrize("page", ["docs/skills.md", "docs/zh/skills.md"])
async def test_the_examples_of_the_page_work(core: Core, page: str, what: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    (script,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    (code,) = (
        block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if what in block
    )
    await call(core.bus, "tables.open", skill="tea", scripts=[script])
    names: dict[str, Any] = {"skill": Skill("tea", __file__), "__file__": __file__}
    exec(code, names)
    turn = SimpleNamespace(
        home=Home(cast("Outside", OverTheBus(core)), "tea"),
        now=datetime(2026, 11, 30, tzinfo=UTC),
        entity=lambda _: None,
        spoken=SimpleNamespace(number=str),
        render=lambda key, **slots: (key, slots),
    )
    for count in ("1", "2", "3"):
        assert await names["drunk"](turn) == ("drunk", {"cups": count})


@pytest.mark.parametrize("service", ["tables.run", "tables.open", "storage.set"])
async def test_a_skill_does_not_ask_in_the_name_of_another(service: str) -> None:
    home = Home(cast("Outside", object()), "tea")  # which is not even asked
    with pytest.raises(ServiceError, match=r"home\.tables"):
        await home.request(service, skill="shelf", statements=[])


WRONG = [
    ("0001.sql", "CREATE TABLE alarm (a);", "own tables|must be named|prohibited|authorized"),
    ("0001.sql", "CREATE TABLE NAME_jar (a", "incomplete"),
    ("0002.sql", "CREATE TABLE NAME_jar (a);", "without a gap"),
    ("1.sql", "CREATE TABLE NAME_jar (a);", "without a gap"),
    ("0001.sql", "-- " + "x" * 300_000, "longer than"),
    ("0001.sql", "CREATE TABLE NAME_jar (a); CREATE TABLE NAME_jar (a);", "already exists"),
]


@pytest.mark.parametrize(("file", "script", "told"), WRONG)
def test_a_skill_whose_migrations_are_wrong_is_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, script: str, told: str
) -> None:
    name = f"wrong{WRONG.index((file, script, told))}"  # Python keeps what it imported
    project = make(name, tmp_path)
    folder = project / f"anban_{name}" / "migrations"
    folder.mkdir()
    (folder / file).write_text(script.replace("NAME", name))
    problems = [problem for problem in check_skill(folder.parent) if "migr" in str(problem.file)]
    (problem,) = problems
    assert problem.file.name in {file, "migrations"}
    monkeypatch.syspath_prepend(project)
    loaded, broken = load_skills([EntryPoint(name, f"anban_{name}.skill:skill", "anban.skills")])
    assert loaded == ()
    for text in (problem.message, broken[0].reason):
        assert any(each in text for each in told.split("|")), text


def test_the_skill_of_these_tests_has_sound_migrations(tmp_path: Path) -> None:
    project = make("jars", tmp_path)
    folder = project / "anban_jars"
    shutil.copytree(INSTALLED / "anban_shelf" / "migrations", folder / "migrations")
    for script in (folder / "migrations").iterdir():
        script.write_text(script.read_text("utf-8").replace("shelf_", "jars_"), "utf-8")
    assert check_skill(folder) == []
