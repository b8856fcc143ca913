"""Tells the family what sensors noticed: at least once, however late."""

from __future__ import annotations

import logging
from typing import Final, Protocol

from assistant.home.home import Home
from assistant.home.step_loop import StepLoop
from assistant.runtime.feature import Feature
from assistant.sensors.course import Course
from assistant.sensors.wording import Texts, Wording

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 120.0
"""How soon it is tried again if nobody could be reached."""


class Messenger(Protocol):
    """What reaches the elder's people: `reminders.family.Messenger`."""

    async def write(
        self, notice_id: str, texts: Texts, now: float, *, may_call: bool = True
    ) -> str | None:
        """Tell something; gives the name of who was reached, None if nobody was."""


class SensorFamily(Feature):
    """Writes to the family, and calls if no message goes out."""

    def __init__(self, home: Home, course: Course, wording: Wording, messenger: Messenger) -> None:
        self._clock, self._course = home.clock, course
        self._wording, self._messenger = wording, messenger
        self._loop = StepLoop("what the family is told of sensors", self._tell, home.clock, 60.0)
        course.family_owed = self._loop.wake

    async def start(self) -> None:
        """Tell what is owed already, and from now on."""
        self._loop.start()

    async def stop(self) -> None:
        """Stop; what is owed is told after the next start."""
        await self._loop.stop()

    async def _tell(self) -> float | None:
        for case in self._course.owed():
            now = self._clock.now()
            notice_id, texts = f"sensor-{case.case_id}", self._wording.to_family(case)
            if await self._messenger.write(notice_id, texts, now) is None:
                log.warning("nobody could be told of %s; it is tried again", case.rule)
                return self._clock.now() + RETRY_SECONDS
            await self._course.family_told(case)
        return None
