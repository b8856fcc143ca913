"""What the skill general reads from sentences."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.api import lunar_day
from skills.general.birthday import Birthday, from_json, read
from skills.general.patterns import patterns

TODAY = date(2026, 11, 22)

NAMES_AT_ANY_TIME = [
    ("zh", "叫我李奶奶", "李奶奶"),
    ("zh", "不对，叫我李奶奶", "李奶奶"),
    ("zh", "你就叫我老张就行了", "老张"),
    ("zh", "别叫我老王叫我王老师", "王老师"),
    ("zh", "我叫张桂兰你叫我兰姨吧", "兰姨"),
    ("zh", "我姓刘叫我老刘", "老刘"),
    ("zh", "我的名字是赵德明", "赵德明"),
    ("zh", "我叫玛丽", "玛丽"),
    ("zh", "你管我叫奶奶就行", "奶奶"),
    ("zh", "我姓欧阳", "欧阳"),
    ("zh", "现在几点了", None),
    ("zh", "叫我什么都行", None),
    ("zh", "别叫我", None),
    ("en", "call me mary", "Mary"),
    ("en", "No, call me Margaret.", "Margaret"),
    ("en", "don't call me grandma call me rose", "Rose"),
    ("en", "you can call me granny dear", "Granny"),
    ("en", "my name is john williams", "John Williams"),
    ("en", "the name's ethel", "Ethel"),
    ("en", "please call me mrs o'brien", "Mrs O'Brien"),
    ("en", "i'd like to be known as sandy", "Sandy"),
    ("en", "call me a taxi", None),
    ("en", "call me back later", None),
    ("en", "what time is it", None),
]
BARE_NAMES = [
    ("zh", "李奶奶", "李奶奶"),
    ("zh", "嗯，就李奶奶吧", "李奶奶"),
    ("zh", "我是何奶奶", "何奶奶"),
    ("zh", "不是，是何奶奶", "何奶奶"),
    ("zh", "随便", None),
    ("zh", "啦啦啦", None),
    ("zh", "咕噜咕噜", None),
    ("zh", "今天几号", None),
    ("zh", "我昨天去公园碰见老李了", None),
    ("en", "Mary", "Mary"),
    ("en", "well, just Bill please", "Bill"),
    ("en", "i'm mrs brown", "Mrs Brown"),
    ("en", "it's barbara", "Barbara"),
    ("en", "i'm fine", None),
    ("en", "whatever you like", None),
    ("en", "la la la", None),
    ("en", "mumble mumble", None),
    ("en", "what day is it", None),
]
BIRTHDAYS = [
    ("zh", "我的生日是三月初八", Birthday(3, 8, is_lunar=True)),
    ("zh", "四二年腊月二十三", Birthday(12, 23, is_lunar=True)),
    ("zh", "农历六月十八", Birthday(6, 18, is_lunar=True)),
    ("zh", "一九四二年五月三号", Birthday(5, 3)),
    ("zh", "1942年5月3日", Birthday(5, 3)),
    ("zh", "国庆节", Birthday(10, 1)),
    ("zh", "不是三月，是四月初三", Birthday(4, 3, is_lunar=True)),
    ("zh", "现在几点了", None),
    ("zh", "四五年生的", None),
    ("en", "the third of may", Birthday(5, 3)),
    ("en", "May 3rd, 1942", Birthday(5, 3)),
    ("en", "may third nineteen forty two", Birthday(5, 3)),
    ("en", "not may third, may the fourth", Birthday(5, 4)),
    ("en", "christmas day", Birthday(12, 25)),
    ("en", "in may", None),
]


@pytest.mark.parametrize(("lang", "text", "name"), NAMES_AT_ANY_TIME)
def test_names_said_at_any_time(lang: str, text: str, name: str | None) -> None:
    assert patterns(lang).read_name(text, expected=False, bare=False) == name


@pytest.mark.parametrize(("lang", "text", "name"), BARE_NAMES)
def test_names_as_answers(lang: str, text: str, name: str | None) -> None:
    assert patterns(lang).read_name(text, expected=True, bare=True) == name


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(text=st.text(max_size=60))
def test_any_text_gives_a_short_name_or_none(lang: str, text: str) -> None:
    name = patterns(lang).read_name(text, expected=True, bare=True)
    assert name is None or (name.strip() == name and 0 < len(name) <= 42)


@pytest.mark.parametrize(("lang", "text", "birthday"), BIRTHDAYS)
def test_birthdays(lang: str, text: str, birthday: Birthday | None) -> None:
    assert read(text, lang, TODAY) == birthday


@pytest.mark.parametrize(
    ("birthday", "on"),
    [
        (Birthday(5, 3), date(2026, 5, 3)),
        (Birthday(2, 29), date(2026, 2, 28)),
        (Birthday(2, 29), date(2028, 2, 29)),
        (Birthday(8, 15, is_lunar=True), date(2026, 9, 25)),
        (Birthday(5, 5, is_lunar=True), date(2026, 6, 19)),
        (Birthday(1, 1, is_lunar=True), date(2026, 2, 17)),
        (Birthday(10, 30, is_lunar=True), date(2026, 12, 8)),
        # The eighth month of that year has 29 days: the last of it will do.
        (Birthday(8, 30, is_lunar=True), date(2026, 10, 9)),
        # A leap sixth month follows the sixth: the birthday is kept once.
        (Birthday(6, 10, is_lunar=True), date(2025, 7, 4)),
    ],
)
def test_a_birthday_is_kept_on_its_day_and_no_other(birthday: Birthday, on: date) -> None:
    near = [on + timedelta(days=number) for number in range(-31, 32)]
    near += [date(on.year, 3, 1), date(on.year, 12, 31)]
    assert [day for day in near if birthday.falls_on(day)] == [on]
    assert from_json(birthday.to_json()) == birthday
    if birthday.is_lunar:
        said = lunar_day(birthday.example_date())
        assert (said.month, said.day) == (birthday.month, birthday.day)


@pytest.mark.parametrize("kept", [None, 5, "x", {}, {"month": "x", "day": 1, "is_lunar": 0}, []])
def test_what_is_no_birthday_is_none(kept: object) -> None:
    assert from_json(kept) is None


@pytest.mark.parametrize(
    ("lang", "text", "target"),
    [
        ("zh", "说英语", "en"),
        ("zh", "说中文", "zh"),
        ("zh", "别说英语了说中文", "zh"),
        ("zh", "换一种语言", "en"),
        ("zh", "Speak English", "en"),
        ("en", "speak Chinese please", "zh"),
        ("en", "switch to mandarin", "zh"),
        ("en", "no more chinese please speak english", "en"),
        ("en", "change the language", "zh"),
        ("en", "说普通话", "zh"),
    ],
)
def test_which_language_is_meant(lang: str, text: str, target: str) -> None:
    assert patterns(lang).target_language(text, lang) == target
