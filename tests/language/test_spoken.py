"""Times, days, durations and lists in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import (
    LANGUAGES,
    Habits,
    Moment,
    UnknownLanguageError,
    language,
    understand_schedule,
)

NEW_YEARS_EVE = "Chinese New Year's Eve"
TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("hour", "minute", "zh", "en"),
    [
        (0, 0, "半夜十二点", "midnight"),
        (0, 5, "半夜十二点零五分", "twelve oh five at night"),
        (2, 0, "凌晨两点", "two o'clock in the morning"),
        (7, 30, "早上七点半", "half past seven in the morning"),
        (12, 0, "中午十二点", "noon"),
        (12, 45, "中午十二点四十五分", "quarter to one in the afternoon"),
        (16, 15, "下午四点一刻", "quarter past four in the afternoon"),
        (19, 5, "晚上七点零五分", "seven oh five in the evening"),
        (23, 59, "夜里十一点五十九分", "eleven fifty-nine at night"),
    ],
)
def test_time_of_day(hour: int, minute: int, zh: str, en: str) -> None:
    assert LANGUAGES["zh"].spoken.time_of_day(time(hour, minute)) == zh
    assert LANGUAGES["en"].spoken.time_of_day(time(hour, minute)) == en


def test_days() -> None:
    zh, en = LANGUAGES["zh"].spoken, LANGUAGES["en"].spoken
    assert zh.full_date(TODAY) == "二零二六年十一月二十一号"
    assert en.full_date(TODAY) == "November twenty-first, twenty twenty-six"
    assert (zh.weekday(TODAY), en.weekday(TODAY)) == ("星期六", "Saturday")
    assert zh.day(TODAY) == "十一月二十一号"


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (-1, "昨天", "yesterday"),
        (0, "今天", "today"),
        (1, "明天", "tomorrow"),
        (2, "后天", "the day after tomorrow"),
        (4, "下星期三", "next Wednesday"),
        (9, "十一月三十号", "on November thirtieth"),
        (60, "二零二七年一月二十号", "on January twentieth, twenty twenty-seven"),
    ],
)
def test_relative_day(days: int, zh: str, en: str) -> None:
    at = TODAY + timedelta(days)
    assert LANGUAGES["zh"].spoken.relative_day(at, TODAY) == zh
    assert LANGUAGES["en"].spoken.relative_day(at, TODAY) == en


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (date(2026, 2, 17), "农历正月初一 春节", "first of the first Chinese New Year"),
        (date(2026, 9, 25), "农历八月十五 中秋节", "fifteenth of the eighth Mid-Autumn Festival"),
        (date(2025, 7, 25), "农历闰六月初一", "first of the leap sixth"),
        (
            date(2026, 2, 16),
            "农历腊月廿九 除夕",
            "twenty-ninth of the twelfth Chinese New Year's Eve",
        ),
        (date(2026, 12, 22), "农历冬月十四 冬至", "fourteenth of the eleventh Winter Solstice"),
    ],
)
def test_lunar_calendar(at: date, zh: str, en: str) -> None:
    chinese, english = LANGUAGES["zh"].spoken, LANGUAGES["en"].spoken
    assert " ".join([chinese.lunar_date(at), *chinese.festivals(at)]) == zh
    said = english.lunar_date(at).removeprefix("the ").replace(" lunar month", "")
    assert " ".join([said, *english.festivals(at)]) == en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "零秒", "zero seconds"),
        (90, "一分钟三十秒", "one minute and thirty seconds"),
        (600, "十分钟", "ten minutes"),
        (1_800, "半个小时", "half an hour"),
        (3_600, "一个小时", "one hour"),
        (5_400, "一个半小时", "an hour and a half"),
        (9_000, "两个半小时", "two and a half hours"),
        (172_800, "两天", "two days"),
        (183_600, "两天零三个小时", "two days and three hours"),
    ],
)
def test_duration(seconds: int, zh: str, en: str) -> None:
    assert LANGUAGES["zh"].spoken.duration(timedelta(seconds=seconds)) == zh
    assert LANGUAGES["en"].spoken.duration(timedelta(seconds=seconds)) == en


def test_listing() -> None:
    zh, en = LANGUAGES["zh"].spoken.listing, LANGUAGES["en"].spoken.listing
    assert [zh(["甲", "乙", "丙"][:n]) for n in range(4)] == ["", "甲", "甲和乙", "甲、乙和丙"]
    assert [en(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_every_minute_and_day_can_be_said() -> None:
    for spoken in (each.spoken for each in LANGUAGES.values()):
        said = {spoken.time_of_day(time(m // 60, m % 60)) for m in range(1_440)}
        assert len(said) == 1_440
        days = {spoken.full_date(date(2024, 1, 1) + timedelta(d)) for d in range(1_500)}
        assert len(days) == 1_500


def test_unknown_language() -> None:
    with pytest.raises(UnknownLanguageError, match="zh or en"):
        language("fr")


@pytest.mark.parametrize(
    ("now", "at", "zh", "en"),
    [
        ("11-30 23:50", "12-01 00:00", "今天夜里十二点", "tonight at midnight"),
        ("11-30 23:50", "12-01 00:30", "今天夜里十二点半", "tonight at half past twelve"),
        ("11-30 09:00", "12-02 00:00", "明天夜里十二点", "tomorrow night at midnight"),
        ("11-30 09:00", "12-05 00:00", "这星期五夜里十二点", "on Friday night at midnight"),
        ("12-01 00:20", "12-01 00:30", "今天夜里十二点半", "tonight at half past twelve"),
        ("12-01 00:20", "12-02 00:00", "星期二夜里十二点", "on Tuesday night at midnight"),
        ("11-30 23:50", "12-01 01:00", "明天凌晨一点", "tomorrow at one o'clock in the morning"),
        (
            "12-01 00:20",
            "12-02 08:00",
            "明天（星期三）早上八点",
            "tomorrow, Wednesday, at eight o'clock in the morning",
        ),
        (
            "12-01 00:20",
            "12-01 08:00",
            "今天（星期二）早上八点",
            "today, Tuesday, at eight o'clock in the morning",
        ),
        ("12-01 05:00", "12-01 08:00", "今天早上八点", "today at eight o'clock in the morning"),
        ("11-30 09:00", "12-01 12:00", "明天中午十二点", "tomorrow at noon"),
        ("12-01 00:20", "12-04 12:00", "大后天（星期五）中午十二点", "on Friday at noon"),
    ],
)
def test_moment_around_midnight(now: str, at: str, zh: str, en: str) -> None:
    moment, today = (datetime.fromisoformat(f"2026-{each}") for each in (at, now))
    assert LANGUAGES["zh"].spoken.moment(moment, today) == zh
    assert LANGUAGES["en"].spoken.moment(moment, today) == en


@pytest.mark.parametrize("lang", LANGUAGES)
@given(
    begin=st.integers(0, 2 * 365 * 24 * 60),
    minutes=st.integers(1, 3 * 24 * 60),
)
def test_moment_said_is_moment_understood(lang: str, begin: int, minutes: int) -> None:
    """What is said of the coming days is understood as the same moment, at any hour of now."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=begin)
    at = now + timedelta(minutes=minutes)
    said = LANGUAGES[lang].spoken.moment(at, now)
    understood = understand_schedule(said, lang, now, Habits())
    assert isinstance(understood.when, Moment), said
    assert understood.when.at == at, said
    assert not understood.leftover, said
