"""The skill host in the test's own process: its real code, without the process and the socket.

What a skill asks and tells goes through JSON and through the rights of the skill host, as on the
socket.  Each skill runs on the test's loop instead of a thread of its own, so that its waiting is
in virtual time too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from anban_testing.errors import ConversationError
from anban_testing.internet import Internet
from assistant.events import ElderAnswered, LanguageChanged, Urgency
from assistant.events.line import from_line, to_line
from assistant.language import NotInLanguageError
from assistant.runtime.bus import Bus
from assistant.runtime.link import Link
from assistant.runtime.rights import CHILDREN, may_ask
from assistant.runtime.tasks import Tasks
from assistant.services import GetSkillSettings, OpenTables, Request
from assistant.services.codec import fields_of, request_of, result_of, result_to_json
from assistant.services.errors import NotAllowedError
from assistant.services.home import GetHomeState
from skills.actions import Skills
from skills.loading import Loaded, declared
from skills.outside import HostOutside
from skills.settings import fit
from skills.worker import Worker

R = TypeVar("R")
T = TypeVar("T")

_RIGHTS: Final = CHILDREN["skills"]
ACTION_SECONDS: Final = 4.5
"""As the host has it by default (docs/skills.md)."""


class LinkInside(Link):
    """A child's connection to the core, without the socket."""

    def __init__(self, bus: Bus) -> None:
        super().__init__("skills", ())
        self._bus = bus

    async def request(
        self, request: Request[R], deadline_seconds: float = 5.0, *, skill: str = ""
    ) -> R:
        """Ask a service, with request and result turned into JSON and back."""
        kind = type(request)
        if not may_ask(_RIGHTS, kind, skill):
            raise NotAllowedError(self.name, request.SERVICE)
        asked = request_of(kind, json.loads(json.dumps(fields_of(request))))
        async with asyncio.timeout(deadline_seconds):
            value = result_to_json(kind, await self._bus.ask(asked))
        return result_of(kind, json.loads(json.dumps(value)))

    def send(self, event: object) -> None:
        """Tell the core what a skill host may tell."""
        is_alarm = getattr(event, "urgency", None) is Urgency.ALARM
        if type(event).__name__ not in _RIGHTS.tells or is_alarm:
            raise NotAllowedError(self.name, type(event).__name__)
        self._bus.publish(from_line(to_line(event)))


class WorkerInside(Worker):
    """Runs a skill's coroutines on the test's loop, and keeps what they raise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[BaseException] = []

    async def run(self, work: Coroutine[Any, Any, T], deadline_seconds: float) -> T:
        """The result of a coroutine of the skill; raises as `Worker.run`."""
        try:
            async with asyncio.timeout(deadline_seconds):
                return await work
        except NotInLanguageError:
            raise
        except Exception as error:
            self.faults.append(error)
            raise

    @property
    def silent_seconds(self) -> float:
        """Never: a skill that blocks blocks the test, which then says where it stands."""
        return 0.0

    def close(self) -> None:
        """There is nothing to end."""


class HostInside:
    """The skills of one home, asked and told as by the skill host."""

    def __init__(
        self,
        bus: Bus,
        loaded: tuple[Loaded, ...],
        now: Callable[[], float],
        internet: Internet,
    ) -> None:
        self._bus, self._loaded = bus, loaded
        self._now, self._internet = now, internet
        self._reactions = Tasks("a skill's reaction")
        self.skills: Skills

    async def start(self) -> None:
        """Open the tables, read the skills' settings, and hear what the host hears.

        Raises:
            ConversationError: a skill cannot use its settings.
        """
        link = LinkInside(self._bus)
        for item in self._loaded:
            if item.migrations:
                await link.request(OpenTables(item.skill.name, tuple(item.migrations)))
        state = await self._bus.ask(GetHomeState())
        self._outside = HostOutside(
            link, state, self._loaded, now=self._now, fetch=self._internet.fetch
        )
        sections = await link.request(GetSkillSettings())
        fitted = fit(declared(self._loaded), sections)
        for where, what in fitted.problems:
            raise ConversationError(f"{where}: {what}")
        self.skills = Skills(
            self._loaded, self._outside, ACTION_SECONDS, fitted.by_skill, WorkerInside
        )
        self._bus.listen(self._take)

    async def stop(self) -> None:
        """End the reactions that are under way."""
        await self._reactions.end()

    def faults(self) -> list[BaseException]:
        """Give what skills raised since the last look."""
        found: list[BaseException] = []
        for worker in self.skills.workers.values():
            if isinstance(worker, WorkerInside):
                found += worker.faults
                worker.faults = []
        return found

    def _take(self, event: object) -> None:
        if type(event).__name__ not in _RIGHTS.hears:
            return
        if isinstance(event, LanguageChanged):
            self._outside.lang = event.lang
        if isinstance(event, ElderAnswered):
            self._outside.answered(event)
        for reaction in self.skills.react(event):
            self._reactions.spawn(reaction)
