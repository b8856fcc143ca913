"""Runs the demo: a room, an elder, a core with all its children, and what they said is kept."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from rich.console import Console

from assistant.commands.scratch import scratch_options
from assistant.core import ALL, Core, CoreOptions, running
from assistant.demo.elder import speak
from assistant.demo.pulse import PulseError
from assistant.demo.room import EAR_RATE, FileRoom, PulseRoom, Room, Samples
from assistant.demo.script import Line, script
from assistant.demo.show import Show
from assistant.events import Heard, TurnTaken

_READY_SECONDS: Final = 300.0
"""Training the dialogue for the first time takes most of it."""
_TURN_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 15.0
_QUIET_SECONDS: Final = 2.2
"""After a sentence: the pause that ends it, and some."""


class DemoError(RuntimeError):
    """The conversation did not go as it must; the message says where."""


async def run_demo(lang: str | None, out: Path, *, fast: bool) -> int:
    """Hold the conversation, print it, write `conversation.wav` and `events.json`.

    Raises:
        DemoError: Anban did not become ready, or did not answer.
    """
    console = Console()
    show = Show(console)
    with tempfile.TemporaryDirectory(prefix="anban-room-") as folder:
        async with _room(Path(folder), console, fast=fast) as room:
            status = console.status("Anban wakes up")
            with status, scratch_options(lang, ALL, status.update) as options:
                async with running(room.furnish(_with_wake_phrase(options))) as core:
                    core.bus.listen(show.take)
                    await _ready(core)
                    status.stop()
                    understood = await _converse(core, room, show)
            elder, anban = await room.recording()
    _keep(out, np.stack([elder, anban], axis=1), show)
    console.print(f"\nBoth voices: {out / 'conversation.wav'} (left the elder, right Anban); "
                  f"events: {out / 'events.json'}")  # fmt: skip
    return 0 if understood else 1


def _keep(out: Path, both: Samples, show: Show) -> None:
    out.mkdir(parents=True, exist_ok=True)
    soundfile.write(out / "conversation.wav", both, EAR_RATE)
    show.write_events(out / "events.json")


@contextlib.asynccontextmanager
async def _room(folder: Path, console: Console, *, fast: bool) -> AsyncIterator[Room]:
    async with contextlib.AsyncExitStack() as stack:
        if not fast:
            try:
                yield await stack.enter_async_context(PulseRoom.open(folder))
            except PulseError as error:
                console.print(f"[yellow]{error}; the streams go through files instead[/]")
            else:
                return
        room = FileRoom(folder, fast=fast)
        stack.push_async_callback(room.close)
        yield room


def _with_wake_phrase(options: CoreOptions) -> CoreOptions:
    settings = options.settings
    ear = replace(settings.ear, wake_required=True)
    return replace(options, settings=replace(settings, ear=ear))


async def _ready(core: Core) -> None:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await core.ready("ear", "mouth", "skills")
            await core.dialogue_ready()
    except TimeoutError as error:
        raise DemoError("Anban was not ready in time; `anban doctor` says what is wrong") from error


async def _converse(core: Core, room: Room, show: Show) -> bool:
    """Every line of the script in turn; whether all were understood as they were meant."""
    understood = True
    for line in script(core.memory.lang):
        turn = await _say(core, room, show, line)
        understood = understood and turn.intent == line.intent
    return understood


async def _say(core: Core, room: Room, show: Show, line: Line) -> TurnTaken:
    """The elder says one line and listens to the end of the answer."""
    turns: asyncio.Queue[TurnTaken] = asyncio.Queue()

    def look(event: object) -> None:
        if isinstance(event, TurnTaken):
            turns.put_nowait(event)

    voice = await speak(line.say, core.memory.lang)
    show.elder(line.say, line.why)
    core.bus.listen(look)
    try:
        async with asyncio.timeout(_TURN_SECONDS):
            turn = None
            while turn is None:  # as anybody does who got no answer, say it again
                await room.hear(voice, _QUIET_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE_SECONDS):
                        turn = await turns.get()
            await core.speech.silence()
    except TimeoutError as error:
        heard = any(event["type"] == Heard.__name__ for event in show.events)
        what = "heard, but never answered" if heard else "not heard at all"
        raise DemoError(f"{line.say!r} was {what}") from error
    finally:
        core.bus.unlisten(look)
    return turn
