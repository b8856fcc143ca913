"""Long, deep and very many: nothing keeps the core from its next turn, or grows for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.events import (
    AskElder,
    CryForHelpHeard,
    DangerSensed,
    HelpPressed,
    PeopleLocated,
    Sensed,
)
from assistant.safety import judge
from tests.asking import call
from tests.faults.parts import a_home
from tests.hostile.parts import BEGINNINGS, hear, until_open

pytestmark = pytest.mark.timeout(120)
TEXTS = {
    "near a cry": "救 救 救 " * 300,
    "beginnings": "i can't " * 400,
    "one letter": "a" * 4_000,
    "one character": "我" * 4_000,
    "quotes": "'" * 4_000,
    "digits": "1 2 0 " * 600,
    "marks": "e\u0301\u0302\u0303" * 900,
    "blanks": " \t\u3000" * 1_300 + "救命",
    "mixed": "救help命me" * 400,
    "not": "不" * 2_000 + "没" * 2_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_must_be_beyond_judging(name: str) -> None:
    for is_final in (False, True):
        judge(TEXTS[name], is_final=is_final)


@pytest.mark.parametrize("name", TEXTS)
async def test_no_typed_text_must_be_left_without_an_answer(tmp_path: Path, name: str) -> None:
    async with a_home(tmp_path) as home:
        turn = await call(home.core.bus, "turn", text=TEXTS[name])
        assert turn["reply"] or turn["lane"] == "safety"


async def test_a_thousand_presses_must_be_one_alarm(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        before = len(asyncio.all_tasks())
        for _ in range(1_000):
            home.core.bus.publish(HelpPressed("cord-1", "浴室"))
        await until_open(home)
        await home.core.alarms.triggers._tasks.finish()
        assert len(home.core.alarms.store.open_alarms()) == 1
        assert len(asyncio.all_tasks()) < before + 30


async def test_alarms_of_a_thousand_names_must_not_grow_for_ever(tmp_path: Path) -> None:
    """A hub that gives its button another name with every press."""
    async with a_home(tmp_path) as home:
        for number in range(200):
            home.core.bus.publish(HelpPressed(f"button-{number}", ""))
        await until_open(home)
        await home.core.alarms.triggers._tasks.finish()
        assert len(home.core.alarms.store.open_alarms()) < 50
        await call(home.core.bus, "turn", text="救命")


async def test_everything_at_once_must_leave_the_alarm_standing(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        home.add("大女儿", "tel:13800138000")
        for number in range(300):
            home.core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
            home.core.bus.publish(DangerSensed("fall", "radar"))
            home.core.bus.publish(AskElder(f"要听故事吗？{number}"))
            home.core.bus.publish(Sensed("NoMotion", "radar", "客厅", {"a": "b" * 1_000}))
            home.core.bus.publish(PeopleLocated(tuple((0.0, 0.0) for _ in range(50))))
            hear(home, "没关系")
        await until_open(home)
        BEGINNINGS["cried"](home)
        await call(home.core.bus, "turn", text="救命")
        assert home.state() in {"raised", "delivered"}
        assert len(home.core.alarms.store.open_alarms()) <= 3
