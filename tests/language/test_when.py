"""Times and recurrences understood from speech."""

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language import (
    Anchor,
    DayTime,
    Habits,
    ImpossibleTimeError,
    Moment,
    Recurrence,
    When,
    parse_when,
    without_spans,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)  # a Saturday
HABITS = Habits()


def table(lang: str) -> Iterator[tuple[str, str, str]]:
    file = Path(__file__).parent / f"when_{lang}.tsv"
    lines = (line for line in file.read_text("utf-8").splitlines() if not line.startswith("#"))
    for said, understood in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield lang, said, understood


def told(when: When | None) -> str:
    """Write what was understood as the tables have it."""
    match when:
        case None:
            return "-"
        case Moment():
            seconds = ":%S" if when.at.second else ""
            said = when.at.strftime(f"%Y-%m-%d %H:%M{seconds}") + " ~" * (not when.is_time_said)
            anchored = when.day_time and when.day_time.anchor
            return f"{said} {told_habit(when.day_time)}" if anchored and when.day_time else said
        case Recurrence():
            return " | ".join(filter(None, told_parts(when)))


def told_parts(when: Recurrence) -> Iterator[str | None]:
    yield when.rrule
    if when.lunar:
        yield f"LUNAR={when.lunar.month or '*'}/{','.join(map(str, when.lunar.days))}"
    yield when.solar_term and f"TERM={when.solar_term}"
    for each in when.times:
        yield each.at.strftime("%H:%M") + (f" {told_habit(each)}" if each.anchor else "")
    yield "assumed" * when.are_times_assumed
    yield when.count_each and f"count={when.count_each}"
    yield when.start and f"from {when.start}"
    yield when.until and f"until {when.until}"
    yield when.course_days and f"for {when.course_days}"
    yield "not " + ",".join(map(str, when.left_out)) if when.left_out else None


def told_habit(day_time: DayTime) -> str:
    return f"{day_time.anchor}{day_time.offset_minutes:+d}"


@pytest.mark.parametrize(("lang", "said", "understood"), [*table("zh"), *table("en")])
def test_table(lang: str, said: str, understood: str) -> None:
    if understood == "ImpossibleTimeError":
        with pytest.raises(ImpossibleTimeError):
            parse_when(said, lang, NOW, HABITS)
    else:
        assert told(parse_when(said, lang, NOW, HABITS)) == understood


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_are_large_and_without_doubles(lang: str) -> None:
    said = [said for _, said, _ in table(lang)]
    assert len(said) >= 300
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("lang", "said", "rest"),
    [
        ("zh", "每天早上七点半提醒我吃一片降压药", "提醒我吃一片降压药"),
        ("zh", "明天下午三点提醒我给女儿打电话", "提醒我给女儿打电话"),
        ("zh", "提醒我半小时后关火", "提醒我 关火"),
        ("zh", "三点叫我起来", "叫我起来"),
        ("en", "remind me to ring my sister on Friday", "remind me to ring my sister"),
        ("en", "metformin, two tablets after supper", "metformin, two tablets"),
        ("en", "every morning at eight remind me to walk", "remind me to walk"),
    ],
)
def test_what_is_to_be_done_is_left(lang: str, said: str, rest: str) -> None:
    when = parse_when(said, lang, NOW, HABITS)
    assert when is not None
    assert without_spans(said, when.spans) == rest


@pytest.mark.parametrize(
    ("now", "lang", "said", "at"),
    [
        # An hour alone is the next one on the clock, by day and by night.
        ((22, 0), "zh", "三点", "2026-11-22 03:00"),
        ((14, 0), "en", "at three", "2026-11-21 15:00"),
        ((15, 0), "en", "at three", "2026-11-22 03:00"),
        ((23, 30), "zh", "晚上十二点", "2026-11-22 00:00"),
        # Awake at one: this night is still yesterday's.
        ((1, 0), "zh", "半夜两点", "2026-11-21 02:00"),
        ((1, 0), "en", "at two at night", "2026-11-21 02:00"),
        ((19, 0), "zh", "饭后半小时", "2026-11-22 08:30"),
        ((20, 0), "en", "after lunch", "2026-11-22 12:30"),
        ((18, 0), "zh", "今天三点", "2026-11-21 15:00"),
        ((0, 0), "en", "at noon", "2026-11-21 12:00"),
    ],
)
def test_hour_of_now_tells(now: tuple[int, int], lang: str, said: str, at: str) -> None:
    when = parse_when(said, lang, NOW.replace(hour=now[0], minute=now[1]), HABITS)
    assert isinstance(when, Moment)
    assert when.at.strftime("%Y-%m-%d %H:%M") == at


