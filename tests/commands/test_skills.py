"""`anban skills`: off and on by hand, and what a skill holds out."""

from __future__ import annotations

import asyncio
import io
import itertools
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from assistant import dialogue
from assistant.commands import train
from assistant.commands.skills import app
from assistant.commands.taken import SHOWN, print_taken
from assistant.commands.words import Words
from assistant.dialogue import (
    Change,
    Comparison,
    Outcome,
    Sentence,
    SkillFolder,
    Trained,
    Wanted,
    held_out,
    installed_skills,
)
from assistant.dialogue.comparing import Guess
from assistant.dialogue.sources import VITAL
from skills.checking import check, check_skill
from skills.skeleton import make
from skills.standing import Standings, Why

RUN = CliRunner()
NUMBER = itertools.count()


@pytest.fixture(params=["zh", "en"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANBAN_HOME", str(tmp_path))
    (tmp_path / "anban.toml").write_text(f'language = "{request.param}"\n')
    return tmp_path


def test_off_and_on_by_hand(home: Path) -> None:
    off = RUN.invoke(app, ["disable", "robot"])
    assert off.exit_code == 0
    assert "anban skills enable robot" in off.output
    assert Standings(home).off() == {"robot": Why.BY_HAND}
    listed = RUN.invoke(app, ["list"])
    assert listed.exit_code == 0
    assert "anban skills enable robot" in listed.output
    on = RUN.invoke(app, ["enable", "robot"])
    assert on.exit_code == 0
    assert Standings(home).off() == {}
    assert "enable robot" not in RUN.invoke(app, ["list"]).output
    again = RUN.invoke(app, ["enable", "robot"])
    assert again.exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [["disable", "emergency"], ["disable", "medication"], ["disable", "general"],
     ["disable", "nobody"], ["enable", "nobody"], ["disable", "../up"], ["disable", ""]],
)  # fmt: skip
def test_what_cannot_be_switched_is_said(home: Path, arguments: list[str]) -> None:
    refused = RUN.invoke(app, arguments)
    assert refused.exit_code == 1
    assert refused.output.strip()
    assert Standings(home).off() == {}


# ------------------------------------------------------------------------- what is taken


def losses(count: int, means: str) -> tuple[Change, ...]:
    return tuple(
        Change(Sentence(f"sentence {at}", means), Guess(means, 0.91), Guess("tea_drunk", 0.82))
        for at in range(count)
    )


@pytest.mark.parametrize("shows_all", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_taken_is_told_shortly_or_whole(lang: str, shows_all: bool) -> None:
    console = Console(file=io.StringIO(), width=200)
    missed = Change(
        Sentence("my own", "tea_drunk"), Guess("nlu_fallback", 0.5), Guess("milk_drunk", 0.7)
    )
    found = [
        Comparison("en", 500, (*losses(20, "general_time"), missed, *losses(1, "emergency_help"))),
        Comparison("zh", 400),
    ]
    skills = [SkillFolder("tea", Path("tea")), SkillFolder("general", Path("g"), is_ours=True)]
    print_taken(console, found, skills, Words(lang), shows_all=shows_all)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert "tea" in lines[0]
    assert "21" in lines[0]
    assert "500" in lines[0]
    assert lines[1] == "  emergency_help 0.91 → tea_drunk 0.82: sentence 0", "what is vital first"
    assert sum("general_time 0.91" in line for line in lines) == (20 if shows_all else SHOWN - 1)
    assert any("13" in line and "--all" in line for line in lines) == (not shows_all)
    assert "  nlu_fallback 0.50 → milk_drunk 0.70: my own" in lines
    assert "400" in lines[-1]


@pytest.mark.parametrize("accepts", [False, True])
async def test_train_says_when_the_model_of_before_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], accepts: bool
) -> None:
    async def adopt(
        wanted: Wanted, langs: list[str], *, accept_losses: bool = False
    ) -> dict[str, Outcome]:
        assert wanted.cache == home / "cache" / "rasa"
        model = Path("/models/en.tar.gz") if accept_losses else None
        return {"en": Outcome(model, Comparison("en", 9, losses(1, "medication_taken")))}

    monkeypatch.setattr(train, "adopt", adopt)
    status = await train.train_models("en", shows_all=False, accept_losses=accepts)
    told = capsys.readouterr().out
    assert "medication_taken 0.91 → tea_drunk 0.82" in told
    assert status == (0 if accepts else 1)
    assert ("/models/en.tar.gz" in told) == accepts
    assert ("--accept-losses" in told) == (not accepts)


