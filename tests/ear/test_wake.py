"""Wake phrases as recognisers spell them, and what must not wake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ear.attention import LEAST_WAKE_SECONDS, Attended, Attention
from assistant.ear.wake import WakePhrases, after, without
from assistant.settings import EarSettings

PHRASES = EarSettings().wake_phrases
ZH, EN = WakePhrases(PHRASES["zh"]), WakePhrases(PHRASES["en"])
BOTH = {"zh": ZH, "en": EN}


@pytest.mark.parametrize(
    ("lang", "text", "rest"),
    [
        ("zh", "小安小安", ""),
        ("zh", "小安小按", ""),
        ("zh", "晓安晓安", ""),
        ("zh", "小安小案现在几点了", "现在几点了"),
        ("zh", "消安小岸，明天天气怎么样", "明天天气怎么样"),
        ("zh", "小昂小安", ""),  # -ng for -n
        ("zh", "小安小万", ""),  # one syllable of the doubled name a letter off
        ("zh", "小安小安小安小安几点了", "几点了"),
        ("zh", "你好小安", ""),
        ("zh", "你好晓安打电话给女儿", "打电话给女儿"),
        ("zh", "您看电视吧小安小安大声一点", "大声一点"),
        ("zh", "尼好小安", ""),
        ("en", "hey anban", ""),
        ("en", "hey and ban", ""),
        ("en", "hey an ban what time is it", "what time is it"),
        ("en", "Hey, Anban! What time is it?", "What time is it?"),
        ("en", "hay anban call my daughter", "call my daughter"),
        ("en", "hey unban louder", "louder"),
        ("en", "hey on ban louder", "louder"),
        ("en", "hello and ban", ""),
        ("en", "hello anbun stop", "stop"),
        ("en", "the news at nine hey anban stop", "stop"),
    ],
)
def test_wakes(lang: str, text: str, rest: str) -> None:
    matches = BOTH[lang].find(text)
    assert matches
    assert after(text, matches).rstrip("?") == rest.rstrip("?")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", ""),
        ("zh", "安小安"),
        ("zh", "小安"),
        ("zh", "你好小王"),
        ("zh", "你好小燕"),
        ("zh", "小王小王"),
        ("zh", "小心小心"),
        ("zh", "平安平安"),
        ("zh", "小孩小孩"),
        ("zh", "西安西安"),
        ("zh", "🙂🙂，。"),
        ("en", "hey anna"),
        ("en", "hey ann"),
        ("en", "hey"),
        ("en", "hey dan"),
        ("en", "hello"),
        ("en", "hey and then he went"),
        ("en", "hey band"),
        ("en", "hello urban"),
        ("en", "an ban"),
    ],
)
def test_does_not_wake(lang: str, text: str) -> None:
    assert BOTH[lang].find(text) == []


def test_the_phrase_is_named_as_the_settings_write_it() -> None:
    assert [match.phrase for match in ZH.find("晓安小按你好晓安")] == ["小安小安", "你好小安"]
    assert [match.phrase for match in EN.find("hello and ban")] == ["hello anban"]


def test_all_phrases_are_taken_out_of_words_that_were_for_us() -> None:
    text = "嗯小安小安几点了"
    assert without(text, ZH.find(text)) == "嗯几点了"
    text = "please hey anban call her"
    assert without(text, EN.find(text)) == "please call her"


@pytest.mark.parametrize("phrases", [[], [""], ["，。"]])
def test_no_phrases_wake_nothing(phrases: list[str]) -> None:
    assert WakePhrases(phrases).find("小安小安 hey anban") == []


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    for phrases in BOTH.values():
        matches = phrases.find(text)
        edges = [edge for match in matches for edge in (match.start, match.end)]
        assert edges == sorted(edges)
        assert len(without(text, matches)) <= len(text) + len(matches)


@given(st.text(alphabet="今天气怎么样电视打给女儿", max_size=12))
def test_what_follows_a_wake_phrase_is_left_whole(command: str) -> None:
    text = "小安小安" + command
    assert after(text, ZH.find(text)) == command


# ------------------------------------------------------------------------------ attention


def attention(*, wake_required: bool = True, follow_up_seconds: float = 10.0) -> Attention:
    return Attention(PHRASES, wake_required=wake_required, follow_up_seconds=follow_up_seconds)


def say(to: Attention, text: str, *partials: str, name: str = "u", lang: str = "zh") -> Attended:
    """One utterance from its start to its final text."""
    to.started(name)
    for partial in partials:
        to.read(name, lang, partial, is_final=False)
    to.ended(name)
    return to.read(name, lang, text, is_final=True)


def test_without_a_wake_phrase_nobody_is_addressed() -> None:
    assert say(attention(), "今天几号") == Attended("今天几号", addressed=False, woken=None)


def test_the_command_may_follow_at_once() -> None:
    heard = say(attention(), "小安小安今天几号")
    assert heard == Attended("今天几号", addressed=True, woken="小安小安")


def test_a_bare_wake_phrase_opens_the_window_for_the_next() -> None:
    ear = attention()
    assert say(ear, "小安小安") == Attended("", addressed=True, woken="小安小安")
    assert say(ear, "今天几号") == Attended("今天几号", addressed=True, woken=None)


def test_a_bare_wake_phrase_waits_even_where_no_follow_up_is_wanted() -> None:
    ear = attention(follow_up_seconds=0.0)
    say(ear, "小安小安")
    ear.listened(LEAST_WAKE_SECONDS - 0.1)
    assert say(ear, "今天几号").addressed
    ear.listened(0.2)
    assert not say(ear, "今天几号").addressed


def test_woken_is_told_once_and_stays() -> None:
    ear = attention()
    ear.started("u")
    assert ear.read("u", "zh", "小安小安", is_final=False).woken == "小安小安"
    assert ear.read("u", "zh", "小安小安今", is_final=False) == Attended("今", True, None)
    assert ear.read("u", "zh", "想安小安今天", is_final=True).addressed


def test_the_window_is_counted_in_sound() -> None:
    ear = attention()
    ear.listen(10.0)
    ear.listened(9.9)
    assert say(ear, "几点了").addressed
    ear.listened(0.2)
    assert not say(ear, "几点了").addressed


def test_a_window_that_opens_within_an_utterance_takes_it() -> None:
    ear = attention()
    ear.started("u")
    ear.listen(5.0)
    ear.ended("u")
    assert ear.read("u", "zh", "是的", is_final=True).addressed


def test_a_window_that_opens_after_an_utterance_does_not() -> None:
    ear = attention()
    ear.started("u")
    ear.ended("u")
    ear.listen(5.0)
    assert not ear.read("u", "zh", "是的", is_final=True).addressed


def test_an_utterance_of_the_window_is_addressed_to_its_end() -> None:
    ear = attention()
    ear.listen(1.0)
    ear.started("u")
    ear.listened(20.0)
    assert ear.read("u", "zh", "我想想", is_final=True).addressed


def test_the_longer_window_stays_and_zero_closes() -> None:
    ear = attention()
    ear.listen(60.0)
    ear.listen(10.0)
    ear.listened(30.0)
    assert say(ear, "是的").addressed
    ear.listen(0.0)
    assert not say(ear, "是的").addressed


def test_a_cough_in_the_window_asks_for_nothing() -> None:
    ear = attention()
    ear.listen(60.0)
    assert say(ear, "") == Attended("", addressed=False, woken=None)


def test_without_wake_required_all_is_addressed_and_the_phrase_goes() -> None:
    ear = attention(wake_required=False)
    assert say(ear, "今天几号") == Attended("今天几号", addressed=True, woken=None)
    assert say(ear, "小安小安今天几号").text == "今天几号"
    assert say(ear, "hey anban stop", lang="en").text == "stop"


def test_an_unknown_language_has_no_wake_phrase() -> None:
    assert say(attention(), "bonjour", lang="fr") == Attended("bonjour", False, None)
