"""The robot through real Rasa, the real skill host and the core's real services."""

from __future__ import annotations

import pytest

from assistant.events import MoveRobot, StopRobot
from assistant.home.questions import Rank
from tests.dialogue.house import House


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
    moves = len(zh.events(MoveRobot))
    (question,) = zh.turn("过来").replies
    assert question.endswith("不动了。")
    assert Rank.ROBOT in zh.core.speech.questions.ranks
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
