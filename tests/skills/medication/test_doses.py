"""Taken, later, not this one; what is left; how the week went: over the real keeper."""

from __future__ import annotations

import pytest

from assistant.events import DoseSkipped, DoseTaken
from assistant.language import LANGUAGES
from skills.medication.reading import read
from tests.skills.medication.talk import Talk


async def keep(
    talk: Talk,
    title: str,
    *times: str,
    amount: str = "1",
    unit: str = "tablet",
    kind: str = "medicine",
) -> str:
    added = await talk.home.bus.call(
        "reminders.add",
        reminder={
            "title": title,
            "kind": kind,
            "amount": {"amount": amount, "unit": unit} if kind == "medicine" else None,
            "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": at} for at in times]},
        },
    )
    return str(added["reminder_id"])


async def pass_minutes(talk: Talk, minutes: float) -> None:
    talk.home.clock.move(talk.home.clock.at + minutes * 60)
    await talk.home.step()


def leave_unanswered(talk: Talk) -> None:
    if talk.home.asked():
        talk.home.answer("silence")


async def test_taken_is_counted_once(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    assert "降压药一片" in await zh.say("吃了", "taken")
    again = await zh.say("药吃过了", "taken")
    assert "早上六点半" in again or "早上六点三十一分" in again
    assert len(zh.home.seen(DoseTaken)) == 1


@pytest.mark.parametrize(
    ("lang", "title", "unit", "text", "done", "wrong"),
    [
        ("zh", "胰岛素", "unit", "这次不打了", "这次不用", "吃"),
        ("zh", "眼药水", "drop", "这次不用了", "这次不用", "吃"),
        ("zh", "降压药", "tablet", "这次不吃了", "降压药", "用"),
        ("en", "insulin", "unit", "not this time", "not insulin", "take"),
        ("en", "metformin", "tablet", "not this time", "metformin", "use"),
    ],
)
async def test_what_is_not_swallowed_is_not_said_to_be_eaten(
    zh: Talk, en: Talk, lang: str, title: str, unit: str, text: str, done: str, wrong: str
) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await keep(talk, title, "06:30", amount="10" if unit == "unit" else "1", unit=unit)
    await pass_minutes(talk, 31)
    said = await talk.say(text, "skip")
    later = await talk.say({"zh": "药吃了没有", "en": "did i take my medicine"}[lang], "query")
    assert done in said
    assert title in later.lower()
    assert wrong not in said + later


@pytest.mark.parametrize(("lang", "title"), [("zh", "散步"), ("en", "walk")])
async def test_what_is_done_is_neither(zh: Talk, en: Talk, lang: str, title: str) -> None:
    talk = {"zh": zh, "en": en}[lang]
    await keep(talk, title, "06:30", kind="task")
    await pass_minutes(talk, 31)
    said = await talk.say({"zh": "做完了", "en": "done"}[lang], "taken")
    assert title in said
    assert not any(word in said for word in ("吃", "用", "taken"))


async def test_taken_by_another_name_of_it(en: Talk) -> None:
    await keep(en, "Norvasc", "06:30")
    await keep(en, "metformin", "06:30")
    await pass_minutes(en, 31)
    assert "Norvasc" in await en.say("i took my amlodipine", "taken")
    assert [event.title for event in en.home.seen(DoseTaken)] == ["Norvasc"]


async def test_a_similar_name_is_not_counted(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    assert "没有" in await zh.say("降糖药吃了", "taken")
    assert zh.home.seen(DoseTaken) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "我还没吃药"),
        ("zh", "药没吃"),
        ("zh", "降压药忘了吃"),
        ("zh", "我吃药了吗"),
        ("en", "i haven't taken it yet"),
        ("en", "i forgot my tablets"),
        ("en", "did i take it"),
    ],
)
async def test_what_was_not_taken_is_not_counted_however_it_was_understood(
    zh: Talk, en: Talk, lang: str, text: str
) -> None:
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    await {"zh": zh, "en": en}[lang].say(text, "taken")
    assert zh.home.seen(DoseTaken) == []


