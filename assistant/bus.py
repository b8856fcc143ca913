"""Publish/subscribe inside the core, and the local socket on which the children speak.

Facts and requests are the frozen dataclasses of `events`.  Inside the core they go to subscribers
by type; over the socket, as JSON lines, to every child that asked for the type in its `Hello`.
A child that does not read is cut off before its backlog can hurt the core.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from assistant.events import (
    MAX_LINE_BYTES,
    EventError,
    Hello,
    Request,
    Response,
    from_line,
    to_line,
)

log = logging.getLogger(__name__)

BACKLOG_BYTES: Final = 4 * MAX_LINE_BYTES
"""What may wait for a child that does not read; beyond it the child is cut off and restarted."""

Event = TypeVar("Event")
Handler = Callable[[Any], None]
Service = Callable[..., Awaitable[Any]]


class Refused(Exception):  # noqa: N818  (a service's plain "no", not a fault)
    """A service says no; the message goes to the child that asked."""


class Bus:
    """The core's switchboard; all of it runs on one event loop."""

    def __init__(self) -> None:
        self._handlers: defaultdict[type, list[Handler]] = defaultdict(list)
        self._listeners: list[Handler] = []
        self._services: dict[str, Service] = {}
        self._children: dict[asyncio.StreamWriter, Hello] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.path: Path | None = None

    def subscribe(self, kind: type[Event], handler: Callable[[Event], None]) -> None:
        """Call `handler` with every event of this type; it must not block."""
        self._handlers[kind].append(handler)

    def listen(self, handler: Handler) -> None:
        """Call `handler` with every event of any type, for journals and displays."""
        self._listeners.append(handler)

    def unlisten(self, handler: Handler) -> None:
        """The end of a `listen`."""
        self._listeners.remove(handler)

    def serve(self, name: str, service: Service) -> None:
        """Answer requests for `name` with `await service(**arguments)`."""
        self._services[name] = service

    def publish(self, event: object) -> None:
        """Tell every child that wants this type, then the core's listeners and subscribers."""
        wanted = type(event).__name__
        line = b""
        for writer, hello in list(self._children.items()):
            if wanted in hello.wants:
                line = line or to_line(event)
                self._write(writer, line)
        # Listeners first: what subscribers publish in their turn comes after its cause.
        for handler in (*self._listeners, *self._handlers[type(event)]):
            try:
                handler(event)
            except Exception:  # one subscriber's fault must not silence the others
                log.exception("a subscriber of %s failed", wanted)

    async def call(self, service: str, **arguments: Any) -> Any:
        """A service's answer, from within the core.

        Raises:
            Refused: no such service, wrong arguments, or its own no.
        """
        handler = self._services.get(service)
        if handler is None:
            raise Refused(f"no service {service!r}")
        try:
            return await handler(**arguments)
        except TypeError as error:
            raise Refused(f"{service}: {error}") from error

    async def open(self, path: Path) -> None:
        """Listen on a socket that only this user can open."""
        self._server = await asyncio.start_unix_server(
            self._attend, sock=_private_socket(path), limit=MAX_LINE_BYTES
        )
        self.path = path

    async def close(self) -> None:
        """Let every child go; publishing goes on inside the core."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._children):
            writer.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (a stream callback always runs in a task)
        self._tasks.add(task)
        try:
            while line := await reader.readline():
                self._take(line, writer)
        except (OSError, ValueError, asyncio.CancelledError):
            log.debug("a child's line was cut")
        finally:
            self._tasks.discard(task)
            self._children.pop(writer, None)
            writer.close()

    def _take(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            event = from_line(line)
        except EventError as error:
            log.warning("a line from %s was dropped: %s", self._name(writer), error)
            return
        if isinstance(event, Hello):
            self._children[writer] = event
        elif isinstance(event, Request):
            task = asyncio.create_task(self._answer(event, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self.publish(event)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        try:
            value = await self.call(request.service, **request.arguments)
            line = to_line(Response(request.request_id, ok=True, value=value))
        except Refused as refusal:
            line = to_line(Response(request.request_id, ok=False, error=str(refusal)))
        except Exception:
            log.exception("the service %s failed", request.service)
            problem = f"{request.service} failed inside the core; see its log"
            line = to_line(Response(request.request_id, ok=False, error=problem))
        self._write(writer, line)

    def _write(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > BACKLOG_BYTES:
            log.error("%s does not read; it is cut off", self._name(writer))
            writer.transport.abort()
            return
        writer.write(line)

    def _name(self, writer: asyncio.StreamWriter) -> str:
        hello = self._children.get(writer)
        return hello.name if hello else "an unknown child"


def _private_socket(path: Path) -> socket.socket:
    """A bound socket of mode 0600 in a folder of mode 0700."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{path.parent} belongs to somebody else; remove it")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Bound with a tight mask: between bind and chmod nobody else may slip in.
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    return listener
