"""The home as every feature gets it: one frozen object with what all of them stand on."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import tzlocal

from assistant.events import Capability
from assistant.home.clock import Clock, SystemClock
from assistant.home.memory import HomeMemory
from assistant.home.presence import Presence
from assistant.home.speech import Speech
from assistant.language import Habits, Replies
from assistant.runtime.bus import Bus
from assistant.runtime.supervisor import Supervisor
from assistant.runtime.tasks import Tasks
from assistant.settings import Settings
from assistant.store import Database, KeyedValues

EAR_FIRST_SECONDS: Final = 15.0
"""How long others wait for the ear: one that cannot start must not keep them for ever."""
_DATABASE: Final = "anban.sqlite"


@dataclass(frozen=True, slots=True)
class Home:
    """What every feature of one home stands on."""

    folder: Path
    settings: Settings
    capabilities: frozenset[Capability]
    """The children that are to run."""
    bus: Bus
    supervisor: Supervisor
    database: Database
    memory: HomeMemory
    speech: Speech
    replies: Replies
    clock: Clock
    zone: ZoneInfo
    presence: Presence
    starting: Tasks
    """What of the start goes on in the background; ended before any feature is stopped."""

    @classmethod
    def of(
        cls,
        folder: Path,
        settings: Settings | None = None,
        *,
        lang: str | None = None,
        capabilities: frozenset[Capability] = frozenset(),
        clock: Clock | None = None,
        zone: ZoneInfo | None = None,
        database: Database | None = None,
        replies: Replies | None = None,
    ) -> Home:
        """Build the home of a folder; nothing is opened or started yet.

        Args:
            folder: with the database and all else that is kept.
            settings: None: the defaults.
            lang: the language to speak instead of the one that the home remembers.
            capabilities: the children that are to run.
            clock: None: the machine's.
            zone: None: the machine's.
            database: None: that of the folder.
            replies: None: those of the core.
        """
        settings, clock, zone = (
            settings or Settings(),
            clock or SystemClock(),
            zone or tzlocal.get_localzone(),
        )
        bus = Bus()
        database = database or Database(folder / _DATABASE)
        memory = HomeMemory(KeyedValues.home(database), settings, lang)
        speech = Speech(
            bus,
            memory,
            settings.ear.follow_up_seconds,
            has_mouth=Capability.MOUTH in capabilities,
        )
        return cls(
            folder=folder,
            settings=settings,
            capabilities=capabilities,
            bus=bus,
            supervisor=Supervisor(bus),
            database=database,
            memory=memory,
            speech=speech,
            replies=replies or Replies.load(Path(str(files("assistant") / "replies"))),
            clock=clock,
            zone=zone,
            presence=Presence(bus, clock, zone, Habits(), speech.questions),
            starting=Tasks("starting"),
        )

    async def ear_ready(self) -> None:
        """Wait until a cry is heard, or it takes too long to wait for."""
        if Capability.EAR in self.capabilities:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EAR_FIRST_SECONDS):
                    await self.supervisor.ready(Capability.EAR.value)
