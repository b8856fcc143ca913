"""Days and moments: rules, the traditional calendar, summer time, habits."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Solar

from assistant.language import DayTime, Habits, LunarDays, parse_when
from assistant.language.clues import Anchor
from assistant.reminders.occurrence_days import first_day, moments, next_day
from assistant.reminders.schedule import schedule_of
from assistant.services.refusals import DaysMissingRefused, NeverComesRefused, TimeMissingRefused
from assistant.services.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = (DayTime(time(8)),)
START = date(2026, 1, 31)


def days(schedule: Schedule, count: int) -> list[date]:
    found = []
    day = first_day(schedule, schedule.start)
    while day is not None and len(found) < count:
        found.append(day)
        day = next_day(schedule, day)
    return found


RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 40)),
    st.builds(
        lambda interval, by: f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(sorted(by))}",
        st.integers(1, 5),
        st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
    ),
    st.builds(
        "FREQ=MONTHLY;INTERVAL={};BYMONTHDAY={}".format,
        st.integers(1, 4),
        st.sampled_from([1, 15, 28, 29, 30, 31, -1]),
    ),
    st.builds(
        "FREQ=MONTHLY;BYDAY={}{}".format,
        st.sampled_from([1, 2, 4, -1]),
        st.sampled_from(["MO", "TH", "SU"]),
    ),
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=2"]
    ),
)


@given(rule=RULES, start=st.dates(date(2026, 1, 1), date(2060, 12, 31)))
def test_day_after_day_is_what_the_rule_gives_at_once(rule: str, start: date) -> None:
    expected = rrulestr(rule, dtstart=datetime.combine(start, time()))
    schedule = Schedule(start=start, rrule=rule, times=EIGHT)
    count = 12
    whole = [each.date() for each in expected.xafter(datetime.combine(start, time()), count, True)]
    assert days(schedule, count) == whole


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
    ],
)
def test_a_rule_that_never_starts_is_found_out(rule: str) -> None:
    assert days(Schedule(start=date(2026, 11, 23), rrule=rule, times=EIGHT), 1) == []


@pytest.mark.parametrize("month", [None, 8, 12])
@pytest.mark.parametrize("number", [1, 15, 30])
def test_lunar_days_come_in_every_month_once(month: int | None, number: int) -> None:
    schedule = Schedule(start=START, lunar=LunarDays(days=(number,), month=month), times=EIGHT)
    found = days(schedule, 40)
    for day in found:
        lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
        after = day + timedelta(1)
        tomorrow = Solar.fromYmd(after.year, after.month, after.day).getLunar()
        assert month is None or lunar.getMonth() == month
        assert lunar.getDay() == number or (number == 30 and tomorrow.getDay() == 1)
    gaps = [(b - a).days for a, b in pairwise(found)]
    assert all(29 <= gap <= 30 if month is None else 353 <= gap <= 385 for gap in gaps)


def test_days_29_and_30_of_a_short_month_are_one() -> None:
    schedule = Schedule(start=START, lunar=LunarDays(days=(29, 30), month=None), times=EIGHT)
    found = days(schedule, 60)
    assert len(set(found)) == len(found)


def test_solar_terms_come_once_a_year() -> None:
    found = days(Schedule(start=START, solar_term="清明", times=EIGHT), 4)
    assert [f"{each:%m-%d}" for each in found] == ["04-05", "04-05", "04-04", "04-04"]


def at_times(schedule: Schedule, day: date, habits: Habits | None = None) -> list[str]:
    found = moments(schedule, day, BERLIN, habits or Habits())
    return [f"{datetime.fromtimestamp(at, BERLIN):%d %H:%M%z}" for _, at in found]


def test_summer_time() -> None:
    schedule = Schedule(start=START, rrule="FREQ=DAILY", times=(DayTime(time(2, 30)), *EIGHT))
    assert at_times(schedule, date(2026, 3, 29)) == ["29 03:30+0200", "29 08:00+0200"]
    assert at_times(schedule, date(2026, 10, 25)) == ["25 02:30+0200", "25 08:00+0100"]


def test_every_six_hours_counts_what_goes_by() -> None:
    first = datetime(2026, 3, 28, 8, tzinfo=BERLIN)
    schedule = Schedule(start=first.date(), at=first, every_minutes=360)
    assert at_times(schedule, date(2026, 3, 28)) == [
        "28 08:00+0100",
        "28 14:00+0100",
        "28 20:00+0100",
    ]
    assert at_times(schedule, date(2026, 3, 29))[0] == "29 03:00+0200"
    all_day = at_times(schedule, date(2026, 3, 29))
    assert len(all_day) == 4


def test_habits_may_pass_midnight() -> None:
    late = DayTime(time(0, 30), Anchor.BEDTIME, 60)
    schedule = Schedule(start=START, rrule="FREQ=DAILY", times=(late,))
    assert at_times(schedule, date(2026, 5, 4), Habits(bedtime=time(23, 30))) == ["05 00:30+0200"]


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("words", "lang", "expected"),
    [
        ("每天早上七点半", "zh", "2026-11-23 07:30"),
        ("三点叫我起来", "zh", "2026-11-23 15:00"),
        ("每年农历八月十五早上九点", "zh", "2027-09-15 09:00"),
        ("every other day at half past seven in the morning", "en", "2026-11-23 07:30"),
        ("in ten minutes", "en", "2026-11-23 09:10"),
        ("after supper", "en", "2026-11-23 18:30"),
        ("every two hours", "en", "2026-11-23 11:00"),
    ],
)
def test_what_was_understood_becomes_a_schedule(words: str, lang: str, expected: str) -> None:
    when = parse_when(words, lang, NOW, Habits())
    assert when is not None
    schedule = schedule_of(when, NOW)
    day = first_day(schedule, schedule.start)
    assert day is not None
    _, first = next(iter(moments(schedule, day, BERLIN, Habits())))
    assert f"{datetime.fromtimestamp(first, BERLIN):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("words", "lang", "refusal"),
    [
        ("every day", "en", TimeMissingRefused),
        ("twice a week at eight", "en", DaysMissingRefused),
        ("每周两次早上八点", "zh", DaysMissingRefused),
        ("yesterday at eight", "en", NeverComesRefused),
    ],
)
def test_what_is_missing_is_asked_for(words: str, lang: str, refusal: type[Exception]) -> None:
    when = parse_when(words, lang, NOW, Habits())
    assert when is not None
    with pytest.raises(refusal):
        schedule_of(when, NOW)


@given(
    begun_minutes=st.integers(0, 480_000),
    minutes=st.integers(15, 3000),
    count=st.integers(0, 30),
)
def test_an_interval_is_never_broken_by_a_midnight(
    begun_minutes: int, minutes: int, count: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=begun_minutes)
    first = start
    schedule = Schedule(start=first.astimezone(BERLIN).date(), at=first, every_minutes=minutes)
    found = [
        at
        for number in range(count)
        for _, at in moments(schedule, schedule.start + timedelta(number), BERLIN, Habits())
    ]
    steps = {round(b - a) for a, b in pairwise(found)}
    assert steps <= {minutes * 60}
    assert found[:1] in ([], [first.timestamp()])
