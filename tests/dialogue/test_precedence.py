"""Which intent wins where several are near: recorded shares, and made ones at the border."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.dialogue import installed_skills
from assistant.dialogue.sources import VITAL, collect
from assistant.settings import LANGUAGES
from dialogue.precedence import FALLBACK, LEAST_IN_A_TIE, MARGIN, decide
from tests.dialogue.house import House

TIES: list[tuple[str, str, str, dict[str, float]]] = [
    tuple(row) for row in yaml.safe_load(Path(__file__).with_name("ties.yml").read_text("utf-8"))
]
HELP, TAKEN = VITAL


def vital(lang: str) -> dict[str, str]:
    """As a model of this language is told it."""
    config = yaml.safe_load(collect(installed_skills(), lang, 0.5).files["config.yml"])
    (decision,) = (each for each in config["pipeline"] if "vital" in each)
    words: dict[str, str] = decision["vital"]
    return words


VITAL_OF = {lang: vital(lang) for lang in LANGUAGES}


def decided(text: str, lang: str, shares: dict[str, float], **more: Any) -> str:
    ranking = sorted(shares.items(), key=lambda item: -item[1])
    settings = {"threshold": 0.5, "ambiguity": 0.05} | more
    return decide(text, ranking, VITAL_OF[lang], **settings)[0]


@pytest.mark.parametrize(
    ("text", "lang", "intent", "shares"), TIES, ids=lambda each: str(each)[:40]
)
def test_recorded_shares(text: str, lang: str, intent: str, shares: dict[str, float]) -> None:
    assert decided(text, lang, shares) == intent


BEHIND = 0.6 - MARGIN + 0.001
"""A share that is near enough to 0.6."""

# what is said, in which language; the shares; what it is taken for
MADE: list[tuple[str, str, dict[str, float], str]] = [
    ("…", "en", {"tea_drunk": 0.6, HELP: BEHIND}, HELP),
    ("…", "en", {"tea_drunk": 0.6, HELP: BEHIND - 0.002}, "tea_drunk"),
    ("…", "en", {"tea_drunk": 0.6, TAKEN: BEHIND}, TAKEN),
    ("…", "en", {"tea_drunk": 0.6, TAKEN: BEHIND - 0.002}, "tea_drunk"),
    ("took my pills", "en", {"tea_drunk": 0.9, TAKEN: 0.05}, TAKEN),
    ("took my pills", "en", {"tea_drunk": 0.9, TAKEN: 0.049}, "tea_drunk"),
    ("Took My PILLS", "en", {"tea_drunk": 0.9, TAKEN: 0.05}, TAKEN),
    ("took my pillows", "en", {"tea_drunk": 0.9, TAKEN: 0.05}, "tea_drunk"),
    ("吃过药", "zh", {"tea_drunk": 0.9, TAKEN: 0.05}, TAKEN),
    # A cry comes before a dose, and neither before what its own skill is surer of.
    ("took my pills", "en", {TAKEN: 0.5, HELP: 0.4}, HELP),
    ("took my pills", "en", {TAKEN: 0.9, HELP: 0.06}, TAKEN),
    ("took my pills", "en", {HELP: 0.5, TAKEN: 0.45}, HELP),
    ("took my pills", "en", {"medication_query": 0.55, TAKEN: 0.4}, "medication_query"),
    ("took my pills", "en", {"tea_drunk": 0.8, "medication_query": 0.1, TAKEN: 0.06}, "tea_drunk"),
    ("…", "en", {"emergency_cancel": 0.55, HELP: 0.4}, "emergency_cancel"),
    ("…", "en", {"emergency_cancel": 0.5, HELP: 0.48}, FALLBACK),
    # A cry that leads is asked about, though another is right behind it or it is not sure.
    ("…", "en", {HELP: 0.5, "tea_drunk": 0.48}, HELP),
    ("…", "en", {HELP: 0.4, "tea_drunk": 0.3}, HELP),
    ("…", "en", {HELP: LEAST_IN_A_TIE - 0.01, "tea_drunk": 0.28}, FALLBACK),
    ("…", "en", {HELP: 0.4, FALLBACK: 0.35}, FALLBACK),
    ("took my pills", "en", {FALLBACK: 0.6, TAKEN: 0.4}, FALLBACK),
    # All else is as Rasa does it.
    ("…", "en", {"tea_drunk": 0.5, "milk_drunk": 0.44}, "tea_drunk"),
    ("…", "en", {"tea_drunk": 0.5, "milk_drunk": 0.46}, FALLBACK),
    ("…", "en", {"tea_drunk": 0.49}, FALLBACK),
    ("…", "en", {HELP: 0.5}, HELP),
    ("…", "en", {"tea_drunk": 1.0}, "tea_drunk"),
]


@pytest.mark.parametrize(("text", "lang", "shares", "intent"), MADE)
def test_at_the_border(text: str, lang: str, shares: dict[str, float], intent: str) -> None:
    assert decided(text, lang, shares) == intent


# Beside another skill that is far surer; who tells of a dose in the past is believed, no other.
PAST: dict[str, str] = {
    "en": """
        i took my pills with a glass of water
        Just had my blood pressure tablet with a glass of water
        i had my glass of water and my pills
        i've had my tablets with some water
        i have had my pills
        yes i did i took my pills about an hour ago
        i swallowed my tablets when i had breakfast
        i used my inhaler after breakfast
        washed my tablets down with water
        my tablets i had them with my tea
        """,
    "zh": """
        吃了药喝了一杯水
        我吃过药了喝了水
        我喝了药
        中药喝了一碗
        喝了半杯水吃了药
        两片药就着水吃完了
        我吃药了
        药我用水吞下去了
        降压药服了
        我吃了他汀类的药
        重要的药吃了
        """,
}
NOT_PAST: dict[str, str] = {
    "en": """
        my pills
        tell me a joke about pills
        tell me about the pills i took
        i will take my pills after the call
        i'll have my pills with the water i had poured
        i'm going to take my pills once i've had tea
        let me have my pills once i've had breakfast
        i've had my water now i want my pills
        i have to take my pills
        i had to call about my pills
        i had a call from the pharmacy the pills are there
        i took the pills back to the chemist
        i used to take pills and drank tea
        i haven't taken my pills
        i havent taken my pills
        i never took my pills
        i forgot my pills i only had water
        have i taken my pills
        so have i had my pills
        when did i take my pills
        i took my pills?
        i wonder if i took my pills
        how should my pills be taken
        he took his pills
        i took my pills yesterday
        i had tea and pillows
        """,
    "zh": """
        吃药
        讲个关于药的笑话
        讲个人吃了药的故事
        打完电话我再吃药
        等会儿吃药
        一会儿吃药喝完水
        该吃药了
        要吃药了
        我想吃药
        我准备吃药了
        吃了饭就吃药
        吃了饭再吃药
        提醒我吃了饭吃药
        我还没吃药喝了水
        我不吃药了
        忘了吃药只喝了水
        别吃药了
        药吃了没
        我吃药了吗
        是不是吃了药
        药吃了几片
        他吃了药
        昨天吃了药
        去药店喝了杯水
        """,
}


@pytest.mark.parametrize(
    ("text", "lang", "intent"),
    [
        (text.strip(), lang, intent)
        for table, intent in ((PAST, TAKEN), (NOT_PAST, "water_drunk"))
        for lang, texts in table.items()
        for text in texts.strip().splitlines()
    ],
)
def test_only_a_dose_told_of_as_past_wins_by_its_words(text: str, lang: str, intent: str) -> None:
    assert decided(text, lang, {"water_drunk": 0.9, TAKEN: 0.06}) == intent


def test_together_they_must_be_for_some_skill() -> None:
    assert decided("…", "en", {"tea_drunk": 0.37, HELP: 0.36}, threshold=0.7) == HELP
    assert decided("…", "en", {"tea_drunk": 0.37, HELP: 0.36}, threshold=0.75) == FALLBACK


def test_without_the_skills_there_is_nothing_vital() -> None:
    folders = [each for each in installed_skills() if each.name == "general"]
    config = yaml.safe_load(collect(folders, "en", 0.5).files["config.yml"])
    assert config["pipeline"][-1]["vital"] == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_that_decide_can_be_read(lang: str) -> None:
    assert list(VITAL_OF[lang]) == list(VITAL), "the most urgent first"
    assert re.compile(VITAL_OF[lang][TAKEN])


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_a_real_model_decides_by_it(en: House) -> None:
    assert en.parse("i can't get out of bed come here").intent == HELP
