"""A press is a cry for help; what is wrong with a button is told once a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

import assistant.replies
from assistant.bus import Bus
from assistant.care.buttons import SILENCE_LIMIT_SECONDS, Buttons
from assistant.care.pendants import BatteryLow, ButtonPressed, PendantSeen
from assistant.events import HelpPressed, Say
from assistant.home import HomeMemory
from assistant.language import Replies
from assistant.settings import EmergencySettings, Settings
from assistant.speech import Speech
from assistant.store import Database, KeyedValues

REPLIES = Replies.load(Path(assistant.replies.__path__[0]))
DAY = 24 * 3_600.0


@pytest.fixture
def told() -> list[object]:
    return []


def buttons(folder: Path, told: list[object], settings: EmergencySettings) -> Buttons:
    bus = Bus()
    bus.listen(told.append)
    memory = HomeMemory(
        KeyedValues.home(Database(folder / "x.sqlite")), replace(Settings(), language="en")
    )
    return Buttons(bus, Speech(bus, memory, 10, has_mouth=False), memory, REPLIES, settings)


async def test_a_cord_tells_its_room(tmp_path: Path, told: list[object]) -> None:
    ours = buttons(tmp_path, told, EmergencySettings(pendants={"cord-1": "bathroom"}))
    await ours.start()
    ours.take(ButtonPressed("cord-1"))
    ours.take(ButtonPressed("stranger"))
    assert told == [HelpPressed("cord-1", "bathroom"), HelpPressed("stranger", "")]
    await ours.stop()


async def test_silence_for_a_day_is_told_and_a_sign_of_life_ends_it(
    tmp_path: Path, told: list[object]
) -> None:
    ours = buttons(tmp_path, told, EmergencySettings(pendants={"cord-1": "bathroom"}))
    await ours.start()
    await asyncio.sleep(SILENCE_LIMIT_SECONDS - 3_600)
    ours.take(PendantSeen("cord-1"))
    await asyncio.sleep(SILENCE_LIMIT_SECONDS - 3_600)
    assert told == []
    await asyncio.sleep(DAY)
    said = [event.text for event in told if isinstance(event, Say)]
    assert len(said) == 1
    assert "bathroom" in said[0]
    await ours.stop()


async def test_a_low_battery_is_told_once_a_day(tmp_path: Path, told: list[object]) -> None:
    ours = buttons(tmp_path, told, EmergencySettings())
    await ours.start()
    for _ in range(50):
        ours.take(BatteryLow("worn", 8))
        await asyncio.sleep(3_600)
    assert len(told) == 3
    await ours.stop()
