"""Whether a sensor can be relied upon is known, told once, and wakes nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.events import ChildDied, Ready, SensorTold
from assistant.sensors.pace import BURST, PER_SECOND, Pace
from sensor_io import BatteryMeasured, DeviceLost, DeviceSeen, DoorOpened, Fact, SmokeDetected
from tests.sensors.house import NAMES, House, at

MINUTE, DAY = 60.0, 86_400.0


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = await House(tmp_path, at("12:00")).start()
    house.feature._supervision.start()
    for name in NAMES:
        house.home.bus.publish(Ready(f"sensor.{name}"))
    yield house
    await house.feature._supervision.stop()
    await house.stop()


async def problem(house: House, place: str = "front door") -> str:
    (found,) = [each for each in await house.feature.findings() if each.subject == place]
    return "" if found.is_well else found.detail


async def test_one_that_is_well_is_well(house: House) -> None:
    assert [each.is_well for each in await house.feature.findings()] == [True] * len(NAMES)


async def test_a_silent_one_is_told_once_and_that_it_is_back(house: House) -> None:
    await house.wait(DAY + 2 * MINUTE)
    assert len(house.said) == len(NAMES)
    assert "silent" in await problem(house)
    await house.wait(DAY)
    assert len(house.said) == len(NAMES)
    house.tell("front_door", DeviceSeen())
    await house.wait(2 * MINUTE)
    assert "again" in house.said[-1]
    assert await problem(house) == ""


async def test_nobody_is_woken_to_hear_of_it(house: House) -> None:
    await house.wait(11 * 3_600)  # 23:00
    house.home.bus.publish(ChildDied("sensor.front_door", "gone", 1.0))
    await house.wait(6 * 3_600)
    assert house.said == []
    await house.wait(4 * 3_600)
    assert len(house.said) == 1


@pytest.mark.parametrize(
    ("gone", "back"),
    [
        (DeviceLost(reason="unplugged"), DoorOpened()),
        (DeviceLost(device="a", reason="unplugged"), DeviceSeen(device="a")),
    ],
)
async def test_a_short_loss_is_not_worth_a_word(house: House, gone: Fact, back: Fact) -> None:
    house.tell("hall", gone)
    await house.wait(2 * MINUTE)
    assert "unplugged" in await problem(house, "hall")
    house.tell("hall", back)
    await house.wait(30 * MINUTE)
    assert house.said == []
    house.tell("hall", gone)
    await house.wait(12 * MINUTE)
    assert len(house.said) == 1
    assert "hall" in house.said[0]


async def test_a_low_battery_is_found_until_it_is_changed(house: House) -> None:
    house.tell("front_door", BatteryMeasured(value=12))
    assert "12 %" in await problem(house)
    house.tell("front_door", BatteryMeasured(value=90))
    assert await problem(house) == ""


async def test_a_flood_ends_the_program_and_acts_on_nothing_of_it(house: House) -> None:
    ended: list[str] = []
    house.feature._supervision._put_down = ended.append
    for _ in range(1_000):
        house.tell("hall", DoorOpened())
    assert ended == ["hall"] * 3
    assert "more than anybody can use" in await problem(house, "hall")
    await house.wait(2 * 3_600)
    assert await problem(house, "hall") == ""


@pytest.mark.parametrize(
    "told",
    [
        SensorTold("hall", "earthquake"),
        SensorTold("hall", "door_opened", {"confidence": "sure"}),
        SensorTold("hall", "door_opened", {"place": "x" * 10_000}),
    ],
)
async def test_rubbish_is_told_and_not_acted_on(house: House, told: SensorTold) -> None:
    house.home.bus.publish(told)
    house.home.bus.publish(replace(told, sensor="nobody"))
    await house.wait(MINUTE)
    assert "no fact" in await problem(house, "hall")
    assert house.course._latches == {}


async def test_the_test_button_of_a_smoke_alarm_calls_nobody(house: House) -> None:
    for _ in range(3):
        house.tell("kitchen", SmokeDetected(is_test=True))
    await house.wait(MINUTE)
    assert house.alarms == []
    assert len(house.said) == 1
    assert "kitchen" in house.said[0]


@pytest.mark.parametrize("age", [1e9, -1e9, 0.0])
async def test_a_clock_that_is_wrong_changes_little(house: House, age: float) -> None:
    values = {"at": max(house.clock.now() - age, 1.0)}
    house.home.bus.publish(SensorTold("kitchen", "smoke_detected", values))
    await house.wait(1)
    assert len(house.alarms) == 1


def test_what_a_flood_holds_up_is_not_the_smoke() -> None:
    slept: list[float] = []
    pace = Pace(clock=lambda: 0.0, sleep=slept.append)
    for _ in range(BURST):
        pace.wait(DoorOpened())
    pace.wait(SmokeDetected())
    assert slept == []
    pace.wait(DoorOpened())
    assert slept == [pytest.approx(1 / PER_SECOND)], "what is dangerous is not counted"


def test_who_waits_holds_up_nobody_else() -> None:
    held: list[bool] = []
    pace = Pace(clock=lambda: 0.0, sleep=lambda _: held.append(pace._lock.locked()))
    for _ in range(BURST + 1):
        pace.wait(DoorOpened())
    assert held == [False]
