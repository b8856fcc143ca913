"""`anban skills`: sound skills pass, each mistake is told with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.commands.skills import app
from assistant.dialogue import installed_skills
from skills.checking import check_skill, code
from skills.skeleton import Parts, make

RUN = CliRunner()

# file, what is replaced (a regular expression), by what, where it is told, what is told
MISTAKES = [
    ("domain.yml", r"^  - NAME_noted", "  - tea", "domain.yml:5", "must be named NAME_"),
    ("domain.yml", r"^  - action_NAME_noted", "  - brew", "domain.yml:8", "must be named"),
    ("domain.yml", r"^actions:", "actions: [", "domain.yml:8", "no valid YAML"),
    ("domain.yml", r"\A[\s\S]*", "- a list", "domain.yml:1", "must be a table"),
    ("rules.yml", r"intent: NAME_noted", "intent: NAME_brew", "rules.yml:4", "not in domain"),
    ("rules.yml", r"action_NAME_noted", "action_NAME_brew", "rules.yml:4", "not in domain"),
    ("rules.yml", r"rules:[\s\S]*", "rules: []", "rules.yml:1", "no rule answers"),
    ("zh/nlu.yml", r"intent: NAME_noted", "intent: NAME_ate", "zh/nlu.yml:4", "not in domain"),
    ("zh/nlu.yml", r"    - 记一次喝茶\n", "", "", ""),
    ("zh/nlu.yml", r"(    - .*\n)+", "    - 一句\n", "zh/nlu.yml:4", "at least 10"),
    ("zh/nlu.yml", r"    - 记一次喝茶", "    - 帮我记一次喝茶", "zh/nlu.yml:7", "there twice"),
    ("zh/nlu.yml", r"    - 记一次喝茶", "    - 。。。", "zh/nlu.yml:7", "without words"),
    ("zh/nlu.yml", r"    - 记一次喝茶", "    - 记[一次](kind)喝茶", "zh/nlu.yml:7", "entity kind"),
    ("zh/replies.yml", r"capability:\n.*\n", "", "replies.yml", "capability"),
    ("en/replies.yml", r"\{count\}", "{mugs}", "replies.yml:", "noted"),
    ("en/replies.yml", r"noted:", "noted: [", "replies.yml", "YAML"),
    ("skill.py", r"async def noted", "async def nodded", "skill.py", "nothing here does it"),
    (
        "skill.py",
        r"async def noted\(turn: Turn\) -> str:[\s\S]*",
        "def noted(turn: Turn) -> str:\n    return ''\n",
        "skill.py:18",
        "must be `async def`",
    ),
    ("skill.py", r"from skills.api", "from assistant.events", "skill.py:5", "only skills.api"),
    ("skill.py", r'Skill\("NAME"', 'Skill("Tea time"', "skill.py:10", "small letters"),
    ("skill.py", r"\Z", "\nskill = 5\n", "skill.py", "skills.api.Skill"),
    ("skill.py", r"^skill = ", "skill = = ", "skill.py:10", "no valid Python"),
    ("skill.py", r'render\("noted"', 'render("notd"', "skill.py:22", "is noted meant?"),
    ("skill.py", r"count=turn", "number=turn", "skill.py:22", "no value for count"),
    (
        "en/nlu.yml",
        r"    - count one more .*",
        "    - What time is it?",
        "nlu.yml:6",
        "general_time",
    ),
]

# of a skill with a form; the same
FORM_MISTAKES = [
    ("domain.yml", r"  - utter_ask_NAME_often\n", "", "domain.yml:", "utter_ask_NAME_often"),
    ("skill.py", r"^async def often", "async def rarely", "skill.py", "nothing here reads it"),
]

# What keeps skill.py or domain.yml from being read; what is told of it, and nothing else.
HIDES_THE_REST = [
    ("skill.py", r"^skill = ", "skill = = ", "no valid Python"),
    ("skill.py", r"\Z", "\nnowhere\n", "NameError"),
    ("skill.py", r"\Z", "\nraise SystemExit(1)\n", "SystemExit"),
    ("skill.py", r"__file__\)", '__file__, web=("http://127.0.0.1",))', "this machine"),
    ("domain.yml", r"^actions:", "\tactions:", "domain.yml:"),
]


def project(folder: Path, name: str) -> Path:
    return make(name, folder, chinese="喝茶") / f"anban_{name}"


@pytest.mark.parametrize("skill", installed_skills(), ids=lambda skill: skill.name)
def test_what_is_installed_is_sound(skill: object) -> None:
    assert check_skill(skill.path) == []  # type: ignore[attr-defined]


def test_a_new_skill_is_sound(tmp_path: Path) -> None:
    assert check_skill(project(tmp_path, "fresh")) == []


@pytest.mark.parametrize(("file", "what", "by", "place", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, file: str, what: str, by: str, place: str, told: str
) -> None:
    # Each has a name of its own: Python keeps what it imported.
    name = f"tea{MISTAKES.index((file, what, by, place, told))}"
    folder = project(tmp_path, name)
    text = (folder / file).read_text("utf-8")
    changed = re.sub(what.replace("NAME", name), by.replace("NAME", name), text, flags=re.MULTILINE)
    assert changed != text
    (folder / file).write_text(changed, "utf-8")
    problems = [str(problem) for problem in check_skill(folder)]
    if not told:
        assert problems == []
        return
    wanted = told.replace("NAME", name)
    assert any(place in problem and wanted in problem for problem in problems), problems


@pytest.mark.parametrize(("file", "what", "by", "place", "told"), FORM_MISTAKES)
def test_a_mistake_in_a_form_is_told(
    tmp_path: Path, file: str, what: str, by: str, place: str, told: str
) -> None:
    name = f"form{FORM_MISTAKES.index((file, what, by, place, told))}"
    folder = make(name, tmp_path, Parts(form=True)) / f"anban_{name}"
    change(folder / file, what.replace("NAME", name), by)
    (problem,) = map(str, check_skill(folder))
    assert place in problem
    assert told.replace("NAME", name) in problem


@pytest.mark.parametrize(("file", "what", "by", "told"), HIDES_THE_REST)
def test_what_hides_the_rest_is_told_alone(
    tmp_path: Path, file: str, what: str, by: str, told: str
) -> None:
    """Else its twenty consequences are read first, and doubted."""
    name = f"hidden{HIDES_THE_REST.index((file, what, by, told))}"
    folder = make(name, tmp_path, Parts(form=True)) / f"anban_{name}"
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001.sql").write_text(f"CREATE TABLE {name}_a (b INTEGER) STRICT;")
    (folder / "en" / "held_out.yml").write_text(f"{name}_noted:\n  - it was noted before\n")
    change(folder / file, what, by)
    (problem,) = map(str, check_skill(folder))
    assert told in problem


def test_of_several_folders_each_is_looked_at_itself(tmp_path: Path) -> None:
    """Two copies of one package: Python would give the first of them twice."""
    sound, broken = (project(tmp_path / each, "copied") for each in ("mine", "theirs"))
    change(broken / "skill.py", r"\Z", "\nraise RuntimeError('at import')\n")
    for _ in range(2):
        assert check_skill(sound) == []
        (problem,) = check_skill(broken)
        assert problem.file == broken / "skill.py"


def test_an_import_that_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "IMPORT_SECONDS", 0.05)
    folder = project(tmp_path, "sleepy")
    change(folder / "skill.py", r"\Z", "\nimport threading\nthreading.Event().wait()\n")
    (problem,) = check_skill(folder)
    assert "import takes longer" in problem.message


def test_a_name_of_ours_is_told_as_that_alone(tmp_path: Path) -> None:
    folder = project(tmp_path, "generic")
    change(folder / "skill.py", r'"generic"', '"general"')
    (problem,) = check_skill(folder)
    assert "general comes with Anban; choose another name" in problem.message


def change(file: Path, what: str, by: str) -> None:
    before = file.read_text("utf-8")
    after = re.sub(what, by, before, count=1, flags=re.MULTILINE)
    assert after != before
    file.write_text(after, "utf-8")


@pytest.mark.parametrize("file", ["skill.py", "domain.yml", "rules.yml", "en/nlu.yml"])
def test_a_missing_file_is_told(tmp_path: Path, file: str) -> None:
    folder = project(tmp_path, f"lacks{file[:2]}")
    (folder / file).unlink()
    assert any(
        str(problem.file).endswith(file) and "missing" in problem.message
        for problem in check_skill(folder)
    )


def test_the_command_line(tmp_path: Path) -> None:
    listed = RUN.invoke(app, ["list"])
    assert listed.exit_code == 0
    assert "general" in listed.output
    assert "zh en" in listed.output

    made = RUN.invoke(app, ["new", "kettle", "--in", str(tmp_path)])
    assert made.exit_code == 0
    folder = tmp_path / "anban-skill-kettle" / "anban_kettle"
    assert RUN.invoke(app, ["check", str(folder)]).exit_code == 0

    (folder / "rules.yml").unlink()
    failed = RUN.invoke(app, ["check", str(folder)])
    assert failed.exit_code == 1
    assert "rules.yml" in failed.output

    for arguments in (
        ["new", "kettle", "--in", str(tmp_path)],
        ["new", "Kettle!", "--in", str(tmp_path)],
        ["new", "../up", "--in", str(tmp_path)],
        ["new", "general", "--in", str(tmp_path)],
        ["new", "pot", "--in", "/proc/nowhere"],
        ["check", str(tmp_path / "nowhere")],
    ):
        refused = RUN.invoke(app, arguments)
        assert refused.exit_code == 1, arguments
        assert refused.output.strip()
        assert "Traceback" not in refused.output
