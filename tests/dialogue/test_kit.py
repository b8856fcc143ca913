"""The test kit's dialogue beside Rasa's: the same sentences, the same forms, the same replies."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from anban_testing import Conversation
from anban_testing.sentences import Meaning
from anban_testing.wordings import matches
from tests.dialogue.house import House

TALKS = [
    (
        "zh",
        "我们认识一下吧",
        "李奶奶",
        "几点了",
        "不对，叫我王奶奶",
        "咕噜咕噜",
        "三月初八",
        "你好",
    ),
    ("zh", "我们认识一下吧", "你说什么", "停", "几点了"),
    ("zh", "我们认识一下吧", "李奶奶", "我们认识一下吧", "算了不说了", "谢谢"),
    ("zh", "提醒我每天早上八点吃一片降压药", "几点了", "不对，两片", "对", "谢谢"),
    ("en", "let's get acquainted", "mary", "february the thirtieth", "the third of may"),
    ("en", "let's get acquainted", "blah blah blah", "la la la", "mumble mumble", "thank you"),
    ("en", "let's get acquainted", "remind me to take my pills", "never mind", "what time is it"),
    ("en", "remind me to take one aspirin at eight every morning", "what day is it", "no", "no"),
    ("en", "come here", "thank you", "the moon is made of cheese"),
]


@pytest.mark.parametrize(("lang", *("sentences",)), [(t[0], t[1:]) for t in TALKS])
def test_it_goes_as_with_rasa(house: House, lang: str, sentences: tuple[str, ...]) -> None:
    house.speak(lang)
    conversation = uuid4().hex
    with Conversation(lang=lang, robot=["厨房", "客厅"]) as talk:
        talk.plays("home: PeopleLocated places_metres=[[1.0,2.0]]")
        for sentence in sentences:
            answered = house.turn(sentence, conversation)
            understood = answered.understood
            entities = {each["entity"]: each["value"] for each in understood.entities}
            told = talk.loop.wait_for(
                talk.home.mind.dialogue.turn(
                    sentence, Meaning(understood.intent, entities), lang, time.time()
                )
            )
            assert talk.form == answered.form, sentence
            assert len(told) == len(answered.replies), (sentence, told, answered.replies)
            for ours, rasas in zip(told, answered.replies, strict=True):
                assert keys(talk, ours, lang) & keys(talk, rasas, lang), (sentence, ours, rasas)


def keys(talk: Conversation, text: str, lang: str) -> set[str]:
    """Every reply that may be worded so."""
    owners = ("emergency", "general", "medication", "robot", "host", "core")
    return {
        f"{owner}.{key}"
        for owner in owners
        for key in sorted(talk.home.replies_of(owner).keys())
        if matches(f"~{owner}.{key}", text, talk.home.replies_of, owner, lang)
    }
