"""A press is a cry for help; what is wrong with a button is told once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.events import HelpPressed, Say
from assistant.pendants import (
    BatteryLow,
    ButtonPressed,
    PendantLost,
    PendantSeen,
    SerialReceiver,
)
from assistant.pendants.service import SILENCE_LIMIT_SECONDS, PendantService
from assistant.services.findings import Verdict
from assistant.settings import EmergencySettings, Settings
from tests.homes import a_home, features

DAY = 24 * 3_600.0


@pytest.fixture
def told() -> list[object]:
    return []


def pendants(folder: Path, told: list[object], settings: EmergencySettings) -> PendantService:
    home = a_home(folder, Settings(language="en", emergency=settings))
    home.bus.listen(told.append)
    return features(home, "records of alarms", "pendants").of(PendantService)


async def test_a_cord_tells_its_room(tmp_path: Path, told: list[object]) -> None:
    ours = pendants(tmp_path, told, EmergencySettings(pendants={"cord-1": "bathroom"}))
    await ours.start()
    ours.take(ButtonPressed("cord-1"))
    ours.take(ButtonPressed("stranger"))
    assert told == [HelpPressed("cord-1", "bathroom"), HelpPressed("stranger", "")]
    await ours.stop()


async def test_silence_for_a_day_is_told_and_a_sign_of_life_ends_it(
    tmp_path: Path, told: list[object]
) -> None:
    ours = pendants(tmp_path, told, EmergencySettings(pendants={"cord-1": "bathroom"}))
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
    ours = pendants(tmp_path, told, EmergencySettings())
    await ours.start()
    for _ in range(50):
        ours.take(BatteryLow("worn", 8))
        await asyncio.sleep(3_600)
    assert len(told) == 3
    await ours.stop()


async def test_a_driver_that_fails_is_told_and_begun_again(
    tmp_path: Path, told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    async def run(self: SerialReceiver, on_fact: Callable[[object], None]) -> None:
        begun.append(self.name)
        if len(begun) == 1:
            raise RuntimeError("whatever it is")
        on_fact(PendantSeen(self.name))
        await asyncio.Event().wait()

    monkeypatch.setattr(SerialReceiver, "run", run)
    monkeypatch.setattr("assistant.pendants.service.REOPEN_SECONDS", 0.05)
    ours = pendants(tmp_path, told, EmergencySettings(receiver="/dev/none"))
    await ours.start()
    async with asyncio.timeout(5):
        while not begun:  # noqa: ASYNC110  (what is awaited comes from a driver)
            await asyncio.sleep(0.01)
        (finding,) = await ours.findings()
        assert finding.verdict is not Verdict.WELL
        assert "RuntimeError" in finding.detail
        while len(begun) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    (finding,) = await ours.findings()
    assert finding.verdict is Verdict.WELL
    await ours.stop()


async def test_a_receiver_that_came_back_is_well_again(tmp_path: Path, told: list[object]) -> None:
    ours = pendants(tmp_path, told, EmergencySettings(receiver=str(tmp_path / "none")))
    await ours.start()
    ours.take(PendantLost("receiver", "the receiver was unplugged"))
    (lost,) = await ours.findings()
    ours.take(PendantSeen("receiver"))
    (back,) = await ours.findings()
    assert (lost.verdict, back.verdict) == (Verdict.BROKEN, Verdict.WELL)
    await ours.stop()


@pytest.mark.parametrize("path", ["/dev/none", "/etc/hostname", "a\0b", "/"])
async def test_a_button_that_is_no_device_is_told_and_tried_on(
    tmp_path: Path, told: list[object], path: str
) -> None:
    ours = pendants(tmp_path, told, EmergencySettings(button=path))
    await ours.start()
    async with asyncio.timeout(5):
        while (await ours.findings())[0].verdict is Verdict.WELL:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert all(not task.done() for task in ours._tasks)
    await ours.stop()
