"""What goes into a model, and when it is trained anew."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from assistant.dialogue import (
    SkillFolder,
    Trained,
    TrainingError,
    installed_skills,
    last_model,
    train,
    training,
)
from assistant.dialogue.program import WorkLimit
from assistant.dialogue.sources import collect, usable
from assistant.settings import LANGUAGES
from tests.dialogue.house import CACHE


def copy_of_general(folder: Path) -> SkillFolder:
    (general,) = (skill for skill in installed_skills() if skill.name == "general")
    shutil.copytree(general.path, folder / "general")
    return SkillFolder("general", folder / "general")


def test_the_built_in_skill_is_found_by_its_entry_point() -> None:
    assert "general" in {skill.name for skill in installed_skills()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("file", ["domain.yml", "rules.yml", "{lang}/nlu.yml"])
def test_the_fingerprint_follows_every_input(tmp_path: Path, lang: str, file: str) -> None:
    skill = copy_of_general(tmp_path)
    before = collect([skill], lang, 0.5).fingerprint
    assert collect([skill], lang, 0.5).fingerprint == before
    changed = skill.path / file.format(lang=lang)
    changed.write_text(changed.read_text().replace("general_thanks", "general_gratitude"))
    assert collect([skill], lang, 0.5).fingerprint != before


def test_the_fingerprint_follows_confidence_but_not_wording(tmp_path: Path) -> None:
    skill = copy_of_general(tmp_path)
    before = collect([skill], "zh", 0.5).fingerprint
    replies = skill.path / "zh" / "replies.yml"
    replies.write_text(replies.read_text().replace("好的", "好"))
    assert collect([skill], "zh", 0.5).fingerprint == before, "wording changes without training"
    assert collect([skill], "zh", 0.6).fingerprint != before


def test_what_a_loaded_skill_answers_is_not_out_of_scope(tmp_path: Path) -> None:
    general = copy_of_general(tmp_path)
    meals = tmp_path / "meals"
    (meals / "zh").mkdir(parents=True)
    (meals / "domain.yml").write_text("intents: [meals_menu]\n")
    (meals / "rules.yml").write_text("rules: []\n")
    (meals / "zh" / "nlu.yml").write_text("nlu: []\n")

    def out_of_scope(*skills: SkillFolder) -> str:
        nlu = yaml.safe_load(collect(skills, "zh", 0.5).files["data/nlu.yml"])["nlu"]
        (block,) = (block for block in nlu if block["intent"] == "nlu_fallback")
        return str(block["examples"])

    assert "今天食堂有什么菜" in out_of_scope(general)
    with_meals = out_of_scope(general, SkillFolder("meals", meals))
    assert "今天食堂有什么菜" not in with_meals
    assert "明天天气好不好" in with_meals


def test_a_new_skill_is_taught_what_was_nobodys(tmp_path: Path) -> None:
    general = copy_of_general(tmp_path)
    general = SkillFolder("general", general.path, is_ours=True)
    pressure = tmp_path / "pressure"
    (pressure / "en").mkdir(parents=True)
    (pressure / "domain.yml").write_text("intents: [pressure_told]\n")
    (pressure / "rules.yml").write_text("rules: []\n")
    taught = "nlu:\n- intent: pressure_told\n  examples: |\n    - What's my [blood](x) pressure?\n"
    (pressure / "en" / "nlu.yml").write_text(taught)

    def nobodys(*skills: SkillFolder) -> list[str]:
        nlu = yaml.safe_load(collect(skills, "en", 0.5).files["data/nlu.yml"])["nlu"]
        texts = (block["examples"] for block in nlu if block["intent"] == "nlu_fallback")
        return str(next(texts)).splitlines()

    before, beside = nobodys(general), nobodys(general, SkillFolder("pressure", pressure))
    assert set(before) - set(beside) == {"- what's my blood pressure"}


def test_two_skills_cannot_claim_one_slot(tmp_path: Path) -> None:
    general = copy_of_general(tmp_path)
    other = tmp_path / "other"
    (other / "zh").mkdir(parents=True)
    (other / "domain.yml").write_text("slots: {general_name: {type: text}}\n")
    (other / "rules.yml").write_text("rules: []\n")
    (other / "zh" / "nlu.yml").write_text("nlu: []\n")
    with pytest.raises(TrainingError, match="other_"):
        collect([general, SkillFolder("other", other)], "zh", 0.5)


@pytest.mark.parametrize(
    "text", ["", "- a list", "a: [", "\ttabs: no", "nlu: !!python/object:os.x"]
)
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    skill = copy_of_general(tmp_path)
    file = skill.path / "zh" / "nlu.yml"
    file.write_text(text)
    with pytest.raises(TrainingError, match=r"nlu\.yml"):
        collect([skill], "zh", 0.5)
    file.unlink()
    with pytest.raises(TrainingError, match=r"nlu\.yml: cannot be read"):
        collect([skill], "zh", 0.5)


async def test_nothing_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="make"):
        await train(tmp_path, skills=[])


async def test_training_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="anban train"):
        await train(tmp_path, langs=["zh"], deadline_seconds=0.5)
    assert [file.name for file in tmp_path.iterdir()] == [".lock"], "nothing half done is left"


class Trainer:
    """A program in the trainer's stead: it says these lines, writes the models, and goes on."""

    def __init__(self, *lines: dict[str, object]) -> None:
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = self, asyncio.StreamReader(), asyncio.StreamReader()
        self.lines = lines
        self.stderr.feed_eof()

    def write(self, jobs: bytes) -> None:
        wanted = {job["lang"]: job["output"] for job in map(json.loads, jobs.splitlines())}
        for line in self.lines:
            if "model" in line:
                line |= {"model": wanted[str(line["lang"])]}
                archive(Path(str(line["model"])))
            self.stdout.feed_data(json.dumps(line).encode() + b"\n")

    def write_eof(self) -> None:
        self.stdout.feed_eof()

    async def wait(self) -> int:
        self.returncode = 1
        return 1


