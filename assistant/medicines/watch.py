"""Tells once what is to be asked about, whenever the medicines or allergies change.

The family is told why; the elder only that somebody should be asked.  Nothing is ever held back or
changed: a medicine is added all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from assistant.events import MedicineWarned, ProfileChanged, RemindersChanged, Urgency
from assistant.home.home import Home
from assistant.home.step_loop import StepLoop
from assistant.medicines.medicines import ALLERGIES_FIELD, Medicines
from assistant.medicines.table import data_digest
from assistant.medicines.warnings import Warned
from assistant.medicines.wording import Wording
from assistant.reminders import ReminderApi
from assistant.reminders.family import Texts
from assistant.runtime.feature import Feature
from assistant.services.reminder import Kind
from assistant.store import KeyedValues

LOOK_AGAIN_SECONDS: Final = 1800.0
"""How soon it is tried again while the elder sleeps, nobody can be reached, or the disk refuses."""
_TOLD: Final = "medicine_warnings_told"
"""The warnings that the family and the elder know of, and of which list these are all, in the
home's state; marks, no names."""
_FAMILY, _ELDER, _LIST = "family", "elder", "list"


class Family(Protocol):
    """The people who are told: `reminders.Messenger`."""

    async def write(self, notice_id: str, texts: Texts, now: float) -> str | None:
        """Write to them; gives the name of who was reached, None if nobody was."""


class MedicineWatch(Feature):
    """Compares the whole list at the start and after each change."""

    def __init__(
        self,
        home: Home,
        medicines: Medicines,
        api: ReminderApi,
        family: Family,
    ) -> None:
        self._bus, self._speech, self._clock = home.bus, home.speech, home.clock
        self._medicines, self._api, self._family = medicines, api, family
        self._wording = Wording(lambda: home.memory.lang, lambda: home.settings.elder_name)
        self._is_asleep = home.presence.is_asleep
        self._home = KeyedValues.home(home.database)
        self._loop = StepLoop("medicine warnings", self._step, home.clock, LOOK_AGAIN_SECONDS)
        self._bus.subscribe(RemindersChanged, lambda _: self._loop.wake())
        self._bus.subscribe(ProfileChanged, self._profile_changed)

    async def start(self) -> None:
        """Look now, and from now on by itself."""
        self._loop.start()

    async def stop(self) -> None:
        """Stop; what was not told is told after the next start."""
        await self._loop.stop()

    async def look(self) -> bool:
        """Tell what was not told yet; False if it has to be tried again later.

        Each is written down once it was told: after a power cut between the two it is told again.

        Raises:
            StoreError: the disk refused.
        """
        reminders = [r for r in await self._api.all() if r.kind is Kind.MEDICINE]
        titles = list(dict.fromkeys(reminder.title for reminder in reminders))
        # With the ids: a medicine that was removed and comes again makes a message of its own.
        ids = [reminder.reminder_id for reminder in reminders]
        allergies = await self._medicines.allergies()
        digest = _digest([data_digest(), *ids, *titles, *allergies])
        told = await self._home.get(_TOLD) or {}
        if told.get(_LIST) == digest or (not titles and not told):
            return True
        if self._is_asleep():
            return False
        found = await self._medicines.within(titles)
        now = {_mark(title, warned): (title, warned) for title in found for warned in found[title]}
        # What is no longer so is forgotten, so that it is told anew should it come again.
        known = {
            who: [mark for mark in told.get(who, ()) if mark in now] for who in (_FAMILY, _ELDER)
        }
        if for_elder := [now[mark] for mark in now if mark not in known[_ELDER]]:
            self._tell_elder(for_elder)
            known[_ELDER] = list(now)
            await self._home.set(_TOLD, known)
        for_family = [mark for mark in now if mark not in known[_FAMILY]]
        if for_family and not await self._tell_family([now[mark] for mark in for_family], digest):
            return False
        await self._home.set(_TOLD, {**known, _FAMILY: list(now), _LIST: digest})
        return True

    async def _step(self) -> float | None:
        return None if await self.look() else self._clock.now() + LOOK_AGAIN_SECONDS

    def _tell_elder(self, found: Sequence[tuple[str, Warned]]) -> None:
        for title, warned in found:
            self._bus.publish(MedicineWarned(title, warned.other, warned.kind.value, warned.why))
        self._speech.say(self._wording.for_elder(found), Urgency.REMINDER)

    async def _tell_family(self, found: Sequence[tuple[str, Warned]], digest: str) -> bool:
        texts = self._wording.for_family(found)
        return await self._family.write(digest, texts, self._clock.now()) is not None

    def _profile_changed(self, changed: ProfileChanged) -> None:
        if changed.field == ALLERGIES_FIELD:
            self._loop.wake()


def _mark(title: str, warned: Warned) -> str:
    """Make a mark of a warning, without its names."""
    return _digest((title.casefold(), warned.other.casefold(), warned.kind, warned.why))


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
