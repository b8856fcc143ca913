"""What a new skill takes from others: compared, told, and kept out of use if it is vital."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.dialogue import (
    Change,
    Comparison,
    LostSentencesError,
    Outcome,
    Sentence,
    SkillFolder,
    Wanted,
    adopt,
    adopting,
    compared,
    held_out,
    installed_skills,
    last_model,
    lost,
)
from assistant.dialogue.comparing import Guess, Pair, compare
from assistant.dialogue.held_out import sentences_in
from assistant.dialogue.sources import collect
from assistant.dialogue.training import model_file
from tests.dialogue.house import House

HELP, TAKEN = "emergency_help", "medication_taken"


def change(means: str, was: str, now: str, share: float = 0.9) -> Change:
    return Change(Sentence("said", means), Guess(was, share), Guess(now, 0.9))


# what a sentence means, was and is taken for, how sure it was; what that is
CHANGES = [
    ((HELP, HELP, "tea_drunk"), 0.9, "vital"),
    ((TAKEN, TAKEN, "tea_drunk"), 0.3, "vital"),
    ((TAKEN, TAKEN, "nlu_fallback"), 0.6, "vital"),
    ((TAKEN, TAKEN, "nlu_fallback"), 0.59, "loss"),
    ((HELP, HELP, "emergency_cancel"), 0.5, "vital"),
    (("general_time", "general_time", "tea_drunk"), 0.9, "loss"),
    (("nlu_fallback", "nlu_fallback", "tea_drunk"), 0.9, "loss"),
    (("tea_drunk", "nlu_fallback", "milk_drunk"), 0.9, "miss"),
    (("tea_drunk", "nlu_fallback", "tea_drunk"), 0.9, "gain"),
    ((TAKEN, "nlu_fallback", "tea_drunk"), 0.9, "miss"),
]


@pytest.mark.parametrize(("intents", "share", "kind"), CHANGES)
def test_what_a_change_is(intents: tuple[str, str, str], share: float, kind: str) -> None:
    one = change(*intents, share)
    found = Comparison("en", 1, (one,))
    assert (one in found.losses) == (kind in {"loss", "vital"})
    assert (one in found.vital_losses) == (kind == "vital")
    assert one.is_miss == (kind == "miss")


def test_what_is_vital_is_told_first_and_each_skill_its_own_misses() -> None:
    other = change("general_time", "general_time", "tea_drunk")
    vital = change(HELP, HELP, "tea_drunk")
    missed = change("tea_drunk", "nlu_fallback", "milk_drunk")
    found = Comparison("en", 3, (other, missed, vital))
    assert found.losses == (vital, other)
    assert found.misses("tea") == (missed,)
    assert found.misses("milk") == ()
    error = lost([Outcome(None, found)])
    assert isinstance(error, LostSentencesError)
    assert error.takers == ("tea",)


@pytest.mark.parametrize("text", ["", "- a", "a: b", "a: [1]", "a: [b: c]", "a: [", "5"])
def test_held_out_sentences_that_cannot_be_read_cost_themselves(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|YAML"):
        sentences_in(text)
    for name, content in (("tea", text), ("milk", "milk_drunk: [i had milk]")):
        (tmp_path / name / "en").mkdir(parents=True)
        (tmp_path / name / "en" / "held_out.yml").write_text(content)
    skills = [SkillFolder(name, tmp_path / name) for name in ("tea", "milk", "nowhere")]
    assert held_out(skills, "en") == (Sentence("i had milk", "milk_drunk"),)


# ------------------------------------------------------------------------- which model is used


class Kitchen:
    """A skill of a third party beside ours; models that are made, and comparisons that are given.

    Training and comparing take Rasa minutes: here a model is an archive of anything.
    """

    def __init__(self, folder: Path, changes: Sequence[Change]) -> None:
        self.cache, self.changes = folder / "cache", tuple(changes)
        self.trained: list[tuple[str, ...]] = []
        self.compared = 0
        tea = folder / "anban_tea"
        (tea / "en").mkdir(parents=True)
        (tea / "domain.yml").write_text("intents: [tea_drunk]\n")
        (tea / "rules.yml").write_text("rules: []\n")
        (tea / "en" / "nlu.yml").write_text("nlu: []\n")
        self.own = installed_skills()
        self.wanted = Wanted(self.cache, (*self.own, SkillFolder("tea", tea)), 0.5)

    async def train(
        self, cache: Path, *, langs: Iterable[str], skills: Iterable[SkillFolder], **_: Any
    ) -> dict[str, Path]:
        folders = tuple(skills)
        models = {lang: model_file(cache, collect(folders, lang, 0.5)) for lang in langs}
        for model in models.values():
            if not model.exists():
                self.trained.append(tuple(skill.name for skill in folders))
                cache.mkdir(parents=True, exist_ok=True)
                with tarfile.open(model, "w:gz") as archive:
                    archive.add(Path(__file__), "model")
        return models

    async def compare(self, pairs: Iterable[Pair], *_: Any, **__: Any) -> tuple[Comparison, ...]:
        self.compared += 1
        assert all(pair.before.is_file() and pair.after.is_file() for pair in pairs)
        return tuple(Comparison(p.lang, len(p.sentences), self.changes) for p in pairs)


def kitchen(folder: Path, monkeypatch: pytest.MonkeyPatch, *changes: Change) -> Kitchen:
    made = Kitchen(folder, changes)
    monkeypatch.setattr(adopting, "train", made.train)
    monkeypatch.setattr(adopting, "compare", made.compare)
    return made


VITAL = change(HELP, HELP, "tea_drunk")
OTHER = change("general_time", "general_time", "tea_drunk")


async def test_without_a_third_party_nothing_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kitchen(tmp_path, monkeypatch, VITAL)
    wanted = Wanted(home.cache, home.own, 0.5)
    outcomes = await adopt(wanted, ["en"])
    assert outcomes == {"en": Outcome(wanted.file("en"))}
    assert (len(home.trained), home.compared) == (1, 0)


async def test_what_takes_nothing_vital_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kitchen(tmp_path, monkeypatch, OTHER)
    for _ in range(2):  # the second time all is known
        (outcome,) = (await adopt(home.wanted, ["en"])).values()
        assert outcome.model == home.wanted.file("en") == last_model(home.cache, "en")
        assert outcome.comparison is not None
        assert outcome.comparison.losses == (OTHER,)
    assert (len(home.trained), home.compared) == (2, 1)


async def test_what_takes_a_cry_is_not_used_and_the_one_of_before_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kitchen(tmp_path, monkeypatch, OTHER, VITAL)
    before = (await home.train(home.cache, langs=["en"], skills=home.own[:1]))["en"]
    for _ in range(2):
        (outcome,) = (await adopt(home.wanted, ["en"])).values()
        assert outcome.model is None
        assert outcome.comparison is not None
        assert outcome.comparison.vital_losses == (VITAL,)
        assert last_model(home.cache, "en") == before
        assert not home.wanted.file("en").exists()
    assert home.compared == 1
    (outcome,) = (await adopt(home.wanted, ["en"], accept_losses=True)).values()
    assert outcome.model == last_model(home.cache, "en") == home.wanted.file("en")
    assert home.compared == 1
    # From then on it is the one in use, without being asked again.
    (outcome,) = (await adopt(home.wanted, ["en"])).values()
    assert outcome.model == home.wanted.file("en")


async def test_without_one_of_before_our_own_skills_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kitchen(tmp_path, monkeypatch, VITAL)
    (outcome,) = (await adopt(home.wanted, ["en"])).values()
    assert outcome.model is None
    assert last_model(home.cache, "en") == model_file(home.cache, collect(home.own, "en", 0.5))


async def test_more_held_out_sentences_or_a_damaged_note_are_compared_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = kitchen(tmp_path, monkeypatch, OTHER)
    await compared(home.wanted, ["en"])
    await compared(home.wanted, ["en"])
    assert home.compared == 1
    (tmp_path / "anban_tea" / "en" / "held_out.yml").write_text("tea_drunk: [i had tea]")
    await compared(home.wanted, ["en"])
    assert home.compared == 2
    for note in (home.cache / "trial").glob("*.json"):
        note.write_text("{torn")
    await compared(home.wanted, ["en"])
    assert home.compared == 3
    assert len(home.trained) == 2, "no model is trained twice"


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_real_models_beside_each_other(house: House, tmp_path: Path) -> None:
    """The model of one language understands next to nothing of the other."""
    sentences = (Sentence("现在几点了", "general_time"), Sentence("我吃过药了", TAKEN))
    pair = Pair("zh", house.models["zh"], house.models["en"], sentences)
    (found,) = house.do(compare([pair], tmp_path, 300.0), 300.0)
    assert found.count == 2
    assert {each.sentence for each in found.losses} == set(sentences)
    assert all(each.was.confidence > 0.5 for each in found.losses)
