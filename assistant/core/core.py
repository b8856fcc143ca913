"""Builds the core from the settings and runs it: the home, and the features of the list."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import IO, TypeVar

from assistant.calls import Calls
from assistant.conversation.conversation import Conversation
from assistant.conversation.understanding import Understanding
from assistant.core.alarms import Alarms
from assistant.core.children import Children
from assistant.core.composition import Features, Part
from assistant.core.contact_ways import ContactWays
from assistant.core.features import FEATURES
from assistant.core.foundations import Foundations
from assistant.core.options import CoreOptions
from assistant.drill.drills import Drills
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.runtime.home_folder import lock_home, new_socket_path, spare_folder
from assistant.runtime.privacy import close_to_others
from assistant.runtime.rights import guard
from assistant.store import Database, StoreError

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Feature)


class Core:
    """One running Anban."""

    def __init__(self, options: CoreOptions, parts: Sequence[Part] = FEATURES) -> None:
        """`parts`: the features to run."""
        self.options = options
        self.home = Home.of(
            options.home,
            options.settings,
            lang=options.lang,
            capabilities=options.capabilities,
            clock=options.clock,
            database=Database(options.home / "anban.sqlite", spare_folder(options.home)),
        )
        self.bus, self.database, self.memory = self.home.bus, self.home.database, self.home.memory
        self.speech, self.supervisor = self.home.speech, self.home.supervisor
        self.bus.guard = guard(self.supervisor.name_of)
        self.features = Features(options, self.home, parts)
        self._lock: IO[str]

    def of(self, kind: type[F]) -> F:
        """Give the feature of this class; raises MissingFeatureError."""
        return self.features.of(kind)

    @property
    def alarms(self) -> Alarms:
        """Everything that calls for help."""
        return self.of(Alarms)

    @property
    def ways(self) -> ContactWays:
        """People and everything that reaches them."""
        return self.of(ContactWays)

    @property
    def calls(self) -> Calls:
        """The calls that the elder asks for."""
        return self.of(Calls)

    @property
    def drills(self) -> Drills:
        """Drills of cries and calls."""
        return self.of(Drills)

    @property
    def skill_problems(self) -> tuple[str, ...]:
        """What of the skills' own settings cannot be used: `file:line: setting: what`."""
        return self.of(Foundations).skill_problems

    @property
    def children(self) -> Children:
        """The children that the core runs."""
        return self.of(Children)

    @property
    def understanding(self) -> Understanding:
        """The dialogue as the core sees it."""
        return self.of(Understanding)

    @property
    def conversation(self) -> Conversation:
        """From what was heard to its answer."""
        return self.of(Conversation)

    async def start(self) -> None:
        """Open the database and the socket, then start the features, children among them.

        Returns before the children are ready.

        Raises:
            AlreadyRunningError: another Anban runs on this home.
            OSError: the socket cannot be made.
        """
        self._lock = lock_home(self.options.home)
        await asyncio.to_thread(close_to_others, self.options.home)
        try:
            await self.database.open()
            await self.memory.recall()
        except StoreError as error:
            # The safety lane must live even if nothing can be remembered.
            log.error("going on without a memory: %s", error)
        await self.bus.open(new_socket_path(self.options.home))
        await self.features.start()

    async def settled(self) -> None:
        """Wait until nothing of the start goes on in the background any more."""
        await self.home.starting.finish()

    async def stop(self) -> None:
        """End the features, children among them, then what the core holds."""
        await self.features.stop()
        await self.bus.close()
        with contextlib.suppress(StoreError):
            await self.database.close()
        self._lock.close()


@contextlib.asynccontextmanager
async def running(
    options: CoreOptions, when_built: Callable[[Core], None] = lambda _: None
) -> AsyncIterator[Core]:
    """Run a core for as long as the block lasts.

    `when_built` is called before anything starts: the ear speaks up while the rest still starts.
    """
    core = Core(options)
    when_built(core)
    await core.start()
    try:
        yield core
    finally:
        await core.stop()
