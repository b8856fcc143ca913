"""What a sensor told becomes a question, a word to the family or an alarm, and that once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.events import ChildDied, DangerSensed, Sensed
from assistant.home.questions import Ending
from assistant.settings import SensorRule
from sensor_io import (
    BedEntered,
    BedLeft,
    DeviceLost,
    DoorClosed,
    DoorOpened,
    Fact,
    GasDetected,
    MotionEnded,
    MotionSeen,
    SmokeCleared,
    SmokeDetected,
    TemperatureMeasured,
    WaterDetected,
)
from tests.sensors.house import House, at

NIGHT, DAY, EVENING = at("03:00"), at("14:00"), at("20:00")
MINUTE, HOUR = 60.0, 3_600.0


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[House]:
    house = await House(tmp_path, NIGHT).start()
    yield house
    await house.stop()


async def test_a_door_at_night_is_asked_about(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    assert night.began == ["front_door_at_night"]
    (question,) = night.questions
    assert "front door" in question
    await night.answer(Ending.YES)
    assert night.family.told == []
    assert night.rows() == []
    await night.wait(HOUR)
    assert len(night.questions) == 1


async def test_silence_twice_tells_the_family(night: House) -> None:
    night.tell("front_door", DoorOpened())
    night.tell("front_door", DoorClosed())  # who went out closed it behind them
    await night.wait(10 * MINUTE)
    assert len(night.questions) == 2
    ((_, text),) = night.family.told
    assert "front door" in text
    assert "nobody answered" in text
    assert "03:00" in text
    assert night.rows() == []


async def test_a_no_tells_the_family_at_once(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    await night.answer(Ending.NO)
    assert len(night.family.told) == 1
    assert any("your family" in text for text in night.said)
    await night.wait(HOUR)
    assert len(night.questions) == 1


async def test_a_fact_that_is_told_again_is_the_same(night: House) -> None:
    for _ in range(50):
        night.tell("front_door", DoorOpened())
    await night.wait(1)
    await night.answer(Ending.YES)
    for _ in range(50):
        night.tell("front_door", DoorOpened())
        await night.wait(MINUTE)
    assert len(night.questions) == 1


async def test_after_a_yes_the_way_back_is_not_asked_about(night: House) -> None:
    for step in range(2):
        night.tell("front_door", DoorOpened())
        await night.wait(1)
        if step == 0:
            await night.answer(Ending.YES)
        night.tell("front_door", DoorClosed())
        await night.wait(MINUTE)
    assert len(night.questions) == 1
    await night.wait(15 * MINUTE)
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    assert len(night.questions) == 2


async def test_by_day_a_door_is_a_door(tmp_path: Path) -> None:
    house = await House(tmp_path, DAY).start()
    house.tell("front_door", DoorOpened())
    await house.wait(HOUR)
    house.tell("front_door", DoorClosed())
    await house.wait(12 * HOUR)
    assert house.said == []
    await house.stop()


async def test_a_door_left_open_is_asked_about_when_the_night_begins(tmp_path: Path) -> None:
    rule = SensorRule(when="door_opened", between="22:00-06:00")
    house = await House(tmp_path, EVENING, door=rule).start()
    house.tell("hall", DoorOpened())
    await house.wait(1.9 * HOUR)
    assert house.questions == []
    await house.wait(0.2 * HOUR)
    assert len(house.questions) >= 1
    await house.stop()


@pytest.mark.parametrize(("minutes", "asked"), [(19, 0), (21, 1)])
async def test_who_is_back_in_bed_is_not_asked(night: House, minutes: int, asked: int) -> None:
    night.tell("bed", BedLeft())
    await night.wait(minutes * MINUTE)
    assert len(night.questions) == asked
    night.tell("bed", BedEntered())
    await night.wait(2 * HOUR)
    assert len(night.questions) == asked
    assert night.family.told == []
    assert night.rows() == []


async def test_who_is_not_back_is_asked_and_then_the_family_told(night: House) -> None:
    night.tell("bed", BedLeft())
    await night.wait(HOUR)
    assert len(night.questions) == 2
    assert "out of bed" in night.family.told[0][1]


async def test_who_gets_up_in_the_morning_is_not_looked_for(tmp_path: Path) -> None:
    house = await House(tmp_path, at("06:50")).start()
    house.tell("bed", BedLeft())
    await house.wait(20 * HOUR)
    assert house.said == []
    await house.stop()


@pytest.mark.parametrize(
    ("fact", "reason"), [(SmokeDetected(), "fire"), (GasDetected(confidence=0.4), "gas")]
)
async def test_smoke_and_gas_raise_an_alarm_at_once(night: House, fact: Fact, reason: str) -> None:
    night.tell("kitchen", fact)
    night.tell("kitchen", fact)
    await night.wait(1)
    assert night.alarms == [DangerSensed(reason, "kitchen", "kitchen", is_sure=True)]
    assert night.recorded == 1
    assert len([text for text in night.said if "kitchen" in text]) == 1


async def test_smoke_that_goes_on_is_told_again_and_when_it_is_gone_no_more(night: House) -> None:
    night.tell("kitchen", SmokeDetected())
    await night.wait(25 * MINUTE)
    assert len(night.alarms) == 3
    night.tell("kitchen", SmokeCleared())
    await night.wait(HOUR)
    assert len(night.alarms) == 3
    assert night.rows() == []


async def test_what_is_unsure_is_not_heeded(night: House) -> None:
    night.tell("kitchen", SmokeDetected(confidence=0.2))
    night.tell("front_door", DoorOpened(confidence=0.4))
    await night.wait(HOUR)
    assert night.said == []
    assert night.alarms == []


async def test_water_is_told_to_elder_and_family(night: House) -> None:
    night.tell("bathroom", WaterDetected())
    await night.wait(1)
    assert "water" in night.said[0]
    assert "water" in night.family.told[0][1]


@pytest.mark.parametrize(("start", "hours"), [("14:00", 1.1), ("03:00", 5.1)])
async def test_a_cold_home_is_told_once_it_lasts_and_wakes_nobody(
    tmp_path: Path, start: str, hours: float
) -> None:
    house = await House(tmp_path, at(start)).start()
    for value in (14.0, 13.9, 13.5):
        house.tell("thermometer", TemperatureMeasured(value=value))
        await house.wait(10 * MINUTE)
    await house.wait((hours - 0.7) * HOUR)
    assert house.said == []
    await house.wait(0.2 * HOUR)
    assert "14" in house.family.told[0][1]
    house.tell("thermometer", TemperatureMeasured(value=16.0))
    await house.wait(24 * HOUR)
    assert len(house.family.told) == 1
    await house.stop()


async def test_a_short_draught_is_nothing(night: House) -> None:
    night.tell("thermometer", TemperatureMeasured(value=12.0))
    await night.wait(30 * MINUTE)
    night.tell("thermometer", TemperatureMeasured(value=18.0))
    await night.wait(3 * HOUR)
    assert night.said == []


async def test_no_motion_may_be_checked_as_a_fall_is(tmp_path: Path) -> None:
    rule = SensorRule(when="motion_ended", between="08:00-20:00", after_minutes=120, do="check")
    house = await House(tmp_path, at("09:00"), still=rule).start()
    house.tell("hall", MotionSeen())
    house.tell("hall", MotionEnded())
    await house.wait(HOUR)
    house.tell("hall", MotionSeen())
    house.tell("hall", MotionEnded())
    await house.wait(1.5 * HOUR)
    assert house.alarms == []
    await house.wait(HOUR)
    assert house.alarms == [DangerSensed("no_motion", "hall", "hall")]
    await house.stop()


async def test_motion_that_nobody_ends_begins_anew(tmp_path: Path) -> None:
    rule = SensorRule(when="motion_seen", between="night", do="say")
    house = await House(tmp_path, NIGHT, prowler=rule).start()
    for _ in range(5):
        house.tell("hall", MotionSeen())
        await house.wait(MINUTE)
    assert len(house.said) == 1
    await house.wait(30 * MINUTE)
    house.tell("hall", MotionSeen())
    await house.wait(MINUTE)
    assert len(house.said) == 2
    await house.stop()


async def test_a_no_may_raise_an_alarm(tmp_path: Path) -> None:
    rule = SensorRule(
        when="bed_left", between="night", do="ask", then="alarm", question="Are you all right?"
    )
    house = await House(tmp_path, NIGHT, out_of_bed=rule).start()
    house.tell("bed", BedLeft())
    await house.wait(1)
    assert house.questions == ["Are you all right?"]
    await house.answer(Ending.NO)
    assert [alarm.reason for alarm in house.alarms] == ["out_of_bed"]
    assert house.family.told == []
    await house.stop()


@pytest.mark.parametrize(
    ("answer", "family", "alarms"), [(Ending.YES, 0, 0), (Ending.NO, 1, 1), (None, 1, 1)]
)
async def test_rules_about_the_same_ask_once_and_do_what_each_wants(
    tmp_path: Path, answer: Ending | None, family: int, alarms: int
) -> None:
    mine = SensorRule(when="door_opened")
    strict = SensorRule(when="door_opened", then="alarm")
    house = await House(tmp_path, NIGHT, mine=mine, strict=strict).start()
    house.tell("front_door", DoorOpened())
    await house.wait(1)
    assert len(house.questions) == 1
    if answer is not None:
        await house.answer(answer)
    await house.wait(HOUR)
    assert len(house.questions) == (1 if answer else 2)
    assert (len(house.family.told), len(house.alarms)) == (family, alarms)
    assert house.rows() == []
    await house.stop()


async def test_in_an_alarm_nothing_else_is_asked(night: House) -> None:
    night.open_alarm()
    night.tell("front_door", DoorOpened())
    await night.wait(5 * MINUTE)
    assert night.questions == []
    night.close_alarm()
    await night.wait(MINUTE / 2)
    assert len(night.questions) == 1
    await night.answer(Ending.YES)
    assert night.family.told == []


async def test_whoever_could_not_be_asked_is_told_of(night: House) -> None:
    night.open_alarm()
    night.tell("front_door", DoorOpened())
    await night.wait(HOUR)
    assert night.questions == []
    assert len(night.family.told) == 1


async def test_an_alarm_that_takes_the_question_away_leaves_it_owed(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    night.open_alarm()
    await night.wait(1)
    night.close_alarm()
    await night.wait(2 * MINUTE)
    assert len(night.questions) == 2


async def test_the_family_is_told_however_late(night: House) -> None:
    night.family.is_out = True
    night.tell("bathroom", WaterDetected())
    await night.wait(30 * MINUTE)
    assert night.family.told == []
    night.family.is_out = False
    await night.wait(5 * MINUTE)
    assert len(night.family.told) == 1


# ------------------------------------------------------------------------- after a power cut


async def test_a_question_is_picked_up(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    await night.again()
    night.tell("front_door", DoorOpened())  # the sensor says anew how it is
    await night.wait(MINUTE)
    assert len(night.questions) == 1
    await night.answer(Ending.YES)
    assert night.rows() == []
    await night.wait(HOUR)
    assert len(night.questions) == 1


async def test_what_waits_is_picked_up_with_the_time_that_passed(night: House) -> None:
    night.tell("bed", BedLeft())
    await night.wait(15 * MINUTE)
    await night.again()
    night.tell("bed", BedLeft())
    await night.wait(4 * MINUTE)
    assert night.questions == []
    await night.wait(2 * MINUTE)
    assert len(night.questions) == 1


async def test_who_came_back_meanwhile_is_not_asked(night: House) -> None:
    night.tell("bed", BedLeft())
    await night.wait(15 * MINUTE)
    await night.again(after_seconds=20 * MINUTE)
    night.tell("bed", BedEntered())
    await night.wait(HOUR)
    assert night.said == []


async def test_what_was_answered_stays_answered(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    await night.answer(Ending.YES)
    await night.again()
    night.tell("front_door", DoorOpened())
    await night.wait(HOUR)
    assert night.questions == []


async def test_what_the_family_is_owed_is_told_once(night: House) -> None:
    night.family.is_out = True
    night.tell("bathroom", WaterDetected())
    await night.wait(1)
    night.family.is_out = False
    await night.again()
    night.tell("bathroom", WaterDetected())
    await night.wait(MINUTE)
    await night.again()
    await night.wait(MINUTE)
    assert len(night.family.told) == 1


async def test_an_alarm_that_was_not_written_down_is_raised_again(night: House) -> None:
    written = night.course._recorded

    async def cut(_: float) -> None:
        raise RuntimeError("the power was cut here")

    night.course._recorded = cut
    night.tell("kitchen", SmokeDetected())
    await night.wait(1)
    assert len(night.alarms) == 1
    night.course._recorded = written
    await night.again()
    await night.wait(1)
    assert [alarm.reason for alarm in night.alarms] == ["fire"]


async def test_a_rule_that_is_gone_asks_nothing(tmp_path: Path) -> None:
    rule = SensorRule(when="door_opened", after_minutes=10)
    house = await House(tmp_path, NIGHT, mine=rule).start()
    house.tell("hall", DoorOpened())
    await house.wait(MINUTE)
    house._rules.clear()
    await house.again()
    await house.wait(HOUR)
    assert house.said == []
    assert house.rows() == []
    await house.stop()


# ----------------------------------------------------------------------------- a hostile one


async def test_who_invents_devices_takes_nothing_from_the_others(
    night: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.sensors.course.MOST_OF_ONE", 5)
    for number in range(10):
        night.tell("bathroom", WaterDetected(device=f"d{number}"))
    await night.wait(1)
    assert len(night.family.told) == 5
    night.tell("kitchen", SmokeDetected())
    await night.wait(1)
    assert len(night.alarms) == 1


async def test_what_is_too_much_is_told_and_never_silences_smoke(
    night: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.sensors.course.MOST_OF_ONE", 5)
    for number in range(5):
        night.tell("bathroom", WaterDetected(device=f"d{number}"))
    assert all(each.is_well for each in await night.feature.findings())
    night.tell("bathroom", WaterDetected(device="another"))
    (found,) = [each for each in await night.feature.findings() if not each.is_well]
    assert "more devices" in found.detail
    for number in range(10):
        night.tell("bathroom", SmokeDetected(device=f"d{number}"))
    await night.wait(1)
    assert len(night.alarms) == 10


async def test_even_smoke_has_its_bound_in_memory(
    night: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.sensors.course.MOST_DANGERS", 3)
    for number in range(5):
        night.tell("bathroom", SmokeDetected(device=f"d{number}"))
    await night.wait(1)
    assert len(night.alarms) == 3
    assert len(night.course._told_at) == 3


# ------------------------------------------------------------------------ nothing lasts for ever


async def test_a_sensor_that_tells_nothing_any_more_alarms_no_more(night: House) -> None:
    night.tell("kitchen", SmokeDetected())
    night.tell("kitchen", DeviceLost())
    await night.wait(2 * HOUR)
    assert len(night.alarms) == 2
    assert night.rows() == []
    night.tell("kitchen", SmokeDetected())
    await night.wait(1)
    assert len(night.alarms) == 3


async def test_one_that_is_lost_and_tells_it_all_the_same_goes_on(night: House) -> None:
    for _ in range(13):
        night.tell("kitchen", SmokeDetected())
        night.tell("kitchen", DeviceLost())
        await night.wait(5 * MINUTE)
    assert len(night.alarms) == 7


async def test_a_sensor_whose_program_never_comes_back_alarms_no_more(night: House) -> None:
    night.tell("kitchen", SmokeDetected())
    night.home.bus.publish(ChildDied("sensor.kitchen", "gone", 1.0))
    await night.wait(2 * HOUR)
    assert len(night.alarms) == 2


async def test_a_sensor_that_left_the_settings_leaves_nothing(night: House) -> None:
    night.tell("kitchen", SmokeDetected())
    night.tell("bathroom", WaterDetected())
    night.tell("bed", BedLeft())
    await night.wait(MINUTE)
    night.names = ("hall",)
    await night.again()
    await night.wait(2 * HOUR)
    assert (night.alarms, night.said) == ([], [])
    assert night.rows() == []
    assert night.course._latches == {}


async def test_what_is_owed_of_a_sensor_that_left_is_told(night: House) -> None:
    night.family.is_out = True
    night.tell("bathroom", WaterDetected())
    await night.wait(1)
    night.family.is_out, night.names = False, ("hall",)
    await night.again()
    await night.wait(1)
    assert len(night.family.told) == 1


async def test_after_a_yes_a_door_that_stays_open_is_asked_about(night: House) -> None:
    night.tell("front_door", DoorOpened())
    await night.wait(1)
    await night.answer(Ending.YES)
    night.tell("front_door", DoorClosed())
    await night.wait(2 * MINUTE)
    night.tell("front_door", DoorOpened())
    await night.wait(7 * MINUTE)
    assert len(night.questions) == 1
    await night.wait(2 * MINUTE)
    assert len(night.questions) == 2


async def test_an_outage_is_no_silence(night: House) -> None:
    night.tell("bed", BedLeft())
    await night.wait(15 * MINUTE)
    await night.again(after_seconds=2 * HOUR)
    await night.wait(MINUTE)
    assert len(night.questions) == 1
    assert night.family.told == []


# -------------------------------------------------------------------- a disk that never answers


async def test_an_alarm_waits_for_no_disk(night: House) -> None:
    night.hang()
    night.tell("kitchen", SmokeDetected())
    await night.wait(1)
    assert len(night.alarms) == 1


async def test_what_became_an_alarm_waits_for_no_disk(tmp_path: Path) -> None:
    asks = SensorRule(when="bed_left", after_minutes=1)
    lasts = SensorRule(when="door_opened", after_minutes=2, do="alarm")
    house = await House(tmp_path, DAY, asks=asks, lasts=lasts).start()
    house.tell("bed", BedLeft())
    house.tell("hall", DoorOpened())
    await house.wait(MINUTE / 2)
    house.hang()
    await house.wait(MINUTE)
    assert house.alarms == []
    await house.wait(MINUTE)
    assert [alarm.reason for alarm in house.alarms] == ["door_open"]
    await house.stop()


async def test_a_no_waits_for_no_disk(tmp_path: Path) -> None:
    mine = SensorRule(when="door_opened")
    strict = SensorRule(when="door_opened", then="alarm")
    house = await House(tmp_path, DAY, mine=mine, strict=strict).start()
    house.tell("front_door", DoorOpened())
    await house.wait(1)
    house.hang()
    await house.answer(Ending.NO)
    assert len(house.alarms) == 1
    await house.wait(HOUR)
    assert len(house.alarms) == 1
    await house.stop()


async def test_a_rule_that_fails_keeps_no_other_from_its_turn(
    night: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> str:
        raise KeyError("a wording")

    monkeypatch.setattr(night.feature.wording, "question", fail)
    night.tell("front_door", DoorOpened())
    night.tell("bathroom", WaterDetected())
    await night.wait(1)
    assert len(night.family.told) == 1
    assert "it is tried again" in caplog.text


async def test_radar_and_added_sensors_do_not_mix(night: House) -> None:
    night.home.bus.publish(Sensed("BedLeft", "radar", "bedroom", {}))
    await night.wait(HOUR)
    assert night.said == []