def archive(file: Path) -> None:
    with tarfile.open(file, "w:gz") as made:
        made.add(Path(__file__), "model")


async def test_a_model_that_is_finished_is_kept_whatever_becomes_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def running(*_: object, **__: object) -> AsyncIterator[Trainer]:
        yield Trainer({"lang": "zh", "model": ""}, {"lang": "en", "error": "out of luck"})

    monkeypatch.setattr(training, "running", running)
    (tmp_path / ".training-old").mkdir()
    with pytest.raises(TrainingError, match="out of luck"):
        await train(tmp_path, langs=["zh", "en"])
    (kept,) = (file for file in tmp_path.iterdir() if file.name != ".lock")
    assert kept == last_model(tmp_path, "zh"), "and nothing that one ended by a signal left"


def test_what_computes_is_given_time() -> None:
    limit = WorkLimit(600.0, now=0.0)
    assert limit.end_after(0.0, now=1.0) == 600.0
    assert limit.end_after(5.0, now=590.0) == 1190.0, "it had a turn"
    assert limit.end_after(5.0, now=1000.0) == 1190.0, "it had none since"
    assert limit.end_after(32.0, now=1100.0) == 1700.0
    assert limit.end_after(600.0, now=5000.0) == 5000.0, "it computed all that it may"


async def test_training_by_hand_that_computes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="of computing"):
        await train(tmp_path, langs=["zh"], deadline_seconds=0.1, by_work=True)


