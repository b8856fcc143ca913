"""A home with added sensors in virtual time: the core's own feature, people of our own."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.events import (
    AlarmClosed,
    AlarmOpened,
    DangerSensed,
    Ready,
    RuleBegan,
    Say,
    SensorTold,
)
from assistant.home.questions import Ending
from assistant.sensors.course import Course
from assistant.sensors.family import SensorFamily
from assistant.sensors.rules import rules_of
from assistant.sensors.service import AddedSensors
from assistant.sensors.wording import Texts
from assistant.settings import SensorRule, SensorSettings, Settings
from sensor_io import Fact, kind_of, values_of
from tests.homes import a_home

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ("front_door", "bed", "kitchen", "bathroom", "thermometer", "hall")
PLACES = {"front_door": "front door", "bed": "bedroom", "kitchen": "kitchen"}


def at(clock: str, day: int = 1) -> float:
    """Unix time of a time of day in the home."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 12, day, hour, minute, tzinfo=ZONE).timestamp()


class LoopClock:
    """The wall clock of a loop whose time jumps."""

    def __init__(self, start: float) -> None:
        self._start = start - asyncio.get_running_loop().time()

    def now(self) -> float:
        return self._start + asyncio.get_running_loop().time()

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if until is None else max(until - self.now(), 0)):
                await woken.wait()


class FamilyOfOne:
    def __init__(self) -> None:
        self.is_out = False
        self.told: list[tuple[str, str]] = []

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        if self.is_out:
            return None
        self.told.append((notice_id, texts("en")[1]))
        return "Mei"


class House:
    """One run; `again` is the run after a power cut."""

    def __init__(self, folder: Path, start: float, **rules: SensorRule) -> None:
        self.folder, self._rules = folder, rules
        self._start = start
        self.names: tuple[str, ...] = NAMES
        self.family = FamilyOfOne()
        self.events: list[object] = []
        self._build(start)

    def _build(self, start: float) -> None:
        sensors = {
            name: SensorSettings(driver="none", place=PLACES.get(name, name)) for name in self.names
        }
        settings = Settings(language="en", sensors=sensors, sensor_rules=self._rules)
        self.clock = LoopClock(start)
        self.home = a_home(self.folder, settings, clock=self.clock, zone=ZONE)
        self.recorded = 0
        self.feature = AddedSensors(self.home, self._record)
        self.course: Course = self.feature.course
        self._family = SensorFamily(self.home, self.course, self.feature.wording, self.family)
        self.home.bus.listen(self.events.append)

    async def _record(self, _: float) -> None:
        self.recorded += 1

    async def start(self) -> House:
        await self.home.database.open()
        await self.course.start()
        await self._family.start()
        for name in self.names:
            self.home.bus.publish(Ready(f"sensor.{name}"))
        return self

    async def stop(self) -> None:
        await self._family.stop()
        await self.course.stop()
        await self.home.database.close()

    async def again(self, after_seconds: float = 5.0) -> None:
        """Cut the power, and start anew."""
        now = self.clock.now()
        await self.stop()
        self.events.clear()
        self._build(now + after_seconds)
        await self.start()

    def tell(self, sensor: str, fact: Fact) -> None:
        fact_values = values_of(fact) | {"at": self.clock.now()}
        self.home.bus.publish(SensorTold(sensor, kind_of(fact), fact_values))

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def answer(self, ending: Ending) -> None:
        assert self.home.speech.questions.answer(ending), "nothing was asked"
        await asyncio.sleep(1)

    def hang(self) -> None:
        """Let the disk take nothing from now on, and never answer."""

        async def write(_: object) -> None:
            await asyncio.Event().wait()

        self.home.database.write = write  # type: ignore[assignment, method-assign]

    def open_alarm(self) -> None:
        self.home.bus.publish(AlarmOpened("a"))

    def close_alarm(self) -> None:
        self.home.bus.publish(AlarmClosed("a", "closed", "Mei"))

    @property
    def said(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Say)]

    @property
    def questions(self) -> list[str]:
        return [text for text in self.said if "?" in text]

    @property
    def alarms(self) -> list[DangerSensed]:
        return [event for event in self.events if isinstance(event, DangerSensed)]

    @property
    def began(self) -> list[str]:
        return [event.rule for event in self.events if isinstance(event, RuleBegan)]

    def rows(self) -> list[str]:
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.folder / "anban.sqlite")) as connection:
            return [body for (body,) in connection.execute("SELECT body FROM sensor_case")]


def usual() -> dict[str, SensorRule]:
    return rules_of({}, NAMES)[0]
