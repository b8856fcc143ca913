"""`anban skills install`, `remove`, `forget`: looked at before and after; uv itself is not run."""

from __future__ import annotations

import asyncio
import site
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import Distribution, EntryPoint, EntryPoints
from pathlib import Path

import pytest
from typer.testing import CliRunner

import skills.listing  # noqa: F401  (or it would keep the loading that `uv` puts in its place)
from assistant.commands import skill_install
from assistant.commands.skills import app
from assistant.commands.told import home_language
from assistant.runtime.home_folder import AlreadyRunningError, lock_home
from assistant.store import Database, KeyedValues
from skills.loading import Broken
from skills.skeleton import make

RUN = CliRunner()


class Package(Distribution):
    """A distribution of which only the name is known."""

    def __init__(self, name: str) -> None:
        self._called = name

    @property
    def name(self) -> str:
        return self._called

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


def point(package: str, group: str, name: str) -> EntryPoint:
    made = EntryPoint(name, f"{package.replace('-', '_')}:thing", group)
    vars(made)["dist"] = Package(package)
    return made


INSTALLED = [
    point("anban", "anban.skills", "general"),
    point("anban-skill-pressure", "anban.skills", "pressure"),
    point("anban-twin", "anban.skills", "general"),
    point("anban-one", "anban.skills", "tea"),
    point("anban-two", "anban.skills", "tea"),
    point("anban_door.file", "anban.sensors", "door"),
]


