"""What a helper must know of the elder's health, kept at hand: an alarm waits for no question.

Medicines come from the reminders, allergies from the profile.  Both are read again whenever they
change; where they cannot be read, what was known before is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from assistant.bus import Bus, Refused
from assistant.events import ProfileChanged, RemindersChanged
from assistant.store import StoreError
from assistant.tasks import Tasks

log = logging.getLogger(__name__)

READ_SECONDS = 5.0
MOST = 20
"""Of each: a helper listens to no more."""


class Health:
    """Medicines and allergies, as known lately."""

    def __init__(self) -> None:
        self.medicines: tuple[str, ...] = ()
        self.allergies: tuple[str, ...] = ()
        self._tasks = Tasks("what a helper must know")

    def follow(self, bus: Bus) -> None:
        """Keep up with what the elder and the family change."""
        bus.subscribe(RemindersChanged, lambda _: self.look(bus))
        bus.subscribe(ProfileChanged, lambda _: self.look(bus))

    def look(self, bus: Bus) -> None:
        """Read both again, without anybody waiting for it."""
        self._tasks.spawn(self._read(bus))

    async def _read(self, bus: Bus) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                self.allergies = _names(await bus.call("profile.get", field="allergies") or ())
                kept = await bus.call("reminders.list")
        except (Refused, StoreError, TimeoutError) as error:
            log.warning("medicines and allergies are not known to helpers: %s", error)
            return
        self.medicines = _names(each["title"] for each in kept if each["kind"] == "medicine")


def _names(found: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for each in found))[:MOST]
