"""Medicines and reminders through real Rasa, the real skill host and the real services."""

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

UNDERSTOOD_AT_LEAST: Final = 0.9
FORM: Final = "medication_plan_form"


def held_out(lang: str) -> list[tuple[str, str]]:
    file = Path(__file__).with_name(f"medication_{lang}.yml")
    table: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    return [(intent, text) for intent, texts in table.items() for text in texts]


def bare(text: str) -> str:
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).lower()
    return re.sub(r"[^\w]+", "", words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_held_out_is_trained_on(lang: str) -> None:
    skills = [skill for skill in installed_skills() if skill.name == "medication"]
    nlu: list[dict[str, Any]] = yaml.safe_load(collect(skills, lang, 0.5).files["data/nlu.yml"])[
        "nlu"
    ]
    trained = {
        bare(line.removeprefix("- "))
        for block in nlu
        for line in block.get("examples", "").splitlines()
    }
    assert len(trained) > 800
    assert len(held_out(lang)) >= 60
    assert trained.isdisjoint(bare(text) for _, text in held_out(lang))


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_unseen_sentences_are_understood(house: House, lang: str) -> None:
    house.speak(lang)
    wrong = []
    for intent, text in held_out(lang):
        understood = house.parse(text)
        if understood.intent != intent:
            wrong.append(f"{intent}: {text}: {understood.intent} {understood.confidence:.2f}")
    share = 1 - len(wrong) / len(held_out(lang))
    print(f"{lang}: {share:.3f} of {len(held_out(lang))}", wrong)
    assert share >= UNDERSTOOD_AT_LEAST, wrong
