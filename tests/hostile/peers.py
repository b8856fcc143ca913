"""Whoever sits on the core's socket, and says that it is a child."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from assistant.core import Core
from assistant.events import (
    MAX_LINE_BYTES,
    Hello,
    ServiceAnswered,
    ServiceAsked,
    from_line,
    to_line,
)
from assistant.runtime.rights import guard


@dataclass
class Peer:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    events: list[object] = field(default_factory=list)

    def send(self, *events: object) -> None:
        self.writer.write(b"".join(map(to_line, events)))

    async def answer(self, request_id: str) -> ServiceAnswered:
        while True:
            event = from_line(await self.reader.readline())
            if isinstance(event, ServiceAnswered) and event.request_id == request_id:
                return event
            self.events.append(event)

    async def ask(self, service: str, skill: str = "", **arguments: Any) -> ServiceAnswered:
        request = ServiceAsked(service, arguments, skill=skill)
        self.send(request)
        return await self.answer(request.request_id)

    async def settled(self) -> None:
        """All that was sent before has been taken, or refused."""
        await self.ask("no.such.service")


@asynccontextmanager
async def peer_of(core: Core, name: str, *wants: str) -> AsyncIterator[Peer]:
    """A child of that name that was taken over: the kernel says that it is the child."""
    before, core.bus.guard = core.bus.guard, guard(lambda _: name)
    assert core.bus.path is not None
    streams = await asyncio.open_unix_connection(core.bus.path, limit=MAX_LINE_BYTES)
    peer = Peer(*streams)
    peer.send(Hello(name, wants))
    await peer.settled()
    core.bus.guard = before
    try:
        yield peer
    finally:
        peer.writer.close()
