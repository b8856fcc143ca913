"""10,000 reminders: finding the next that is due, an idle step, a day of them, and memory."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from datetime import datetime
from datetime import time as clock_time
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from assistant.events import Said, Say, Urgency
from assistant.home.memory import HomeMemory
from assistant.home.questions import Ending
from assistant.home.speech import Speech
from assistant.language import DayTime, Unit
from assistant.reminders import ReminderApi, ReminderScheduler, tables
from assistant.reminders.model import Amount, Kind
from assistant.reminders.requests import ReminderRequest, ScheduleRequest
from assistant.runtime.bus import Bus
from assistant.settings import Settings
from assistant.store import Database, KeyedValues
from benchmarks import table, take_no_arguments, write_result

REMINDERS = 10_000
BATCH = 500
LOOKS = 200
STEPS = 300
ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 23, 5, tzinfo=ZONE).timestamp()


class Clock:
    """Moved by hand."""

    at = BEGIN

    def now(self) -> float:
        return self.at

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        raise NotImplementedError


def wish(number: int) -> ReminderRequest:
    minutes = 6 * 60 + 45 + number % 840
    at = DayTime(clock_time(minutes // 60, minutes % 60))
    rule = ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY;INTERVAL=2")[number % 3]
    return ReminderRequest(
        title=f"medicine {number}",
        kind=Kind.MEDICINE,
        amount=Amount(Fraction(1), Unit.TABLET),
        schedule=ScheduleRequest(rrule=rule, times=(at,)),
    )


def megabytes() -> float:
    return float(psutil.Process().memory_info().rss / 1e6)


async def measure(folder: Path) -> list[list[str]]:
    bus, database, clock = Bus(), Database(folder / "anban.sqlite"), Clock()
    await database.open()
    memory = HomeMemory(KeyedValues.home(database), Settings(), "en")
    speech = Speech(bus, memory, 10.0, has_mouth=False)
    scheduler = ReminderScheduler(
        bus=bus, database=database, memory=memory, speech=speech, zone=ZONE, clock=clock
    )
    api = ReminderApi(scheduler)
    began = time.perf_counter()
    for start in range(0, REMINDERS, BATCH):
        await api.add_all([wish(start + number) for number in range(BATCH)])
    added = time.perf_counter() - began
    await scheduler.step()

    looks = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        await database.read(tables.next_act_at)
        looks.append(time.perf_counter() - began)
    idle = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        await scheduler.step()
        idle.append(time.perf_counter() - began)

    said: list[Say] = []
    bus.subscribe(Say, said.append)
    before = megabytes()
    steps = []
    for _ in range(STEPS):
        began = time.perf_counter()
        next_at = await scheduler.step()
        steps.append(time.perf_counter() - began)
        while said:
            say = said.pop()
            bus.publish(Said(say.say_id, completed=True, spoken_text=say.text))
            if say.urgency is Urgency.REMINDER:
                speech.questions.answer(Ending.YES)
        clock.at = max(clock.at + 1, next_at or 0.0)
    grown = megabytes() - before
    await database.close()
    return [
        [f"adding one of {REMINDERS}", f"{added / REMINDERS * 1000:.2f}", ""],
        row("next that is due, with the hop to the disk's thread", looks),
        row("a step in which nothing is due", idle),
        row("a step with up to 5 announced and answered", steps),
        [f"memory grown over {STEPS} busy steps, MB", f"{grown:.1f}", ""],
    ]


def row(name: str, seconds: list[float]) -> list[str]:
    worst = sorted(seconds)[int(len(seconds) * 0.95)]
    return [name, f"{statistics.median(seconds) * 1000:.2f}", f"{worst * 1000:.2f}"]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="anban-bench-") as folder:
        rows = asyncio.run(measure(Path(folder)))
    columns = [f"{REMINDERS} reminders", "median ms", "95 % ms"]
    body = table(columns, rows)
    write_result("reminders", "Reminders", "python -m benchmarks.reminders", body)
    print(body)


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
