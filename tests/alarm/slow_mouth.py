"""A mouth that takes as long as a voice does, and may be held or gone: on the bus of a home."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from assistant.events import Said, Say, SoundStarted, SoundStopped, Unsay
from assistant.runtime.bus import Bus

CHARACTERS_A_SECOND = 4.5
"""Of Chinese, as an elder follows it."""


@dataclass
class SlowMouth:
    bus: Bus
    sounded: list[tuple[float, float, str]] = field(default_factory=list)
    """When it began and ended, and what."""
    _waiting: list[Say] = field(default_factory=list)
    _current: Say | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _broken_off: asyncio.Event = field(default_factory=asyncio.Event)
    _may_speak: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self) -> None:
        self._may_speak.clear()

    def resume(self) -> None:
        self._may_speak.set()

    def _say(self, say: Say) -> None:
        self._waiting.append(say)
        self._waiting.sort(key=lambda each: -each.urgency.rank)
        self._changed.set()

    def _unsay(self, unsay: Unsay) -> None:
        if self._current is not None and self._current.say_id == unsay.say_id:
            self._broken_off.set()
        for say in [each for each in self._waiting if each.say_id == unsay.say_id]:
            self._waiting.remove(say)
            self.bus.publish(Said(say.say_id, completed=False, spoken_text=""))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._changed.wait()
            await self._may_speak.wait()
            if not self._waiting:
                self._changed.clear()
                continue
            say = self._current = self._waiting.pop(0)
            self._broken_off.clear()
            began, seconds = loop.time(), len(say.text) / CHARACTERS_A_SECOND
            self.bus.publish(SoundStarted(say.say_id, seconds))
            try:
                async with asyncio.timeout(seconds):
                    await self._broken_off.wait()
            except TimeoutError:
                pass
            self.sounded.append((began, loop.time(), say.text))
            self._current = None
            self.bus.publish(SoundStopped(say.say_id))
            is_whole = not self._broken_off.is_set()
            self.bus.publish(Said(say.say_id, completed=is_whole, spoken_text=""))


@asynccontextmanager
async def a_mouth(bus: Bus) -> AsyncIterator[SlowMouth]:
    mouth = SlowMouth(bus)
    mouth.resume()
    bus.subscribe(Say, mouth._say)
    bus.subscribe(Unsay, mouth._unsay)
    task = asyncio.create_task(mouth.run())
    try:
        yield mouth
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
