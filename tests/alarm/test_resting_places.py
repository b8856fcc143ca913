"""The family is asked once whether a bed stands where somebody rests for hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant.alarm.resting_places import DAYS, KEPT_DAYS, Rest, RestingPlaces, places
from assistant.commands.told import told as told_in
from assistant.events import Sensed
from assistant.home.home import Home
from assistant.reminders.family import Texts
from assistant.settings import RadarSettings, Settings
from tests.homes import a_home
from tests.reminders.home import SHANGHAI, VirtualClock
from tests.waiting import until

MORNING = datetime(2026, 11, 25, 7, tzinfo=SHANGHAI)
BED = (0.5, 1.5, 2.0, 4.0)


@dataclass
class Family:
    told: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0
    is_reached: bool = True

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        assert not may_call, "it can wait, and rings nobody"
        self.asked += 1
        if not self.is_reached:
            return None
        self.told += [texts("en"), texts("zh")]
        return "Susan"


@dataclass
class Nights:
    home: Home
    clock: VirtualClock
    family: Family

    async def begun(self) -> RestingPlaces:
        feature = RestingPlaces(self.home, self.family)
        await feature.start()
        return feature

    async def pass_(self, feature: RestingPlaces, count: int, hours: float = 8) -> None:
        """So many mornings on which somebody gets up."""
        for _ in range(count):
            self.clock.move(self.clock.now() + timedelta(days=1).total_seconds())
            before = len(await feature._kept())
            edges = dict(zip(("x_min", "x_max", "y_min", "y_max"), BED, strict=True))
            values = {"rested_seconds": hours * 3600, "level_metres": 0.6, **edges}
            self.home.bus.publish(Sensed("Rested", "radar", "bedroom", values))
            await until(lambda: not feature._new)
            assert len(await feature._kept()) == min(before + 1, KEPT_DAYS + 1)


@pytest.fixture
async def nights(tmp_path: Path) -> AsyncIterator[Nights]:
    clock = VirtualClock(MORNING.timestamp())
    settings = Settings(language="en", radar=RadarSettings(port="/dev/radar"))
    home = a_home(tmp_path, settings, clock=clock, zone=SHANGHAI)
    await home.database.open()
    yield Nights(home, clock, Family())
    await home.database.close()


async def test_a_bed_is_suggested_after_some_nights_and_once(nights: Nights) -> None:
    feature = await nights.begun()
    await nights.pass_(feature, DAYS - 1)
    assert nights.family.asked == 0
    assert await feature.findings() == []
    await nights.pass_(feature, 1)
    await until(lambda: nights.family.told)
    (_, english), (headline, chinese) = nights.family.told
    assert 'rest1 = "bed 0.5 1.5 2.0 4.0"' in english
    assert "3.0 m ahead of it and 1.0 m to its right" in english
    assert "床" in headline + chinese
    (finding,) = await feature.findings()
    assert finding.is_well
    assert "on 3 days" in finding.detail
    assert "请在 [radar] 的 zones 里写上" in told_in(finding.detail, "zh")
    await nights.pass_(feature, 3)
    await feature.stop()
    again = await nights.begun()
    await nights.pass_(again, 1)
    await again.stop()
    assert nights.family.asked == 1


async def test_whom_nobody_could_tell_is_told_at_the_next_start(nights: Nights) -> None:
    nights.family.is_reached = False
    feature = await nights.begun()
    await nights.pass_(feature, DAYS)
    await until(lambda: nights.family.asked == 1)
    await feature.stop()
    nights.family.is_reached = True
    feature = await nights.begun()
    await until(lambda: nights.family.told)
    await feature.stop()


async def test_other_news_is_no_rest(nights: Nights) -> None:
    feature = await nights.begun()
    nights.home.bus.publish(Sensed("BedLeft", "radar", "bedroom", {"in_bed_seconds": 30_000.0}))
    assert not feature._new
    await feature.stop()


def rest(day: int, x: float = 1.0, hours: float = 8) -> Rest:
    return Rest(f"2026-11-{day:02}", hours * 3600, (x - 0.5, x + 0.5, 2.0, 4.0))


def test_one_long_day_is_no_habit_and_two_beds_are_two() -> None:
    assert places([rest(1), rest(1), rest(1)]) == []
    both = [rest(day, x) for day in range(1, 4) for x in (1.0, 3.0)]
    assert [place.box[0] for place in places(both)] == [0.5, 2.5]


def test_short_rests_are_on_a_sofa() -> None:
    (place,) = places([rest(day, hours=0.7) for day in range(1, 4)])
    assert place.zone == "sofa 0.5 1.5 2.0 4.0"
