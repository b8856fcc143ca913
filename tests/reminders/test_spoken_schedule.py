"""When a conversation means: answers complete what was said, corrections replace it."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.reminders import ReminderServices
from tests.asking import call
from tests.reminders.home import Home

DAILY = "FREQ=DAILY"
# sentences, is_daily, the rule, the times of day
CONVERSATIONS = [
    ("zh", ["每天早上七点半提醒我吃一片降压药"], False, DAILY, ["07:30"]),
    ("zh", ["每天", "七点半"], False, DAILY, ["07:30"]),
    ("zh", ["每天早上七点", "不对，是八点"], False, DAILY, ["08:00"]),
    ("zh", ["每天晚上七点", "不对，八点"], False, DAILY, ["20:00"]),
    ("zh", ["每天晚上七点", "不，早上八点"], False, DAILY, ["08:00"]),
    ("zh", ["每天早上七点", "隔一天"], False, "FREQ=DAILY;INTERVAL=2", ["07:00"]),
    ("zh", ["早上七点吃"], True, DAILY, ["07:00"]),
    ("zh", ["早上八点饭后吃"], True, DAILY, ["08:00"]),
    ("zh", ["一天三次", "八点、十二点、晚上六点"], True, DAILY, ["08:00", "12:00", "18:00"]),
    ("zh", ["每天早上八点和晚上八点", "不，一天一次，早上八点"], True, DAILY, ["08:00"]),
    ("en", ["every morning at seven", "no, at eight"], False, DAILY, ["08:00"]),
    ("en", ["at seven in the evening", "no, at eight"], True, DAILY, ["20:00"]),
    ("en", ["every day", "after supper"], False, DAILY, ["18:30"]),
    ("en", ["two after supper"], True, DAILY, ["18:30"]),
    ("en", ["every day at seven", "on mondays"], False, "FREQ=WEEKLY;BYDAY=MO", ["07:00"]),
    ("en", ["every day at nine", "no at eight", "no at ten"], False, DAILY, ["10:00"]),
    # A part of the day without an hour says which nine o'clock was meant, and no other hour.
    ("en", ["every day at nine", "in the morning"], False, DAILY, ["09:00"]),
    ("en", ["every day at seven", "in the evening"], False, DAILY, ["19:00"]),
    ("en", ["every day at seven", "no in the evening"], True, DAILY, ["19:00"]),
    ("en", ["at half past six", "every evening"], True, DAILY, ["18:30"]),
    ("en", ["every evening at nine", "no in the morning"], False, DAILY, ["09:00"]),
    ("en", ["at nine in the morning", "no in the evening"], True, DAILY, ["21:00"]),
    ("en", ["at eight and at ten", "in the morning"], True, DAILY, ["08:00", "10:00"]),
    (
        "en",
        ["at eight in the morning and at nine in the evening", "only in the evening"],
        True,
        DAILY,
        ["21:00"],
    ),
    ("en", ["every day at seven", "at noon"], True, DAILY, ["12:00"]),
    ("en", ["after breakfast", "in the evening"], True, DAILY, ["20:00"]),
    ("zh", ["每天九点", "早上"], False, DAILY, ["09:00"]),
    ("zh", ["每天七点", "晚上"], False, DAILY, ["19:00"]),
    ("zh", ["每天七点", "不对，是晚上"], True, DAILY, ["19:00"]),
    ("zh", ["六点半", "每天晚上"], True, DAILY, ["18:30"]),
    ("zh", ["每天晚上九点", "不，早上"], False, DAILY, ["09:00"]),
    ("zh", ["八点和十点", "上午"], True, DAILY, ["08:00", "10:00"]),
    ("zh", ["早上八点和晚上九点", "不对，晚上"], True, DAILY, ["21:00"]),
    ("zh", ["每天三点", "下午"], True, DAILY, ["15:00"]),
    ("zh", ["每天三点", "中午"], True, DAILY, ["12:00"]),
]
PROBLEMS = [
    ("zh", ["2月30号早上八点"], "impossible_time"),
    ("zh", ["昨天下午三点"], "never_comes"),
    ("zh", ["每天"], "time_missing"),
    ("zh", ["提醒我吃药"], "time_missing"),
    ("zh", ["一周两次，早上八点"], "days_missing"),
    ("en", ["on the thirtieth of february at eight"], "impossible_time"),
    ("en", ["yesterday at three"], "never_comes"),
    ("en", ["twice a week at eight"], "days_missing"),
    ("en", ["remind me"], "time_missing"),
]


@pytest.fixture
async def served(home: Home) -> Home:
    ReminderServices(home.api).register(home.bus)
    return home


async def understood(home: Home, lang: str, texts: list[str], *, daily: bool) -> dict[str, Any]:
    return await call(home.bus, "reminders.understand", texts=texts, lang=lang, is_daily=daily)


@pytest.mark.parametrize(("lang", "texts", "daily", "rrule", "times"), CONVERSATIONS)
async def test_sentences_become_a_schedule(
    served: Home, lang: str, texts: list[str], daily: bool, rrule: str, times: list[str]
) -> None:
    found = await understood(served, lang, texts, daily=daily)
    assert found["problem"] is None
    assert found["schedule"]["rrule"] == rrule
    assert [each["at"] for each in found["schedule"]["times"]] == times


@pytest.mark.parametrize(("lang", "texts", "problem"), PROBLEMS)
async def test_what_is_no_schedule_is_said_so(
    served: Home, lang: str, texts: list[str], problem: str
) -> None:
    found = await understood(served, lang, texts, daily=False)
    assert found["problem"]["refused"] == problem
    assert found["schedule"] is None


async def test_a_moment_and_where_its_words_stand(served: Home) -> None:
    found = await understood(served, "zh", ["明天下午三点给女儿打电话"], daily=False)
    assert found["at"] == "2026-11-24T15:00:00+08:00"
    start, end = min(found["spans"])[0], max(found["spans"])[1]
    assert "明天下午三点给女儿打电话"[start:end] == "明天下午三点"
    today = await understood(served, "en", ["today at three"], daily=True)
    assert today["schedule"]["at"] == "2026-11-23T15:00:00+08:00", "a day was named: once"


async def test_a_course_counts_from_its_first_dose(served: Home) -> None:
    """It is six in the morning, and seven has not come: today is the first of seven days."""
    found = await understood(served, "zh", ["每天早上五点吃，吃七天"], daily=True)
    wish = {"title": "阿莫西林", "kind": "medicine", "schedule": found["schedule"]}
    checked = await call(served.bus, "reminders.check", reminder=wish)
    schedule = checked["reminder"]["schedule"]
    assert (schedule["start"], schedule["until"]) == ("2026-11-24", "2026-11-30")
    assert checked["first_at"] == served.clock.at + 23 * 3600
    assert await call(served.bus, "reminders.list") == [], "a check writes nothing"


async def test_a_check_refuses_what_adding_would(served: Home) -> None:
    wish = {
        "title": "降压药",
        "kind": "medicine",
        "amount": {"amount": "24", "unit": "tablet"},
        "schedule": {"rrule": DAILY, "times": [{"at": "07:30"}]},
    }
    assert (await call(served.bus, "reminders.check", reminder=wish))["refused"] == "dose_unlikely"
    never = {**wish, "amount": None, "schedule": {"at": "2026-11-22T07:30:00+08:00"}}
    assert (await call(served.bus, "reminders.check", reminder=never))["refused"] == "never_comes"


async def test_all_are_added_or_none(served: Home) -> None:
    good = {"title": "a", "schedule": {"rrule": DAILY, "times": [{"at": "07:30"}]}}
    refused = await call(served.bus, "reminders.add_all", reminders=[good, {**good, "title": ""}])
    assert refused["refused"] == "invalid"
    assert await call(served.bus, "reminders.list") == []
    added = await call(served.bus, "reminders.add_all", reminders=[good, {**good, "title": "b"}])
    assert [each["title"] for each in added["added"]] == ["a", "b"]


async def test_a_counted_stock_replaces_a_refill_adds(served: Home) -> None:
    wish = {
        "title": "降压药",
        "kind": "medicine",
        "amount": {"amount": "1", "unit": "tablet"},
        "schedule": {"rrule": DAILY, "times": [{"at": "07:30"}]},
    }
    await call(served.bus, "reminders.add", reminder=wish)
    ten = {"amount": "10", "unit": "tablet"}
    for service, amount in [("refill", "10"), ("refill", "20"), ("count", "10"), ("count", "10")]:
        left = await call(served.bus, f"reminders.{service}", which="降压药", amount=ten)
        assert left["left"]["amount"] == amount
    none = await call(
        served.bus, "reminders.count", which="降压药", amount={"amount": "0", "unit": "tablet"}
    )
    assert none["left"]["days"] == 0
    bad = await call(
        served.bus, "reminders.count", which="降压药", amount={"amount": "-1", "unit": "tablet"}
    )
    assert bad["refused"] == "invalid"
