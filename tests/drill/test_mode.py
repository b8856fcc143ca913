"""A drill: cries are answered and call nobody, and whatever is real is a real alarm at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.drill import mode
from assistant.drill.store import last_drill
from assistant.events import (
    AlarmRaised,
    DangerSensed,
    DrillCryHeard,
    DrillEnded,
    Heard,
    HelpPressed,
    Ready,
    Said,
    Say,
)
from assistant.selftest.wording import REPLIES
from assistant.services.errors import Refused
from tests.asking import call as call_service
from tests.faults.parts import Home
from tests.faults.parts import a_home as a_core
from tests.waiting import until


@asynccontextmanager
async def a_home(folder: Path, *, speaks: bool = True) -> AsyncIterator[Home]:
    """A core whose words are spoken as soon as they are asked for, or never."""
    async with a_core(folder) as home:
        if speaks:
            home.core.bus.publish(Ready("mouth"))
            home.core.bus.subscribe(
                Say, lambda say: home.core.bus.publish(Said(say.say_id, True, say.text))
            )
        yield home


async def call(home: Home, service: str, **arguments: object) -> object:
    return await call_service(home.core.bus, f"drill.{service}", **arguments)


def hear(home: Home, text: str, utterance: str, *, is_final: bool = True) -> None:
    home.core.bus.publish(Heard(utterance, text, "zh", is_final=is_final, addressed=False))


def alarms(home: Home) -> list[str]:
    return [alarm.reason for alarm in home.core.alarms.store.open_alarms()]


async def cries_are_real(home: Home, utterance: str) -> None:
    hear(home, "救命", utterance)
    await until(lambda: alarms(home) == ["other"])


async def test_a_cry_from_each_room_is_answered_and_calls_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mode, "REAL_SECONDS", 0.3)
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        for number, room in enumerate(("卧室", "厨房")):
            await call(home, "room", room=room)  # waits for the window of the room before
            hear(home, "救命", f"u{number}", is_final=False)
            hear(home, "救命", f"u{number}")
            assert "这是演练" in home.said()[-1]
        await call(home, "room", room="阳台")
        await call(home, "end")
        assert alarms(home) == []
        heard = [event for event in home.told if isinstance(event, DrillCryHeard)]
        assert [(event.room, event.phrase) for event in heard] == [
            ("卧室", "救命"),
            ("厨房", "救命"),
        ]
        await home.core.drills.mode._tasks.finish()
        run = await home.core.database.read(last_drill)
        assert run is not None
        assert run.ended_at is not None
        assert {f.subject: f.is_well for f in run.findings} == {
            "卧室": True,
            "厨房": True,
            "阳台": False,
        }
        assert "演练结束了" in home.said()[-1]
        await cries_are_real(home, "after")


async def test_one_cry_that_grows_while_it_is_spoken_is_one_cry(tmp_path: Path) -> None:
    async with a_home(tmp_path, speaks=False) as home:
        await call(home, "begin")
        hear(home, "救命", "u", is_final=False)
        hear(home, "救命我摔倒了", "u", is_final=False)
        hear(home, "救命我摔倒了快来人", "u")
        hear(home, "救命", "v")  # while the answer is still being spoken
        assert home.core.drills.mode.drill_id
        assert sum("这是演练" in text for text in home.said()) == 1
    assert alarms(home) == []


@pytest.mark.parametrize("text", ["救命", "我真的不行了，快来人", "help"])
async def test_a_second_cry_after_the_answer_is_a_real_one(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        await call(home, "room", room="卧室")
        hear(home, "救命", "u1")
        hear(home, text, "u2")
        await until(home.has(AlarmRaised))  # it waits for the disk, but not for long
        assert len(alarms(home)) == 1
        assert [e.is_real for e in home.told if isinstance(e, DrillEnded)] == [True]
        assert not any("演练结束" in said for said in home.said())
        with pytest.raises(Exception, match="no drill is on"):
            await call(home, "stay")


@pytest.mark.parametrize("text", ["是真的", "救命是真的", "这不是演练", "this is for real"])
@pytest.mark.parametrize("has_cried", [True, False])
async def test_for_real_is_real_at_any_time(tmp_path: Path, text: str, *, has_cried: bool) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        if has_cried:
            hear(home, "我摔倒了", "u1")
        hear(home, text, "u2", is_final=False)
        await until(lambda: len(alarms(home)) == 1)
        if has_cried and "救命" not in text:
            assert alarms(home) == ["fall"]
        assert any("联系人" in said or "打电话" in said for said in home.said()[-2:])


async def test_a_pendant_is_real(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        home.core.bus.publish(HelpPressed("red", "卫生间"))
        await until(lambda: alarms(home) == ["other"])
        assert not home.core.drills.mode.drill_id


async def test_what_a_sensor_sees_is_asked_about_and_ends_the_drill(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        home.core.bus.publish(DangerSensed("fall", "radar", "卧室"))
        await until(lambda: alarms(home) == ["fall"])
        assert not home.core.drills.mode.drill_id
        hear(home, "救命", "u1")
        await until(home.has(AlarmRaised))


async def test_a_cry_while_an_unlisted_one_is_asked_about_is_real(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        home.core.alarms.triggers.doubt("哎哟我这腿不听使唤了")
        await until(lambda: len(alarms(home)) == 1)
        hear(home, "救命", "u1")
        await until(home.has(AlarmRaised))
        assert not home.core.drills.mode.drill_id


async def test_it_ends_with_whoever_leads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mode, "LEASE_SECONDS", 0.2)
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        await until(lambda: not home.core.drills.mode.drill_id)
        assert "演练结束了" in home.said()[-1]
        await cries_are_real(home, "u")


async def test_it_ends_after_the_longest_time_though_somebody_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mode, "LONGEST_SECONDS", 0.3)
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        with contextlib.suppress(Refused):
            while True:
                await call(home, "stay")
                await asyncio.sleep(0.01)
        assert "演练结束了" in home.said()[-1]


async def test_a_restart_ends_it(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        await home.core.drills.mode._tasks.finish()
    async with a_home(tmp_path) as home:
        await cries_are_real(home, "u")


async def test_with_the_mouth_dead_a_later_cry_is_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mode, "ANSWER_SECONDS", 0.2)
    async with a_home(tmp_path, speaks=False) as home:
        await call(home, "begin")
        hear(home, "救命", "u1")
        await until(lambda: not home.core.drills.mode._is_answering)
        await cries_are_real(home, "u2")


async def test_no_drill_in_an_alarm_and_no_second_one(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        with pytest.raises(Exception, match="a drill is on already"):
            await call(home, "begin")
        await call(home, "end")
        home.cry()
        await until(lambda: len(alarms(home)) == 1)
        with pytest.raises(Exception, match="an alarm is open"):
            await call(home, "begin")


@pytest.mark.parametrize("room", ["", "   ", "a\x00b", "x" * 41, "\u202e房"])
async def test_a_room_without_a_name_is_refused(tmp_path: Path, room: str) -> None:
    async with a_home(tmp_path) as home:
        await call(home, "begin")
        with pytest.raises(Exception, match="1 to 40"):
            await call(home, "room", room=room)


async def test_a_disk_that_is_gone_keeps_no_cry_from_being_answered(tmp_path: Path) -> None:
    async with a_home(tmp_path) as home:
        await home.core.database.write(lambda c: c.execute("DROP TABLE drill_result"))
        await call(home, "begin")
        await call(home, "room", room="卧室")
        hear(home, "救命", "u1")
        assert "这是演练" in home.said()[-1]


def test_the_answer_names_the_way_to_a_real_alarm_and_does_not_end_with_it() -> None:
    for lang, words, last in (("zh", "是真的", "再喊一次"), ("en", "for real", "cry again now")):
        for wording in REPLIES.wordings("drill_heard", lang):
            assert words in wording
            assert last in wording[-20:], "what the ear may catch of its end is no such word"
