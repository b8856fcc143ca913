"""The robot through real Rasa, the real skill host and the core's real services."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from assistant.dialogue import installed_skills
from assistant.dialogue.sources import collect
from assistant.events import AskElder, MoveRobot, StopRobot
from assistant.settings import LANGUAGES
from tests.dialogue.house import House
from tests.dialogue.test_understanding import bare

UNDERSTOOD_AT_LEAST: Final = 0.9


def held_out(lang: str) -> list[tuple[str, str]]:
    file = Path(__file__).with_name(f"robot_{lang}.yml")
    table: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    return [(intent, text) for intent, texts in table.items() for text in texts]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_held_out_is_trained_on(lang: str) -> None:
    skills = [skill for skill in installed_skills() if skill.name == "robot"]
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


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("text", "motion", "place"),
    [
        ("过来", "approach", ""),
        ("跟我来", "follow", ""),
        ("看着我", "face", ""),
        ("回去充电", "dock", ""),
        ("去厨房", "go", "厨房"),
        ("到楚房去", "go", "厨房"),
    ],
)
def test_a_sentence_becomes_a_motion(zh: House, text: str, motion: str, place: str) -> None:
    zh.locate()
    zh.turn("你可以走动")
    before = len(zh.events(MoveRobot))
    answered = zh.turn(text)
    (moved,) = zh.events(MoveRobot)[before:]
    assert (moved.motion, moved.place, moved.is_asked) == (motion, place, True)
    assert answered.replies


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_without_consent_the_core_asks_and_nothing_moves(zh: House) -> None:
    zh.locate()
    assert "不走动" in zh.turn("以后别走动了").replies[0]
    moves, asked = len(zh.events(MoveRobot)), len(zh.events(AskElder))
    (question,) = zh.turn("过来").replies
    assert question.endswith("不动了。")
    assert len(zh.events(AskElder)) == asked + 1
    assert len(zh.events(MoveRobot)) == moves


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_a_stop_that_only_the_dialogue_knows_stops_it(zh: House) -> None:
    before = len(zh.events(StopRobot))
    assert zh.turn("你吓着我了 待在那儿别动").replies
    assert len(zh.events(StopRobot)) == before + 1


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_a_place_that_it_does_not_know_is_answered_with_those_it_knows(zh: House) -> None:
    zh.turn("你可以走动")
    moves = len(zh.events(MoveRobot))
    said = zh.turn("去阳台").replies[0]
    assert "厨房" in said
    assert len(zh.events(MoveRobot)) == moves
