"""A year of eight medicines in virtual time, with power cuts, wrong clocks and summer time.

The power is cut before or after transactions, at random: what was to follow one is then lost with
the process.  What must hold is reckoned apart from the engine, from the schedules alone.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.care.reminders import book
from assistant.care.reminders.escalation import Risk
from assistant.care.reminders.model import Amount, Kind, State
from assistant.care.reminders.wishes import ReminderWish, ScheduleWish
from assistant.events import AskElder, DoseTaken, ElderAnswered, ReminderDue
from assistant.language import DayTime, Habits, LunarDays, Unit
from assistant.language.clues import Anchor
from tests.care.reminders.home import Home, VirtualClock

ZONE = ZoneInfo("Europe/Berlin")
BEGIN = date(2026, 1, 1)
TABLET = Amount(Fraction(1), Unit.TABLET)
BREAKFAST = DayTime(time(8), Anchor.BREAKFAST, 30)
SUPPER = DayTime(time(18, 30), Anchor.SUPPER, 30)
DAYS = {
    "ramipril": ScheduleWish(rrule="FREQ=DAILY", times=(DayTime(time(8)),)),
    "metformin": ScheduleWish(rrule="FREQ=DAILY", times=(BREAKFAST, SUPPER)),
    "levodopa": ScheduleWish(
        rrule="FREQ=DAILY", times=tuple(DayTime(time(hour)) for hour in (7, 11, 15, 19))
    ),
    "insulin": ScheduleWish(rrule="FREQ=DAILY", times=(DayTime(time(12)), DayTime(time(18)))),
    "warfarin": ScheduleWish(rrule="FREQ=DAILY;INTERVAL=2", times=(DayTime(time(17)),)),
    "alendronate": ScheduleWish(rrule="FREQ=WEEKLY;BYDAY=MO", times=(DayTime(time(7, 30)),)),
    "b12": ScheduleWish(rrule="FREQ=MONTHLY;BYMONTHDAY=31", times=(DayTime(time(10)),)),
    "tonic": ScheduleWish(lunar=LunarDays(days=(1, 30), month=None), times=(DayTime(time(2, 30)),)),
}
RISKS = {
    "levodopa": Risk.PARKINSON,
    "insulin": Risk.INSULIN,
    "warfarin": Risk.ANTICOAGULANT,
}
EVERY_DAY = {
    "ramipril": ["08:00"],
    "metformin": ["08:00", "18:30"],
    "levodopa": ["07:00", "11:00", "15:00", "19:00"],
    "insulin": ["12:00", "18:00"],
}


class PowerCut(BaseException):
    """No handler of the product's may catch it."""


class Mains:
    """Cuts the power in the middle of a step, now and then."""

    def __init__(self, home: Home, chance: random.Random, probability: float) -> None:
        self.home, self.chance, self.probability = home, chance, probability
        self.cuts = 0
        self.connect()

    def connect(self) -> None:
        write, publish = self.home.database.write, self.home.bus.publish

        async def unsafe_write(work):
            self.maybe()
            result = await write(work)
            self.maybe()
            return result

        def unsafe_publish(event: object) -> None:
            self.maybe()
            publish(event)

        self.home.database.write = unsafe_write  # type: ignore[method-assign]
        self.home.bus.publish = unsafe_publish  # type: ignore[method-assign]

    def maybe(self) -> None:
        if self.chance.random() < self.probability:
            self.cuts += 1
            raise PowerCut

    async def restore(self) -> None:
        # What was published before the cut was seen; the rows are as they were committed.
        await self.home.again()
        self.connect()


def expected_days(days: int) -> dict[str, list[str]]:
    """Local days and times of every dose, reckoned with nothing of the engine's."""
    from lunar_python import Solar

    due: defaultdict[str, list[str]] = defaultdict(list)
    for number in range(days):
        day = BEGIN + timedelta(number)
        for title, times in EVERY_DAY.items():
            due[title] += [f"{day} {each}" for each in times]
        if number % 2 == 0:
            due["warfarin"].append(f"{day} 17:00")
        if day.weekday() == 0:
            due["alendronate"].append(f"{day} 07:30")
        if day.day == 31:
            due["b12"].append(f"{day} 10:00")
        lunar, tomorrow = (
            Solar.fromYmd(each.year, each.month, each.day).getLunar()
            for each in (day, day + timedelta(1))
        )
        if lunar.getDay() == 1 or tomorrow.getDay() == 1:
            is_skipped = f"{day}" == "2026-03-29"  # the hour of 02:30 does not exist
            due["tonic"].append(f"{day} {'03:30' if is_skipped else '02:30'}")
    return due


