"""The safety lane: what fires, when, and what must not."""

from __future__ import annotations

import pytest

from assistant.safety import judge


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("救命啊", "other"),
        ("我刚才在厨房摔倒了，快来人啊", "fall"),
        ("哎呀我起不来了", "fall"),
        ("我胸扣疼", "chest_pain"),  # the recogniser's other characters of the same sound
        ("我穿不上气了我喘不上汽", "chest_pain"),
        ("着火啦着火了", "fire"),
        ("help help help", "other"),
        ("oh dear i've fallen and i can't get up", "fall"),
        ("Please, I can't breathe!", "chest_pain"),
        ("i think there's a fire in the kitchen", "fire"),
    ],
)
def test_cries_in_other_words_are_heard(text: str, reason: str) -> None:
    judgement = judge(text, is_final=True)
    assert judgement.cry is not None
    assert judgement.cry.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "电视里有人喊救命",
        "帮我订午饭",
        "帮我打开电视",
        "就明天吧",
        "我想听救命恩人的故事",
        "help me choose a dish",
        "can you help me with the radio",
        "what is a heart attack",
        "the man on television shouted fire",
        "i fell asleep",
        "今天天气怎么样",
        "",
        "👍",
    ],
)
@pytest.mark.parametrize("is_final", [True, False])
def test_near_misses_do_not_fire(text: str, is_final: bool) -> None:
    judgement = judge(text, is_final=is_final)
    assert judgement.cry is None
    assert not judgement.waits


@pytest.mark.parametrize(
    ("text", "reflex"),
    [
        ("停", "stop"),
        ("stop stop", "stop"),
        ("大声点", "louder"),
        ("大声一点。", "louder"),
        ("Louder, please!", "louder"),
        ("再说一遍", "repeat"),
        ("yes", "affirm"),
        ("不用了", "deny"),
        ("不要停下来听", None),
        ("stop the music at nine", None),
    ],
)
def test_reflexes_are_all_that_was_said(text: str, reflex: str | None) -> None:
    assert judge(text, is_final=True).reflex == reflex
