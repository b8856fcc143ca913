"""A home in virtual time: the real engine, bus and database; the clock and the elder are ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeGuard
from zoneinfo import ZoneInfo

from assistant.events import Said, Say, Urgency
from assistant.home.memory import HomeMemory
from assistant.home.questions import Ending
from assistant.home.speech import Speech
from assistant.reminders import ReminderApi, ReminderScheduler
from assistant.reminders.model import Item
from assistant.runtime.bus import Bus
from assistant.settings import Settings
from assistant.store import Database, KeyedValues

SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_announcement(event: object) -> TypeGuard[Say]:
    return isinstance(event, Say) and event.urgency is Urgency.REMINDER


class VirtualClock:
    """Stands still until it is moved."""

    def __init__(self, now: float) -> None:
        self.at = now
        self._moved = asyncio.Event()

    def now(self) -> float:
        return self.at

    def move(self, to: float) -> None:
        self.at = to
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        while not woken.is_set() and (until is None or self.at < until):
            waits = [asyncio.ensure_future(e.wait()) for e in (woken, self._moved)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()


class FamilyOfOne:
    """Takes every message, unless it is out."""

    def __init__(self) -> None:
        self.is_out = False
        self.told: list[tuple[str, ...]] = []

    async def tell(self, items: Sequence[Item], now: float) -> str | None:
        if self.is_out:
            return None
        self.told.append(tuple(item.occurrence.occurrence_id for item in items))
        return "Mei"


class Home:
    """One run of the engine; `again` is the run after a power cut."""

    def __init__(self, path: Path, clock: VirtualClock, zone: ZoneInfo = SHANGHAI) -> None:
        self.path, self.clock, self.zone = path, clock, zone
        self.events: list[object] = []
        self.family = FamilyOfOne()
        self._build()

    def _build(self) -> None:
        self.bus = Bus()
        self.database = Database(self.path)
        memory = HomeMemory(KeyedValues.home(self.database), Settings(), "en")
        self.speech = Speech(self.bus, memory, 10.0, has_mouth=False)
        self.scheduler = ReminderScheduler(
            bus=self.bus,
            database=self.database,
            memory=memory,
            speech=self.speech,
            zone=self.zone,
            clock=self.clock,
        )
        self.scheduler.outbox.family = self.family
        self.api = ReminderApi(self.scheduler)
        self.bus.listen(self.events.append)

    async def open(self) -> Home:
        await self.database.open()
        return self

    async def again(self) -> None:
        await self.database.close()
        self._build()
        await self.open()

    async def step(self) -> float | None:
        next_at = await self.scheduler.step()
        await self.scheduler.outbox.step()
        return next_at

    def asked(self) -> list[Say]:
        """Every announcement so far, as it was said."""
        return [event for event in self.events if is_announcement(event)]

    def answer(self, said: str) -> None:
        """Hear the latest announcement to its end, and answer it: yes, no, or silence."""
        latest = self.asked()[-1]
        self.bus.publish(Said(latest.say_id, completed=True, spoken_text=latest.text))
        self.speech.questions.answer(Ending(said))

    async def until(self, at: float, answer: Callable[[Say], str | None]) -> None:
        """Live until a moment; each question is answered 30 s later, or never (None: silence)."""
        asked: list[Say] = []
        self.bus.subscribe(Say, lambda say: asked.append(say) if is_announcement(say) else None)
        while True:
            next_at = await self.step()
            while asked:
                question = asked.pop(0)
                said = answer(question)
                self.clock.move(self.clock.at + (30 if said else 60))
                self.answer(said or "silence")
                next_at = await self.step()
            if next_at is None or next_at > at:
                break
            self.clock.move(max(next_at, self.clock.at))
        self.clock.move(max(at, self.clock.at))
        await self.step()

    def seen(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]
