"""Less than there is: days in a row, all but one, and changes that would end what goes on."""

from __future__ import annotations

import pytest

from tests.skills.medication.talk import Talk
from tests.skills.medication.test_kinds import ASPIRIN_EN, ASPIRIN_ZH, CAT_EN, CAT_ZH, brief, hold

ASPIRIN, ASPIRIN_IN_ZH = "aspirin 08:00 1", "阿司匹林 08:00 1"
# Mondays: it is six in the morning of 2026-11-23.
CONVERSATIONS: list[tuple[str, tuple[str, ...], list[str]]] = [
    # Days in a row
    ("en", (*ASPIRIN_EN, "pause: no aspirin from wednesday to friday", "yes"), ["25..28"]),
    ("en", (*ASPIRIN_EN, "pause: no aspirin from wednesday until friday", "yes"), ["25..27"]),
    ("en", (*ASPIRIN_EN, "pause: pause the aspirin friday through sunday", "yes"), ["27..30"]),
    ("en", (*ASPIRIN_EN, "pause: no aspirin tomorrow and on wednesday", "yes"), ["24..26"]),
    ("en", (*ASPIRIN_EN, "pause: pause aspirin for two days from tomorrow", "yes"), ["24..26"]),
    ("en", (*ASPIRIN_EN, "pause: no aspirin from thursday on", "yes"), ["26.."]),
    ("en", (*ASPIRIN_EN, "pause: pause everything until monday", "yes"), ["23..30"]),
    ("zh", (*ASPIRIN_ZH, "pause: 周五到周日不用提醒我吃阿司匹林", "yes"), ["27..30"]),
    ("zh", (*ASPIRIN_ZH, "pause: 从明天起停三天阿司匹林", "yes"), ["24..27"]),
    ("zh", (*ASPIRIN_ZH, "pause: 明天和后天不用提醒我吃阿司匹林", "yes"), ["24..26"]),
    ("zh", (*ASPIRIN_ZH, "pause: 从周四起不用提醒我了", "yes"), ["26.."]),
    # Days that are no row, or that nobody can tell
    ("en", (*ASPIRIN_EN, "pause: no aspirin tomorrow and friday", "yes"), [ASPIRIN]),
    ("en", (*ASPIRIN_EN, "pause: pause my reminders for a few days", "yes"), [ASPIRIN]),
    ("en", (*ASPIRIN_EN, "pause: no reminders next week", "yes"), [ASPIRIN]),
    ("zh", (*ASPIRIN_ZH, "pause: 明后天不用提醒我", "yes"), [ASPIRIN_IN_ZH]),
    ("zh", (*ASPIRIN_ZH, "pause: 下周先别提醒我", "yes"), [ASPIRIN_IN_ZH]),
    # All but one
    (
        "en",
        (*ASPIRIN_EN, *CAT_EN, "remove: cancel all except the aspirin", "yes"),
        [ASPIRIN],
    ),
    ("en", (*ASPIRIN_EN, *CAT_EN, "remove: take off everything but the aspirin", "yes"), [ASPIRIN]),
    ("zh", (*ASPIRIN_ZH, *CAT_ZH, "remove: 除了阿司匹林都取消", "yes"), [ASPIRIN_IN_ZH]),
    ("zh", (*ASPIRIN_ZH, *CAT_ZH, "remove: 全部取消，只留阿司匹林", "yes"), [ASPIRIN_IN_ZH]),
    (
        "zh",
        (*ASPIRIN_ZH, *CAT_ZH, "remove: 除了吃药的都删掉", "yes"),
        [ASPIRIN_IN_ZH, "喂猫 09:00"],
    ),
    # What goes on does not end by a change of some days
    (
        "en",
        (*ASPIRIN_EN, "change: tomorrow and friday take the aspirin at nine", "yes"),
        [ASPIRIN],
    ),
    ("zh", (*ASPIRIN_ZH, "change: 明天和后天的阿司匹林改到九点", "yes"), [ASPIRIN_IN_ZH]),
    (
        "en",
        (*ASPIRIN_EN, "change: on saturday this week do my aspirin at ten a m instead", "yes"),
        ["aspirin 08:00 1 2026-11-28@10:00"],
    ),
    (
        "en",
        (*ASPIRIN_EN, "change: change aspirin to every day at nine until christmas", "yes"),
        ["aspirin 09:00 1"],
    ),
]


@pytest.mark.parametrize(("lang", "lines", "expected"), CONVERSATIONS)
async def test_less_is_what_was_said(
    zh: Talk, en: Talk, lang: str, lines: tuple[str, ...], expected: list[str]
) -> None:
    talk, first = {"zh": (zh, ASPIRIN_IN_ZH), "en": (en, ASPIRIN)}[lang]
    await hold(talk, lines)
    said = [brief(each).replace("2026-11-", "") for each in await talk.kept()]
    told = [f"{first} {each}" if each[0].isdigit() else each for each in expected]
    assert said == [each.replace("2026-11-", "") for each in told]
