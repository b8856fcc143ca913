"""The family is told once of each skill that switched itself off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.events import SkillsLoaded
from assistant.home.home import Home
from assistant.reminders.family import Texts
from assistant.selftest.skills_off import SkillsOff
from assistant.store import KeyedValues
from tests.homes import a_home
from tests.waiting import until


class Family:
    """Somebody who reads what is written, or nobody."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.asked = 0
        self.is_reached = True

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        assert not may_call, "it can wait, and rings nobody"
        self.asked += 1
        if not self.is_reached:
            return None
        self.told += [texts("en"), texts("zh")]
        return "Susan"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    home = a_home(tmp_path)
    await home.database.open()
    yield home
    await home.database.close()


async def begun(home: Home, family: Family, off: dict[str, str]) -> SkillsOff:
    feature = SkillsOff(home, family, lambda: off)
    await feature.start()
    await feature.told()
    return feature


async def test_each_is_told_once_however_often_the_host_begins(home: Home) -> None:
    family, off = Family(), {"water": "blocks", "tea": "by_hand"}
    feature = await begun(home, family, off)
    (english, chinese) = family.told
    assert "water" in english[1]
    assert "anban skills enable water" in english[1]
    assert "water" in chinese[1]
    assert "tea" not in english[1], "somebody switched it off, and knows"
    for _ in range(3):
        home.bus.publish(SkillsLoaded((), (), switched_off=off))
    await feature.told()
    await feature.stop()
    await (await begun(home, family, off)).stop()
    assert family.asked == 1
    (finding,) = await feature.findings()
    assert (finding.part, finding.subject, finding.is_lasting) == ("skill_off", "water", True)
    assert "blocked" in finding.detail


async def test_one_that_was_mended_and_fails_again_is_told_again(home: Home) -> None:
    family, off = Family(), {"water": "grows"}
    feature = await begun(home, family, off)
    off.clear()
    home.bus.publish(SkillsLoaded((), (), switched_off=off))
    await feature.told()
    assert await feature.findings() == []
    off["water"] = "crashes"
    home.bus.publish(SkillsLoaded((), (), switched_off=off))
    await until(lambda: family.asked == 2)
    await feature.stop()


async def test_whom_nobody_could_tell_is_told_when_it_is_tried_again(home: Home) -> None:
    family = Family()
    family.is_reached = False
    feature = await begun(home, family, {"water": "blocks"})
    assert family.asked == 1
    assert not await KeyedValues.home(home.database).get("skills_off_told")
    family.is_reached = True
    home.bus.publish(SkillsLoaded((), ()))
    await until(lambda: bool(family.told))
    await feature.stop()
