"""A clock that jumps while an alarm is open: it goes on, and goes out again if nobody came."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.faults.parts import Home, a_home
from tests.hostile.parts import BEGINNINGS, DAUGHTER, ended, until_open

YEAR = 365.25 * 86_400
JUMPS = {
    "ten years ahead": 10 * YEAR,
    "ten years back": -10 * YEAR,
    "a day ahead": 86_400.0,
    "a day back": -86_400.0,
    "an hour back": -3_600.0,
    "to 1970": None,
    "to 2106": 2**32 + 10.0,
}
ARRIVE_SECONDS = 1_200.0


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> object:
    """Called, the machine's clock goes wrong by the parameter and on from there."""
    real, by = time.time, JUMPS[request.param]

    def wrong() -> None:
        off = -real() + 60 if by is None else by
        monkeypatch.setattr(time, "time", lambda: real() + off)

    return wrong


def with_jumps(test: object) -> object:
    return pytest.mark.parametrize("jump", JUMPS, indirect=True)(test)


async def cry_with_a_daughter(home: Home) -> None:
    home.add(DAUGHTER, "tel:13800138000")
    BEGINNINGS["cried"](home)
    await until_open(home)


async def acknowledge(home: Home) -> None:
    (alarm,), (contact,) = (
        home.core.alarms.store.open_alarms(),
        home.core.ways.people.all,
    )
    await home.core.alarms.triggers.controller.acknowledge(alarm.alarm_id, contact.contact_id)


def tries(home: Home) -> int:
    (alarm,) = home.core.alarms.store.open_alarms()
    return len(home.core.alarms.store.attempts(alarm.alarm_id))


@with_jumps
@pytest.mark.parametrize("begin", BEGINNINGS)
async def test_it_must_not_end_or_stop_an_alarm(tmp_path: Path, begin: str, jump: object) -> None:
    async with a_home(tmp_path) as home:
        home.add(DAUGHTER, "http://127.0.0.1:1/alarm")
        BEGINNINGS[begin](home)
        await until_open(home)
        jump()  # type: ignore[operator]
        await asyncio.sleep(200)
        assert home.state() == "raised"
        before = len(home.said())
        await asyncio.sleep(300)
        assert len(home.said()) > before, "the elder is told that it goes on"
        assert ended(home) == []


@with_jumps
async def test_it_must_not_keep_it_from_going_out_again(tmp_path: Path, jump: object) -> None:
    async with a_home(tmp_path) as home:
        await cry_with_a_daughter(home)
        await acknowledge(home)
        jump()  # type: ignore[operator]
        await asyncio.sleep(ARRIVE_SECONDS + 5)
        assert home.state() == "raised"


@with_jumps
async def test_nor_where_it_jumps_just_before_somebody_takes_it_on(
    tmp_path: Path, jump: object
) -> None:
    async with a_home(tmp_path) as home:
        await cry_with_a_daughter(home)
        jump()  # type: ignore[operator]
        await acknowledge(home)
        await asyncio.sleep(ARRIVE_SECONDS - 60)
        assert home.state() == "acknowledged", "and not before its time"
        await asyncio.sleep(65)
        assert home.state() == "raised"


@with_jumps
@pytest.mark.parametrize("is_taken", [False, True])
async def test_nor_over_a_restart(tmp_path: Path, jump: object, is_taken: bool) -> None:
    async with a_home(tmp_path) as home:
        await cry_with_a_daughter(home)
        if is_taken:
            await acknowledge(home)
        await home.core.alarms.store.recorded(5)
    jump()  # type: ignore[operator]
    async with a_home(tmp_path) as home:
        await until_open(home)
        await asyncio.sleep(ARRIVE_SECONDS + 5)
        assert home.state() == "raised"


@with_jumps
async def test_somebody_who_said_when_must_not_hold_it_for_ever(
    tmp_path: Path, jump: object
) -> None:
    async with a_home(tmp_path) as home:
        await cry_with_a_daughter(home)
        await acknowledge(home)
        (alarm,), (contact,) = (
            home.core.alarms.store.open_alarms(),
            home.core.ways.people.all,
        )
        controller = home.core.alarms.triggers.controller
        assert await controller.comes(alarm.alarm_id, contact.contact_id, 10**9)
        jump()  # type: ignore[operator]
        await asyncio.sleep(4 * 3_600)
        assert home.state() == "raised"