def test_habits_move_what_hangs_on_them() -> None:
    late = Habits(supper=time(20), meal_minutes=45, bedtime=time(23), before_minutes=10)
    supper = parse_when("每天晚饭后半小时", "zh", NOW, late)
    bed = parse_when("every day before bed", "en", NOW, late)
    assert isinstance(supper, Recurrence)
    assert isinstance(bed, Recurrence)
    assert supper.times == (DayTime(time(21, 15), Anchor.SUPPER, 75),)
    assert bed.times == (DayTime(time(22, 50), Anchor.BEDTIME, -10),)


@pytest.mark.parametrize(
    ("now", "said", "at"),
    [
        # The clocks of New York skipped 02:00-03:00 on 14 March 2027, and had 01:00-02:00 twice
        # on 7 November.
        ("2027-03-13", "tomorrow at 2:30 am", "2027-03-14 03:30 -0400"),
        ("2027-03-13", "tomorrow at 8 am", "2027-03-14 08:00 -0400"),
        ("2027-03-13", "in twenty-four hours", "2027-03-14 11:00 -0400"),
        ("2027-11-06", "in twenty-four hours", "2027-11-07 09:00 -0500"),
        ("2027-11-06", "tomorrow at 1:30 am", "2027-11-07 01:30 -0400"),
        ("2027-11-06", "tomorrow at ten", "2027-11-07 10:00 -0500"),
    ],
)
def test_summer_time(now: str, said: str, at: str) -> None:
    ten = datetime.fromisoformat(f"{now}T10:00").replace(tzinfo=ZoneInfo("America/New_York"))
    when = parse_when(said, "en", ten, HABITS)
    assert isinstance(when, Moment)
    assert when.at.strftime("%Y-%m-%d %H:%M %z") == at


def test_now_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_when("明天", "zh", datetime(2026, 11, 21), HABITS)  # noqa: DTZ001 (the point of it)


ZH_WORDS = """
每 隔 天 日 周 月 年 一 二 三 五 十 两 百 半 点 分 刻 号 上 下 个 早上 晚上 饭 前 后 睡 初 农历 小时
分钟 从 起 吃 到 次 明 后天 星期 9 25 : - 差 第 最后 千 零
"""
EN_WORDS = """
every other at half past seven quarter to on the of month week day Monday first last in an hour
minutes and twice a days after before meals bed until from starting 25 : 7 pm tomorrow night lunar
February 30th thousand next o'clock
"""
WORDS = {"zh": ZH_WORDS.split(), "en": EN_WORDS.split()}


@pytest.mark.parametrize("lang", WORDS)
@given(data=st.data())
@settings(max_examples=300)
def test_any_words_are_understood_or_refused(lang: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[lang]), max_size=9))
    text = ("" if lang == "zh" else " ").join(words)
    now = NOW + timedelta(hours=data.draw(st.integers(0, 24 * 400)))
    try:
        when = parse_when(text, lang, now, HABITS)
    except ImpossibleTimeError:
        return
    if isinstance(when, Moment):
        assert when.at.tzinfo is not None
    if when is not None:
        assert when.spans
        assert all(0 <= start < end <= len(text) for start, end in when.spans)


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(text=st.text(max_size=60))
def test_any_text_is_survived(lang: str, text: str) -> None:
    try:
        parse_when(text, lang, NOW, HABITS)
    except ImpossibleTimeError:
        return
