"""`anban skills new`: each kind of skill is sound, well-formed, and passes its own tests."""

from __future__ import annotations

import itertools
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anban_testing import Conversation
from assistant.commands.skills import app
from skills.checking import check_skill
from skills.skeleton import Parts, SkeletonError, make

RUN = CliRunner()
ROOT = Path(__file__).parents[2]
KINDS = [Parts(*each) for each in itertools.product((False, True), repeat=3)]


def name_of(parts: Parts, word: str) -> str:
    return word + "".join(str(int(each)) for each in (parts.form, parts.reminder, parts.reaction))


def written_in(project: Path) -> list[Path]:
    """What was written, and not what Python compiled of it."""
    return [file for file in project.rglob("*") if file.is_file() and file.suffix != ".pyc"]


@pytest.mark.parametrize("parts", KINDS, ids=lambda parts: name_of(parts, "kind"))
def test_every_kind_is_sound(tmp_path: Path, parts: Parts) -> None:
    for name, words in (
        (name_of(parts, "own"), {}),
        (name_of(parts, "worded"), {"english": "glasses of water", "chinese": "喝水"}),
    ):
        project = make(name, tmp_path, parts, **words)
        package = project / f"anban_{name}"
        assert check_skill(package) == []
        text = "".join(file.read_text("utf-8") for file in written_in(project))
        left = re.findall(r"SKILLNAME|ENWORD|ZHWORD|^#: .*|\btea\b|茶", text, re.MULTILINE)
        assert left == [], "it talks of what it was asked for"
        for word in words.values() or (name,):
            assert text.count(word) > 10
        domain = (package / "domain.yml").read_text("utf-8")
        assert (f"{name}_details_form" in domain) == parts.form
        assert (f"action_{name}_remind" in domain) == parts.reminder
        assert ("TurnTaken" in text) == parts.reaction
        assert (project / "README.zh-CN.md").exists()


def test_every_kind_is_written_as_our_own_code_is(tmp_path: Path) -> None:
    for parts in KINDS:
        make(name_of(parts, "styled"), tmp_path, parts)
    config = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["format", "--check"], ["check", "--ignore", "I001,S101,TC,D103"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *config, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_tests_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: what they need is loaded already."""
    project = make(
        "sprout", tmp_path, Parts(form=True, reminder=True, reaction=True), chinese="喝水"
    )
    monkeypatch.syspath_prepend(str(project))
    tests = runpy.run_path(str(project / "tests" / "test_sprout.py"))
    played = 0
    for name, test in tests.items():
        if not name.startswith("test_"):
            continue
        for arguments in _cases_of(test):
            with ExitStack() as talks:
                test(
                    lambda *given, **more: talks.enter_context(Conversation(*given, **more)),
                    *arguments,
                )
            played += 1
    assert played == 7


def _cases_of(test: Callable[..., None]) -> Iterator[tuple[str, ...]]:
    """What `parametrize` gives to a test beside its fixture."""
    marks = getattr(test, "pytestmark", None)
    yield from marks[0].args[1] if marks else ((),)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("my-water", "not 'my-water'; mywater would do"),
        ("Water", "not 'Water'; water would do"),
        ("喝水", "not '喝水'; heshui would do"),
        ("2water", "water would do"),
        ("my_water", "mywater would do"),
        ("../up", "not '../up'; up would do"),
        ("", "small letters and digits"),
        ("!", "small letters and digits"),
        ("w" * 31, "at most 30"),
        ("class", "means something else already; try classskill"),
        ("form", "means something else already"),
        ("nlu", "means something else already"),
        ("testing", "means something else already"),
        ("general", "There is a skill general already"),
        ("medication", "There is a skill medication already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(SkeletonError) as caught:
        make(name, tmp_path)
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ['"', "a: b", "x" * 41, "line\nbreak", "{slot}", "[x](y)"])
def test_a_word_that_no_sentence_can_hold_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(SkeletonError, match="a word or two"):
        make("water", tmp_path, chinese=word)


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "anban-skill-water").mkdir()
    with pytest.raises(SkeletonError, match="exists already"):
        make("water", tmp_path)
    assert list((tmp_path / "anban-skill-water").iterdir()) == []


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    made = RUN.invoke(app, ["new", "water", "--in", str(tmp_path), "--form", "--reminder"])
    assert made.exit_code == 0
    assert 'anban ask --lang en "count one more water"' in made.output
    assert "Chinese sentences say 'water' for now" in made.output
    said = [
        "new",
        "glasses",
        "--in",
        str(tmp_path),
        "--reaction",
        "--zh",
        "喝水",
        "--en",
        "glasses",
    ]
    assert "for now" not in RUN.invoke(app, said).output


def test_what_is_no_project_is_not_installed(tmp_path: Path) -> None:
    refused = RUN.invoke(app, ["install", str(tmp_path)])
    assert refused.exit_code == 1
    assert "has no pyproject.toml" in refused.output
    for name, told in (("nothing", "Packages that were"), ("general", "comes with Anban")):
        refused = RUN.invoke(app, ["remove", name])
        assert refused.exit_code == 1
        assert told in refused.output
