"""The child's end of the local socket: JSON lines of events, both ways.

A child is started with `ANBAN_SOCKET` in its environment, connects, says `Hello` with the events
it wants, and beats `Alive` while its loop runs.  When the core goes away, reading ends and the
child ends with it: the core starts a new one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from assistant.events import (
    MAX_LINE_BYTES,
    Alive,
    EventError,
    Hello,
    Request,
    Response,
    from_line,
    to_line,
)
from assistant.settings import Settings, from_json

SOCKET_VARIABLE: Final = "ANBAN_SOCKET"
PULSE_SECONDS: Final = 0.5
"""How often a child shows that its loop runs; the supervisor waits for several."""


class LinkError(ConnectionError):
    """The core cannot be reached, or went away; nothing was lost that the core had answered for."""


class ServiceError(RuntimeError):
    """The core refused a request; the message says why."""


@dataclass(frozen=True, slots=True)
class HomeState:
    """What a child must know before it begins."""

    lang: str
    """The language that is spoken now; later ones come as `LanguageChanged`."""
    volume: float
    rate_words_per_minute: int
    home: Path
    """The data folder."""
    settings: Settings


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
        self._waiting: dict[str, asyncio.Future[Response]] = {}
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

    async def request(self, service: str, deadline_seconds: float = 5.0, **arguments: Any) -> Any:
        """Ask a service of the core and return its value; raises as `ask`."""
        return await self.ask(Request(service, arguments), deadline_seconds)

    async def ask(self, request: Request, deadline_seconds: float = 5.0) -> Any:
        """Ask a service, and give its value.

        Raises:
            ServiceError: the core refused, with its reason.
            TimeoutError: no answer in time.
            LinkError: the core went away.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting[request.request_id] = future
        try:
            self.send(request)
            async with asyncio.timeout(deadline_seconds):
                response: Response = await future
        finally:
            self._waiting.pop(request.request_id, None)
        if not response.ok:
            raise ServiceError(response.error)
        return response.value

    async def home_state(self) -> HomeState:
        """Ask how the home is set now; raises what `request` raises."""
        value = await self.request("home.state")
        settings = from_json(value.pop("settings"))
        return HomeState(**{**value, "home": Path(value["home"])}, settings=settings)

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
        if isinstance(event, Response):
            waiting = self._waiting.get(event.request_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(event)
        else:
            self._incoming.put_nowait(event)

    async def _beat(self) -> None:
        while True:
            self.send(Alive(self.name))
            await asyncio.sleep(PULSE_SECONDS)
