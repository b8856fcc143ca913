"""The form: only what is missing is asked, all is read back, and written once, at the yes."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.store import StoreError
from tests.asking import call
from tests.skills.medication.talk import Talk

AFFIRM, DENY, STOP = "general_affirm", "general_deny", "general_stop"


def times(kept: dict[str, Any]) -> list[str]:
    return [each["at"] for each in kept["schedule"]["times"]]


async def test_one_sentence_is_read_back_corrected_and_written_at_the_yes(zh: Talk) -> None:
    said = await zh.say("每天早上七点半提醒我吃一片降压药", "add")
    assert "每天早上七点半" in said
    assert "降压药一片" in said
    assert "降压药两片" in await zh.say("不对，是两片")
    assert "早上八点" in await zh.say("不对，八点", DENY)
    assert await zh.kept() == [], "nothing is written before the yes"
    assert "记" in await zh.yes()
    (kept,) = await zh.kept()
    assert (kept["title"], kept["amount"]) == ("降压药", {"amount": "2", "unit": "tablet"})
    assert times(kept) == ["08:00"]


async def test_only_what_is_missing_is_asked(en: Talk) -> None:
    assert "medicine" in await en.say("remind me to take my pills", "add")
    assert "aspirin" in (await en.say("aspirin")).lower()
    assert "aspirin" in (await en.say("every morning at eight")).lower()
    assert "one tablet of aspirin" in await en.say("one")
    assert "the time, or how much" in await en.say("no, two", DENY)
    assert "two tablets of aspirin" in await en.say("how much")
    await en.yes()
    (kept,) = await en.kept()
    assert kept["amount"]["amount"] == "2"


async def test_a_meal_of_the_elders_own(en: Talk) -> None:
    assert "supper" in await en.say("metformin two after supper", "add")
    said = await en.say("at six")
    assert "half past six in the evening, after supper" in said
    assert "diabetes medicine" in said, "the name is easily mistaken: its class is read back"
    assert await en.profile("habits") == {"supper": "18:00"}
    await en.yes()
    (kept,) = await en.kept()
    assert kept["schedule"]["times"][0]["anchor"] == "supper"
    assert kept["schedule"]["rrule"] == "FREQ=DAILY"
    assert kept["amount"] == {"amount": "2", "unit": "tablet"}


async def test_anything_else_is_a_task(zh: Talk, en: Talk) -> None:
    assert "起床" in await zh.say("三点叫我起来", "add")
    await zh.yes()
    assert (
        "ring my sister" in (await en.say("remind me to ring my sister on friday", "add")).lower()
    )
    assert "Friday" in await en.say("at three")
    await en.yes()
    wake, sister = await zh.kept()
    assert wake["schedule"]["at"] == "2026-11-23T15:00:00+08:00"
    assert sister["title"] == "ring my sister"
    assert sister["schedule"]["at"] == "2026-11-27T15:00:00+08:00"
    assert "kind" not in sister


async def test_two_medicines_of_one_time_are_written_together(zh: Talk) -> None:
    said = await zh.say("提醒我早上八点吃一片降压药和两片二甲双胍", "add")
    assert "降压药一片" in said
    assert "两片" in said
    await zh.yes()
    assert [each["title"] for each in await zh.kept()] == ["降压药", "二甲双胍"]


async def test_a_course_and_its_end(zh: Talk) -> None:
    said = await zh.say("阿莫西林每天早上五点一次两粒吃七天", "add")
    assert "七天" in said
    await zh.yes()
    (kept,) = await zh.kept()
    assert kept["schedule"]["until"] == "2026-11-30", "five has passed: from tomorrow"


async def test_as_needed_is_bounded(zh: Talk) -> None:
    assert "几个小时" in await zh.say("头疼的时候吃布洛芬", "add")
    assert "几次" in await zh.say("六个小时")
    await zh.say("最多三次")
    said = await zh.say("一片")
    assert "六个小时" in said
    assert "三次" in said
    await zh.yes()
    (kept,) = await zh.kept()
    assert kept["as_needed"] == {"least_hours": 6.0, "daily_most": 3}


async def test_what_the_leaflet_says_of_as_needed_is_stated(en: Talk) -> None:
    said = await en.say("one tablet of paracetamol when i have a headache", "add")
    assert "four hours apart" in said
    assert "four times a day" in said


async def test_a_name_by_sound_is_asked_back(zh: Talk) -> None:
    assert "二甲双胍" in await zh.say("每天早上八点吃一片二甲双瓜", "add")
    await zh.yes()
    await zh.yes()
    assert (await zh.kept())[0]["title"] == "二甲双胍"


async def test_a_name_that_was_meant_otherwise(zh: Talk) -> None:
    await zh.say("每天早上八点吃一片二甲双瓜", "add")
    said = await zh.say("不是，是阿司匹林", DENY)
    assert "阿司匹林一片" in said


async def test_an_unknown_name_is_asked_once_and_kept_as_said(en: Talk) -> None:
    assert (
        "zorbofin" in (await en.say("remind me to take zorbofin every day at nine", "add")).lower()
    )
    await en.yes()
    await en.say("i don't know")
    await en.yes()
    (kept,) = await en.kept()
    assert (kept["title"], kept["kind"]) == ("zorbofin", "medicine")


async def test_too_much_is_asked_back(en: Talk) -> None:
    said = await en.say("remind me to take 24 tablets of aspirin at eight", "add")
    assert "twenty-four" in said.lower()
    await en.say("no", DENY)
    assert "two tablets" in await en.say("two")
    await en.yes()
    assert (await en.kept())[0]["amount"]["amount"] == "2"


async def test_too_much_of_a_dangerous_one_is_refused(zh: Talk) -> None:
    said = await zh.say("每天早上八点提醒我吃24片华法林", "add")
    assert "医生" in said
    await zh.yes()
    assert await zh.kept() == []
    await zh.say("一片")
    await zh.yes()
    assert (await zh.kept())[0]["amount"]["amount"] == "1"


@pytest.mark.parametrize(
    ("lang", "text", "part"),
    [
        ("zh", "提醒我吃药", "药"),
        ("zh", "2月30号提醒我去医院", "没有"),
        ("zh", "昨天下午三点提醒我去医院", "过去"),
        ("zh", "每天早上八点吃负三片降压药", "数量不对"),
        ("zh", "每五分钟提醒我喝水", "一刻钟"),
        ("en", "remind me", "What"),
        ("en", "remind me to see the doctor on the thirtieth of february", "no such day"),
        ("en", "remind me to see the doctor yesterday at three", "passed"),
        ("en", "remind me to take minus three tablets of aspirin at eight", "can't be"),
        ("en", "remind me to take aspirin twice a week at eight", "which days"),
    ],
)
async def test_bad_input_is_told_and_asked_again(
    zh: Talk, en: Talk, lang: str, text: str, part: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    said = await talk.say(text, "add")
    assert part.lower() in said.lower()
    assert talk.is_open
    await talk.yes()
    assert await talk.kept() == []


async def test_a_day_that_does_not_exist_is_no_part_of_the_thing_to_do(en: Talk) -> None:
    await en.say("remind me to see the doctor on the thirtieth of february", "add")
    said = await en.say("tomorrow at nine")
    assert "see the doctor." in said
    await en.yes()
    assert (await en.kept())[0]["title"] == "see the doctor"


async def test_contradictions_end_with_the_last_word(zh: Talk) -> None:
    await zh.say("每天早上八点吃一片降压药", "add")
    assert "十点" in await zh.say("九点，不，十点")
    assert "早上七点" in await zh.say("十一点，不对，还是早上七点")
    await zh.yes()
    assert times((await zh.kept())[0]) == ["07:00"]


@pytest.mark.parametrize("intent", [DENY, STOP, "nlu_fallback"])
async def test_it_is_left_without_a_trace(zh: Talk, intent: str) -> None:
    await zh.say("每天早上八点吃一片降压药", "add")
    await zh.say("算了", intent)
    assert not zh.is_open
    assert await zh.kept() == []


async def test_a_dose_in_between_is_counted_and_the_form_goes_on(zh: Talk) -> None:
    await zh.say("每天早上六点半吃一片降压药", "add")
    await zh.yes()
    zh.home.clock.move(zh.home.clock.at + 1800)
    await zh.home.step()
    await zh.say("提醒我每天晚上八点吃阿司匹林", "add")
    said = await zh.say("降压药吃了", "taken")
    assert "吃过了" in said or "已经吃" in said
    assert "阿司匹林" in said, "the question is put again"
    assert "阿司匹林一片" in await zh.say("一片")
    await zh.yes()
    assert len(await zh.kept()) == 2
    (state,) = [i["state"] for i in await call(zh.home.bus, "reminders.today") if not i["is_left"]]
    assert state == "taken"


async def test_the_same_twice_is_kept_once(en: Talk) -> None:
    for _ in range(2):
        await en.say("aspirin one tablet every morning at eight", "add")
        said = await en.yes()
    assert "already" in said
    assert len(await en.kept()) == 1


async def test_change_keeps_what_was_not_said(zh: Talk) -> None:
    await zh.say("每个星期一早上八点吃一片降压药", "add")
    await zh.yes()
    said = await zh.say("把降压药改到晚上九点", "change")
    assert "星期一" in said
    assert "晚上九点" in said
    await zh.say("两片")
    await zh.yes()
    (kept,) = await zh.kept()
    assert kept["schedule"]["rrule"] == "FREQ=WEEKLY;BYDAY=MO"
    assert (times(kept), kept["amount"]["amount"]) == (["21:00"], "2")


async def test_change_asks_which_and_what(en: Talk) -> None:
    for text in ("aspirin one tablet every day at eight", "metformin one tablet every day at nine"):
        await en.say(text, "add")
        await en.yes()
    assert "metformin" in (await en.say("i want to change something", "change")).lower()
    assert "metformin" in (await en.say("metformin")).lower()
    assert "ten" in await en.say("at ten in the morning")
    await en.yes()
    assert [times(each) for each in await en.kept()] == [["08:00"], ["10:00"]]


async def test_what_is_not_there_is_neither_changed_nor_removed(en: Talk) -> None:
    await en.say("aspirin one tablet every day at eight", "add")
    await en.yes()
    said = await en.say("take warfarin off my list", "remove")
    assert "warfarin" in said.lower()
    assert "aspirin" in said.lower()
    await en.yes()
    assert len(await en.kept()) == 1


async def test_a_disk_that_refuses_is_told_and_a_second_yes_works(
    en: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await en.say("aspirin one tablet every day at eight", "add")
    write = en.home.database.write
    with monkeypatch.context() as patched:

        async def refuse(work: object) -> None:
            raise StoreError("database is locked")

        patched.setattr(en.home.database, "write", refuse)
        said = await en.yes()
    assert "not noted" in said
    assert "aspirin" in said, "it is read back again"
    assert en.home.database.write == write
    assert await en.kept() == []
    await en.yes()
    assert len(await en.kept()) == 1


async def test_services_that_are_not_there_yet(en: Talk) -> None:
    for name in [name for name in en.home.bus._services if name.startswith("reminders.")]:
        del en.home.bus._services[name]
    said = await en.say("aspirin one tablet every day at eight", "add")
    assert "only just started" in said
    assert "only just started" in await en.say("did i take it", "query")


async def test_times_said_ahead_of_two_medicines_are_each_of_its_own(zh: Talk, en: Talk) -> None:
    said = await zh.say("早上吃一片阿司匹林，晚上吃两片二甲双胍", "add")
    assert "晚上" not in said
    assert "晚上八点，二甲双胍" in await zh.yes()
    await zh.yes()
    said = await en.say("one aspirin in the morning and two metformin in the evening", "add")
    assert "evening" not in said
    assert "evening" in await en.yes()
    await en.yes()
    assert [(kept["title"], times(kept)) for kept in await zh.kept()] == [
        ("阿司匹林", ["08:00"]),
        ("二甲双胍", ["20:00"]),
        ("aspirin", ["08:00"]),
        ("metformin", ["20:00"]),
    ]


async def test_a_medicine_whose_name_the_elder_does_not_know(zh: Talk, en: Talk) -> None:
    for talk, ask, unknown in (
        (zh, "提醒我吃药", "不知道"),
        (en, "remind me to take my pills", "i can't remember"),
    ):
        await talk.say(ask, "add")
        await talk.say(unknown, DENY)
        await talk.say({zh: "早上七点", en: "every morning at seven"}[talk])
        await talk.yes()
    assert [times(kept) for kept in await zh.kept()] == [["07:00"], ["07:00"]]


async def test_a_no_that_says_the_same_dose_once_more_leaves_nothing(zh: Talk) -> None:
    await zh.say("每天早上八点吃两片降压药", "add")
    assert "降压药两片" in await zh.say("不，还是两片", DENY)
    await zh.yes()
    assert (await zh.kept())[0]["amount"]["amount"] == "2"


async def test_what_is_still_so_is_no_question(en: Talk) -> None:
    """A number alone may be the hour or the dose; "still three" is whichever is three."""
    plan = "remind me to take three metformin every morning at eight"
    await en.say(plan, "add")
    assert "three tablets" in await en.say("no, still three", DENY)
    assert "the time" in await en.say("no, four", DENY)
    assert "three tablets" in await en.say(plan, "add")
    await en.yes()
    assert (await en.kept())[0]["amount"]["amount"] == "3"


async def test_so_many_hours_are_no_name_of_a_medicine(zh: Talk) -> None:
    assert "安宁散" in await zh.say("头疼的时候吃安宁散", "add")
    assert "安宁散" in await zh.say("四个小时")
    assert "安宁散" in await zh.say("三次")
    assert "多少" in await zh.yes()
    await zh.say("一片")
    await zh.yes()
    (kept,) = await zh.kept()
    assert (kept["title"], kept["kind"]) == ("安宁散", "medicine")
    assert kept["as_needed"] == {"least_hours": 4.0, "daily_most": 3}


async def test_a_name_that_nobody_knows_is_still_a_medicine_when_it_is_corrected(zh: Talk) -> None:
    await zh.say("每天早上八点吃一片安宁散", "add")
    assert "安神灵" in await zh.say("不是，是安神灵", DENY)
    await zh.yes()
    await zh.yes()
    (kept,) = await zh.kept()
    assert (kept["title"], kept["kind"]) == ("安神灵", "medicine")
    assert kept["amount"] == {"amount": "1", "unit": "tablet"}


async def test_a_form_is_left_while_it_asks_for_the_name(zh: Talk, en: Talk) -> None:
    for talk, begins, leaves in (
        (zh, "提醒我吃药", "算了"),
        (en, "remind me to take my pills", "never mind"),
    ):
        await talk.say(begins, "add")
        await talk.say(leaves, STOP)
        assert not talk.is_open
        assert await talk.kept() == []


async def test_an_hour_that_is_moved_stays_in_its_half_of_the_day(en: Talk) -> None:
    await en.say("metformin, two at seven in the evening", "add")
    await en.yes()
    assert "evening" in await en.say("move my metformin to half past seven", "change")
    await en.yes()
    assert times((await en.kept())[0]) == ["19:30"]
    assert "morning" in await en.say("move my metformin to nine in the morning", "change")


@pytest.mark.parametrize(
    ("lang", "text", "title"),
    [
        ("zh", "后天上午九点提醒我去医院拿药", "去医院拿药"),
        ("zh", "明天上午九点提醒我买阿司匹林", "买阿司匹林"),
        ("en", "remind me tomorrow at nine to pick up my tablets", "pick up my tablets"),
        ("en", "remind me tomorrow at nine to buy aspirin", "buy aspirin"),
    ],
)
async def test_an_errand_for_medicines_is_a_thing_to_do(
    zh: Talk, en: Talk, lang: str, text: str, title: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    assert title in await talk.say(text, "add")
    await talk.yes()
    (kept,) = await talk.kept()
    assert title in kept["title"]
    assert "kind" not in kept


async def test_one_each_in_the_morning_and_evening(zh: Talk) -> None:
    said = await zh.say("每天早上八点晚上八点各吃一片氨氯地平", "add")
    assert "吗？" not in said.split("。")[0]
    await zh.yes()
    assert times((await zh.kept())[0]) == ["08:00", "20:00"]


@pytest.mark.parametrize(
    ("lang", "title", "text", "in_words"),
    [
        ("zh", "降压药", "五分钟后提醒我", "早上六点三十六分"),
        ("zh", "胰岛素", "过五分钟提醒我", "早上六点三十六分"),
        ("en", "metformin", "remind me in five minutes", "six thirty-six"),
    ],
)
async def test_said_to_an_announcement_it_puts_that_off(
    zh: Talk, en: Talk, lang: str, title: str, text: str, in_words: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await call(
        talk.home.bus,
        "reminders.add",
        reminder={
            "title": title,
            "kind": "medicine",
            "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "06:30"}]},
        },
    )
    before = await talk.say(text, "add")
    assert title not in before, "nothing is announced yet: what is it to remind of?"
    await talk.say({"zh": "算了", "en": "never mind"}[lang], "add")
    talk.home.clock.move(talk.home.clock.at + 31 * 60)
    await talk.home.step()
    said = await talk.say(text, "add")
    assert title in said
    assert in_words in said
    (item,) = await call(talk.home.bus, "reminders.today")
    assert item["state"] == "snoozed"
    assert len(await talk.kept()) == 1, "no reminder was added"
    assert not talk.is_open


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "五分钟后提醒我关火"),
        ("zh", "明天早上八点提醒我"),
        ("en", "remind me in five minutes to turn off the stove"),
        ("en", "remind me tomorrow at eight in the morning"),
    ],
)
async def test_another_thing_or_another_day_is_a_reminder_of_its_own(
    zh: Talk, en: Talk, lang: str, text: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await call(
        talk.home.bus,
        "reminders.add",
        reminder={
            "title": "aspirin",
            "kind": "medicine",
            "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "06:30"}]},
        },
    )
    talk.home.clock.move(talk.home.clock.at + 31 * 60)
    await talk.home.step()
    assert "aspirin" not in await talk.say(text, "add")
    assert talk.is_open
