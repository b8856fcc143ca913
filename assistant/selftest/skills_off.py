"""Tells the family at once of a skill that switched itself off; the self-test tells what lasts.

The skill host notes on disk what a skill does wrong, and says with `SkillsLoaded` which are off.
Those that somebody switched off by hand are no trouble, and nobody is told.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from assistant.events import SkillsLoaded
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.runtime.tasks import Tasks
from assistant.selftest.start_troubles import Family
from assistant.selftest.trouble import Owed, Trouble
from assistant.selftest.wording import Wording
from assistant.services.findings import CheckResult, lasting
from assistant.store import KeyedValues

PART: Final = "skill_off"
_TOLD: Final = "skills_off_told"
"""The skills that the family was told of and that are still off, in the home's state."""
_BY_HAND: Final = "by_hand"
_DID: Final = {
    "blocks": "it blocked",
    "crashes": "it took the skills' process down",
    "grows": "it took more memory than a skill may have",
}


class SkillsOff(Feature):
    """Tells each once, however often Anban or the skill host begins."""

    def __init__(
        self, home: Home, family: Family, switched_off: Callable[[], Mapping[str, str]]
    ) -> None:
        """`switched_off`: why each skill that is off is, as the skill host said last."""
        self._bus, self._family, self._now = home.bus, family, home.clock.now
        self._zone, self._switched_off = home.zone, switched_off
        self._wording = Wording(lambda: home.memory.lang, lambda: home.settings.elder_name)
        self._home = KeyedValues.home(home.database)
        self._tasks = Tasks("telling which skills are off")
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Tell what is known already, and what the host says from now on."""
        self._bus.subscribe(SkillsLoaded, self._begin)
        self._begin()

    def _begin(self, _: SkillsLoaded | None = None) -> None:
        self._tasks.spawn(self._tell())

    async def told(self) -> None:
        """Wait until everybody was told who is to be told now."""
        await self._tasks.finish()

    async def stop(self) -> None:
        """Stop telling; what nobody was told is told after the next start."""
        await self._tasks.end()

    async def findings(self) -> list[CheckResult]:
        """Give each that switched itself off, with what to do."""
        return [
            lasting(
                PART,
                f"{name} is switched off, since {_DID.get(why, why)} again and again; "
                f"once it is mended: anban skills enable {name}",
                name,
            )
            for name, why in sorted(self._by_itself().items())
        ]

    def _by_itself(self) -> dict[str, str]:
        return {name: why for name, why in self._switched_off().items() if why != _BY_HAND}

    async def _tell(self) -> None:
        async with self._one_at_a_time:
            off = sorted(self._by_itself())
            told = [name for name in await self._home.get(_TOLD) or () if name in off]
            new = [name for name in off if name not in told]
            if new and await self._tell_family(new):
                told += new
            if told != await self._home.get(_TOLD):
                await self._home.set(_TOLD, told)

    async def _tell_family(self, names: list[str]) -> bool:
        now = self._now()
        today = datetime.fromtimestamp(now, self._zone).date().isoformat()
        owed = Owed(tuple(Trouble(PART, name, today, days=1, last_day=today) for name in names))
        notice_id = hashlib.sha256("\n".join([PART, str(now), *names]).encode()).hexdigest()[:12]
        texts = self._wording.for_family(owed, ())
        return await self._family.write(notice_id, texts, now, may_call=False) is not None
