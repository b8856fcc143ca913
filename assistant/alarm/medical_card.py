"""What a helper must know of the elder's health, kept at hand: an alarm waits for no question.

Medicines come from the reminders, allergies from the profile.  Both are read again whenever they
change; where they cannot be read, what was known before is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping

from assistant.events import AlarmRaised, ProfileChanged, RemindersChanged
from assistant.home.home import Home
from assistant.people.contact import plain_name
from assistant.runtime.bus import Bus, Refused
from assistant.runtime.faults import log_location
from assistant.runtime.feature import Feature
from assistant.runtime.tasks import Tasks
from assistant.store import StoreError

log = logging.getLogger(__name__)

READ_SECONDS = 5.0
MOST = 20
"""The most medicines, and the most allergies, that a helper is told: nobody listens to more."""


class MedicalCard:
    """Medicines and allergies, as they were known last."""

    def __init__(self) -> None:
        self.medicines: tuple[str, ...] = ()
        self.allergies: tuple[str, ...] = ()
        self._tasks = Tasks("what a helper must know")

    def follow(self, bus: Bus) -> None:
        """Keep up with what the elder and the family change."""
        bus.subscribe(RemindersChanged, lambda _: self.look(bus))
        bus.subscribe(ProfileChanged, lambda _: self.look(bus))
        bus.subscribe(AlarmRaised, lambda _: self.look(bus))  # should it have failed before

    def look(self, bus: Bus) -> None:
        """Read both again, without anybody waiting for it."""
        self._tasks.spawn(self._read(bus))

    async def finish(self) -> None:
        """Wait for what is being read."""
        await self._tasks.finish()

    async def _read(self, bus: Bus) -> None:
        """Read medicines and allergies apart: if one cannot be read, the other still is."""
        await self._keep(bus, "allergies", "profile.get", field="allergies")
        await self._keep(bus, "medicines", "reminders.list")

    async def _keep(self, bus: Bus, what: str, service: str, **arguments: str) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                found = await bus.call(service, **arguments)
            if what == "allergies":
                self.allergies = _names(found)
            else:
                self.medicines = _medicines(found)
        except (Refused, StoreError, TimeoutError) as error:
            log.warning("%s are not known to helpers: %s", what, error)
        except Exception as error:  # noqa: BLE001  (of whatever kind: the other is still read)
            log.error("%s are not known to helpers: %s", what, log_location(error))


class MedicalCardReader(Feature):
    """Reads the card for the first time, once what is read can be asked for."""

    def __init__(self, home: Home, card: MedicalCard) -> None:
        self._bus, self._card = home.bus, card

    async def start(self) -> None:
        """Read it, without anybody waiting for it."""
        self._card.look(self._bus)


def _medicines(kept: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Give the names of reminders that are medicines; what their JSON leaves out is usual."""
    return _names([each.get("title") for each in kept if each.get("kind") == "medicine"])


def _names(found: object) -> tuple[str, ...]:
    """Give what was found as names, each once: one text, a list of them, or nothing."""
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list | tuple):
        return ()
    plain = (plain_name(each) for each in found if isinstance(each, str))
    return tuple(dict.fromkeys(filter(None, plain)))[:MOST]
