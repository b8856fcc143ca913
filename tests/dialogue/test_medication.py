"""Medicines and reminders through real Rasa, the real skill host and the real services."""

from __future__ import annotations

from typing import Final

import pytest

from tests.asking import call
from tests.dialogue.house import House

FORM: Final = "medication_plan_form"


@pytest.fixture
def kept(house: House) -> list[str]:
    """Nothing is kept yet; the ids of what the test adds are gone after it."""
    for reminder in house.reminders():
        house.do(call(house.core.bus, "reminders.remove", which=reminder["reminder_id"]))
    return []


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
def test_a_chinese_plan_with_interruption_and_correction(zh: House) -> None:
    asked, named, interrupted, timed, dosed, corrected, done, listed = zh.talk(
        "提醒我吃药",
        "降压药",
        "现在几点了",
        "每天早上七点半",
        "一片",
        "不对，是两片",
        "对",
        "我都吃些什么药",
    )
    assert asked.form == named.form == interrupted.form == FORM
    assert len(interrupted.replies) == 2, "answered, and the question put again"
    assert "多少" in timed.replies[0] or "几片" in timed.replies[0]
    assert "早上七点半" in dosed.replies[0]
    assert "两片" in corrected.replies[0]
    assert zh.reminders(), done.replies
    assert done.form == ""
    assert "降压药两片" in listed.replies[0]


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
def test_an_english_plan_changed_and_removed(en: House) -> None:
    *_, done, changed, _, removed, _, nothing = en.talk(
        "metformin, two at eight in the evening",
        "yes",
        "move my metformin to nine in the evening",
        "yes",
        "stop reminding me about the metformin",
        "yes",
        "which medicines am i on",
    )
    assert "eight o'clock in the evening" in done.replies[0] or "metformin" in done.replies[0]
    assert "nine o'clock in the evening" in changed.replies[0]
    assert removed.form == FORM
    assert en.reminders() == []
    assert "nothing" in nothing.replies[0].lower()


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("word", ["算了", "不用了", "停"])
def test_a_plan_is_left_without_a_trace(zh: House, word: str) -> None:
    asked, left = zh.talk("每天早上八点提醒我吃一片阿司匹林", word)
    assert asked.form == FORM
    assert left.form == ""
    assert len(left.replies) == 1
    assert zh.reminders() == []


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("lang", "sentence", "yes"),
    [
        ("zh", "提醒我吃药", "对"),
        ("zh", "2月30号提醒我去医院", "对"),
        ("zh", "每天早上八点提醒我吃24片华法林", "对"),
        ("zh", "每天早上提醒我吃负三片降压药", "对"),
        ("zh", "昨天下午三点提醒我吃降压药", "对"),
        ("en", "remind me to take my pills", "yes"),
        ("en", "remind me to see the doctor on the thirtieth of february", "yes"),
        ("en", "remind me to take minus three tablets of aspirin at eight", "yes"),
        ("en", "remind me to take 24 tablets of warfarin every morning at eight", "yes"),
    ],
)
def test_bad_input_writes_nothing(house: House, lang: str, sentence: str, yes: str) -> None:
    house.speak(lang)
    asked, again = house.talk(sentence, yes)
    assert asked.form == again.form == FORM
    assert house.reminders() == []


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("lang", "plan", "same", "other", "yes"),
    [
        ("zh", "每天早上八点吃三片头孢", "不，还是三片", "不要再提醒我吃华法林了", "对"),
        (
            "en",
            "remind me to take three metformin every morning at eight",
            "no, still three",
            "stop reminding me about the warfarin",
            "yes",
        ),
    ],
)
def test_what_changes_nothing_is_answered_once(
    house: House, lang: str, plan: str, same: str, other: str, yes: str
) -> None:
    house.speak(lang)
    *turns, done = house.talk(plan, same, plan, other, yes)
    assert [turn.form for turn in turns] == [FORM] * 4
    assert [len(turn.replies) for turn in turns] == [1] * 4
    assert done.form == ""
    (kept,) = house.reminders()
    assert kept["amount"]["amount"] == "3"
    assert kept["title"] in {"头孢", "metformin"}


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        (
            "zh",
            ("每天晚上六点吃一片华法林", "对", "明天不要提醒我", "对", "把刚才的撤回来"),
        ),
        (
            "en",
            (
                "remind me to take one tablet of warfarin every day at six in the evening",
                "yes",
                "pause my reminders for three days",
                "yes",
                "undo that please",
            ),
        ),
    ],
)
def test_a_pause_is_none_for_good_and_is_taken_back(
    house: House, lang: str, sentences: tuple[str, ...]
) -> None:
    house.speak(lang)
    house.talk(*sentences[:-1])
    (kept,) = house.reminders()
    assert kept["schedule"]["rrule"] == "FREQ=DAILY"
    assert len(kept["pauses"]) == 1
    house.turn(sentences[-1])
    (kept,) = house.reminders()
    assert "pauses" not in kept


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        ("zh", ("地高辛每天早上八点五毫克", "对", "对")),
        ("en", ("every day at eight take five milligrams of digoxin", "yes", "yes")),
        ("en", ("do not remind me at eight", "yes")),
        ("zh", ("不要提醒我吃药", "对")),
    ],
)
def test_what_must_not_be_written_is_not(
    house: House, lang: str, sentences: tuple[str, ...]
) -> None:
    house.speak(lang)
    house.talk(*sentences)
    assert house.reminders() == []
