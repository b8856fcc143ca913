"""Settings of a skill's own: `[skills.NAME]` of anban.toml, from the file to the skill."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from assistant.commands.skills import app
from assistant.core.home_services import without_secrets
from assistant.events import SkillsLoaded
from assistant.services import GetSkillSettings
from assistant.settings import Settings, from_json, load, read, settings_file, to_json
from skills.api import Home, ServiceError, Skill, setting
from skills.home import Outside
from skills.settings import (
    Declared,
    SettingsClassError,
    example_of,
    fit,
    problems_in,
    require_settings,
)
from tests.skills.hosting import Core, Host, site_of_test_skills


@dataclass(frozen=True, slots=True)
class Cold:
    """When tea is cold."""

    after_minutes: int = setting(20, "How soon", low=1, high=90)


@dataclass(frozen=True, slots=True)
class TeaSettings:
    """Counts cups of tea."""

    cups: int = setting(4, "How many a day", low=1, high=20)
    kind: str = setting("green", "Which tea", choices=("green", "black"))
    is_sweet: bool = setting(False, "Whether with sugar")
    names: list[str] = setting(["tea"], "What it is called")
    grams: dict[str, float] = setting({"green": 2.0}, "How much, by kind", low=0, high=20)
    key: str = setting("", "Of the shop", is_secret=True)
    shop_token: str = setting("", "Of the shop")
    cold: Cold = field(default_factory=Cold)


RUN = CliRunner()
TEA = (Declared("tea", TeaSettings), Declared("plain", None))

MISTAKES = [
    # what stands below [skills.tea], what is told
    ("cubs = 3", "2: skills.tea.cubs: no such setting; did you mean cups?"),
    ("zzz = 3", "2: skills.tea.zzz: no such setting; `anban skills settings tea` shows them all"),
    ("cups = 30", "2: skills.tea.cups: must lie between 1 and 20, found 30"),
    (
        'cups = "3"',
        "2: skills.tea.cups: expected a whole number, found '3'; a number stands without quotes",
    ),
    ('kind = "blue"', "2: skills.tea.kind: must be one of green, black, found 'blue'"),
    (
        "is_sweet = 1",
        "2: skills.tea.is_sweet: expected true or false, found 1; write true or false",
    ),
    ('names = ["a", 5]', "2: skills.tea.names: expected a text, found 5"),
    ("grams = { green = 21 }", "2: skills.tea.grams.green: must lie between 0 and 20"),
    ("grams = 3", "2: skills.tea.grams: expected a table, found 3"),
    ("cold = 3", "2: skills.tea.cold: expected a section: [skills.tea.cold]"),
    ("[skills.tea.cold]\nafter = 3", "3: skills.tea.cold.after: no such setting"),
    ("[skills.teaa]", "2: skills.teaa: no skill of this name is installed; did you mean tea?"),
    ("[skills.cats]", "2: skills.cats: no skill of this name is installed; there are plain, tea"),
    ("[skills.plain]\nx = 1", "2: skills.plain: the skill plain has no settings"),
]


def file_of(folder: Path, text: str) -> Path:
    file = settings_file(folder)
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_a_mistake_costs_itself_and_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = file_of(tmp_path, f"[skills.tea]\n{text}\n")
    (problem,) = problems_in(file, TEA)
    assert problem.startswith(f"{file}:{told}")
    assert read(file).problems == (), "the core says nothing of what it cannot know"
    fitted = fit(TEA, read(file).settings.skills).by_skill["tea"]
    assert fitted in (TeaSettings(), TeaSettings(names=["a"]), TeaSettings(grams={}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[skills.tea]\nat = 08:00:00", "2: skills.tea.at: a date or time stands in quotes"),
        ("[skills.tea]\ncups = nan", "2: skills.tea.cups: expected a number, found nan"),
        ("[skills]\ntea = 3", "2: skills.tea: expected a table, found 3"),
        ("skills = 3", "1: skills: expected a table, found 3"),
        ("[tea]\ncups = 3", "1: tea: no such setting; if tea is a skill, its section is [skills"),
        ("[skill.tea]\ncups = 3", "skill: no such setting; did you mean skills?"),
        ("[skills.tea]\ncups = three", "2: skills.tea.cups: text stands in quotes"),
        ("[skills.tea\ncups = 3", "1: is no section"),
    ],
)
def test_what_is_no_toml_or_no_json_is_told_by_the_core(
    tmp_path: Path, text: str, told: str
) -> None:
    file = file_of(tmp_path, text)
    assert any(told in problem for problem in read(file).problems), read(file).problems
    assert fit(TEA, read(file).settings.skills).by_skill["tea"] == TeaSettings()


@pytest.mark.parametrize("line", ["key = 12345678", 'shop_token = ["12345678"]'])
def test_no_secret_is_told(tmp_path: Path, line: str) -> None:
    (problem,) = problems_in(file_of(tmp_path, f"[skills.tea]\n{line}"), TEA)
    assert "expected a text" in problem
    assert "1234" not in problem


def test_a_secret_of_our_own_settings_is_told_no_more(tmp_path: Path) -> None:
    (problem,) = read(file_of(tmp_path, "[phone]\npassword = 12345678")).problems
    assert "phone.password: expected a text, found …; write it in quotes" in problem
    assert "1234" not in problem


def test_no_secret_is_shown_by_repr() -> None:
    assert "hunter2" not in repr(TeaSettings(key="hunter2"))
    assert "hunter2" not in repr(Settings(skills={"tea": {"key": "hunter2"}}))


def test_what_the_skill_itself_refuses_leaves_its_defaults() -> None:
    @dataclass(frozen=True)
    class Strict:
        at: str = setting("08:00", "When")

        def __post_init__(self) -> None:
            if ":" not in self.at:
                raise ValueError("at: write it like 08:00")

    found = fit([Declared("tea", Strict)], {"tea": {"at": "8"}})
    assert found.by_skill == {"tea": Strict()}
    assert found.problems == (
        ("skills.tea", "the skill does not take these: at: write it like 08:00; its defaults hold"),
    )


def test_of_a_skill_that_is_left_out_nothing_is_said() -> None:
    assert fit(TEA, {"gone": {"a": 1}}, ["gone"]).problems == ()


def test_the_example_is_read_back_as_the_defaults(tmp_path: Path) -> None:
    text = example_of(TEA[0])
    assert "# How many a day (1 to 20)\ncups = 4" in text
    file = file_of(tmp_path, text)
    assert problems_in(file, TEA) == ()
    assert fit(TEA, load(file).skills).by_skill["tea"] == TeaSettings()
    assert example_of(TEA[1]) == ""


def test_no_child_is_told_them_with_the_home_s_settings() -> None:
    settings = Settings(skills={"tea": {"key": "hunter2"}})
    assert from_json(to_json(settings)) == settings
    assert without_secrets(settings).skills == {}


class NotFrozen:
    cups: int = 4


@dataclass(frozen=True)
class NoDefault:
    cups: int


@dataclass(frozen=True)
class OddType:
    cups: tuple[int, ...] = (1, 2)


@dataclass(frozen=True)
class WrongKind:
    cups: int = setting("3", "Cups", low=1, high=20)

    def __post_init__(self) -> None:
        assert self.cups >= 1, "the field is told first"


@dataclass(frozen=True)
class BadDefault:
    cups: int = setting(50, "How many", low=1, high=20)


@dataclass(frozen=True)
class Failing:
    cups: int = 1

    def __post_init__(self) -> None:
        raise ValueError("never")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (NotFrozen, "must be a class under @dataclass(frozen=True)"),
        (NoDefault, "NoDefault.cups needs a default"),
        (OddType, "OddType.cups cannot stand in a file"),
        (BadDefault, "BadDefault.cups: its own default must lie between 1 and 20"),
        (WrongKind, "WrongKind.cups: its own default is a str, and its annotation int: '3'"),
        (Failing, "Failing() fails: never"),
    ],
)
def test_a_class_that_no_file_can_fill_is_refused(kind: type[Any], told: str) -> None:
    with pytest.raises(SettingsClassError, match=r"^") as caught:
        require_settings(kind)
    assert told in str(caught.value)
    with pytest.raises(SettingsClassError):
        Skill("tea", __file__, settings=kind)


def test_a_bound_has_two_ends() -> None:
    with pytest.raises(TypeError, match="both"):
        setting(3, "How many", low=1)


async def test_a_skill_gets_its_own_class_alone() -> None:
    home = Home(cast("Outside", None), "tea", settings=TeaSettings(cups=7))
    assert home.settings(TeaSettings).cups == 7
    with pytest.raises(TypeError, match="settings=Cold"):
        home.settings(Cold)
    for request in ("skills.settings", GetSkillSettings()):
        with pytest.raises(ServiceError, match=r"home\.settings"):
            await home.request(request)


async def test_from_the_file_to_the_skill_and_back_to_doctor(tmp_path: Path) -> None:
    sections: dict[str, dict[str, Any]] = {
        "shelf": {"grams": 700, "plase": "left"},
        "shelff": {"x": 1},
    }
    site = tmp_path / "site"
    site.mkdir()
    async with (
        Core(tmp_path, settings=Settings(skills=sections)) as core,
        Host(core, site_of_test_skills(site)) as host,
    ):
        loaded = await core.until(SkillsLoaded)
        assert loaded.settings_problems.keys() == {"skills.shelf.plase", "skills.shelff"}
        assert "did you mean place?" in loaded.settings_problems["skills.shelf.plase"]
        await host.ready()
        assert (await host.act("action_shelf_settings"))["text"] == "700 top"


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    assert RUN.invoke(app, ["list"]).exit_code == 0
    file_of(tmp_path, "[skills.medicatoin]\nx = 1")
    listed = RUN.invoke(app, ["list"])
    assert listed.exit_code == 1
    assert "anban.toml:1: skills.medicatoin: no skill of this name" in listed.output
    assert "did you mean medication?" in listed.output
    assert "no installed skill has settings" in RUN.invoke(app, ["settings"]).output.lower()
    for name in ("general", "nothing"):
        refused = RUN.invoke(app, ["settings", name])
        assert refused.exit_code == 1
        assert name in refused.output
