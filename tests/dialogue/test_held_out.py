"""How well the skills' own sentences are understood that no model was trained on."""

from __future__ import annotations

from typing import Final

import pytest

from assistant.settings import LANGUAGES
from tests.dialogue.heldout import bare, held_out, trained
from tests.dialogue.house import House

UNDERSTOOD_AT_LEAST: Final = 0.9
SKILLS: Final = ("medication", "robot")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("skill", SKILLS)
def test_nothing_held_out_is_trained_on(skill: str, lang: str) -> None:
    known = trained(lang, skill)
    assert len(known) > 800
    assert len(held_out(skill, lang)) >= 60
    assert known.isdisjoint(bare(text) for _, text in held_out(skill, lang))


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_unseen_sentences_are_understood(house: House, lang: str, skill: str) -> None:
    house.speak(lang)
    sentences = held_out(skill, lang)
    wrong = []
    for intent, text in sentences:
        understood = house.parse(text)
        if understood.intent != intent:
            wrong.append(f"{intent}: {text}: {understood.intent} {understood.confidence:.2f}")
    share = 1 - len(wrong) / len(sentences)
    print(f"{skill} {lang}: {share:.3f} of {len(sentences)}", wrong)
    assert share >= UNDERSTOOD_AT_LEAST, wrong