async def test_a_bare_name_leaves_nothing_out(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    assert "等会儿" in await zh.say("降压药", "skip")
    assert zh.home.seen(DoseSkipped) == []


async def test_more_than_planned_is_not_passed_over(en: Talk) -> None:
    await keep(en, "aspirin", "06:30")
    await pass_minutes(en, 31)
    said = await en.say("i took two tablets of aspirin", "taken")
    assert "doctor" in said
    assert "one tablet" in said


async def test_later_and_at_a_time(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    assert "十分钟" in await zh.say("等会儿再吃", "snooze")
    assert "七点半" in await zh.say("七点半再叫我", "snooze")
    (item,) = await zh.home.bus.call("reminders.today")
    assert item["state"] == "snoozed"
    assert "十分钟后" in await zh.say("明天早上再吃", "snooze"), "too long: what may be said"


async def test_not_this_one_with_its_reason(zh: Talk) -> None:
    await keep(zh, "华法林", "06:30")
    await pass_minutes(zh, 31)
    said = await zh.say("这顿华法林不吃了，胃难受", "skip")
    assert "双份" in said or "补" in said
    assert "医生" in said, "it matters"
    (skipped,) = zh.home.seen(DoseSkipped)
    assert "胃难受" in skipped.reason


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_nothing_is_due(zh: Talk, en: Talk, lang: str) -> None:
    talk = {"zh": zh, "en": en}[lang]
    for act in ("taken", "snooze", "skip"):
        assert await talk.say("…", act)
    assert talk.home.seen(DoseTaken) == []


async def test_did_i_take_it(en: Talk) -> None:
    await keep(en, "aspirin", "06:30", "20:00")
    assert "isn't due yet" in await en.say("did i take my aspirin", "query")
    await pass_minutes(en, 31)
    assert "haven't told me" in await en.say("did i take my aspirin", "query")
    await en.say("i took it", "taken")
    assert "taken" in await en.say("did i take it", "query")
    left = await en.say("what is left today", "query")
    assert "eight o'clock in the evening" in left
    assert "half past six" not in left


async def test_unanswered_is_unknown_not_missed(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await zh.home.until(zh.home.clock.at + 6 * 3600, lambda _: None)
    assert "不知道" in await zh.say("我吃降压药了吗", "query")
    week = await zh.say("我这周吃药怎么样", "adherence")
    assert "不清楚" in week
    assert "没吃" not in week


async def test_the_list_and_an_empty_one(zh: Talk) -> None:
    assert "还没有" in await zh.say("我都吃什么药", "query")
    await keep(zh, "降压药", "06:30")
    await keep(zh, "阿司匹林", "20:00")
    said = await zh.say("我都吃什么药", "query")
    assert said.index("降压药") < said.index("阿司匹林")


async def test_as_needed_is_refused_too_soon_and_too_often(en: Talk) -> None:
    await en.say("one tablet of paracetamol when i have a headache", "add")
    await en.yes()
    assert "may take" in await en.say("can i take paracetamol now", "query")
    assert "tablet" in await en.say("i took a paracetamol", "taken")
    assert "too soon" in await en.say("i took another paracetamol", "taken")
    assert "too soon" in await en.say("can i take paracetamol now", "query")
    for _ in range(3):
        await pass_minutes(en, 241)
        await en.say("i took a paracetamol", "taken")
    await pass_minutes(en, 241)
    assert "four times" in await en.say("can i have another paracetamol", "query")
    assert len(en.home.seen(DoseTaken)) == 4


async def test_stock_is_told_counted_down_and_refilled(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    assert "告诉" in await zh.say("降压药还剩几片", "stock")
    assert "三十片" in await zh.say("我还有三十片", "refill")
    assert "九十片" in await zh.say("我买了两盒，一盒三十片", "refill")
    await pass_minutes(zh, 31)
    assert "八十九片" in await zh.say("吃了", "taken")
    assert "多少" in await zh.say("降压药买了两盒", "refill"), "how many are in a box?"
    assert "零" in await zh.say("降压药吃完了", "refill")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("i bought two boxes of aspirin thirty in each", "sixty"),
        ("i have forty aspirin left", "forty"),
        ("two boxes of thirty", "sixty"),
        ("i've run out of aspirin", "none"),
        ("i have minus three aspirin left", "can't be"),
    ],
)
async def test_stock_in_english(en: Talk, text: str, amount: str) -> None:
    await keep(en, "aspirin", "06:30")
    assert amount in await en.say(text, "refill")


async def test_food_is_what_was_told_else_the_leaflet_else_unsure(en: Talk) -> None:
    await keep(en, "aspirin", "06:30")
    assert "not sure" in await en.say("before or after food", "food")
    await en.say("change aspirin to after food", "change")
    await en.yes()
    assert "after food" in await en.say("before or after food", "food")
    assert "doctor" in await en.say("do i take amlodipine with food", "food")


async def test_allergies_are_kept_for_the_warnings(zh: Talk, en: Talk) -> None:
    assert "青霉素" in await zh.say("我对青霉素过敏", "allergy")
    assert "codeine" in await en.say("i'm allergic to codeine", "allergy")
    assert await zh.profile("allergies") == ["青霉素", "codeine"]
    assert "青霉素" in await zh.say("我对哪些药过敏", "allergy")
    assert "doctor" in await en.say("i'm no longer allergic to codeine", "allergy")
    assert await zh.profile("allergies") == ["青霉素", "codeine"]


async def test_the_elders_own_times(zh: Talk, en: Talk) -> None:
    assert "六点" in await zh.say("我晚饭一般六点吃", "habit")
    assert "half past nine" in await en.say("i go to bed at half past nine", "habit")
    assert await zh.profile("habits") == {"supper": "18:00", "bedtime": "21:30"}
    assert "六点" in await zh.say("我吃晚饭", "habit"), "how it may be said"


async def test_an_answer_to_the_announcement_comes_first(zh: Talk) -> None:
    """The core closes its question with a yes; a second word about it counts nothing."""
    await keep(zh, "降压药", "06:30")
    await pass_minutes(zh, 31)
    zh.home.answer("yes")
    await zh.home.step()
    assert await zh.say("吃了", "taken")
    assert len(zh.home.seen(DoseTaken)) == 1


@pytest.mark.parametrize(
    ("lang", "text", "title", "dose"),
    [
        ("zh", "帮我加个药，络活喜，一片", "络活喜", "1"),
        ("zh", "阿莫西林一次两粒", "阿莫西林", "2"),
        ("zh", "打十个单位胰岛素", "胰岛素", "10"),
        ("en", "half a tablet of bisoprolol", "bisoprolol", "1/2"),
        ("en", "put eye drops on my list two drops", "eye drops", "2"),
        ("en", "i need to take two tablets of warfarin", "warfarin", "2"),
    ],
)
def test_a_name_and_its_dose(lang: str, text: str, title: str, dose: str) -> None:
    said = read(text, lang, (), bare_number=False)
    assert said.whole.title == title
    assert said.whole.dose is not None
    assert said.whole.dose["amount"] == dose


async def test_what_is_past_is_not_listed_and_a_long_list_is_cut(zh: Talk) -> None:
    task = {"title": "喝水", "schedule": {"at": "2026-11-23T06:20:00+08:00"}}
    await zh.home.bus.call("reminders.add", reminder=task)
    for number in "一二三四五六七八九十":
        await keep(zh, f"{number}号药", "06:30")
    assert "喝水" in await zh.say("我都有哪些提醒", "query")
    await pass_minutes(zh, 25)
    said = await zh.say("我都有哪些提醒", "query")
    assert "喝水" not in said
    assert "八号药" in said
    assert "九号药" not in said
    assert "还有两个" in said


async def test_what_is_left_today_is_told_time_by_time(zh: Talk) -> None:
    await keep(zh, "降压药", "08:00")
    await keep(zh, "阿司匹林", "08:00", "20:00")
    task = {"title": "给女儿打电话", "schedule": {"at": "2026-11-23T09:00:00+08:00"}}
    await zh.home.bus.call("reminders.add", reminder=task)
    said = await zh.say("今天还有什么药没吃", "query")
    assert said.count("早上八点") == 1
    assert "打电话" not in said
    assert "打电话" in await zh.say("今天还有什么事", "query")


async def test_a_dose_that_could_not_be_announced_is_told_as_such(en: Talk) -> None:
    await keep(en, "aspirin", "06:30")
    await pass_minutes(en, 8 * 60)
    assert "couldn't remind you" in await en.say("did i take my aspirin", "query")


async def test_taken_is_about_what_was_announced_last(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    await keep(zh, "二甲双胍", "06:50")
    task = {"title": "浇花", "schedule": {"at": "2026-11-23T06:50:00+08:00"}}
    await zh.home.bus.call("reminders.add", reminder=task)
    for minutes in (31, 15, 5):  # announced, announced again; then the other one
        leave_unanswered(zh)
        await pass_minutes(zh, minutes)
    assert "二甲双胍" in zh.home.asked()[-1].text
    said = await zh.say("吃了", "taken")
    assert "降压药还没听您说吃了" in said
    assert [event.title for event in zh.home.seen(DoseTaken)] == ["二甲双胍"]
    assert "还没" not in await zh.say("降压药也吃了", "taken")


async def test_after_a_power_cut_it_is_about_the_later_one(en: Talk) -> None:
    await keep(en, "aspirin", "06:30")
    await keep(en, "metformin", "06:50")
    await pass_minutes(en, 31)
    leave_unanswered(en)
    await pass_minutes(en, 20)
    en.home.scheduler.last_asked = ()
    assert "aspirin yet" in await en.say("i took it", "taken")
    assert [event.title for event in en.home.seen(DoseTaken)] == ["metformin"]


async def test_later_is_about_all_that_was_announced_together(zh: Talk) -> None:
    await keep(zh, "降压药", "06:30")
    task = {"title": "浇花", "schedule": {"at": "2026-11-23T06:30:00+08:00"}}
    await zh.home.bus.call("reminders.add", reminder=task)
    await pass_minutes(zh, 31)
    said = await zh.say("十分钟以后", "snooze")
    assert "降压药" in said
    assert "浇花" in said


@pytest.mark.parametrize(
    ("lang", "intent", "text"),
    [
        ("zh", "food", "华法林和布洛芬能一起吃吗"),
        ("zh", "query", "降压药能和感冒药同时吃吗"),
        ("zh", "food", "这两种药相冲吗"),
        ("en", "food", "can i take warfarin and ibuprofen together"),
        ("en", "query", "can i take ibuprofen with my warfarin"),
    ],
)
async def test_whether_two_go_together_only_a_doctor_says(
    zh: Talk, en: Talk, lang: str, intent: str, text: str
) -> None:
    said = await {"zh": zh, "en": en}[lang].say(text, intent)
    assert {"zh": "药师", "en": "pharmacist"}[lang] in said
    assert {"zh": "饭", "en": "food"}[lang] not in said


async def test_food_is_no_second_medicine(zh: Talk, en: Talk) -> None:
    await keep(zh, "二甲双胍", "06:30")
    await keep(en, "metformin", "06:30")
    assert "饭" in await zh.say("二甲双胍和饭一起吃吗", "food")
    assert "food" in await en.say("should i take metformin with food", "food")


async def test_no_medicine_leaves_the_stove_on(zh: Talk) -> None:
    task = {"title": "关火", "schedule": {"at": "2026-11-23T06:30:00+08:00"}}
    await zh.home.bus.call("reminders.add", reminder=task)
    await pass_minutes(zh, 31)
    assert "没有该吃的药" in await zh.say("我不想吃药了", "skip")
    assert zh.home.seen(DoseSkipped) == []
    assert "关火" in await zh.say("这次跳过", "skip")
