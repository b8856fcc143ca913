"""The drill as a feature: the mode in which cries are a drill, and its calls."""

from __future__ import annotations

from collections.abc import Callable

from assistant.alarm.wording import Voice
from assistant.channels import Registry
from assistant.drill.calls import DrillCalls
from assistant.drill.mode import Drill
from assistant.home.home import Home
from assistant.people.contacts import People
from assistant.runtime.feature import Feature
from assistant.selftest.wording import Wording


class Drills(Feature):
    """Both halves of a drill."""

    def __init__(
        self,
        home: Home,
        people: People,
        registry: Registry,
        voice: Voice,
        elder_name: Callable[[], str],
        *,
        is_alarm_open: Callable[[], bool],
        is_line_taken: Callable[[], bool],
    ) -> None:
        """`is_line_taken`: a call that is no drill's stands or rings."""
        wording = Wording(lambda: home.memory.lang, elder_name)
        self.mode = Drill(home.bus, home.database, home.speech, wording, is_alarm_open)
        self.calls = DrillCalls(
            bus=home.bus,
            database=home.database,
            people=people,
            registry=registry,
            wording=wording,
            voice=voice,
            home_lang=lambda: home.memory.lang,
            is_busy=lambda: is_alarm_open() or is_line_taken(),
        )

    @property
    def is_on(self) -> bool:
        """Whether cries are a drill now, or a drill calls."""
        return bool(self.mode.drill_id) or self.calls.is_calling

    async def stop(self) -> None:
        """Hang up and end the mode."""
        await self.calls.stop()
        await self.mode.stop()
