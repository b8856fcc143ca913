"""Runs the demo: a room, an elder, a core with all its children, and what they said is kept."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from rich.console import Console

from assistant.core import ALL, Core, CoreOptions, running
from assistant.demo.clock import DemoClock
from assistant.demo.elder import speak
from assistant.demo.family import NO_TELEPHONE, Daughter
from assistant.demo.pulse import PulseError
from assistant.demo.room import EAR_RATE, FileRoom, PulseRoom, Room, Samples
from assistant.demo.scratch import scratch_options
from assistant.demo.script import Line, Script, script
from assistant.demo.show import Show
from assistant.demo.waiting import Waiting
from assistant.events import (
    AlarmAcknowledged,
    FamilyToldOfDose,
    Heard,
    ReminderDue,
    TurnTaken,
)
from assistant.reminders import Reminders
from assistant.reminders.escalation import POLICIES
from assistant.reminders.tables import next_act_at
from assistant.services.reminder import Risk

_READY_SECONDS: Final = 300.0
"""Training the dialogue for the first time takes most of it."""
_TURN_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 15.0
_QUIET_SECONDS: Final = 2.2
"""After a sentence: the pause that ends it, and some."""
_HELP_SECONDS: Final = 90.0
"""For the daughter to be rung and to press the key, or to be written to."""
_AND_SOME_MINUTES: Final = 70
"""After the end of an offer: the power is taken to have been off."""


class DemoError(RuntimeError):
    """The conversation did not go as it must; the message says where."""


async def run_demo(lang: str | None, out: Path, *, fast: bool) -> int:
    """Hold the conversation, print it, write the sound and the events.

    Raises:
        DemoError: Anban did not become ready, did not answer, or nobody was reached.
    """
    console = Console()
    show = Show(console)
    clock = DemoClock()
    with tempfile.TemporaryDirectory(prefix="anban-room-") as folder:
        async with _room(Path(folder), console, fast=fast) as room:
            status = console.status("Anban wakes up")
            with status, scratch_options(lang, ALL, status.update) as options:
                plot = script(options.lang or options.settings.language)
                home = replace(room.furnish(_with_wake_phrase(options)), clock=clock)
                async with (
                    Daughter(plot.people) as daughter,
                    running(daughter.furnish(home)) as core,
                ):
                    core.bus.listen(show.take)
                    await _ready(core)
                    await daughter.move_in(core)
                    status.stop()
                    understood = await _Play(core, room, show, clock, daughter).act(plot)
            elder, anban = await room.recording()
    _keep(out, np.stack([elder, anban], axis=1), show, daughter)
    return 0 if understood else 1


def _keep(out: Path, both: Samples, show: Show, daughter: Daughter) -> None:
    out.mkdir(parents=True, exist_ok=True)
    soundfile.write(out / "conversation.wav", both, EAR_RATE)
    show.write_events(out / "events.json")
    show.end(out, daughter.keep_call(out / "call.wav"))


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
            await core.children.ready("ear", "mouth", "skills")
            await core.children.dialogue_ready()
    except TimeoutError as error:
        raise DemoError("Anban was not ready in time; `anban doctor` says what is wrong") from error


class _Play:
    """The demo on its stage."""

    def __init__(
        self, core: Core, room: Room, show: Show, clock: DemoClock, daughter: Daughter
    ) -> None:
        self._core, self._room, self._show = core, room, show
        self._clock, self._daughter = clock, daughter

    async def act(self, plot: Script) -> bool:
        """Every line in turn, then the help that was cried for; whether all was understood."""
        understood = True
        with Waiting(self._core.bus, AlarmAcknowledged) as acknowledged:
            for line in plot.lines:
                if line.passes:
                    await self._pass(line)
                else:
                    turn = await self._say(line)
                    understood = understood and turn.intent == line.intent
            if self._daughter.has_telephone:
                await self._until(acknowledged, "nobody took the alarm")
                await self._core.speech.silence()
            else:
                self._show.note(NO_TELEPHONE)
        return understood

    async def _say(self, line: Line) -> TurnTaken:
        """The elder says one line and listens to the end of the answer."""
        voice = await speak(line.say, self._core.memory.lang)
        self._show.elder(line.say, line.why)
        try:
            with Waiting(self._core.bus, TurnTaken) as turns:
                async with asyncio.timeout(_TURN_SECONDS):
                    turn = None
                    while turn is None:  # as anybody does who got no answer, say it again
                        await self._room.hear(voice, _QUIET_SECONDS)
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(_PATIENCE_SECONDS):
                                turn = await turns.next()
                    await self._core.speech.silence()
        except TimeoutError as error:
            heard = any(event["type"] == Heard.__name__ for event in self._show.events)
            what = "heard, but never answered" if heard else "not heard at all"
            raise DemoError(f"{line.say!r} was {what}") from error
        return turn

    async def _pass(self, line: Line) -> None:
        """Time passes until a dose is due, or until it can no longer be offered."""
        reminders = self._core.of(Reminders)
        due_at = await self._core.database.read(next_act_at)
        if due_at is None:
            raise DemoError("no dose is planned")
        is_over = line.passes == "offer"
        kind = FamilyToldOfDose if is_over else ReminderDue
        at = (
            due_at + (POLICIES[Risk.NORMAL].offer_minutes + _AND_SOME_MINUTES) * 60
            if is_over
            else due_at
        )
        with Waiting[object](self._core.bus, kind) as waiting:
            self._show.time_passes(at, line.why)
            self._clock.jump_to(at)
            reminders.scheduler.wake()
            await self._until(waiting, f"{kind.__name__} did not come")
            await self._core.speech.silence()
        for letter in self._daughter.letters() if is_over else ():
            self._show.letter(letter)

    async def _until(self, waiting: Waiting[Any], what: str) -> None:
        try:
            async with asyncio.timeout(_HELP_SECONDS):
                await waiting.next()
        except TimeoutError as error:
            raise DemoError(f"within {_HELP_SECONDS:.0f} s {what}") from error
