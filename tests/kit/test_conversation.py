"""The test kit: what a conversation plays, and what it says of one that goes otherwise."""

from __future__ import annotations

import traceback
from datetime import timedelta

import pytest

from anban_testing import (
    ConversationError,
    DiffersError,
    FaultError,
    Person,
    ScriptError,
    UnknownSentenceError,
)
from assistant.services import ListReminders

PLAYED = {
    "a sentence of nlu.yml, and one that says what it means": """
        elder: i had a cup of tea
        anban: That makes 1.
        elder: yet another [count]
        anban: ~counted
        elder: a third [trial_count]
        anban: …3…
        """,
    "entities, of nlu.yml and named": """
        elder: write down oolong
        anban: I have oolong.
        elder: and this one [write kind="white tea"]
        anban: I have oolong and white tea.
        """,
    "a form: asked, corrected, done": """
        elder: bring me something
        anban: ~ask_kind
        elder: coffee
        anban: ~no_coffee ~ask_kind
        elder: what time is it
        anban: …nine o'clock… ~ask_kind
        elder: mint
        anban: One mint, then.
        """,
    "a form that begins with all it needs": """
        elder: bring me green tea
        anban: One green tea, then.
        """,
    "a form that is left": """
        elder: bring me something
        anban: ~ask_kind
        elder: stop
        anban: ~left
        """,
    "a form that gives way": """
        elder: let's get acquainted
        …
        elder: blah [nlu_fallback]
        …
        elder: blah [general_affirm]
        …
        elder: blah [nlu_fallback]
        …
        elder: i had a cup of tea
        anban: That makes 1.
        """,
    "a form is forgotten after a silence": """
        elder: bring me something
        anban: ~ask_kind
        after 1 hour
        elder: i had a cup of tea
        anban: ~counted
        """,
    "another language": """
        language: zh
        elder: 再来一杯
        anban: ~counted
        老人：来杯绿茶
        安伴：那就一杯绿茶。
        """,
    "a reminder, its time, its yes": """
        elder: remind me of water
        anban: ~reminded
        after 2 hours
        at 12:00
        anban: …drink water…
        elder: yes
        …
        """,
    "a reaction that waits, asks and is answered": """
        elder: call me mary
        anban: …Mary…
        after 29 seconds
        after 1 second
        anban: Is name right?
        elder: yes
        anban: answer: yes
        """,
    "a reaction whose question nobody answers": """
        elder: call me mary
        …
        after 12 minutes
        anban: Is name right?
        anban: answer: silence
        """,
    "a failure that is wanted": """
        elder: fail now
        anban: ~host.failed
        elder: i had a cup of tea
        anban: ~counted
        """,
    "an action that waits too long": """
        elder: think about it
        anban: ~host.slow
        """,
    "nothing is checked where nothing is written": """
        elder: i had a cup of tea
        elder: i had a cup of tea
        anban: …2…
        """,
    "a cry is noted, and no answer": """
        elder: help i have fallen
        help: fall
        """,
    "what is not understood": """
        elder: the moon is made of cheese [nlu_fallback]
        anban: ~host.not_understood
        """,
}


@pytest.mark.parametrize("text", PLAYED.values(), ids=PLAYED)
def test_what_is_written_happens(trial, text: str) -> None:
    trial().plays(text)


WRONG = [
    ("elder: i had a cup of tea\nanban: That makes 2.", DiffersError, "- anban: That makes 2."),
    ("elder: i had a cup of tea\nanban: …1…\nanban: …", DiffersError, "did not come"),
    ("elder: i had a cup of tea\nrings: Mei", DiffersError, "'rings: Mei' did not come"),
    ("elder: call me mary\n…\nafter 1 minute\nanban: Is it right?", DiffersError, "Is name right"),
    ("elder: help i have fallen", DiffersError, "+ help: fall"),
    ("elder: fail now\nanban: …", FaultError, "as bad as can be"),
    ("elder: do what you may not\nanban: …", FaultError, "may not ask for"),
    ("elder: good cheese this moon", UnknownSentenceError, "is in no skill's nlu.yml"),
    ("elder: so so [nonsense]", ScriptError, "there is no intent 'nonsense'; there are: "),
    ("anban: hello", ScriptError, "stands before anything"),
    ("elder says hello", ScriptError, "is no line of a conversation"),
    ("elder:", ScriptError, "says nothing"),
    ("after 2 fortnights", ScriptError, "'fortnights' is no unit of time"),
    ("home: Nonsense", ScriptError, "no event 'Nonsense'"),
    ("home: RobotGone", ScriptError, "a RobotGone with a wrong or missing field"),
    (
        "elder: i had a cup of tea\nanban: ~nonsense",
        ScriptError,
        "no reply nonsense; there are ",
    ),
    ("elder: thank you\nanban: ~core.not_understood", ScriptError, "~host.not_understood"),
    ("elder: i had a cup of tea\nanban: ~countd", ScriptError, "~trial.counted"),
    ("elder: think about it\nanban: …", FaultError, "it did not answer within 4.5 s"),
    ("elder: i had a cup of tea\nanban: ~nobody.x", ScriptError, "there is no skill nobody"),
]


