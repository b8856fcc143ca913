"""How much is usual, medicine by medicine: asked back beyond it, refused beyond the most."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.events import DoseRefused
from assistant.medicines import Medicines, doses
from assistant.medicines.table import Table
from assistant.reminders import ReminderApi, ReminderServices
from assistant.reminders.notice_watch import NoticeWatch
from assistant.services.reminder import Risk
from tests.asking import call
from tests.reminders.home import Home

ONCE_A_DAY = {"rrule": "FREQ=DAILY", "times": [{"at": "08:00"}]}
TWICE = {"rrule": "FREQ=DAILY", "times": [{"at": "08:00"}, {"at": "20:00"}]}
FOUR = {"rrule": "FREQ=DAILY", "times": [{"at": f"{at:02}:00"} for at in (6, 12, 18, 22)]}
MONDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "times": [{"at": "08:00"}]}
TWO_DAYS = {"rrule": "FREQ=WEEKLY;BYDAY=MO,TH", "times": [{"at": "08:00"}]}
ONE_DAY = {"at": "2026-11-24T08:00"}
FINE, ASKED, REFUSED = "", "dose_unlikely", "dose_too_much"
# title, dose ("2 tablet 500 mg": two of 500), schedule, verdict
DOSES: list[tuple[str, str, dict[str, Any], str]] = [
    ("digoxin", "5 mg", ONCE_A_DAY, REFUSED),
    ("地高辛", "5 mg", ONCE_A_DAY, REFUSED),
    ("地高辛", "1/4 mg", ONCE_A_DAY, FINE),
    ("digoxin", "125 mcg", ONCE_A_DAY, FINE),
    ("digoxin", "1/2 mg", ONCE_A_DAY, ASKED),
    ("digoxin", "8 tablet", ONCE_A_DAY, REFUSED),
    ("digoxin", "2 tablet", ONCE_A_DAY, FINE),
    ("warfarin", "50 mg", ONCE_A_DAY, REFUSED),
    ("warfarin", "5 mg", ONCE_A_DAY, FINE),
    ("warfarin", "12 mg", ONCE_A_DAY, ASKED),
    ("warfarin", "7 tablet", ONCE_A_DAY, REFUSED),
    ("华法林", "7 tablet", ONCE_A_DAY, REFUSED),
    ("华法林", "4 tablet", ONCE_A_DAY, ASKED),
    ("coumadin", "50 mg", ONCE_A_DAY, REFUSED),
    ("warfarin", "7 tablet 1 mg", ONCE_A_DAY, FINE),
    ("warfarin", "7 tablet 5 mg", ONCE_A_DAY, REFUSED),
    ("methotrexate", "10 tablet", ONCE_A_DAY, REFUSED),
    ("甲氨蝶呤", "10 tablet", ONCE_A_DAY, REFUSED),
    ("methotrexate", "1 tablet", ONCE_A_DAY, REFUSED),
    ("methotrexate", "1 tablet", TWO_DAYS, REFUSED),
    ("methotrexate", "4 tablet", MONDAYS, FINE),
    ("methotrexate", "15 mg", MONDAYS, FINE),
    ("methotrexate", "15 mg", ONE_DAY, FINE),
    ("methotrexate", "100 mg", MONDAYS, REFUSED),
    ("metformin", "2 tablet 500 mg", ONCE_A_DAY, FINE),
    ("二甲双胍", "2 tablet 500 mg", TWICE, FINE),
    ("metformin", "4 tablet 500 mg", ONCE_A_DAY, ASKED),
    ("metformin", "4 tablet 1000 mg", ONCE_A_DAY, ASKED),
    ("metformin", "500 g", ONCE_A_DAY, REFUSED),
    ("metformin", "1/2 mg", ONCE_A_DAY, ASKED),
    ("metformin", "1000 mg", FOUR, ASKED),
    ("paracetamol", "1 g", FOUR, ASKED),
    ("paracetamol", "500 mg", FOUR, FINE),
    ("levothyroxine", "50 mg", ONCE_A_DAY, REFUSED),
    ("优甲乐", "50 mcg", ONCE_A_DAY, FINE),
    ("aspirin", "100 mg", ONCE_A_DAY, FINE),
    ("阿司匹林", "9 tablet", ONCE_A_DAY, ASKED),
    ("amlodipine", "5 mg", ONCE_A_DAY, FINE),
    ("amlodipine", "95 mg", ONCE_A_DAY, ASKED),
    ("insulin glargine", "20 unit", ONCE_A_DAY, FINE),
    ("insulin glargine", "200 unit", ONCE_A_DAY, REFUSED),
    ("来得时", "80 unit", ONCE_A_DAY, ASKED),
    ("morphine", "10 mg", FOUR, FINE),
    ("morphine", "500 mg", TWICE, REFUSED),
    ("alendronic acid", "70 mg", MONDAYS, FINE),
    ("alendronic acid", "70 mg", ONCE_A_DAY, REFUSED),
    ("速效救心丸", "6 pill", ONCE_A_DAY, FINE),
    ("消渴丸", "30 pill", ONCE_A_DAY, REFUSED),
    ("六味地黄丸", "24 pill", ONCE_A_DAY, FINE),
    ("六味地黄丸", "24 pill/丸", ONCE_A_DAY, FINE),
    ("zorbofin", "24 pill/颗", ONCE_A_DAY, ASKED),
    ("zorbofin", "24 pill/粒", ONCE_A_DAY, ASKED),
    ("zorbofin", "3 pill/粒", ONCE_A_DAY, FINE),
    ("华法林", "8 pill/颗", ONCE_A_DAY, REFUSED),
    ("zorbofin", "3 tablet", ONCE_A_DAY, FINE),
    ("zorbofin", "24 tablet", ONCE_A_DAY, ASKED),
]


@pytest.fixture
async def served(home: Home) -> Home:
    home.api = ReminderApi(home.scheduler, Medicines(home.base))
    ReminderServices(home.api).register(home.bus)
    return home


def wish(title: str, dose: str, schedule: dict[str, Any]) -> dict[str, Any]:
    number, unit, *strength = dose.split()
    unit, _, word = unit.partition("/")
    amount: dict[str, Any] = {"amount": number, "unit": unit, "word": word}
    if strength:
        amount["strength"] = {"amount": strength[0], "unit": strength[1]}
    return {"title": title, "kind": "medicine", "amount": amount, "schedule": schedule}


@pytest.mark.parametrize(("title", "dose", "schedule", "verdict"), DOSES)
async def test_a_dose_is_judged_by_its_medicine(
    served: Home, title: str, dose: str, schedule: dict[str, Any], verdict: str
) -> None:
    reminder = wish(title, dose, schedule)
    added = await call(served.bus, "reminders.add", reminder=reminder)
    assert added.get("refused", FINE) == verdict
    confirmed = await call(served.bus, "reminders.add", reminder={**reminder, "is_confirmed": True})
    assert ("refused" in confirmed) == (verdict == REFUSED), "a yes does not help a poison"


@pytest.mark.parametrize("title", ["warfarin", "华法林"])
async def test_what_was_refused_is_told_to_the_family(served: Home, title: str) -> None:
    for _ in range(2):
        await call(served.bus, "reminders.check", reminder=wish(title, "50 mg", ONCE_A_DAY))
    assert [event.title for event in served.seen(DoseRefused)] == [title, title]
    await served.again()  # owed through a power cut
    written: list[tuple[str, str]] = []

    class Messenger:
        reached: str | None = None

        async def write(self, notice_id: str, texts: Any, now: float) -> str | None:
            written.append(texts("en"))
            return self.reached

    messenger = Messenger()
    watch = NoticeWatch(served.scheduler, messenger, "Mei")  # type: ignore[arg-type]
    assert await watch.look() == served.clock.at + 900, "nobody could be reached: again later"
    messenger.reached = "Ping"
    assert await watch.look() is None
    assert await watch.look() is None
    assert len(written) == 2, "told once"
    head, text = written[-1]
    assert "Mei" in head
    assert "fifty milligrams" in text
    assert title in text
    assert "fifteen milligrams" in text


async def test_a_change_is_judged_too(served: Home) -> None:
    await call(served.bus, "reminders.add", reminder=wish("warfarin", "5 mg", ONCE_A_DAY))
    for amount, code in (("12", ASKED), ("50", REFUSED)):
        changes = {"amount": {"amount": amount, "unit": "mg"}}
        answer = await call(served.bus, "reminders.change", which="warfarin", changes=changes)
        assert answer["refused"] == code
    (kept,) = await call(served.bus, "reminders.list")
    assert kept["amount"]["amount"] == "5"


async def test_a_list_is_judged_and_the_lines_are_named(served: Home) -> None:
    text = (
        "title,kind,amount,unit,times,rrule\n"
        "metformin,medicine,1,tablet,08:00,FREQ=DAILY\n"
        "digoxin,medicine,5,mg,08:00,FREQ=DAILY\n"
        "warfarin,medicine,12,mg,08:00,FREQ=DAILY\n"
    )
    answer = await call(served.bus, "reminders.import", text=text)
    assert [line.split(":")[0] for line in answer["lines"]] == ["line 3", "line 4"]
    assert "digoxin" in answer["lines"][0]
    assert await call(served.bus, "reminders.list") == []


@pytest.mark.parametrize(
    ("dose", "least_hours", "daily_most", "verdict"),
    [
        ("1 g", 6, 3, FINE),
        ("1 g", 6, 4, ASKED),
        ("1 g", 1, 12, REFUSED),
        ("500 mg", 4, 4, FINE),
    ],
)
async def test_as_needed_is_judged_by_the_day(
    served: Home, dose: str, least_hours: float, daily_most: int, verdict: str
) -> None:
    reminder = wish("paracetamol", dose, {})
    del reminder["schedule"]
    reminder["as_needed"] = {"least_hours": least_hours, "daily_most": daily_most}
    added = await call(served.bus, "reminders.add", reminder=reminder)
    assert added.get("refused", FINE) == verdict


AT_TEN = {"rrule": "FREQ=DAILY", "times": [{"at": "10:00"}]}
TUESDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=TU", "times": [{"at": "08:00"}]}
MONDAY_NIGHTS = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "times": [{"at": "20:00"}]}
OTHER_DAYS = {"rrule": "FREQ=WEEKLY;BYDAY=TU,TH,SA", "times": [{"at": "08:00"}]}
# what is there, what is added, verdict
TOGETHER: list[tuple[tuple[str, str, dict[str, Any]], tuple[str, str, dict[str, Any]], str]] = [
    (("warfarin", "8 mg", ONCE_A_DAY), ("warfarin", "8 mg", AT_TEN), REFUSED),
    (("warfarin", "8 mg", ONCE_A_DAY), ("coumadin", "8 mg", AT_TEN), REFUSED),
    (("warfarin", "8 mg", ONCE_A_DAY), ("华法林", "8 mg", AT_TEN), REFUSED),
    (("warfarin", "6 mg", ONCE_A_DAY), ("warfarin", "6 mg", AT_TEN), ASKED),
    (("warfarin", "2 mg", ONCE_A_DAY), ("warfarin", "3 mg", AT_TEN), FINE),
    (("warfarin", "8 mg", MONDAYS), ("warfarin", "8 mg", OTHER_DAYS), FINE),
    (("warfarin", "3 tablet", ONCE_A_DAY), ("warfarin", "5 tablet", AT_TEN), REFUSED),
    (("digoxin", "2 tablet", ONCE_A_DAY), ("digoxin", "2 tablet", AT_TEN), ASKED),
    (("digoxin", "3 tablet", ONCE_A_DAY), ("digoxin", "3 tablet", AT_TEN), REFUSED),
    (("methotrexate", "15 mg", MONDAYS), ("methotrexate", "15 mg", TUESDAYS), REFUSED),
    (("methotrexate", "15 mg", MONDAYS), ("methotrexate", "25 mg", MONDAY_NIGHTS), REFUSED),
    (("methotrexate", "15 mg", MONDAYS), ("folic acid", "5 mg", TUESDAYS), FINE),
    (("metformin", "1000 mg", TWICE), ("metformin", "1000 mg", AT_TEN), ASKED),
    (("metformin", "500 mg", TWICE), ("metformin", "500 mg", AT_TEN), FINE),
    (("metformin", "1000 mg", TWICE), ("aspirin", "100 mg", AT_TEN), FINE),
    (("warfarin", "8 mg", ONE_DAY), ("warfarin", "5 mg", ONCE_A_DAY), ASKED),
]


@pytest.mark.parametrize(("there", "added", "verdict"), TOGETHER)
async def test_all_of_a_medicine_in_one_day_is_judged_together(
    served: Home,
    there: tuple[str, str, dict[str, Any]],
    added: tuple[str, str, dict[str, Any]],
    verdict: str,
) -> None:
    first = {**wish(*there), "is_confirmed": True}
    assert "refused" not in await call(served.bus, "reminders.add", reminder=first)
    answer = await call(served.bus, "reminders.check", reminder=wish(*added))
    assert answer.get("refused", FINE) == verdict
    both = await call(served.bus, "reminders.add_all", reminders=[wish(*added)])
    assert both.get("refused", FINE) == verdict


async def test_two_of_one_list_are_judged_together(served: Home) -> None:
    both = [wish("warfarin", "8 mg", ONCE_A_DAY), wish("华法林", "8 mg", AT_TEN)]
    answer = await call(served.bus, "reminders.add_all", reminders=both)
    assert answer["refused"] == REFUSED
    assert await call(served.bus, "reminders.list") == []


async def test_what_is_changed_or_said_again_is_not_counted_twice(served: Home) -> None:
    (kept,) = (
        await call(
            served.bus, "reminders.add_all", reminders=[wish("warfarin", "8 mg", ONCE_A_DAY)]
        )
    )["added"]
    again = await call(served.bus, "reminders.check", reminder=wish("warfarin", "8 mg", ONCE_A_DAY))
    assert "refused" not in again
    changed = wish("warfarin", "9 mg", AT_TEN)
    check = await call(
        served.bus, "reminders.check", reminder=changed, instead_of=kept["reminder_id"]
    )
    assert "refused" not in check
    amount = {"amount": "9", "unit": "mg"}
    answer = await call(
        served.bus, "reminders.change", which="warfarin", changes={"amount": amount}
    )
    assert "refused" not in answer


def test_the_table_covers_what_is_high_risk_and_what_is_common() -> None:
    table, limits = Table.load(), doses.load()
    assert limits.keys() <= table.medicines.keys()
    high = [key for key, each in limits.items() if any(limit.is_high for limit in each)]
    assert len(high) >= 60
    assert len(limits) - len(high) >= 100
    missing = [
        key
        for key, medicine in table.medicines.items()
        if medicine.risk is not Risk.NORMAL and key not in limits
    ]
    assert missing == []


def test_every_limit_is_in_order() -> None:
    for key, each in doses.load().items():
        for limit in each:
            assert limit.least <= limit.usual <= limit.most, key
            if limit.day is not None and limit.day_most is not None:
                assert limit.usual <= limit.day <= limit.day_most, key
                assert limit.most <= limit.day_most, key
            for counted in limit.counts.values():
                assert 0 < counted.usual <= counted.most, key
