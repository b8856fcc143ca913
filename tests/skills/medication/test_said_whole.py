"""All that a sentence says is stored, or asked about: several doses, days that are left out.

A row is a conversation and what is kept of it, as in `test_kinds.py`: title, its times or `@` its
one moment, how much, and `-` before each day that is left out.  It is six on Monday, 2026-11-23.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.skills.medication.talk import Talk

ASPIRIN_EN = ("add: one tablet of aspirin every day at eight in the morning", "yes")
ASPIRIN_ZH = ("add: 每天早上八点吃一片阿司匹林", "yes")
TWICE_ZH = ["二甲双胍 08:00 1", "二甲双胍 20:00 2"]
TWICE_EN = ["metformin 08:00 1", "metformin 20:00 2"]

CONVERSATIONS: list[tuple[str, tuple[str, ...], list[str]]] = [
    # two doses of one medicine
    ("zh", ("add: 早上一片晚上两片二甲双胍", "yes", "yes"), TWICE_ZH),
    ("zh", ("add: 二甲双胍早上一片，晚上两片", "yes", "yes"), TWICE_ZH),
    ("zh", ("add: 每天早上吃一片二甲双胍，晚上吃两片", "yes", "yes"), TWICE_ZH),
    ("zh", ("add: 二甲双胍每天早上八点吃一片，晚上八点吃两片", "yes", "yes"), TWICE_ZH),
    (
        "zh",
        ("add: 每天三次，二甲双胍早上一片中午一片晚上两片", "yes", "yes", "yes"),
        ["二甲双胍 08:00 1", "二甲双胍 12:00 1", "二甲双胍 20:00 2"],
    ),
    (
        "zh",
        ("add: 二甲双胍早上中午各一片，晚上两片", "yes", "yes"),
        ["二甲双胍 08:00,12:00 1", "二甲双胍 20:00 2"],
    ),
    ("en", ("add: metformin one in the morning and two in the evening", "yes", "yes"), TWICE_EN),
    (
        "en",
        ("add: one tablet of metformin in the morning and two in the evening", "yes", "yes"),
        TWICE_EN,
    ),
    (
        "en",
        (
            "add: take one metformin at eight in the morning and two at eight in the evening",
            "yes",
            "yes",
        ),
        TWICE_EN,
    ),
    (
        "en",
        (
            "add: warfarin, one tablet on mondays and two tablets on tuesdays at six pm",
            "yes",
            "yes",
        ),
        ["warfarin 18:00 1", "warfarin 18:00 2"],
    ),
    # two medicines, each with its own
    (
        "zh",
        ("add: 早上八点一片二甲双胍晚上九点两片阿司匹林", "yes", "yes"),
        ["二甲双胍 08:00 1", "阿司匹林 21:00 2"],
    ),
    # doses that go with no time are asked about
    ("en", ("add: one tablet of aspirin two tablets at eight", "yes"), []),
    (
        "en",
        ("add: one tablet of aspirin two tablets at eight", "two tablets", "yes"),
        ["aspirin 08:00 2"],
    ),
    ("zh", ("add: 八点吃一片阿司匹林两片", "yes"), []),
    ("zh", (*ASPIRIN_ZH, "change: 阿司匹林改成早上一片晚上两片", "yes"), ["阿司匹林 08:00 1"]),
    # one dose stays one
    ("en", ("add: one tablet of aspirin at eight and nine", "yes"), ["aspirin 08:00,09:00 1"]),
    ("zh", ("add: 早上八点和晚上八点吃一片阿司匹林", "yes"), ["阿司匹林 08:00,20:00 1"]),
    ("en", ("add: two tablets, no, three tablets of aspirin at eight", "yes"), ["aspirin 08:00 3"]),
    ("zh", (*ASPIRIN_ZH, "change: 把阿司匹林从一片改成两片", "yes"), ["阿司匹林 08:00 2"]),
    (
        "en",
        (*ASPIRIN_EN, "change: change aspirin from one tablet to two tablets", "yes"),
        ["aspirin 08:00 2"],
    ),
    # whatever a pill is called, too many of them are too many
    ("zh", ("add: 每天早上八点吃八颗华法林", "yes"), []),
    ("zh", ("add: 每天早上八点吃八粒地高辛", "yes"), []),
    ("en", ("add: take eight pills of warfarin every day at eight", "yes"), []),
    ("zh", ("add: 每天早上八点吃一颗阿司匹林", "yes"), ["阿司匹林 08:00 1"]),
    # two reminders of one medicine are one day's dose
    (
        "zh",
        (
            "add: 每天早上八点吃三片华法林",
            "yes",
            "add: 每天晚上八点吃三片华法林",
            "yes",
            "yes",
        ),
        ["华法林 08:00 3"],
    ),
    (
        "en",
        (
            "add: every day at eight take eight milligrams of warfarin",
            "yes",
            "add: every day at ten take eight milligrams of warfarin",
            "yes",
        ),
        ["warfarin 08:00 8"],
    ),
    (
        "en",
        (
            "add: every day at eight take two milligrams of warfarin",
            "yes",
            "change: change warfarin to three milligrams",
            "yes",
        ),
        ["warfarin 08:00 3"],
    ),
    # called at an hour, and for nothing else
    ("zh", ("add: 八点叫我一声", "yes"), ["到时间了 @08:00"]),
    ("en", ("add: give me a shout at eight", "yes"), ["it is time @08:00"]),
    ("zh", ("add: 八点叫我一声去买菜", "yes"), ["去买菜 @08:00"]),
    ("zh", ("add: 八点喊我一嗓子去接孙子", "yes"), ["去接孙子 @08:00"]),
    ("zh", ("add: 八点跟我说一声该浇花了", "yes"), ["浇花 @08:00"]),
    ("zh", ("add: 八点提醒我一声吃一片阿司匹林", "yes"), ["阿司匹林 08:00 1"]),
    ("zh", ("add: 八点提醒我给儿子打一声招呼", "yes"), ["给儿子打一声招呼 @08:00"]),
    ("en", ("add: give me a shout at eight to go shopping", "yes"), ["to go shopping @08:00"]),
    # a number behind the hour is a minute, another hour, or how many
    ("en", ("add: add warfarin at eight five", "yes", "yes", "yes"), []),
    ("en", ("add: add warfarin one tablet at eight five", "yes", "yes"), []),
    ("en", ("add: at eight five take warfarin", "yes", "one tablet", "yes"), []),
    ("en", ("add: remind me at eight five to call my son", "yes", "yes"), []),
    ("zh", ("add: 添加华法林八点五", "yes", "一片", "yes"), []),
    ("zh", ("add: 早上八点五吃华法林", "yes", "一片", "yes"), []),
    ("zh", ("add: 每天八点五华法林", "yes", "一片", "yes"), []),
    ("en", (*ASPIRIN_EN, "change: change aspirin to eight five", "yes"), ["aspirin 08:00 1"]),
    (
        "en",
        ("add: add warfarin one tablet at eight five", "at eight oh five", "yes"),
        ["warfarin 08:05 1"],
    ),
    ("en", ("add: every day at eight two aspirin", "yes"), ["aspirin 08:00 2"]),
    ("zh", ("add: 每天早上八点三姑来看我", "yes"), ["三姑来看我 08:00"]),
    # a range of two doses is neither of them; odd and even days are asked about
    ("zh", ("add: 每天早上八点吃半片到一片阿司匹林", "yes", "yes", "yes"), []),
    ("en", ("add: half a tablet to one tablet of aspirin every day at eight", "yes", "yes"), []),
    ("zh", ("add: 逢单日早上八点吃一片阿司匹林", "yes", "yes"), []),
    ("en", ("add: on odd days at eight take one tablet of aspirin", "yes", "yes"), []),
    # a day that is left out
    ("zh", ("add: 每天早上八点吃一片阿司匹林，明天不吃", "yes"), ["阿司匹林 08:00 1 -2026-11-24"]),
    (
        "en",
        ("add: one tablet of aspirin every day at eight but not tomorrow", "yes"),
        ["aspirin 08:00 1 -2026-11-24"],
    ),
    (
        "en",
        ("add: remind me every day at eight except christmas day to feed the cat", "yes"),
        ["to feed the cat 08:00 -2026-12-25"],
    ),
    # a change from another day on is neither that day's alone nor at once
    ("zh", (*ASPIRIN_ZH, "change: 阿司匹林从明天开始改成九点", "yes"), ["阿司匹林 08:00 1"]),
    ("zh", (*ASPIRIN_ZH, "change: 阿司匹林从现在开始改成九点", "yes"), ["阿司匹林 09:00 1"]),
    (
        "en",
        (*ASPIRIN_EN, "change: change aspirin to nine o'clock from tomorrow", "yes"),
        ["aspirin 08:00 1"],
    ),
]


@pytest.mark.parametrize(("lang", "said", "kept"), CONVERSATIONS)
async def test_all_of_it_is_kept_or_asked(
    zh: Talk, en: Talk, lang: str, said: tuple[str, ...], kept: list[str]
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    for each in said:
        if each == "yes":
            await talk.yes()
            continue
        intent, _, text = each.rpartition(": ")
        await talk.say(text, *([intent] if intent else []))
    found = await talk.kept()
    assert [_told(each) for each in found] == kept
    assert not any(each.get("schedule", {}).get("until") for each in found), "it goes on"


@pytest.mark.parametrize(
    ("lang", "text", "told", "more", "again"),
    [
        ("zh", "每天早上八点吃一颗阿司匹林", "一颗", "改成两颗", "两颗"),
        ("zh", "每天早上八点吃一颗阿司匹林", "一颗", "改成两片", "两片"),
        ("zh", "每天早上八点吃半粒阿司匹林", "半粒", "改成一粒", "一粒"),
        ("zh", "每天早上八点吃一粒阿莫西林胶囊", "一粒胶囊", "改成两粒胶囊", "两粒胶囊"),
        ("zh", "每天早上八点吃八丸六味地黄丸", "八丸", "改成十丸", "十丸"),
        ("zh", "每天早上八点喝一包板蓝根", "一包", "改成两包", "两包"),
        (
            "en",
            "two teaspoons of lactulose every day at eight in the morning",
            "two teaspoonfuls",
            "no, one tablespoon",
            "one tablespoonful",
        ),
    ],
)
async def test_a_dose_is_read_back_and_told_in_the_word_that_was_said(
    zh: Talk, en: Talk, lang: str, text: str, told: str, more: str, again: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    assert told in await talk.say(text, "add")
    assert again in await talk.say(more)
    await talk.yes()
    assert again in await talk.say("query", "query")


@pytest.mark.parametrize(
    ("lang", "text", "told", "hours"),
    [
        (
            "zh",
            "每天早上八点到晚上八点每两个小时提醒我喝水",
            "每天早上八点到晚上八点，每隔两个小时，一天七次",
            range(8, 21, 2),
        ),
        (
            "zh",
            "每周一上午九点到下午五点每四个小时提醒我喝水",
            "上午九点、下午一点和下午五点",
            range(9, 18, 4),
        ),
        (
            "en",
            "remind me every two hours between eight and six to drink some water",
            "eight o'clock in the morning, ten o'clock in the morning, noon, two o'clock in the "
            "afternoon, four o'clock in the afternoon and six o'clock in the evening",
            range(8, 19, 2),
        ),
        (
            "en",
            "every hour from nine a m to three p m every day remind me to drink some water",
            "every hour from nine o'clock in the morning to three o'clock in the afternoon, "
            "seven times a day",
            range(9, 16),
        ),
    ],
)
async def test_a_part_of_each_day_is_read_back_and_kept_as_its_times(
    zh: Talk, en: Talk, lang: str, text: str, told: str, hours: range
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    assert told in await talk.say(text, "add")
    await talk.yes()
    (kept,) = await talk.kept()
    assert [each["at"] for each in kept["schedule"]["times"]] == [f"{h:02}:00" for h in hours]
    assert told in await talk.say("query", "query")


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("en", "one tablet of aspirin every day at eight for one day", "for one day,"),
        ("en", "one tablet of aspirin every day at eight for a day", "for one day,"),
        ("en", "one tablet of aspirin every day at eight for two days", "for two days,"),
        ("zh", "每天早上八点吃一片阿司匹林，就吃一天", "一共一天，"),
        ("zh", "每天早上八点吃一片阿司匹林，吃两天", "一共两天，"),
    ],
)
async def test_a_course_of_one_day_is_told_as_one(
    zh: Talk, en: Talk, lang: str, text: str, told: str
) -> None:
    assert told in await {"zh": zh, "en": en}[lang].say(text, "add")


async def test_the_day_that_is_left_out_is_read_back_and_does_not_come(zh: Talk) -> None:
    assert "明天除外" in await zh.say("每天早上八点吃一片阿司匹林，明天不吃", "add")
    await zh.yes()
    days: list[int] = []
    for day in range(3):
        await zh.home.until(zh.home.clock.at + 86_400, lambda _: "yes")
        if any("阿司匹林" in str(event) for event in zh.home.events):
            days.append(day)
        zh.home.events.clear()
    assert days == [0, 2]


@pytest.mark.parametrize(
    ("lang", "text", "rrule", "told"),
    [
        ("zh", "每月三十号早上十点提醒我交房租", "BYMONTHDAY=28,29,30;BYSETPOS=-1", "最后一天"),
        ("zh", "每月三十一号早上十点提醒我交房租", "BYMONTHDAY=-1", "最后一天"),
        ("zh", "每月十五号和三十号早上十点提醒我交房租", "=15,28,29,30;BYSETPOS=1,-1", "最后一天"),
        ("zh", "每年二月二十九号早上十点提醒我交房租", "BYMONTHDAY=28,29;BYSETPOS=-1", "最后一天"),
        ("zh", "农历每月三十早上八点提醒我给妈打电话", "", "最后一天"),
        ("zh", "每月二十八号早上十点提醒我交房租", "MONTHLY;BYMONTHDAY=28", "二十八号上午"),
        ("zh", "每年四月三十号早上十点提醒我交房租", "BYMONTH=4;BYMONTHDAY=30", "三十号上午"),
        ("zh", "农历每月十五早上八点提醒我给妈打电话", "", "十五号早上"),
        (
            "en",
            "remind me on the 29th of every month at ten to pay the rent",
            "BYMONTHDAY=28,29;BYSETPOS=-1",
            "or the last day",
        ),
        (
            "en",
            "remind me on the 29th and the 30th of every month at ten to pay the rent",
            "BYMONTHDAY=29,30",
            "not in a month without it",
        ),
        (
            "en",
            "remind me every february 29th at ten to call John",
            "BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
            "or the last day",
        ),
    ],
)
async def test_a_day_that_not_every_month_has_is_never_passed_over_without_a_word(
    zh: Talk, en: Talk, lang: str, text: str, rrule: str, told: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    assert told in await talk.say(text, "add")
    await talk.yes()
    (kept,) = await talk.kept()
    assert kept["schedule"].get("rrule", "").endswith(rrule)


def _told(reminder: dict[str, Any]) -> str:
    schedule, amount = reminder["schedule"], reminder.get("amount")
    at = f"@{schedule['at'][11:16]}" if "at" in schedule else ""
    times = ",".join(each["at"] for each in schedule.get("times", ()))
    out = [f"-{each['day']}" for each in reminder.get("exceptions", ())]
    parts = [reminder["title"], at or times, *([amount["amount"]] if amount else []), *out]
    return " ".join(parts)


@pytest.mark.parametrize(
    "said",
    [
        "remind me to take my pulse at five it was seventy two this morning",
        "tomorrow at five thirty pm take my pulse it was seventy two this morning",
        "take my blood pressure every day at nine and write it down",
        "take my blood sugar every morning at seven",
        "every friday at nine in the morning take my weight",
    ],
)
async def test_what_is_measured_is_no_medicine(en: Talk, said: str) -> None:
    await en.say(said, "add")
    await en.yes()
    assert [each.get("kind") for each in await en.kept()] == [None]


async def test_a_medicine_for_what_is_measured_is_one(en: Talk) -> None:
    said = await en.say("take one blood pressure tablet every day at nine", "add")
    assert "one tablet" in said or "one blood pressure tablet" in said
