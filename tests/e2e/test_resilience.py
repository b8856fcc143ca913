"""Every child killed in turn, in a home with real ears, voice, dialogue and skills."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.core import ALL, Core, running
from assistant.demo.elder import speak
from assistant.demo.room import FileRoom
from assistant.demo.scratch import scratch_options
from assistant.events import AlarmRaised, ChildDied, CryForHelpHeard, Ready, Said, TurnTaken

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHILDREN = ("ear", "mouth", "dialogue", "skills")
QUIET_SECONDS = 2.2


class Home:
    """A core with all its children in a room of files."""

    def __init__(self, core: Core, room: FileRoom) -> None:
        self.core, self.room = core, room

    async def hear(self, text: str) -> None:
        await self.room.hear(await speak(text, self.core.memory.lang), QUIET_SECONDS)

    async def ready(self) -> None:
        async with asyncio.timeout(180):
            await self.core.children.ready("ear", "mouth", "skills")
            await self.core.children.dialogue_ready()

    async def hear_until(self, text: str, told: asyncio.Queue[object]) -> object:
        """Said again where nothing came of it: Anban was deaf while it spoke of an open alarm."""
        for _ in range(4):
            await self.hear(text)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(60):
                    return await told.get()
        raise AssertionError(f"{text!r} was said four times")

    def watch(self, kind: type) -> asyncio.Queue[object]:
        told: asyncio.Queue[object] = asyncio.Queue()
        self.core.bus.subscribe(kind, told.put_nowait)
        return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home() -> AsyncIterator[Home]:
    with tempfile.TemporaryDirectory(prefix="anban-room-") as folder:
        room = FileRoom(Path(folder), fast=True)
        with scratch_options("zh", ALL) as options:
            async with running(room.furnish(options)) as core:
                home = Home(core, room)
                await home.ready()
                yield home
                await room.close()


async def next_of(told: asyncio.Queue[object]) -> object:
    async with asyncio.timeout(60):
        return await told.get()


@pytest.mark.parametrize("name", CHILDREN)
async def test_a_cry_is_recognised_with_a_child_killed_and_the_child_comes_back(
    home: Home, name: str
) -> None:
    died, back = home.watch(ChildDied), home.watch(Ready)
    cries = home.watch(CryForHelpHeard)
    pid = home.core.supervisor.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await next_of(died)

    turn = await home.core.conversation.turns.take("救命，我摔倒了")
    assert turn.lane == "safety"
    assert isinstance(await next_of(cries), CryForHelpHeard)

    while True:
        ready = await next_of(back)
        if isinstance(ready, Ready) and ready.name == name:
            break
    await home.ready()
    assert home.core.supervisor.pid(name) != pid


@pytest.mark.parametrize("name", ["mouth", "dialogue", "skills"])
async def test_a_spoken_cry_is_heard_while_another_child_is_down(home: Home, name: str) -> None:
    await home.ready()
    await home.core.alarms.triggers.end_all("the family")  # else it is the same alarm once more
    raised, died = home.watch(AlarmRaised), home.watch(ChildDied)
    pid = home.core.supervisor.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await next_of(died)
    # The tiny model is asked about first; what is said again is a cry.
    alarm = await home.hear_until("我起不来了", raised)
    assert isinstance(alarm, AlarmRaised)
    assert alarm.reason == "fall"
    await home.ready()


async def test_after_all_that_a_spoken_question_is_answered_aloud(home: Home) -> None:
    await home.ready()
    await asyncio.wait_for(home.core.speech.silence(), 60)
    turns, said = home.watch(TurnTaken), home.watch(Said)
    await home.hear("现在几点了")
    turn = await next_of(turns)
    assert isinstance(turn, TurnTaken)
    assert turn.intent == "general_time"
    spoken = await next_of(said)
    assert isinstance(spoken, Said)
    assert spoken.completed
    assert spoken.error == ""


async def test_with_the_skill_host_down_the_answer_is_honest(home: Home) -> None:
    await home.ready()
    died = home.watch(ChildDied)
    pid = home.core.supervisor.pid("skills")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await next_of(died)
    turn = await home.core.conversation.turns.take("现在几点了")
    assert turn.reply
    assert turn.lane in {"honest", "dialogue"}  # the host may be back before Rasa asks it
    await home.ready()


async def test_the_language_changes_by_voice_and_back(home: Home) -> None:
    await home.ready()
    turns, back = home.watch(TurnTaken), home.watch(Ready)
    await home.hear("说英文")
    turn = await next_of(turns)
    assert isinstance(turn, TurnTaken)
    assert turn.intent == "general_language"
    assert home.core.memory.lang == "en"
    while not ((ready := await next_of(back)) and "en:" in str(ready)):
        pass  # the ear has its English model in place
    await asyncio.wait_for(home.core.speech.silence(), 60)
    await home.hear("what time is it")
    turn = await next_of(turns)
    assert isinstance(turn, TurnTaken)
    assert turn.intent == "general_time"
    assert turn.reply.isascii()
    turn = await home.core.conversation.turns.take("speak chinese")
    assert home.core.memory.lang == "zh"
    assert not turn.reply.isascii()


async def test_a_port_that_another_program_took_is_left_to_it(home: Home) -> None:
    await home.ready()
    died = home.watch(ChildDied)
    taken = home.core.understanding.host_environment()["ANBAN_SKILLS_PORT"]
    pid = home.core.supervisor.pid("skills")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await next_of(died)
    with socket.create_server(("127.0.0.1", int(taken))):
        await next_of(died)  # the fresh host cannot have its port
        await home.ready()
        assert home.core.understanding.host_environment()["ANBAN_SKILLS_PORT"] != taken
        turn = await home.core.conversation.turns.take("现在几点了")
    assert turn.intent == "general_time"
    assert turn.lane == "dialogue"
