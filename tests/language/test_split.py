"""Sentences, and pieces short enough to listen between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import LANGUAGES, speech_seconds, split_for_speech, split_sentences

STORY = (
    "从前有一座山，山上有一座小庙，庙里有一个老和尚和一个小和尚，老和尚每天给小和尚讲故事，"
    "小和尚每天都听得津津有味，日子过得又平静又快活。"
)


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        ("zh", "您好。今天36.5度！好吗？", ["您好。", "今天36.5度！", "好吗？"]),
        ("zh", "他说：“好。”然后走了", ["他说：“好。”", "然后走了"]),
        ("zh", "现在7:30……吃药吧", ["现在7:30……", "吃药吧"]),
        ("zh", "第一行\n第二行", ["第一行", "第二行"]),
        (
            "en",
            "Dr. Li came at 7.30 p.m. today. Fine!",
            ["Dr. Li came at 7.30 p.m. today.", "Fine!"],
        ),
        ("en", "It costs $3.50. OK?", ["It costs $3.50.", "OK?"]),
        ("en", "No. 5 is next. Go", ["No. 5 is next.", "Go"]),
        ("en", 'She said "go." Then left', ['She said "go."', "Then left"]),
        ("en", "", []),
        ("zh", " \n ", []),
    ],
)
def test_sentences(lang: str, text: str, sentences: list[str]) -> None:
    assert split_sentences(text, lang) == sentences


def test_long_sentence_is_cut_at_commas() -> None:
    pieces = split_for_speech(STORY, "zh")
    assert all(piece[-1] in "，。" for piece in pieces)
    assert len(pieces) == 4


def test_sentence_without_commas_is_cut_into_even_shares() -> None:
    pieces = split_for_speech("一二三四五六七八九十" * 3, "zh")
    assert [len(piece) for piece in pieces] == [15, 15]


def test_short_sentences_stay_apart() -> None:
    assert split_for_speech("Yes. No. Maybe.", "en") == ["Yes.", "No.", "Maybe."]


@pytest.mark.parametrize("lang", LANGUAGES)
@given(text=st.text("一二三日好，。、 abc ,.;!?0123456789:/%-mg\n", max_size=300))
def test_nothing_is_lost_and_nothing_is_long(lang: str, text: str) -> None:
    pieces = split_for_speech(text, lang)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(speech_seconds(piece, lang) <= 6.0 for piece in pieces)


def test_number_too_long_for_a_piece() -> None:
    pieces = split_for_speech("9" * 1_000, "en")
    assert "".join(pieces) == "9" * 1_000
    assert all(speech_seconds(piece, "en") <= 6.0 for piece in pieces)
