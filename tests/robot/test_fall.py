"""From a fall before the radar to the call-out, the robot on its way: real parts throughout."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from assistant.alarm import confirmation
from assistant.events import AlarmRaised, ChildDied, Heard, Origin, RobotMoved, Sensed
from assistant.settings import RadarSettings
from robot_io import FaceName
from robot_io.people import KEEP_METRES
from tests.perception.fall_recording import FELL_AT, HEIGHT, fall_packets, record
from tests.robot.parts import House, a_house
from tests.waiting import until

NAMED_FINE = Heard("u", "我没事", "zh", is_final=True, addressed=True, raw_text="安安我没事")
FACES = list(FaceName)
# Long enough for the robot to be seen on its way before the alarm is raised.
ANSWER_SECONDS = 12.0


@pytest.fixture
def radar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RadarSettings:
    monkeypatch.setattr(confirmation, "ANSWER_SECONDS", ANSWER_SECONDS)
    recording = tmp_path / "fall.radar"
    record(recording, fall_packets())
    return RadarSettings(port=f"file:{recording}", height_metres=HEIGHT, place="客厅")


def falls(house: House) -> list[Sensed]:
    return [sensed for sensed in house.of(Sensed) if sensed.kind == "FallDetected"]


def questions(house: House) -> int:
    return sum("请说我没事" in text for text in house.said())


async def raised(house: House) -> None:
    await until(lambda: house.of(AlarmRaised), "the alarm is raised")
    (alarm,) = house.of(AlarmRaised)
    assert (alarm.reason, alarm.origin, alarm.device) == ("fall", Origin.SENSOR, "radar")
    assert alarm.place == "客厅"
    assert questions(house) == 2
    await until(lambda: house.body.face == FACES.index(FaceName.CALLING), "it shows it")


async def test_a_fall_is_asked_about_twice_come_to_and_called_out(
    tmp_path: Path, radar: RadarSettings
) -> None:
    async with a_house(tmp_path / "home", radar) as house:
        await house.consent()
        await until(house.core.alarms.store.open_alarms, "an alarm is suspected")
        assert not house.of(AlarmRaised), "the elder is asked first"
        assert (await house.ended()).outcome == "finished"
        assert abs(house.distance_to(FELL_AT) - KEEP_METRES) < 0.4
        await raised(house)
        assert len(house.of(RobotMoved)) == 1, "it is there already"


async def test_without_consent_it_stays_where_it_is_and_the_call_goes_out(
    tmp_path: Path, radar: RadarSettings
) -> None:
    async with a_house(tmp_path / "home", radar) as house:
        await house.consent(may_move=False)
        await raised(house)
        assert house.body.docked
        assert house.body.moved_metres == 0.0


async def test_im_fine_ends_it_and_the_robot_goes_back(
    tmp_path: Path, radar: RadarSettings
) -> None:
    async with a_house(tmp_path / "home", radar) as house:
        await house.consent()
        assert (await house.ended()).outcome == "finished"
        house.core.bus.publish(NAMED_FINE)
        assert (await house.ended()).motion == "dock"
        assert house.body.docked
        assert not house.core.alarms.store.open_alarms()
        assert not house.of(AlarmRaised)


async def test_both_children_killed_on_the_way_lose_nothing(
    tmp_path: Path, radar: RadarSettings
) -> None:
    async with a_house(tmp_path / "home", radar) as house:
        await house.consent()
        await until(lambda: falls(house), "seen")
        await until(lambda: house.body.speed > 0.05, "rolling")
        for name in ("robot", "senses"):
            pid = house.core.supervisor.pid(name)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        await until(lambda: not house.body.is_moving, "the dead-man stopped it")
        await until(lambda: len(house.of(ChildDied)) >= 2, "noticed")
        assert (await house.ended()).outcome == "finished", "it set out again"
        assert abs(house.distance_to(FELL_AT) - KEEP_METRES) < 0.4
        await raised(house)
        # The recording begins anew, and the same fall is the same alarm.
        await until(lambda: len(falls(house)) == 2, "it sees again")
        assert len(house.core.alarms.store.open_alarms()) == 1
