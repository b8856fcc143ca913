"""How well sentences are understood that no model was trained on (heldout_*.yml)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from assistant.dialogue import installed_skills
from assistant.dialogue.sources import collect
from assistant.settings import LANGUAGES
from tests.dialogue.house import House

FALLBACK: Final = "nlu_fallback"
IN_SCOPE_AT_LEAST: Final = 0.95
OUT_OF_SCOPE_AT_LEAST: Final = 0.85


def held_out(lang: str) -> list[tuple[str, str]]:
    file = Path(__file__).with_name(f"heldout_{lang}.yml")
    table: dict[str, list[Any]] = yaml.safe_load(file.read_text("utf-8"))
    return [(intent, str(text)) for intent, texts in table.items() for text in texts]


def bare(text: str) -> str:
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).lower()
    return re.sub(r"[^\w]+", "" if not words.isascii() else " ", words).strip()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_held_out_is_trained_on(lang: str) -> None:
    skills = [skill for skill in installed_skills() if skill.name == "general"]
    nlu = yaml.safe_load(collect(skills, lang, 0.5).files["data/nlu.yml"])["nlu"]
    trained = {
        bare(line.removeprefix("- "))
        for block in nlu
        for line in block.get("examples", "").splitlines()
    }
    assert len(trained) > 1000
    assert trained.isdisjoint(bare(text) for _, text in held_out(lang))


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_unseen_sentences_are_understood(house: House, lang: str) -> None:
    house.speak(lang)
    wrong: dict[bool, list[str]] = {True: [], False: []}
    count = {True: 0, False: 0}
    for intent, text in held_out(lang):
        in_scope = intent != FALLBACK
        count[in_scope] += 1
        understood = house.parse(text)
        if understood.intent != intent:
            wrong[in_scope].append(f"{text}: {understood.intent} {understood.confidence:.2f}")
    in_scope = 1 - len(wrong[True]) / count[True]
    out_of_scope = 1 - len(wrong[False]) / count[False]
    print(f"{lang}: in scope {in_scope:.3f} of {count[True]}, out {out_of_scope:.3f}", wrong)
    assert in_scope >= IN_SCOPE_AT_LEAST, wrong[True]
    assert out_of_scope >= OUT_OF_SCOPE_AT_LEAST, wrong[False]
