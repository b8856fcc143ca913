"""What is meant for Anban when others talk too: pauses, faint voices, words of a television."""

from __future__ import annotations

import pytest

from assistant.ear.attention import GOES_ON_SECONDS, PARTS_LIMIT, Attention
from assistant.ear.heard import attend
from assistant.ear.recognizer import Transcript
from assistant.ear.worker import Hypothesis
from assistant.events import Word

PHRASES = {"zh": ["小安小安"], "en": ["hello anban"]}


def attention() -> Attention:
    return Attention(PHRASES, wake_required=True, follow_up_seconds=10.0)


def speak(ear: Attention, name: str, *, is_faint: bool = False) -> bool:
    """One utterance from its start to its end, without words; whether it was addressed."""
    ear.started(name, is_faint=is_faint)
    addressed = ear.is_addressed(name)
    ear.ended(name)
    ear.may_go_on(name)
    return addressed


def woken() -> Attention:
    ear = attention()
    ear.started("w")
    ear.read("w", "zh", "小安小安提醒我", is_final=False)
    ear.ended("w")
    ear.may_go_on("w")
    return ear


@pytest.mark.parametrize(
    ("pause", "is_faint", "addressed"),
    [
        (0.3, False, True),
        (GOES_ON_SECONDS - 0.1, False, True),
        (GOES_ON_SECONDS + 0.1, False, False),
        (0.3, True, False),
    ],
)
def test_who_spoke_to_anban_may_go_on(pause: float, *, is_faint: bool, addressed: bool) -> None:
    ear = woken()
    ear.listened(pause)
    assert speak(ear, "u", is_faint=is_faint) is addressed


def test_a_faint_utterance_is_addressed_once_the_speakers_voice_comes() -> None:
    ear = woken()
    ear.started("u", is_faint=True)
    assert not ear.is_addressed("u")
    ear.started("u")
    assert ear.is_addressed("u")


def test_not_once_the_answer_sounded_or_the_window_was_closed() -> None:
    ear = woken()
    ear.answered()
    assert not speak(ear, "u")
    ear = woken()
    ear.listen(0.0)
    assert not speak(ear, "u")


def test_nobody_goes_on_for_ever() -> None:
    ear = woken()
    parts = [speak(ear, f"u{number}") for number in range(5)]
    assert parts == [True] * (PARTS_LIMIT - 1) + [False] * (6 - PARTS_LIMIT)


def test_what_nobody_said_to_anban_does_not_go_on() -> None:
    ear = attention()
    speak(ear, "u")
    assert not speak(ear, "v")


def test_within_the_window_a_television_beside_the_speaker_is_not_meant() -> None:
    ear = attention()
    ear.listen(10.0)
    assert not speak(ear, "u", is_faint=True)
    assert speak(ear, "v")


# --------------------------------------------------------------------------------- words


def words(*timed: tuple[str, float]) -> tuple[Word, ...]:
    """Each a third of a second long."""
    return tuple(Word(text, start, start + 0.3, 0.9) for text, start in timed)


def final(
    said: tuple[Word, ...], own: tuple[Word, ...] | None = None, lang: str = "zh"
) -> Hypothesis:
    glue = "" if lang == "zh" else " "
    transcripts = [
        Transcript(glue.join(word.text for word in each), 0.9, each)
        for each in (said, own)
        if each is not None
    ]
    return Hypothesis(
        "u",
        lang,
        transcripts[0].text,
        is_final=True,
        confidence=0.9,
        words=said,
        alternatives=("另一个",),
        own=transcripts[1] if own is not None else None,
    )


WAKE = (("小安", 1.0), ("小安", 1.3))
ASKED = (("几点", 1.7), ("了", 2.0))
EN_WAKE = (("hello", 1.0), ("anban", 1.3))


@pytest.mark.parametrize(
    ("said", "own", "text"),
    [
        (words(*WAKE, *ASKED), None, "几点了"),
        # After the first long gap somebody else spoke.
        (words(*WAKE, *ASKED, ("新闻", 4.4)), None, "几点了"),
        (words(*WAKE, *ASKED, ("吗", 3.5)), None, "几点了吗"),
        (words(*WAKE, *ASKED, ("新闻", 4.4), ("联播", 4.7)), None, "几点了"),
        # A gap before the wake phrase, or between it and the sentence, is not the end of it.
        (words(("新闻", -2.0), *WAKE, *ASKED), None, "几点了"),
        (words(*WAKE, ("几点", 4.0), ("了", 4.3)), None, "几点了"),
        # What was read again without the television.
        (words(*WAKE, *ASKED, ("新闻", 2.4)), words(*WAKE, *ASKED), "几点了"),
        (words(*WAKE), words(*WAKE, *ASKED), "几点了"),
    ],
)
def test_the_words_that_are_meant(
    said: tuple[Word, ...], own: tuple[Word, ...] | None, text: str
) -> None:
    ear = attention()
    ear.started("u")
    ear.read("u", "zh", "小安小安", is_final=False)
    ear.ended("u")
    hypothesis = final(said, own)
    heard, _ = attend(ear, hypothesis)
    assert (heard.text, heard.addressed) == (text, True)
    assert heard.raw_text == hypothesis.text, "a cry is looked for in all that was said"
    assert heard.words == said
    if own is not None:
        assert heard.alternatives == (), "they are readings of the television, too"


def test_english_words() -> None:
    ear = attention()
    ear.started("u")
    ear.read("u", "en", "hello anban", is_final=False)
    ear.ended("u")
    said = words(*EN_WAKE, ("what", 1.7), ("time", 2.0), ("news", 4.5))
    assert attend(ear, final(said, lang="en"))[0].text == "what time"


def test_what_is_not_meant_for_anban_is_told_as_it_was_heard() -> None:
    ear = attention()
    ear.started("u")
    ear.ended("u")
    said = words(("救命", 0.5), ("我", 4.0))
    heard, _ = attend(ear, final(said, words(("救命", 0.5))))
    assert (heard.text, heard.raw_text, heard.addressed) == ("救命我", "救命我", False)


def test_without_a_wake_phrase_the_text_is_a_beginning_of_the_raw_text() -> None:
    """By that the core knows that nobody was named."""
    ear = attention()
    for own, text in (((("好", 0.5),), "好"), ((("号", 0.5),), "好新闻")):
        ear.listen(10.0)
        ear.started("u")
        ear.ended("u")
        heard, _ = attend(ear, final(words(("好", 0.5), ("新闻", 0.9)), words(*own)))
        assert heard.text == text
        assert heard.raw_text.startswith(heard.text)
