"""A long story can be broken off: between its sentences the microphone is open."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.core import Core, running
from assistant.demo.elder import speak
from assistant.demo.room import PulseRoom
from assistant.demo.scratch import scratch_options
from assistant.events import (
    Capability,
    Said,
    Say,
    SoundStarted,
    SoundStopped,
    StopSpeaking,
    TurnTaken,
)
from tests.headless import needs_pulse

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_pulse]

STORY = "从前有一座山，山里有一座庙，庙里有一个老和尚在讲故事。他讲的是什么呢？" * 6
GAP_NOTICED_SECONDS = 0.35
"""A pause between sentences is 0.25 s, a gap in which the ear listens at least 0.7 s."""


class Home:
    def __init__(self, core: Core, room: PulseRoom) -> None:
        self.core, self.room = core, room

    async def gap(self) -> None:
        """Wait for a gap in the speech, as somebody does who wants to get a word in."""
        events: asyncio.Queue[object] = asyncio.Queue()
        for kind in (SoundStarted, SoundStopped):
            self.core.bus.subscribe(kind, events.put_nowait)
        while True:
            if isinstance(await events.get(), SoundStopped):
                try:
                    async with asyncio.timeout(GAP_NOTICED_SECONDS):
                        await events.get()
                except TimeoutError:
                    return

    async def break_in(self, text: str, until: asyncio.Event) -> None:
        """Say it in every gap until it was heard."""
        voice = await speak(text, "zh")
        while not until.is_set():
            await self.gap()
            await self.room.hear(voice, 0.2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home() -> AsyncIterator[Home]:
    capabilities = frozenset({Capability.EAR, Capability.MOUTH})
    with tempfile.TemporaryDirectory(prefix="anban-room-") as folder:
        async with PulseRoom.open(Path(folder)) as room:
            with scratch_options("zh", capabilities) as options:
                async with running(room.furnish(options)) as core:
                    async with asyncio.timeout(120):
                        await core.children.ready("ear", "mouth")
                    yield Home(core, room)


@pytest.mark.parametrize(("text", "kind"), [("停", StopSpeaking), ("救命", TurnTaken)])
async def test_a_word_gets_through_a_long_story(home: Home, text: str, kind: type) -> None:
    heard, ended = asyncio.Event(), asyncio.Event()
    story = Say(STORY, "zh")
    outcome: list[Said] = []

    def said(event: Said) -> None:
        if event.say_id == story.say_id:
            outcome.append(event)
            ended.set()

    home.core.bus.subscribe(kind, lambda _: heard.set())
    home.core.bus.subscribe(Said, said)
    home.core.bus.publish(story)
    async with asyncio.timeout(150):
        await home.break_in(text, heard)
        await ended.wait()
        await home.core.speech.silence()
    # What was not heard to the end is known.
    assert not outcome[0].completed
    assert outcome[0].error == ""
    assert len(outcome[0].spoken_text) < len(STORY)
