"""The skill robot: what each wish comes to in a home with a robot, and in one without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import assistant.replies
from assistant.events import (
    MoveRobot,
    PeopleLocated,
    RobotGone,
    RobotReady,
    Say,
    StopRobot,
)
from assistant.home.questions import Ending
from assistant.language import Replies
from assistant.robot.permission import RobotControl
from assistant.settings import RobotSettings, Settings
from tests.skills.hosting import Core, Host

REPLIES = Replies.load(Path(assistant.replies.__path__[0]))
LIVE = ["come", "follow", "look", "dock"]


@asynccontextmanager
async def a_host(folder: Path, *, has_robot: bool) -> AsyncIterator[tuple[Core, Host]]:
    settings = Settings(robot=RobotSettings(port="/dev/robot" if has_robot else ""))
    async with Core(folder, "en", settings) as core:
        RobotControl(
            bus=core.bus,
            database=core.database,
            speech=core.speech,
            memory=core.memory,
            replies=REPLIES,
            has_robot=has_robot,
        )
        if has_robot:
            core.bus.publish(RobotReady("a robot", ("kitchen", "front door")))
            core.bus.publish(PeopleLocated(((1.0, 2.0),)))
        async with Host(core) as host:
            await host.ready()
            yield core, host


async def said(host: Host, act: str, text: str = "…") -> str:
    answer = await host.act(f"action_robot_{act}", text, lang="en", intent=f"robot_{act}")
    return str(answer["text"])


def moves(core: Core) -> list[tuple[str, str]]:
    return [(event.motion, event.place) for event in core.events if isinstance(event, MoveRobot)]


async def test_what_is_wished_is_done(tmp_path: Path) -> None:
    async with a_host(tmp_path, has_robot=True) as (core, host):
        assert "slowly" in await said(host, "allow")
        for act in LIVE:
            assert await said(host, act)
        assert [motion for motion, _ in moves(core)] == ["approach", "follow", "face", "dock"]
        assert "kitchen" in await said(host, "go", "go to the kitchen")
        await said(host, "come", "come to the front door")
        await said(host, "go", "go to the kichen")
        assert moves(core)[4:] == [("go", "kitchen"), ("go", "front door"), ("go", "kitchen")]
        assert "front door" in await said(host, "go", "go to the garage")
        assert len(moves(core)) == 7
        await said(host, "stop")
        assert sum(isinstance(event, StopRobot) for event in core.events) == 1


@pytest.mark.parametrize(("answer", "moved"), [("yes", 1), ("no", 0), ("silence", 0)])
async def test_it_asks_once_and_does_what_was_answered(
    tmp_path: Path, answer: str, moved: int
) -> None:
    async with a_host(tmp_path, has_robot=True) as (core, host):
        assert (await said(host, "come")).startswith("May I move")
        assert not any(isinstance(event, Say) for event in core.events), "the turn says it"
        assert core.speech.questions.answer(Ending(answer))
        if moved:
            await core.until(MoveRobot)
        assert await said(host, "forbid")  # a round trip later
        assert len(moves(core)) == moved


async def test_a_robot_that_is_gone_is_told(tmp_path: Path) -> None:
    async with a_host(tmp_path, has_robot=True) as (core, host):
        core.bus.publish(RobotGone("unplugged"))
        for act in LIVE:
            assert "wheels do not answer" in await said(host, act)


async def test_without_a_robot_it_says_so_and_is_not_offered(tmp_path: Path) -> None:
    async with a_host(tmp_path, has_robot=False) as (core, host):
        for act in (*LIVE, "go", "allow", "forbid"):
            text = await said(host, act)
            assert "no body" in text or "no wheels" in text
        assert "stopped" in await said(host, "stop"), "whatever was to stop"
        offered = (await host.act("action_general_capabilities", lang="en"))["text"]
        assert "charger" not in offered
        assert moves(core) == []


async def test_with_one_it_is_offered(tmp_path: Path) -> None:
    async with a_host(tmp_path, has_robot=True) as (_, host):
        offered = (await host.act("action_general_capabilities", lang="en"))["text"]
        assert "charger" in offered