async def test_of_two_that_want_to_train_one_waits(tmp_path: Path) -> None:
    with (tmp_path / ".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(TrainingError, match="Another Anban has been training"):
            await train(tmp_path, langs=["zh"], deadline_seconds=0.1)


@pytest.mark.e2e
@pytest.mark.timeout(900)
async def test_trained_once_then_cached() -> None:
    steps: list[Trained] = []
    models = await train(CACHE, progress=steps.append)
    assert set(models) == set(LANGUAGES)
    assert all(model.is_file() for model in models.values())
    steps.clear()
    assert await train(CACHE, progress=steps.append) == models
    assert {step.step for step in steps} == {"cached"}


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("cut", [0, 1, 1000, -2000])
async def test_a_model_that_is_not_whole_is_trained_again(tmp_path: Path, cut: int) -> None:
    """Seen by what happens next: training begins, and is ended by its deadline."""
    model = (await train(CACHE, langs=["zh"]))["zh"]
    copy = tmp_path / model.name
    copy.write_bytes(model.read_bytes()[:cut])
    with pytest.raises(TrainingError, match="anban train"):
        await train(tmp_path, langs=["zh"], deadline_seconds=0.1)
    copy.write_bytes(model.read_bytes())
    assert (await train(tmp_path, langs=["zh"], deadline_seconds=0.1))["zh"] == copy


@pytest.mark.e2e
@pytest.mark.timeout(900)
async def test_rasa_own_complaint_is_passed_on(tmp_path: Path) -> None:
    skill = copy_of_general(tmp_path)
    rules = skill.path / "rules.yml"
    rules.write_text(
        rules.read_text()
        + "  - rule: at odds\n    steps:\n    - intent: general_time\n"
        + "    - action: action_general_date\n"
    )
    cache = tmp_path / "cache"
    with pytest.raises(TrainingError, match=r"skills check"):
        await train(cache, langs=["en"], skills=[skill])
    assert {file.name for file in cache.iterdir()} == {".lock", "home", "steps"}, "no half a model"


SPOILT = [
    ("zh/nlu.yml", None),
    ("en/nlu.yml", None),
    ("domain.yml", None),
    ("rules.yml", None),
    ("en/nlu.yml", "a: ["),
    ("zh/nlu.yml", "nlu: words"),
    ("zh/nlu.yml", "nlu: [words]"),
    ("rules.yml", "- a list"),
    ("rules.yml", "rules: {a: 1}"),
    ("domain.yml", "intents: general"),
    ("domain.yml", "slots: [a]"),
    ("domain.yml", "slots: {general_name: {type: text}}"),
]


@pytest.mark.parametrize(("file", "text"), SPOILT)
def test_a_skill_that_cannot_be_read_takes_nothing_from_the_others(
    tmp_path: Path, file: str, text: str | None
) -> None:
    """The same for both languages, and for host and trainer: see `skills.loading`."""
    folder = tmp_path / "abc"
    for name, sound in (
        ("domain.yml", "intents: [abc_a]"),
        ("rules.yml", "rules: []"),
        ("zh/nlu.yml", "nlu: []"),
        ("en/nlu.yml", "nlu: []"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(sound)
    ours = installed_skills()
    skills = (*ours, SkillFolder("abc", folder))
    names = [skill.name for skill in ours]
    assert usable(skills, ours=names)[1] == ()
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)
    kept, (left_out,) = usable(skills, ours=names)
    assert kept == ours
    assert left_out.name == "abc"
    assert file.rpartition("/")[2] in left_out.reason
    for lang in LANGUAGES:
        assert collect(kept, lang, 0.5).fingerprint == collect(ours, lang, 0.5).fingerprint


def test_the_newest_whole_model_is_the_last_good_one(tmp_path: Path) -> None:
    assert last_model(tmp_path, "zh") is None
    (tmp_path / "zh-torn.tar.gz").write_bytes(b"\x1f\x8b torn")
    assert last_model(tmp_path, "zh") is None
    for age, name in enumerate(("en-new", "zh-new", "zh-old")):
        with tarfile.open(tmp_path / f"{name}.tar.gz", "w:gz") as archive:
            archive.add(Path(__file__), "model")
        os.utime(tmp_path / f"{name}.tar.gz", (1e9 - age, 1e9 - age))
    assert last_model(tmp_path, "zh") == tmp_path / "zh-new.tar.gz"