@pytest.fixture(params=["zh", "en"])
def uv(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[list[str]]]:
    """What uv was asked to do, in a home that speaks each language."""
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    (tmp_path / "anban.toml").write_text(f'language = "{request.param}"\n')
    home_language.cache_clear()
    asked: list[list[str]] = []

    def run(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(list(command)[1:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(skill_install, "_uv", lambda: "/usr/bin/uv")
    monkeypatch.setattr(skill_install, "entry_points", of(INSTALLED))
    monkeypatch.setattr(site, "addsitedir", lambda _: None)
    monkeypatch.setattr("skills.loading.load_skills", lambda **_: ((), ()))
    yield asked
    home_language.cache_clear()


def of(points: list[EntryPoint]) -> Callable[..., EntryPoints]:
    return lambda group: EntryPoints(points).select(group=group)


def project(folder: Path, text: str) -> Path:
    made = folder / "project"
    made.mkdir()
    (made / "pyproject.toml").write_text(text)
    return made


def brings(package: str, group: str, name: str) -> str:
    return f'[project]\nname = "{package}"\n[project.entry-points."{group}"]\n{name} = "a:b"\n'


# a pyproject.toml; what is said of it
INSTALLS = [
    (brings("anban-skill-cup", "anban.skills", "cup"), "anban train"),
    (brings("Anban_Skill.Pressure", "anban.skills", "pressure"), "anban train"),
    (brings("anban-lamp", "anban.channels", "lamp"), "lamp (anban.channels)"),
    (brings("anban-door-file", "anban.sensors", "door_file"), "door_file (anban.sensors)"),
    (brings("rover", "anban.robots", "rover"), "rover (anban.robots)"),
]
REFUSED = [
    (brings("anban-twin", "anban.skills", "general"), "general"),
    (brings("anban-skill-other", "anban.skills", "pressure"), "remove anban-skill-pressure"),
    (brings("anban-other", "anban.sensors", "door"), "remove anban_door.file"),
    (brings("anban-typo", "anban.skill", "cup"), "anban.sensors"),
    ('[project]\nname = "a"\n', "anban.skills"),
    ("project = 3\n", "anban.skills"),
    ("[project\n", "TOML"),
]


@pytest.mark.parametrize(("text", "told"), INSTALLS)
def test_whatever_brings_something_is_installed(
    uv: list[list[str]], tmp_path: Path, text: str, told: str
) -> None:
    made = project(tmp_path, text)
    done = RUN.invoke(app, ["install", str(made)])
    assert done.exit_code == 0, done.output
    assert told in done.output
    assert uv == [["pip", "install", "--python", sys.executable, "--editable", str(made)]]


@pytest.mark.parametrize(("text", "told"), REFUSED)
def test_what_would_not_be_used_is_not_installed(
    uv: list[list[str]], tmp_path: Path, text: str, told: str
) -> None:
    done = RUN.invoke(app, ["install", str(project(tmp_path, text))])
    assert done.exit_code == 1
    assert told in done.output
    assert uv == []


def test_a_skill_that_cannot_be_loaded_is_told_at_once(
    uv: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken("cup", "RuntimeError: at import")
    monkeypatch.setattr("skills.loading.load_skills", lambda: ((), (broken,)))
    done = RUN.invoke(app, ["install", str(make("cup", tmp_path))])
    assert done.exit_code == 1
    assert "RuntimeError: at import" in done.output
    assert "anban skills remove anban-skill-cup" in done.output


# what is typed; which package goes, or what is said
REMOVED = [
    ("pressure", "anban-skill-pressure"),
    ("anban-skill-pressure", "anban-skill-pressure"),
    ("Anban.Skill_Pressure", "anban-skill-pressure"),
    ("anban-twin", "anban-twin"),
    ("door", "anban_door.file"),
    ("anban-door-file", "anban_door.file"),
]
STAYS = [
    ("general", "anban-twin"),
    ("anban", "anban"),
    ("tea", "anban-one, anban-two"),
    ("nothing", "anban-one, anban-skill-pressure, anban-twin, anban-two, anban_door.file"),
    ("", "anban-one"),
]


@pytest.mark.parametrize(("name", "package"), REMOVED)
def test_a_package_goes_by_its_name_or_its_skills(
    uv: list[list[str]], name: str, package: str
) -> None:
    done = RUN.invoke(app, ["remove", name])
    assert done.exit_code == 0, done.output
    assert uv == [["pip", "uninstall", "--python", sys.executable, package]]
    assert ("anban skills forget pressure" in done.output) == ("pressure" in package)


@pytest.mark.parametrize(("name", "told"), STAYS)
def test_what_is_not_clear_is_not_removed(uv: list[list[str]], name: str, told: str) -> None:
    done = RUN.invoke(app, ["remove", name])
    assert done.exit_code == 1
    assert told in done.output
    assert uv == []


async def kept(home: Path) -> None:
    database = Database(home / "anban.sqlite")
    await database.open()
    for skill in ("pressure", "cup"):
        await KeyedValues.of_skill(database, skill).set("count", 3)
    await database.close()
    (home / "skill-tables").mkdir()
    for skill in ("pressure", "cup"):
        (home / "skill-tables" / f"{skill}.sqlite").touch()


async def left(home: Path) -> tuple[dict[str, object], dict[str, object], list[str]]:
    database = Database(home / "anban.sqlite")
    await database.open()
    both = [await KeyedValues.of_skill(database, each).all() for each in ("pressure", "cup")]
    await database.close()
    return both[0], both[1], sorted(file.name for file in (home / "skill-tables").iterdir())


@pytest.mark.parametrize("arguments", [["remove", "--forget", "pressure"], ["forget", "cup"]])
def test_what_a_skill_kept_is_deleted_if_that_is_wanted(
    uv: list[list[str]], tmp_path: Path, arguments: list[str]
) -> None:
    asyncio.run(kept(tmp_path))
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    gone, stays = (0, 1) if "pressure" in arguments else (1, 0)
    found = asyncio.run(left(tmp_path))
    assert found[gone] == {}
    assert found[stays] == {"count": 3}
    assert found[2] == [f"{('pressure', 'cup')[stays]}.sqlite"]


@pytest.mark.parametrize("name", ["pressure", "*", "../up", "", "general"])
def test_what_is_installed_or_no_name_is_not_forgotten(
    uv: list[list[str]], tmp_path: Path, name: str
) -> None:
    asyncio.run(kept(tmp_path))
    assert RUN.invoke(app, ["forget", name]).exit_code == 1
    assert asyncio.run(left(tmp_path))[2] == ["cup.sqlite", "pressure.sqlite"]


def test_nothing_is_forgotten_or_removed_while_anban_runs(
    uv: list[list[str]], tmp_path: Path
) -> None:
    with lock_home(tmp_path):
        done = RUN.invoke(app, ["remove", "--forget", "pressure"])
    assert isinstance(done.exception, AlreadyRunningError)
    assert uv == []
