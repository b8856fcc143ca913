"""Kinds of faults that were found in use, each with its neighbours: what is stored after the yes.

A row is a conversation and what is kept of it.  `yes` and `no` are Anban's own; every other line is
a sentence with its intent in front ("add: …"), or a bare answer.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.asking import call
from tests.skills.medication.talk import Talk

WARFARIN_EN = ("add: one tablet of warfarin every day at six in the evening", "yes")
WARFARIN_ZH = ("add: 每天晚上六点吃一片华法林", "yes")
ASPIRIN_EN = ("add: one tablet of aspirin every day at eight in the morning", "yes")
ASPIRIN_ZH = ("add: 每天早上八点吃一片阿司匹林", "yes")
CAT_EN = ("add: remind me to feed the cat every day at nine in the morning", "yes")
CAT_ZH = ("add: 每天上午九点提醒我喂猫", "yes")

# Mondays: it is six in the morning of 2026-11-23.
CONVERSATIONS: list[tuple[str, str, tuple[str, ...], list[str]]] = [
    # F02: a bare number is asked about
    ("F02", "en", (*ASPIRIN_EN, "change: change aspirin to nine", "yes"), ["aspirin 08:00 1"]),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to nine", "the time", "yes"),
        ["aspirin 09:00 1"],
    ),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to two", "how much", "yes"),
        ["aspirin 08:00 2"],
    ),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to two", "two tablets", "yes"),
        ["aspirin 08:00 2"],
    ),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to seven thirty", "yes"),
        ["aspirin 07:30 1"],
    ),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to nine in the evening", "yes"),
        ["aspirin 21:00 1"],
    ),
    (
        "F02",
        "en",
        (*ASPIRIN_EN, "change: change aspirin to two tablets", "yes"),
        ["aspirin 08:00 2"],
    ),
    ("F02", "en", (ASPIRIN_EN[0], "deny: no nine", "at nine", "yes"), ["aspirin 09:00 1"]),
    ("F02", "en", (ASPIRIN_EN[0], "deny: no nine", "yes", "yes"), []),
    ("F02", "en", (ASPIRIN_EN[0], "deny: no two tablets", "yes"), ["aspirin 08:00 2"]),
    ("F02", "zh", (WARFARIN_ZH[0], "deny: 不对，七", "yes", "yes"), []),
    ("F02", "zh", (WARFARIN_ZH[0], "deny: 不对，七", "时间", "yes"), ["华法林 19:00 1"]),
    ("F02", "zh", (WARFARIN_ZH[0], "deny: 不对，两", "吃的量", "yes"), ["华法林 18:00 2"]),
    ("F02", "zh", (WARFARIN_ZH[0], "deny: 不对，两片", "yes"), ["华法林 18:00 2"]),
    ("F02", "zh", (WARFARIN_ZH[0], "deny: 不对，七点", "yes"), ["华法林 19:00 1"]),
    ("F02", "zh", (*ASPIRIN_ZH, "change: 把阿司匹林改成九", "yes"), ["阿司匹林 08:00 1"]),
    ("F02", "zh", (*ASPIRIN_ZH, "change: 把阿司匹林改成九点", "yes"), ["阿司匹林 09:00 1"]),
    # F03: by medicine
    ("F03", "en", ("add: every day at eight take five milligrams of digoxin", "yes"), []),
    (
        "F03",
        "en",
        ("add: remind me to take fifty milligrams of warfarin at six in the evening", "yes"),
        [],
    ),
    (
        "F03",
        "en",
        (
            "add: remind me to take fifty milligrams of warfarin at six in the evening",
            "yes",
            "five milligrams",
            "yes",
        ),
        ["warfarin 18:00 5"],
    ),
    ("F03", "en", (*WARFARIN_EN, "change: change warfarin to 50 mg", "yes"), ["warfarin 18:00 1"]),
    ("F03", "zh", ("add: 甲氨蝶呤每天早上八点十片", "yes"), []),
    ("F03", "zh", ("add: 地高辛每天早上八点五毫克", "yes"), []),
    ("F03", "zh", ("add: 每天早上八点吃七片华法林", "yes", "yes"), []),
    ("F03", "zh", ("add: 每周一早上八点吃四片甲氨蝶呤", "yes", "yes"), ["甲氨蝶呤 08:00 4"]),
    # F04: one day
    (
        "F04",
        "en",
        (*WARFARIN_EN, "change: move my warfarin to seven o'clock today", "yes"),
        ["warfarin 18:00 1 2026-11-23@19:00"],
    ),
    (
        "F04",
        "en",
        (*WARFARIN_EN, "change: move my warfarin to nine in the evening tomorrow", "yes"),
        ["warfarin 18:00 1 2026-11-24@21:00"],
    ),
    (
        "F04",
        "en",
        (*WARFARIN_EN, "change: change warfarin to two tablets tomorrow only", "yes"),
        ["warfarin 18:00 1 2026-11-24=2"],
    ),
    (
        "F04",
        "en",
        (*WARFARIN_EN, "change: move my warfarin to seven in the evening", "yes"),
        ["warfarin 19:00 1"],
    ),
    (
        "F04",
        "zh",
        (*ASPIRIN_ZH, "change: 明天的阿司匹林改到九点", "yes"),
        ["阿司匹林 08:00 1 2026-11-24@09:00"],
    ),
    (
        "F04",
        "zh",
        (*WARFARIN_ZH, "change: 今天的华法林改到七点", "yes"),
        ["华法林 18:00 1 2026-11-23@19:00"],
    ),
    ("F04", "zh", (*WARFARIN_ZH, "change: 华法林改到晚上七点", "yes"), ["华法林 19:00 1"]),
    # F05: days left out, pauses
    (
        "F05",
        "en",
        (*WARFARIN_EN, "remove: don't remind me tomorrow", "yes"),
        ["warfarin 18:00 1 2026-11-24..2026-11-25"],
    ),
    (
        "F05",
        "en",
        (*WARFARIN_EN, "pause: not on sunday this week", "yes"),
        ["warfarin 18:00 1 2026-11-29..2026-11-30"],
    ),
    (
        "F05",
        "en",
        (*WARFARIN_EN, "pause: pause my reminders for three days", "yes"),
        ["warfarin 18:00 1 2026-11-23..2026-11-26"],
    ),
    (
        "F05",
        "en",
        (*WARFARIN_EN, *CAT_EN, "pause: pause the warfarin until friday", "yes"),
        ["warfarin 18:00 1 2026-11-23..2026-11-27", "feed the cat 09:00"],
    ),
    (
        "F05",
        "en",
        (*WARFARIN_EN, "pause: no reminders while i am in hospital", "yes"),
        ["warfarin 18:00 1 2026-11-23.."],
    ),
    ("F05", "en", (*WARFARIN_EN, "pause: pause my reminders for three days"), ["warfarin 18:00 1"]),
    (
        "F05",
        "en",
        (*WARFARIN_EN, "remove: stop reminding me about warfarin", "yes"),
        [],
    ),
    (
        "F05",
        "zh",
        (*ASPIRIN_ZH, "pause: 暂停三天提醒", "yes"),
        ["阿司匹林 08:00 1 2026-11-23..2026-11-26"],
    ),
    (
        "F05",
        "zh",
        (*ASPIRIN_ZH, "remove: 明天不要提醒我吃药", "yes"),
        ["阿司匹林 08:00 1 2026-11-24..2026-11-25"],
    ),
    (
        "F05",
        "zh",
        (*ASPIRIN_ZH, "remove: 到星期五之前别提醒我", "yes"),
        ["阿司匹林 08:00 1 2026-11-23..2026-11-27"],
    ),
    (
        "F05",
        "zh",
        (*ASPIRIN_ZH, "pause: 住院期间先别提醒", "yes"),
        ["阿司匹林 08:00 1 2026-11-23.."],
    ),
    (
        "F05",
        "zh",
        (*ASPIRIN_ZH, "pause: 这周日不要提醒", "yes"),
        ["阿司匹林 08:00 1 2026-11-29..2026-11-30"],
    ),
    # F14: taken back in one breath
    (
        "F14",
        "en",
        ("add: remind me to water the plants at eight, no, nine", "yes"),
        ["water the plants @09:00"],
    ),
    ("F14", "zh", ("add: 八点提醒我浇花，啊不，九点", "yes"), ["浇花 @09:00"]),
    ("F14", "zh", ("add: 八点提醒我浇花，不对，九点", "yes"), ["浇花 @09:00"]),
    # F15: a "not" sets nothing
    ("F15", "en", ("add: do not remind me at eight", "yes"), []),
    ("F15", "en", (*ASPIRIN_EN, "add: do not remind me at eight", "yes"), []),
    ("F15", "en", (*ASPIRIN_EN, "add: don't remind me to take my aspirin at eight", "yes"), []),
    (
        "F15",
        "en",
        ("add: don't let me forget to take one tablet of aspirin at eight", "yes"),
        ["aspirin 08:00 1"],
    ),
    ("F15", "zh", (*ASPIRIN_ZH, "add: 不要提醒我吃药", "yes"), []),
    ("F15", "zh", (*ASPIRIN_ZH, "add: 别提醒我八点吃阿司匹林了", "yes"), []),
    ("F15", "zh", (*ASPIRIN_ZH, "remove: 以后不用提醒我吃阿司匹林了", "yes"), []),
    ("F15", "zh", (ASPIRIN_ZH[0], "remove: 别提醒我吃阿司匹林了", "yes"), []),
    ("F15", "zh", ("add: 别忘了八点提醒我吃一片阿司匹林", "yes"), ["阿司匹林 08:00 1"]),
    # F18, F19: the second of a sentence
    (
        "F18",
        "en",
        (
            "add: one tablet of metformin at eight and two tablets of aspirin at nine",
            "yes",
            "yes",
        ),
        ["metformin 08:00 1", "aspirin 09:00 2"],
    ),
    (
        "F18",
        "en",
        (
            "add: one tablet of metformin at eight and two tablets of aspirin at nine",
            "yes",
            "deny: no",
            "deny: no",
        ),
        ["metformin 08:00 1"],
    ),
    (
        "F18",
        "zh",
        ("add: 早上八点吃一片二甲双胍，晚上九点吃两片阿司匹林", "yes", "yes"),
        ["二甲双胍 08:00 1", "阿司匹林 21:00 2"],
    ),
    (
        "F19",
        "zh",
        ("add: 八点提醒我浇花，九点提醒我喂猫", "yes", "yes"),
        ["浇花 @08:00", "喂猫 @09:00"],
    ),
    (
        "F19",
        "zh",
        ("add: 明天八点提醒我浇花，九点提醒我喂猫", "yes", "yes"),
        ["浇花 @08:00", "喂猫 @09:00"],
    ),
    (
        "F19",
        "en",
        ("add: remind me to water the plants at eight and feed the cat at nine", "yes", "yes"),
        ["water the plants @08:00", "feed the cat @09:00"],
    ),
    (
        "F19",
        "en",
        ("add: remind me to buy bread and milk at eight", "yes"),
        ["buy bread and milk @08:00"],
    ),
    (
        "F19",
        "en",
        ("add: one tablet of metformin every day at eight and nine", "yes"),
        ["metformin 08:00,09:00 1"],
    ),
    # F21: all of them
    ("F21", "zh", (*ASPIRIN_ZH, *CAT_ZH, "remove: 取消所有提醒", "yes"), []),
    (
        "F21",
        "zh",
        (*ASPIRIN_ZH, *CAT_ZH, "remove: 取消所有提醒", "deny: 不"),
        ["阿司匹林 08:00 1", "喂猫 09:00"],
    ),
    ("F21", "en", (*ASPIRIN_EN, *CAT_EN, "remove: cancel all my reminders", "yes"), []),
    # F28: a question in the middle
    (
        "F28",
        "zh",
        ("add: 提醒我吃药", "time: 现在几点了", "阿司匹林", "每天早上八点", "一片", "yes"),
        ["阿司匹林 08:00 1"],
    ),
    (
        "F28",
        "en",
        (
            "add: remind me to take my pills",
            "time: what time is it",
            "aspirin",
            "every day at eight",
            "one tablet",
            "yes",
        ),
        ["aspirin 08:00 1"],
    ),
    # F36
    (
        "F36",
        "en",
        (
            "add: remind me to water the plants at ten",
            "yes",
            "change: change the plants to eleven",
            "yes",
        ),
        ["water the plants @11:00"],
    ),
    # pills without a name
    (
        "P8",
        "en",
        ("add: remind me every day at eight to take my pills", "i don't know", "yes"),
        ["your medicine 08:00"],
    ),
    ("P8", "zh", ("add: 每天八点提醒我吃我的药", "不知道", "yes"), ["平时的药 08:00"]),
]


async def hold(talk: Talk, lines: tuple[str, ...]) -> str:
    """Have the conversation; what Anban said last."""
    said = ""
    for line in lines:
        head, _, text = line.partition(": ")
        if line == "yes":
            said = await talk.yes()
        elif not text:
            said = await talk.say(line)
        else:
            intent = {"deny": "general_deny", "time": "general_time"}.get(head, head)
            said = await talk.say(text, intent)
    return said


def brief(kept: dict[str, Any]) -> str:
    """A reminder in a few words: its times, its dose, and what is otherwise."""
    schedule = kept.get("schedule") or {}
    words = [kept["title"]]
    words.append(",".join(each["at"][:5] for each in schedule.get("times", ())))
    if schedule.get("at"):
        words[-1] = f"@{schedule['at'][11:16]}"
    if kept.get("amount"):
        words.append(kept["amount"]["amount"])
    for each in kept.get("exceptions", ()):
        moved = f"@{each['at'][11:16]}" if each.get("at") else ""
        dose = f"={each['amount']['amount']}" if each.get("amount") else ""
        words.append(each["day"] + moved + dose)
    words += [
        f"{each['since'][:10]}..{(each.get('until') or '')[:10]}" for each in kept.get("pauses", ())
    ]
    return " ".join(words)


@pytest.mark.parametrize(("kind", "lang", "lines", "expected"), CONVERSATIONS)
async def test_what_is_kept_of_a_conversation(
    zh: Talk, en: Talk, kind: str, lang: str, lines: tuple[str, ...], expected: list[str]
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await hold(talk, lines)
    assert [brief(each) for each in await talk.kept()] == expected, kind


@pytest.mark.parametrize(
    ("lang", "plan", "words"),
    [
        ("en", WARFARIN_EN, ("half an hour ago", "I took it")),
        ("zh", WARFARIN_ZH, ("", "吃过了")),
    ],
)
@pytest.mark.parametrize("intent", ["undo", "skip", "taken"])
async def test_i_took_it_is_taken_back(
    zh: Talk, en: Talk, lang: str, plan: tuple[str, ...], words: tuple[str, str], intent: str
) -> None:
    """F16: counted by mistake, and open again; a second time there is nothing to take back."""
    talk = {"zh": zh, "en": en}[lang]
    await hold(talk, plan)
    talk.home.clock.move(talk.home.clock.at + 12 * 3600 + 60)
    await talk.home.step()
    await talk.say(words[1], "taken")
    (item,) = await call(talk.home.bus, "reminders.today")
    assert item["state"] == "taken"
    said = await talk.say({"en": "no, i did not take it", "zh": "不对，我还没吃"}[lang], intent)
    assert {"en": "does not count", "zh": "不算吃过"}[lang] in said
    (item,) = await call(talk.home.bus, "reminders.today")
    assert item["state"] == "snoozed"


@pytest.mark.parametrize("intent", ["undo", "skip", "taken"])
async def test_not_yet_taken_said_to_an_announcement_counts_nothing_back(
    en: Talk, intent: str
) -> None:
    await hold(en, WARFARIN_EN)
    en.home.clock.move(en.home.clock.at + 12 * 3600 + 60)
    await en.home.step()
    await en.say("i haven't taken it", intent)
    (item,) = await call(en.home.bus, "reminders.today")
    assert item["state"] in {"announced", "skipped"}


@pytest.mark.parametrize(
    ("lang", "lines", "undo"),
    [
        ("en", (*WARFARIN_EN, "remove: stop reminding me about warfarin", "yes"), "undo that"),
        ("en", (*WARFARIN_EN, "change: change warfarin to two tablets", "yes"), "undo that"),
        ("en", (*WARFARIN_EN, "remove: cancel all my reminders", "yes"), "that was wrong"),
        ("en", (*WARFARIN_EN, "pause: pause my reminders for three days", "yes"), "undo"),
        (
            "en",
            (*WARFARIN_EN, "change: move my warfarin to seven o'clock today", "yes"),
            "take that back",
        ),
        ("zh", (*WARFARIN_ZH, "remove: 不要再提醒我吃华法林了", "yes"), "撤销"),
        ("zh", (*WARFARIN_ZH, "pause: 暂停三天提醒", "yes"), "刚才弄错了"),
        ("zh", (*WARFARIN_ZH, *CAT_ZH), "撤回刚才那个"),
    ],
)
async def test_what_was_done_last_is_taken_back(
    zh: Talk, en: Talk, lang: str, lines: tuple[str, ...], undo: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await hold(talk, lines)
    await talk.say(undo, "undo")
    title = {"en": "warfarin", "zh": "华法林"}[lang]
    assert [brief(each) for each in await talk.kept()] == [f"{title} 18:00 1"]
    said = await talk.say(undo, "undo")
    assert {"en": "nothing", "zh": "没有能撤回"}[lang] in said


async def test_what_is_read_back_of_one_day_says_what_stays(en: Talk, zh: Talk) -> None:
    await hold(en, WARFARIN_EN)
    said = await en.say("move my warfarin to seven o'clock today", "change")
    assert "seven o'clock in the evening" in said
    assert "as before" in said
    assert "every day at six" in said
    await hold(zh, ASPIRIN_ZH)
    said = await zh.say("明天的阿司匹林改到九点", "change")
    assert "只有明天" in said
    assert "每天早上八点" in said


@pytest.mark.parametrize(
    ("lang", "text", "figures"),
    [
        ("en", "remind me to take twelve milligrams of warfarin at eight", ("ten", "twelve")),
        ("zh", "每天早上八点吃十二毫克华法林", ("十毫克", "十二毫克")),
        ("en", "remind me to take twenty four tablets of aspirin at eight", ("three", "four")),
    ],
)
async def test_what_is_unusual_is_asked_back_with_its_figure(
    en: Talk, zh: Talk, lang: str, text: str, figures: tuple[str, ...]
) -> None:
    said = await {"zh": zh, "en": en}[lang].say(text, "add")
    assert all(figure in said for figure in figures), said
