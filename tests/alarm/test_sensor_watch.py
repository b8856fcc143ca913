"""What perception tells becomes a question to the elder, or a word that nobody is watched over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from assistant.alarm.sensor_watch import ASLEEP_SECONDS, BLIND_SECONDS, SensorWatch
from assistant.commands.told import told as told_in
from assistant.events import Capability, ChildDied, DangerSensed, PeopleLocated, Ready, Say, Sensed
from assistant.home.camera_privacy import CameraPrivacy
from assistant.settings import CameraSettings, RadarSettings, Settings
from tests.homes import a_home, features
from tests.reminders.home import SHANGHAI, VirtualClock
from tests.waiting import until

NOON = datetime(2026, 11, 25, 12, tzinfo=SHANGHAI)


@dataclass
class Room:
    folder: Path
    told: list[object] = field(default_factory=list)
    SETTINGS: ClassVar[Settings] = Settings(language="en", radar=RadarSettings(port="/dev/radar"))

    def __post_init__(self) -> None:
        self._clock = VirtualClock(NOON.timestamp())
        home = a_home(
            self.folder,
            self.SETTINGS,
            capabilities=frozenset({Capability.SENSES}),
            clock=self._clock,
            zone=SHANGHAI,
        )
        self.bus = home.bus
        self.bus.listen(self.told.append)
        self.home = home
        built = features(home, "camera privacy", "sensors")
        self.sensing, self.privacy = built.of(SensorWatch), built.of(CameraPrivacy)

    def fall_asleep(self) -> None:
        self._clock.move((NOON + timedelta(hours=12)).timestamp())

    def wake(self) -> None:
        self._clock.move((NOON + timedelta(hours=24)).timestamp())

    def sense(self, kind: str, **values: object) -> None:
        self.bus.publish(Sensed(kind, "radar", "living room", values))

    def dangers(self) -> list[str]:
        return [event.reason for event in self.told if isinstance(event, DangerSensed)]

    def said(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Say)]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    yield room
    await room.sensing.stop()


async def test_what_may_be_an_emergency_is_one_and_nothing_else(room: Room) -> None:
    everyday = ("PersonPresent", "BedLeft", "Rose", "ActivityChanged", "GaitSpeed", "VitalSigns")
    for kind in everyday:
        room.sense(kind)
    assert room.dangers() == []
    for kind in ("FallDetected", "LyingOnFloor", "NoMotion", "BathroomLong"):
        room.sense(kind)
    assert room.dangers() == ["fall", "fall", "no_motion", "bathroom"]
    assert DangerSensed("fall", "radar", "living room") in room.told


async def test_a_stumble_is_no_alarm_and_is_told_with_the_findings(room: Room) -> None:
    room.sense("Stumbled", person=1, from_metres=1.5, to_metres=0.4)
    assert room.dangers() == []
    assert room.said() == []
    (finding,) = await room.sensing.findings()
    assert finding.is_well
    assert "stumbles in the last day, up again at once: 1" in finding.detail
    room.wake()  # a day later
    (finding,) = await room.sensing.findings()
    assert "stumble" not in finding.detail


async def test_how_the_radar_really_hangs_is_told_with_the_findings(room: Room) -> None:
    room.sense("Stumbled", person=1)
    room.sense("MountingFound", height_metres=1.62, told_metres=2.0)
    assert room.dangers() == room.said() == []
    (finding,) = await room.sensing.findings()
    assert finding.is_well
    assert "it hangs 1.62 m high, not 2.00 m, so set height_metres = 1.62" in finding.detail
    in_chinese = told_in(finding.detail, "zh")
    assert "请在 [radar] 下设 height_metres = 1.62" in in_chinese
    assert "stumble" not in in_chinese
    assert "room" not in in_chinese


async def test_who_sleeps_does_not_move_but_may_fall(room: Room) -> None:
    room.fall_asleep()
    for kind in ("NoMotion", "FallDetected", "BathroomLong"):
        room.sense(kind)
    assert room.dangers() == ["fall", "bathroom"]
    room.wake()
    room.sense("NoMotion")  # told again, for it lasts
    assert room.dangers()[-1] == "no_motion"


async def test_a_blind_radar_is_told_once_and_that_it_sees_again(room: Room) -> None:
    for _ in range(5):
        room.sense("SensorTroubled", reason="unplugged")
        room.bus.publish(ChildDied("senses", "exit 1", 1.0))
        await asyncio.sleep(BLIND_SECONDS)
    assert len(room.said()) == 1
    assert "call out to me" in room.said()[0]
    (finding,) = await room.sensing.findings()
    assert not finding.is_well
    room.bus.publish(PeopleLocated(((1.0, 2.0),)))
    room.sense("PersonPresent", count=1)
    assert len(room.said()) == 2
    assert "again" in room.said()[1]
    findings = await room.sensing.findings()
    assert all(finding.is_well for finding in findings)


@pytest.mark.parametrize(
    "good", [Ready("senses"), Sensed("SensorRecovered", "radar", ""), PeopleLocated(((0.0, 1.0),))]
)
async def test_a_short_blindness_is_not_worth_a_word(room: Room, good: object) -> None:
    room.sense("SensorTroubled", reason="unplugged")
    await asyncio.sleep(BLIND_SECONDS / 2)
    room.bus.publish(good)
    await asyncio.sleep(BLIND_SECONDS * 2)
    assert room.said() == []


async def test_nobody_is_woken_to_hear_of_it(room: Room) -> None:
    room.fall_asleep()
    room.sense("SensorTroubled", reason="unplugged")
    await asyncio.sleep(BLIND_SECONDS + 5 * ASLEEP_SECONDS)
    assert room.said() == []
    room.wake()
    await asyncio.sleep(ASLEEP_SECONDS)
    assert len(room.said()) == 1


# ------------------------------------------------------------------------- beside a camera


class WithCamera(Room):
    SETTINGS = Settings(
        language="en",
        radar=RadarSettings(port="/dev/radar"),
        camera=CameraSettings(source="/dev/video0"),
    )

    async def hide(self) -> None:
        await self.privacy.switch(is_private=True)

    def see(self, kind: str, /, **values: object) -> None:
        self.bus.publish(Sensed(kind, "camera", "living room", values))

    async def how(self) -> dict[str, str]:
        return {each.part: each.detail for each in await self.sensing.findings() if each.is_well}


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[WithCamera]:
    room = WithCamera(tmp_path)
    await room.privacy.start()
    room.bus.publish(Ready("senses", "watches"))
    yield room
    await room.sensing.stop()
    await room.home.database.close()


async def test_each_sensor_is_blind_for_itself(both: WithCamera) -> None:
    both.see("SensorTroubled", reason="Something covers the camera.", kind="covered")
    assert set(await both.how()) == {"radar"}
    both.sense("PersonPresent", count=1)
    assert set(await both.how()) == {"radar"}
    both.see("SensorRecovered")
    assert set(await both.how()) == {"radar", "camera"}
    both.sense("SensorTroubled", reason="gone")
    assert set(await both.how()) == {"camera"}


async def test_a_blind_camera_is_told_aloud_but_not_that_it_is_night(
    both: WithCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.alarm.sensor_watch.BLIND_SECONDS", 0.0)
    both.see("SensorTroubled", reason="It is too dark.", kind="dark")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert both.said() == []
    both.see("SensorTroubled", reason="Something covers the camera.", kind="covered")
    await until(both.said, "that the camera is blind")
    assert "camera" in both.said()[0]
    both.see("SensorRecovered")
    assert len(both.said()) == 2


async def test_a_camera_that_was_told_not_to_look_is_no_trouble(both: WithCamera) -> None:
    both.see("SensorTroubled", reason="Something covers the camera.", kind="covered")
    await both.hide()
    assert "told not to look" in (await both.how())["camera"]
    both.bus.publish(ChildDied("senses", "signal 9", 0.0))
    assert set(await both.how()) == {"camera"}
