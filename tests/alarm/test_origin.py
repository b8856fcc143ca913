"""What an alarm comes from is told by its origin, whatever the thing is called."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.alarm.sensor_watch import REASONS as OF_SENSORS
from assistant.alarm.source import Source, source_of
from assistant.alarm.state import REASONS
from assistant.channels import Message
from assistant.events import (
    AlarmRaised,
    DangerSensed,
    HelpPressed,
    Origin,
    from_line,
    to_line,
)
from assistant.people.contacts import new_contact
from perception.events import Event
from tests.alarm.parts import Home, World, a_home

ADDRESSES = {"zh": "text:zh", "en": "text:en"}
SENSED = {"zh": "传感器在", "en": "a sensor noticed"}
CRIED = {"zh": "求救：", "en": "needs help since"}
NAMES = [
    "radar",
    "mat",
    "压力垫",
    "bed sensor",
    "voice",
    "pendant",
    "pendant:mat",
    "test",
    "web",
    "",
]


async def told(home: Home, seconds: float) -> dict[str, Message]:
    """What each reader was sent, by language."""
    await home.after(seconds)
    messages = {address: message for _, address, message in reversed(home.world.tries)}
    return {lang: messages[address] for lang, address in ADDRESSES.items()}


def add_readers(home: Home) -> None:
    for lang, address in ADDRESSES.items():
        home.people.add(replace(new_contact(f"reader {lang}", [], [address]), lang=lang))


def assert_told(messages: dict[str, Message], right: dict[str, str], wrong: dict[str, str]) -> None:
    for lang, message in messages.items():
        assert right[lang] in message.text
        assert wrong[lang] not in message.text
        assert message.is_automatic is (right is SENSED)
        assert not message.is_test


@pytest.mark.parametrize("name", NAMES)
async def test_a_sensor_of_any_name_is_told_as_a_sensor(tmp_path: Path, name: str) -> None:
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
        home.bus.publish(DangerSensed("fall", name, "浴室"))
        await home.after(1)
        assert home.states() == ["confirming"]
        assert_told(await told(home, 120), SENSED, CRIED)
        (raised,) = (event for event in home.told if isinstance(event, AlarmRaised))
        assert (raised.origin, raised.device) == (Origin.SENSOR, name)


AT_ONCE = {"zh": "传感器在", "en": "a sensor reported smoke"}
ASKED = {"zh": "问了两次", "en": "nobody answered"}


async def test_smoke_is_told_at_once_and_that_nobody_was_asked_is_not_said(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
        home.bus.publish(DangerSensed("fire", "kitchen", "浴室", is_sure=True))
        for lang, message in (await told(home, 30)).items():
            assert AT_ONCE[lang] in message.text
            assert ASKED[lang] not in message.text
            assert "说家里" not in message.text
            assert message.is_automatic


async def test_smoke_again_calls_nobody_anew_while_somebody_comes(tmp_path: Path) -> None:
    smoke = DangerSensed("fire", "kitchen", "", is_sure=True)
    async with a_home(tmp_path, World({"call:1": ["acknowledged"]}), {"女儿": ["call:1"]}) as home:
        home.bus.publish(smoke)
        await home.after(30)
        assert home.states() == ["acknowledged"]
        home.bus.publish(smoke)
        await home.after(30)
        assert home.states() == ["acknowledged"]


async def test_what_is_sure_does_not_wait_for_the_answer_to_what_is_not(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["busy"]}), {"女儿": ["call:1"]}) as home:
        home.bus.publish(DangerSensed("fire", "kitchen"))
        await home.after(1)
        assert home.states() == ["confirming"]
        home.bus.publish(DangerSensed("fire", "kitchen", is_sure=True))
        await home.after(1)
        assert home.states() == ["raised"]


@pytest.mark.parametrize("name", [*NAMES, "sensor", "camera-2", "radar-button"])
async def test_a_button_of_any_name_is_told_as_a_call_for_help(tmp_path: Path, name: str) -> None:
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
        home.bus.publish(HelpPressed(name, "浴室"))
        assert_told(await told(home, 30), CRIED, SENSED)
        (raised,) = (event for event in home.told if isinstance(event, AlarmRaised))
        assert (raised.origin, raised.device) == (Origin.BUTTON, name)


async def test_a_cry_is_told_as_one(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
        home.cry()
        assert_told(await told(home, 30), CRIED, SENSED)


async def test_a_sensor_called_voice_does_not_end_by_any_words(tmp_path: Path) -> None:
    """A cry is asked about once; what a sensor saw twice, as who fell may not hear the first."""
    async with a_home(tmp_path, World(), {"女儿": ["text:x"]}) as home:
        home.bus.publish(DangerSensed("fall", "voice"))
        await home.after(40)
        assert home.states() == ["confirming"], "it is asked a second time"
        await home.after(60)
        assert home.states() == ["raised"]


AS_BEFORE = {
    "voice": (Source(Origin.VOICE), CRIED),
    "pendant:cord": (Source(Origin.BUTTON, "cord"), CRIED),
    "pendant:": (Source(Origin.BUTTON, ""), CRIED),
    "radar": (Source(Origin.SENSOR, "radar"), SENSED),
    "camera": (Source(Origin.SENSOR, "camera"), SENSED),
    "sensor-3": (Source(Origin.SENSOR, "sensor-3"), SENSED),
    "mat": (Source(Origin.SENSOR, "mat"), SENSED),
}
"""Texts of the table before each sensor had its origin, and what they are read as."""


@pytest.mark.parametrize("text", AS_BEFORE)
async def test_an_open_alarm_of_before_goes_on_as_what_it_was(tmp_path: Path, text: str) -> None:
    source, words = AS_BEFORE[text]
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
    with closing(sqlite3.connect(tmp_path / "anban.sqlite")) as database, database:
        database.execute(
            "INSERT INTO alarm (alarm_id, reason, source, place, opened_at, state, asked_count, "
            "denied_count, was_reached, acknowledged_by, escalate_at, generation, expected_at) "
            "VALUES ('a', 'fall', ?, '浴室', ?, 'raised', 0, 0, 0, '', NULL, 0, NULL)",
            (text, time.time()),
        )
    async with a_home(tmp_path, World(), {}) as home:
        (alarm,) = home.store.open_alarms()
        assert alarm.source == source
        assert_told(await told(home, 30), words, SENSED if words is CRIED else CRIED)
        assert home.store.same("fall", source) is not None


def test_a_row_of_a_drill_is_read_as_one() -> None:
    assert source_of("test") == Source(Origin.DRILL)


@pytest.mark.parametrize("name", NAMES)
async def test_a_sensor_is_one_after_a_restart(tmp_path: Path, name: str) -> None:
    async with a_home(tmp_path, World(), {}) as home:
        add_readers(home)
        home.bus.publish(DangerSensed("fall", name))
        await home.after(1)
    async with a_home(tmp_path, World(), {}) as home:
        (alarm,) = home.store.open_alarms()
        assert alarm.source == Source(Origin.SENSOR, name)
        assert_told(await told(home, 120), SENSED, CRIED)


@given(st.sampled_from([Origin.BUTTON, Origin.SENSOR]), st.text())
def test_any_name_is_read_back_as_it_was_written(origin: Origin, name: str) -> None:
    assert source_of(Source(origin, name).text) == Source(origin, name)


@pytest.mark.parametrize("origin", [Origin.VOICE, Origin.DRILL])
def test_what_has_no_device_is_read_back_as_well(origin: Origin) -> None:
    assert source_of(Source(origin).text) == Source(origin)


def test_the_origin_crosses_processes() -> None:
    raised = AlarmRaised("a", "fall", Origin.SENSOR, "浴室", 1.0, "mat")
    crossed = from_line(to_line(raised))
    assert crossed == raised
    assert isinstance(crossed, AlarmRaised)
    assert crossed.origin is Origin.SENSOR


def test_what_is_asked_about_is_told_by_perception_and_known_to_alarms() -> None:
    assert OF_SENSORS.keys() <= {kind.__name__ for kind in get_args(Event)}
    assert set(OF_SENSORS.values()) <= set(REASONS)
