"""A house for the dialogue tests: real Rasa, real skill host, real bus and database; no core.

Rasa takes half a minute to start, so one house serves a whole session of tests; its event loop
runs on a thread of its own, and tests call it like plain functions.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

from assistant.dialogue import (
    Answered,
    DialogueClient,
    DialogueSlowError,
    Sidecar,
    Understood,
    train,
)
from assistant.events import PeopleLocated, RobotReady
from assistant.language import warm
from assistant.medicines import Medicines
from assistant.reminders import ReminderApi, ReminderScheduler, ReminderServices
from assistant.settings import DialogueSettings, RobotSettings, Settings
from assistant.store import KeyedValues
from tests.asking import call
from tests.skills.hosting import Core, Host, free_port

T = TypeVar("T")
ROOT: Final = Path(__file__).parents[2]
CACHE: Final = ROOT / ".cache" / "test-home" / "cache" / "rasa"
"""Shared with the tests in tests/e2e, so that each model is trained once."""
START_SECONDS: Final = 150.0


class House:
    """Rasa and the skill host at work; `start` before and `stop` after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 60.0) -> T:
        """Run on the house's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def start(self) -> None:
        self.do(self._start(), START_SECONDS + 600)

    def stop(self) -> None:
        self.do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    # ------------------------------------------------------------------------- talking

    def turn(self, text: str, conversation: str = "") -> Answered:
        return self.do(self.client.turn(conversation or uuid4().hex, text, time.time()))

    def talk(self, *sentences: str) -> list[Answered]:
        """A conversation of its own."""
        conversation = uuid4().hex
        return [self.turn(sentence, conversation) for sentence in sentences]

    def parse(self, text: str) -> Understood:
        return self.do(self.client.parse(text))

    def speak(self, lang: str) -> None:
        """Put the model of a language in place."""
        if lang != self._lang:
            self._lang = ""  # one that took too long may yet happen
            self.do(self._switch(lang), START_SECONDS)
            self._lang = lang

    async def _switch(self, lang: str) -> None:
        """As the core does: what was too slow is tried again."""
        while True:
            try:
                return await self.client.switch(self.models[lang])
            except DialogueSlowError:
                continue

    def profile(self, field: str) -> Any:
        return self.do(KeyedValues.profile(self.core.database).get(field))

    def kill_host(self) -> None:
        self.do(self._end_host())

    def start_host(self) -> None:
        self.do(self._begin_host())

    # ------------------------------------------------------------------------ the house

    async def _start(self) -> None:
        self.models = await train(CACHE)
        settings = Settings(
            dialogue=DialogueSettings(answer_deadline_seconds=2.0),
            robot=RobotSettings(port="/dev/robot"),
        )
        self.core = Core(self._folder, settings=settings, has_robot=True)
        await self.core.__aenter__()
        self._keep_reminders()
        self.core.bus.publish(RobotReady("a robot", ("厨房", "客厅")))
        self.sidecar = Sidecar(self.models["zh"], free_port(), "rasa's", free_port(), "host's")
        self._lang = "zh"
        self._log = (self._folder / "rasa.log").open("wb")
        self.rasa = await asyncio.create_subprocess_exec(
            *self.sidecar.command,
            cwd=self.sidecar.folder,
            env={**os.environ, **self.sidecar.environment},
            stdout=self._log,
            stderr=self._log,
        )
        self.host: Host | None = None
        await self._begin_host()
        self.client = DialogueClient(self.sidecar.url, self.sidecar.token, 30.0)
        async with asyncio.timeout(START_SECONDS):
            while not await self.sidecar.probe():
                assert self.rasa.returncode is None, self.log()
                await asyncio.sleep(0.2)
        await asyncio.to_thread(warm)
        await self.medicines.warm()
        await self.client.warm_up()

    def _keep_reminders(self) -> None:
        """Medicines and reminders as in the core, but nothing is announced."""
        self.medicines = Medicines(self.core.home)
        self.scheduler = ReminderScheduler(self.core.home)
        ReminderServices(ReminderApi(self.scheduler, self.medicines)).register(self.core.bus)

    def locate(self) -> None:
        """Somebody is seen."""
        self._loop.call_soon_threadsafe(self.core.bus.publish, PeopleLocated(((1.0, 2.0),)))

    def events(self, kind: type) -> list[Any]:
        """All of a kind that were told since the skill host began."""
        return [event for event in self.core.events if isinstance(event, kind)]

    def reminders(self) -> list[dict[str, Any]]:
        """All that are kept, in JSON."""
        kept: list[dict[str, Any]] = self.do(call(self.core.bus, "reminders.list"))
        return kept

    async def start_rasa(self, sidecar: Sidecar, change: dict[str, str]) -> tuple[int, str]:
        """Start another server that ends by itself; its status and all it said."""
        process = await asyncio.create_subprocess_exec(
            *sidecar.command,
            cwd=sidecar.folder,
            env={**os.environ, **sidecar.environment, **change},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def _begin_host(self) -> None:
        self.core.events.clear()
        self.host = Host(self.core, port=self.sidecar.skills_port, token=self.sidecar.skills_token)
        await self.host.__aenter__()
        await self.host.ready()

    async def _end_host(self) -> None:
        if self.host is not None:
            await self.host.__aexit__()
            self.host = None

    async def _stop(self) -> None:
        await self.client.close()
        await self._end_host()
        self.rasa.terminate()
        await self.rasa.wait()
        await self.core.__aexit__()

    def log(self) -> str:
        """All that Rasa wrote."""
        return (self._folder / "rasa.log").read_text(errors="replace")
