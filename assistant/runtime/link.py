"""The child's end of the local socket: JSON lines of events, both ways.

A child is started with `ANBAN_SOCKET` in its environment, connects, says `Hello` with the events
it wants, and beats `Alive` while its loop runs.  When the core goes away, reading ends and the
child ends with it: the core starts a new one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from assistant.events import (
    MAX_LINE_BYTES,
    Alive,
    EventError,
    Hello,
    ServiceAnswered,
    ServiceAsked,
    from_line,
    to_line,
)
from assistant.services.codec import error_of, fields_of, result_of
from assistant.services.home import GetHomeState, HomeState
from assistant.services.request import Request

R = TypeVar("R")

SOCKET_VARIABLE: Final = "ANBAN_SOCKET"
PULSE_SECONDS: Final = 0.5
"""How often a child shows that its loop runs; the supervisor waits for several."""


class LinkError(ConnectionError):
    """The core cannot be reached, or went away; nothing was lost that the core had answered for."""


class Link:
    """A child's connection to the core.

    Usage: `async with Link("ear", (Listen, Shutdown)) as link: async for event in link: ...`
    """

    def __init__(self, name: str, wants: tuple[type, ...], socket: Path | None = None) -> None:
        self.name = name
        self._wants = tuple(kind.__name__ for kind in wants)
        self._socket = socket
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._waiting: dict[str, asyncio.Future[ServiceAnswered]] = {}
        self._incoming: asyncio.Queue[object | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Connect and greet.

        Raises:
            LinkError: no core listens there.
        """
        path = self._socket or Path(os.environ.get(SOCKET_VARIABLE, ""))
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(
                path, limit=MAX_LINE_BYTES
            )
        except OSError as error:
            raise LinkError(
                f"no running Anban at {path} ({error.strerror}); start it with `anban run`"
            ) from error
        self.send(Hello(self.name, self._wants))
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()

    def send(self, event: object) -> None:
        """Tell the core; from the event loop's thread only (else `loop.call_soon_threadsafe`)."""
        if not self._writer.is_closing():
            self._writer.write(to_line(event))

    async def request(
        self, request: Request[R], deadline_seconds: float = 5.0, *, skill: str = ""
    ) -> R:
        """Ask a service of the core, and give its result.

        Args:
            request: one of `assistant.services`.
            deadline_seconds: how long to wait for the answer.
            skill: which of Anban's own skills asks; empty for the process itself.

        Raises:
            ServiceError: one of those that the request names, or of `services.errors.GENERAL`.
            TimeoutError: no answer in time.
            LinkError: the core went away.
        """
        asked = ServiceAsked(request.SERVICE, fields_of(request), skill=skill)
        future = asyncio.get_running_loop().create_future()
        self._waiting[asked.request_id] = future
        try:
            self.send(asked)
            async with asyncio.timeout(deadline_seconds):
                answered: ServiceAnswered = await future
        finally:
            self._waiting.pop(asked.request_id, None)
        if not answered.ok:
            raise error_of(type(request), answered.error, answered.fields)
        return result_of(type(request), answered.value)

    async def home_state(self) -> HomeState:
        """Ask how the home is set now; raises what `request` raises."""
        return await self.request(GetHomeState())

    async def __aiter__(self) -> AsyncIterator[object]:
        """Give every wanted event, until the core goes away."""
        while (event := await self._incoming.get()) is not None:
            yield event

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(line)
        except (OSError, ValueError):  # cut, or a line beyond every bound: the connection is lost
            self._writer.close()
        finally:
            self._incoming.put_nowait(None)
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(LinkError("the core went away"))

    def _take(self, line: bytes) -> None:
        try:
            event = from_line(line)
        except EventError:
            return  # of a newer core; what this child knows goes on
        if isinstance(event, ServiceAnswered):
            waiting = self._waiting.get(event.request_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(event)
        else:
            self._incoming.put_nowait(event)

    async def _beat(self) -> None:
        while True:
            self.send(Alive(self.name))
            await asyncio.sleep(PULSE_SECONDS)
