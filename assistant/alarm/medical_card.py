"""What a helper must know of the elder's health, kept at hand: an alarm waits for no question.

Medicines come from the reminders, allergies from the profile.  Both are read again whenever they
change; if they cannot be read, what was known before is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.events import AlarmRaised, ProfileChanged, RemindersChanged
from assistant.home.home import Home
from assistant.people.contact import plain_name
from assistant.runtime.bus import Bus
from assistant.runtime.faults import log_location
from assistant.runtime.feature import Feature
from assistant.runtime.tasks import Tasks
from assistant.services import GetProfileField, Kind, ListReminders, ServiceError
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
        with _told("allergies"):
            async with asyncio.timeout(READ_SECONDS):
                self.allergies = _names(await bus.ask(GetProfileField("allergies")))
        with _told("medicines"):
            async with asyncio.timeout(READ_SECONDS):
                kept = await bus.ask(ListReminders())
            self.medicines = _names([each.title for each in kept if each.kind is Kind.MEDICINE])


class MedicalCardReader(Feature):
    """Reads the card for the first time, once what is read can be asked for."""

    def __init__(self, home: Home, card: MedicalCard) -> None:
        self._bus, self._card = home.bus, card

    async def start(self) -> None:
        """Read it, without anybody waiting for it."""
        self._card.look(self._bus)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Log what cannot be read."""
    try:
        yield
    except (ServiceError, StoreError, TimeoutError) as error:
        log.warning("%s are not known to helpers: %s", what, error)
    except Exception as error:  # noqa: BLE001  (of whatever kind: the other is still read)
        log.error("%s are not known to helpers: %s", what, log_location(error))


def _names(found: object) -> tuple[str, ...]:
    """Give what was found as names, each once: one text, a list of them, or nothing."""
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list | tuple):
        return ()
    plain = (plain_name(each) for each in found if isinstance(each, str))
    return tuple(dict.fromkeys(filter(None, plain)))[:MOST]