@pytest.mark.parametrize(("text", "kind", "says"), WRONG)
def test_what_is_otherwise_is_told(
    trial, text: str, kind: type[ConversationError], says: str
) -> None:
    with pytest.raises(kind, match=r".") as told:
        trial().plays(text)
    assert says in str(told.value)


# what a conversation begins with; what is said of it
HEADS = [
    ({"lang": "fr"}, "there is no language 'fr'; there are "),
    ({"now": "23.11.2026"}, "write it like 2026-11-23 09:00"),
    ({"skill_settings": {"nothing": 3}}, "skills.trial"),
]


@pytest.mark.parametrize(("head", "says"), HEADS)
def test_a_conversation_that_cannot_begin_is_told_and_leaves_nothing(
    trial, head: dict[str, object], says: str
) -> None:
    with pytest.raises(ConversationError, match=r".") as told:
        trial(**head)
    assert says in str(told.value)


def test_a_skill_that_fails_is_shown_by_its_own_lines(trial) -> None:
    with pytest.raises(FaultError) as told:
        trial().plays("elder: fail now\nanban: …")
    cause = told.value.__cause__
    assert cause is not None
    (line, *_) = traceback.extract_tb(cause.__traceback__)
    assert line.filename.endswith("skill.py")
    assert "tests/kit" in line.filename


def test_the_message_shows_the_conversation_so_far(trial) -> None:
    with pytest.raises(DiffersError) as told:
        trial().plays("""
        elder: write down oolong
        anban: I have oolong.
        after 2 hours
        elder: i had a cup of tea
        anban: ~left
        """)
    assert str(told.value).splitlines() == [
        "line 6: 'anban: ~left' did not come (- written, + done)",
        "    elder: write down oolong",
        "    anban: I have oolong.",
        "    after 2 hours",
        "    elder: i had a cup of tea",
        "  - anban: ~left",
        told.value.args[0].splitlines()[6],
        "    (Monday 11:00:00)",
    ]


def test_what_a_home_remembers_can_be_looked_at(trial) -> None:
    talk = trial(now="2026-11-23 08:00", people=[Person("Mei", ("my daughter",))])
    assert talk.says("i had a cup of tea") == ["That makes 1."]
    assert talk.stored("cups") == 1
    assert talk.passes(minutes=10) == []
    assert (talk.now.hour, talk.now.minute) == (8, 10)
    talk.says("remind me of water")
    (kept,) = talk.ask(ListReminders())
    assert kept.title == "drink water"
    talk.says("bring me something")
    assert talk.form == "trial_order_form"
    talk.says("mint")
    assert talk.slots["trial_last"] == "mint"
    assert "elder: mint" in talk.transcript


def test_somebody_who_does_not_pick_up(conversation) -> None:
    talk = conversation("emergency", people=[Person("Mei", ("my daughter",), picks_up=False)])
    talk.plays("""
        elder: call my daughter
        anban: ~shall_i
        elder: yes
        anban: ~core.call_dialling
        rings: Mei
        …
        """)
    assert any("Mei" in text or "daughter" in text for text in talk.transcript.splitlines()[-2:])


def test_days_take_no_time(trial) -> None:
    talk = trial()
    talk.passes(days=30)
    assert talk.now - timedelta(days=30) == talk.now.replace(month=11, day=23)


def test_two_conversations_do_not_know_each_other(trial) -> None:
    first, second = trial(), trial()
    first.says("i had a cup of tea")
    assert second.stored("cups") is None


@pytest.mark.parametrize(
    ("skill", "says"),
    [
        ("nobodys", "no skill of this name is installed"),
        ("nowhere.skill:skill", "No module named 'nowhere'"),
        ("pathlib:Path", "is no skills.api.Skill"),
    ],
)
def test_what_is_no_skill_is_told(conversation, skill: str, says: str) -> None:
    with pytest.raises(ConversationError, match=says):
        conversation(skill)
