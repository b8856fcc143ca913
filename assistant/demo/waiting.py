"""Waiting for a fact of the bus that may come before anybody asks for it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar

from assistant.runtime.bus import Bus

Fact = TypeVar("Fact")


class Waiting(Generic[Fact]):
    """`with Waiting(bus, TurnTaken) as turns: …; turn = await turns.next()`."""

    def __init__(self, bus: Bus, kind: type[Fact]) -> None:
        self._bus, self._kind = bus, kind
        self._came: asyncio.Queue[Fact] = asyncio.Queue()

    def __enter__(self) -> Self:
        self._bus.listen(self._look)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bus.unlisten(self._look)

    async def next(self) -> Fact:
        """The next of its kind since the block began."""
        return await self._came.get()

    def _look(self, event: object) -> None:
        if isinstance(event, self._kind):
            self._came.put_nowait(event)