async def live(folder: Path, seed: int, days: int) -> tuple[Home, Counter[str], int]:
    chance = random.Random(seed)
    begin = datetime.combine(BEGIN, time(), ZONE).timestamp()
    home = await Home(folder / "year.sqlite", VirtualClock(begin), ZONE).open()
    for title, schedule in DAYS.items():
        risk = RISKS.get(title, Risk.NORMAL)
        kind = Kind.MEDICINE
        await home.keeper.add(
            ReminderWish(title=title, kind=kind, amount=TABLET, risk=risk, schedule=schedule)
        )
        await home.keeper.refill(title, Fraction(10_000), Unit.TABLET)
    mains = Mains(home, chance, 0.004)
    announced: Counter[str] = Counter()
    wrong_times: list[str] = []
    end = datetime.combine(BEGIN + timedelta(days), time(), ZONE).timestamp()
    jumps = 0
    while home.clock.at < end:
        seen = len(home.events)
        try:
            next_at = await home.step()
            questions = [e for e in home.events[seen:] if isinstance(e, AskElder)]
            if questions:
                said = chance.choices(["yes", "no", "silence", "later"], [12, 1, 3, 2])[0]
                home.clock.move(home.clock.at + chance.uniform(3, 60))
                if said == "later":
                    await home.keeper.snooze(minutes=min(10, 10))
                home.bus.publish(
                    ElderAnswered(
                        questions[-1].question_id, "silence" if said == "later" else said
                    )
                )
                next_at = await home.step()
            if chance.random() < 0.002:
                # The clock goes wrong for a while, a day at most, and comes back.
                jumps += 1
                right = home.clock.at
                home.clock.move(right + chance.uniform(-86_400, 86_400))
                wrong_from = len(home.events)
                await home.step()
                home.events[wrong_from:] = [
                    e for e in home.events[wrong_from:] if not isinstance(e, ReminderDue)
                ]
                for asked in home.events[wrong_from:]:
                    if isinstance(asked, AskElder):
                        home.bus.publish(ElderAnswered(asked.question_id, "silence"))
                home.clock.move(right + 5)
                next_at = home.clock.at
        except PowerCut:
            off = chance.choice([1, 30, 600, 7200, 90_000])
            home.clock.move(home.clock.at + off)
            while True:
                try:
                    await mains.restore()
                    break
                except PowerCut:
                    continue
            next_at = home.clock.at
        for event in home.events[seen:]:
            if isinstance(event, ReminderDue):
                announced[event.occurrence_id] += 1
                if not event.due_at <= home.clock.at + 61:
                    wrong_times.append(event.title)
        home.clock.move(max(home.clock.at, min(next_at or end, end)))
    assert wrong_times == []
    assert mains.cuts > days / 10
    assert jumps > days / 100
    return home, announced, mains.cuts


async def check(home: Home, announced: Counter[str], days: int) -> None:
    midnight = datetime.combine(BEGIN + timedelta(days - 1), time(), ZONE).timestamp()
    items = await home.database.read(lambda c: book.between(c, 0, midnight))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for item in items:
        local = datetime.fromtimestamp(item.occurrence.due_at, ZONE)
        found[item.reminder.title].append(f"{local:%Y-%m-%d %H:%M}")
    assert found == expected_days(days - 1)  # not one lost, not one doubled, each at its time
    for item in items:
        occurrence = item.occurrence
        assert not occurrence.state.is_open
        if occurrence.state in {State.UNKNOWN, State.TAKEN}:
            assert announced[occurrence.occurrence_id] >= 1
        if occurrence.state is State.MISSED:
            assert occurrence.announced_at is None
    taken = Counter(
        item.reminder.title for item in items if item.occurrence.state is State.TAKEN
    )
    assert sum(taken.values()) > len(items) / 2
    doses = Counter(event.occurrence_id for event in home.seen(DoseTaken))
    assert max(doses.values()) == 1
    later = await home.database.read(lambda c: book.between(c, midnight, 1e12))
    taken.update(i.reminder.title for i in later if i.occurrence.state is State.TAKEN)
    for title in DAYS:
        left = await home.keeper.left(title)
        assert left is not None
        assert 10_000 - left.amount == taken[title]  # counted exactly once


@pytest.mark.parametrize("seed", [1])
async def test_a_year(folder: Path, seed: int) -> None:
    home, announced, _ = await live(folder, seed, 365)
    await check(home, announced, 365)
    await home.database.close()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
async def test_more_years(folder: Path, seed: int) -> None:
    home, announced, _ = await live(folder, seed, 365)
    await check(home, announced, 365)
    await home.database.close()


def test_habits_of_the_reckoning() -> None:
    habits = Habits()
    assert (habits.breakfast, habits.supper) == (time(7, 30), time(18))
