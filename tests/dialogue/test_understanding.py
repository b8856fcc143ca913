"""How well sentences of skills/general are understood that no model was trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import Final

import pytest
from pypinyin import lazy_pinyin

from assistant.settings import LANGUAGES
from tests.dialogue.heldout import bare, held_out, trained
from tests.dialogue.house import House

FALLBACK: Final = "nlu_fallback"
IN_SCOPE_AT_LEAST: Final = 0.95
OUT_OF_SCOPE_AT_LEAST: Final = 0.85


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_held_out_is_trained_on(lang: str) -> None:
    known = trained(lang, "general")
    assert len(known) > 1000
    assert known.isdisjoint(bare(text) for _, text in held_out("general", lang))


@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_unseen_sentences_are_understood(house: House, lang: str) -> None:
    house.speak(lang)
    wrong: dict[bool, list[str]] = {True: [], False: []}
    count = {True: 0, False: 0}
    for intent, text in held_out("general", lang):
        in_scope = intent != FALLBACK
        count[in_scope] += 1
        understood = house.parse(text)
        if understood.intent != intent:
            wrong[in_scope].append(f"{text}: {understood.intent} {understood.confidence:.2f}")
    in_scope = 1 - len(wrong[True]) / count[True]
    out_of_scope = 1 - len(wrong[False]) / count[False]
    print(f"{lang}: in scope {in_scope:.3f} of {count[True]}, out {out_of_scope:.3f}", wrong)
    assert in_scope >= IN_SCOPE_AT_LEAST, wrong[True]
    assert out_of_scope >= OUT_OF_SCOPE_AT_LEAST, wrong[False]


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_characters_of_the_same_sound_are_understood(zh: House) -> None:
    """Recognisers write other characters of the same sound: one of each sentence is changed."""
    random = Random(1)
    sentences = [(intent, text) for intent, text in held_out("general", "zh") if intent != FALLBACK]
    same_sound = homophones(text for _, text in sentences)
    right = 0
    for intent, text in sentences:
        places = [at for at, each in enumerate(text) if len(same_sound[each]) > 1]
        if places:
            at = random.choice(places)
            other = random.choice(sorted(same_sound[text[at]] - {text[at]}))
            text = text[:at] + other + text[at + 1 :]  # noqa: PLW2901
        right += zh.parse(text).intent == intent
    share = right / len(sentences)
    print(f"zh, one character changed: {share:.3f} of {len(sentences)}")
    assert share >= 0.93


def homophones(texts: Iterable[str]) -> dict[str, set[str]]:
    """Which of 3,755 common characters sound like each character of the texts."""
    sounds: dict[str, set[str]] = defaultdict(set)
    for character in common_characters():
        sounds[lazy_pinyin(character)[0]].add(character)
    return {each: sounds[lazy_pinyin(each)[0]] for text in texts for each in text}


def common_characters() -> str:
    """Level 1 of GB 2312: the 3,755 most common characters."""
    codes = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return b"".join(codes).decode("gb2312", errors="ignore")