async def test_without_a_terminal_training_tells_lines_now_and_then(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "LINE_SECONDS", 0.001)
    told = ""

    async def adopt(wanted: Wanted, *_: object, **__: object) -> dict[str, Outcome]:
        nonlocal told
        assert wanted.by_work
        assert wanted.progress is not None
        wanted.progress(Trained("zh", "waiting", 0.0))
        wanted.progress(Trained("zh", "Featurizer", 0.4))
        while told.count("Featurizer") < 2:
            await asyncio.sleep(0)
            told += capsys.readouterr().out
        return {}

    monkeypatch.setattr(train, "adopt", adopt)
    assert await train.train_models(None, shows_all=False, accept_losses=False) == 0
    assert "40%" in told


@pytest.mark.parametrize("quick", [True, False])
def test_check_says_before_it_trains(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    """And leaves it out if that is wanted: it lasts minutes."""
    name = f"cup{next(NUMBER)}"  # each its own: Python keeps what it imported
    folder = make(name, tmp_path) / f"anban_{name}"
    skills = (*installed_skills(), SkillFolder(name, folder))
    for module in (dialogue, check, train):
        monkeypatch.setattr(module, "installed_skills", lambda: skills)
    begun: list[str] = []

    async def compared(wanted: Wanted, langs: list[str]) -> dict[str, Comparison]:
        begun.extend(langs)
        return {}

    monkeypatch.setattr(train, "compared", compared)
    done = RUN.invoke(app, ["check", str(folder), *(["--quick"] if quick else [])])
    assert done.exit_code == 0, done.output
    assert "--quick" in done.output
    assert name in done.output.splitlines()[-1]
    assert bool(begun) != quick


# ------------------------------------------------------------------------- held-out sentences

# what stands in en/held_out.yml of the skill NAME; what is told of it; empty: nothing
HELD_OUT = [
    ("NAME_drunk:\n  - somebody drank my coffee\n", ""),
    ("nlu_fallback:\n  - coffee is dear these days\nNAME_drunk: []\n", ""),
    ("", "must be a table"),
    ("- NAME_drunk", "must be a table"),
    ("NAME_drunk: coffee", "must be a list of sentences"),
    ("NAME_drunk: [", "no valid YAML"),
    ("NAME_eaten:\n  - i ate it\n", "held_out.yml:2: the intent NAME_eaten is not in domain.yml"),
]


@pytest.mark.parametrize(("text", "told"), HELD_OUT)
def test_what_is_held_out_is_checked(tmp_path: Path, text: str, told: str) -> None:
    name = f"coffee{HELD_OUT.index((text, told))}"
    folder = make(name, tmp_path) / f"anban_{name}"
    intent = next(iter(_intents(folder)))
    written = text.replace("NAME_drunk", intent).replace("NAME", name)
    (folder / "en" / "held_out.yml").write_text(written)
    problems = [str(problem) for problem in check_skill(folder)]
    if told:
        assert any(told.replace("NAME", name) in problem for problem in problems), problems
    else:
        assert problems == []


def test_a_sentence_that_is_trained_on_is_not_held_out(tmp_path: Path) -> None:
    folder = make("cocoa", tmp_path) / "anban_cocoa"
    trained = (folder / "en" / "nlu.yml").read_text().rpartition("    - ")[2].strip()
    intent = next(iter(_intents(folder)))
    file = folder / "en" / "held_out.yml"
    file.write_text(f"{intent}:\n  - something else\n  - {trained.upper()}!\n")
    (problem,) = check_skill(folder)
    assert (problem.file, problem.line) == (file, 3)
    assert "trained on" in problem.message


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_our_own_skills_hold_out_what_is_vital(lang: str) -> None:
    found = held_out(installed_skills(), lang)
    for intent in VITAL:
        assert sum(sentence.intent == intent for sentence in found) >= 20


def _intents(folder: Path) -> list[str]:
    domain: dict[str, list[str]] = yaml.safe_load((folder / "domain.yml").read_text())
    return domain["intents"]
