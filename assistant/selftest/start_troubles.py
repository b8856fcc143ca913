"""Tells at the start what waiting does not mend: aloud, and to the family.

The daily self-test looks at everything; this is what would be silent until then, and often is why
Anban was started anew: a typing mistake in the settings, a disk that cannot be written, a list of
people of which somebody is missing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from assistant.events import Capability, Urgency
from assistant.home.home import Home
from assistant.reminders.family import Texts
from assistant.runtime.feature import Feature
from assistant.runtime.tasks import Tasks
from assistant.selftest.trouble import Owed, Trouble
from assistant.selftest.wording import Wording
from assistant.services.findings import CheckResult
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)

_TOLD: Final = "start_troubles_told"
"""What the family was told, and on which day, in the home's state."""

Findings = Callable[[], Awaitable[list[CheckResult]]]


class Family(Protocol):
    """The people who are told: `reminders.Messenger`."""

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        """Write to them; gives the name of who was reached, None if nobody was."""


class StartTroubles(Feature):
    """Tells once at each start; the family once a day, however often that is."""

    def __init__(self, home: Home, family: Family, findings: Findings) -> None:
        """`findings`: what is not well and does not mend itself."""
        self._findings, self._family = findings, family
        self._wording = Wording(lambda: home.memory.lang, lambda: home.settings.elder_name)
        self._speech, self._now = home.speech, home.clock.now
        self._home = KeyedValues.home(home.database)
        self._is_asleep, self._supervisor = home.presence.is_asleep, home.supervisor
        self._has_mouth = Capability.MOUTH in home.capabilities
        self._tasks = Tasks("telling what is wrong from the start")

    async def start(self) -> None:
        """Tell it beside everything else."""
        self._tasks.spawn(self._tell())

    async def stop(self) -> None:
        """Stop telling."""
        await self._tasks.end()

    async def _tell(self) -> None:
        bad = await self._findings()
        for finding in bad:
            log.error("%s %s: %s", finding.part, finding.subject, finding.detail)
        if not bad:
            return
        today = datetime.fromtimestamp(self._now()).astimezone().date().isoformat()
        parts = dict.fromkeys((finding.part, finding.subject) for finding in bad)
        owed = Owed(tuple(Trouble(*part, today, days=1, last_day=today) for part in parts))
        is_reached, _ = await asyncio.gather(self._tell_family(owed, today), self._until_heard())
        if self._has_mouth and not self._is_asleep():
            text = self._wording.for_elder(owed, is_family_reached=is_reached)
            self._speech.say(text, Urgency.REMINDER)

    async def _until_heard(self) -> None:
        if self._has_mouth:
            await self._supervisor.ready(Capability.MOUTH.value)

    async def _tell_family(self, owed: Owed, today: str) -> bool:
        names = "\n".join([today, *(f"{t.part} {t.subject}" for t in owed.bad)])
        notice_id = hashlib.sha256(names.encode()).hexdigest()[:12]
        try:
            if await self._home.get(_TOLD) == notice_id:
                return True
        except StoreError as error:
            log.warning("whether the family knows already cannot be read: %s", error)
        texts = self._wording.for_family(owed, ())
        # By message alone: whoever only telephones is rung by the self-test, not at night.
        if await self._family.write(notice_id, texts, self._now(), may_call=False) is None:
            return False
        try:
            await self._home.set(_TOLD, notice_id)
        except StoreError as error:
            log.warning("the family is told again at the next start: %s", error)
        return True
