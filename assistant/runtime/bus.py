"""Publish/subscribe inside the core, and the local socket on which the children speak.

Facts are the frozen dataclasses of `events`.  Inside the core they go to subscribers by type; over
the socket, as JSON lines, to every child that asked for the type in its `Hello`.  Requests are
those of `services`, and each is answered by whoever serves it.  A child that does not read is cut
off before its backlog can hurt the core.

Who speaks on the socket is told by the kernel, not by the peer: see `Bus.guard` and `rights`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from assistant.events import (
    MAX_LINE_BYTES,
    Alive,
    EventError,
    Hello,
    Ready,
    SensorTold,
    ServiceAnswered,
    ServiceAsked,
    Urgency,
    from_line,
    to_line,
)
from assistant.runtime.rights import SENSOR_PREFIX, Rights, may_ask
from assistant.services.codec import error_to_json, request_of, result_to_json
from assistant.services.errors import (
    FailedError,
    NotAllowedError,
    NotStartedError,
    ServiceError,
)
from assistant.services.request import REQUESTS, Request, Served

log = logging.getLogger(__name__)

BACKLOG_BYTES: Final = 4 * MAX_LINE_BYTES
"""How much may wait for a child that does not read; beyond it the child is cut off and
restarted."""

MAX_BAD_LINES: Final = 100
"""How many lines of one child that are no events are logged; an added sensor that sends more is cut
off, and so restarted."""
MAX_REFUSED: Final = 500
"""How much of what was refused is logged; a home that is well has none of it."""
MAX_ANSWERS_AT_ONCE: Final = 32
"""The most requests of one child that are answered at once; what it asks beyond them waits
unread."""
_CREDENTIALS: Final = struct.Struct("3i")
"""What SO_PEERCRED gives: process, user and group."""

Event = TypeVar("Event")
R = TypeVar("R")
Handler = Callable[[Any], None]
Guard = Callable[[int, str], Rights | None]
"""Gives the rights of a process that greets under a name; None for one that must go."""


class Bus:
    """The core's switchboard; all of it runs on one event loop."""

    def __init__(self) -> None:
        self._handlers: defaultdict[type, list[Handler]] = defaultdict(list)
        self._listeners: list[Handler] = []
        self._services: dict[str, Served] = {}
        self.guard: Guard | None = None
        """Gives the rights of every peer; without a guard, everybody may do everything (tests of
        parts)."""
        self._children: dict[asyncio.StreamWriter, Hello] = {}
        self._rights: dict[asyncio.StreamWriter, Rights] = {}
        self._bad_lines: dict[asyncio.StreamWriter, int] = {}
        self._refused: set[tuple[str, str]] = set()
        """What was logged already: a child that goes on must not fill the disk."""
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
        """End a `listen`."""
        self._listeners.remove(handler)

    def serve(self, *services: Served) -> None:
        """Answer requests: `bus.serve(CountTaken.answered_by(self._taken))`."""
        self._services |= {served.kind.SERVICE: served for served in services}

    @property
    def services(self) -> tuple[str, ...]:
        """The names of what may be asked for, by whoever has the right."""
        return tuple(self._services)

    def publish(self, event: object) -> None:
        """Tell every child that wants this type, then the core's listeners and subscribers."""
        wanted = type(event).__name__
        line = b""
        for writer, hello in list(self._children.items()):
            if wanted in hello.wants and self._may(writer, "hears", wanted):
                line = line or to_line(event)
                self._write(writer, line)
        # Listeners first: what subscribers publish in their turn comes after its cause.
        for handler in (*self._listeners, *self._handlers[type(event)]):
            try:
                handler(event)
            except Exception:  # one subscriber's fault must not silence the others
                log.exception("a subscriber of %s failed", wanted)

    async def ask(self, request: Request[R]) -> R:
        """Ask a service from within the core.

        Raises:
            NotStartedError: nobody serves it.
            ServiceError: one of those that the request names; FailedError for any other of them.
        """
        served = self._services.get(request.SERVICE)
        if served is None:
            raise NotStartedError(request.SERVICE)
        try:
            result: R = await served.answer(request)
        except ServiceError as error:
            if request.error_named(type(error).__name__) is type(error):
                raise
            raise FailedError(request.SERVICE) from error
        return result

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
        answers: set[asyncio.Task[None]] = set()
        try:
            while line := await reader.readline():
                self._take(line, writer, answers)
                # A flood that is buffered already would be read to its end before anything else.
                await asyncio.sleep(0)
                while len(answers) >= MAX_ANSWERS_AT_ONCE:
                    await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        except (OSError, ValueError, asyncio.CancelledError):
            log.debug("a child's line was cut")
        finally:
            self._tasks.discard(task)
            self._children.pop(writer, None)
            self._rights.pop(writer, None)
            self._bad_lines.pop(writer, None)
            writer.close()

    def _take(
        self, line: bytes, writer: asyncio.StreamWriter, answers: set[asyncio.Task[None]]
    ) -> None:
        try:
            event = from_line(line)
        except EventError as error:
            self._drop(writer, error)
            return
        if isinstance(event, Hello):
            self._greet(event, writer)
        elif isinstance(event, ServiceAsked):
            task = asyncio.create_task(self._answer(event, writer))
            for tasks in (self._tasks, answers):
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        elif self._may(writer, "tells", type(event).__name__) and self._is_its_own(event, writer):
            self.publish(event)

    def _drop(self, writer: asyncio.StreamWriter, error: EventError) -> None:
        """Drop a line that is no event; a child that sends nothing else must not fill the log."""
        bad = self._bad_lines[writer] = self._bad_lines.get(writer, 0) + 1
        name = self._name(writer)
        if bad <= MAX_BAD_LINES:
            log.warning("a line from %s was dropped: %s", name, error)
        elif name.startswith(SENSOR_PREFIX):
            log.error("%s sends what is no event, again and again; it is cut off", name)
            writer.transport.abort()

    def _greet(self, hello: Hello, writer: asyncio.StreamWriter) -> None:
        if self.guard is not None:
            rights = self.guard(_process_of(writer), hello.name)
            if rights is None:
                if self._is_new_refusal(hello.name[:40], "greet"):
                    log.error("a process that is not %.40s greeted so; it is cut off", hello.name)
                writer.close()
                return
            self._rights[writer] = rights
        self._children[writer] = hello

    def _may(self, writer: asyncio.StreamWriter, does: str, what: str) -> bool:
        if self.guard is None:
            return True
        rights = self._rights.get(writer)
        if rights is not None and what in getattr(rights, does):
            return True
        self._tell_refused(writer, what)
        return False

    def _is_its_own(self, event: object, writer: asyncio.StreamWriter) -> bool:
        """Whether an event is the child's own to tell.

        A child is alive or ready for itself alone, and so is a sensor; what an alarm says is the
        core's alone.
        """
        is_own = not isinstance(event, (Alive, Ready)) or event.name == self._name(writer)
        if isinstance(event, SensorTold):
            is_own = f"{SENSOR_PREFIX}{event.sensor}" == self._name(writer)
        is_own = is_own and getattr(event, "urgency", None) is not Urgency.ALARM
        if self.guard is None or is_own:
            return True
        self._tell_refused(writer, type(event).__name__)
        return False

    def _tell_refused(self, writer: asyncio.StreamWriter, what: str) -> None:
        name = self._name(writer)[:40]
        if self._is_new_refusal(name, what):
            log.error("%s has no right to %s; it is refused", name, what)

    def _is_new_refusal(self, name: str, what: str) -> bool:
        """Whether this is to be logged: once, and no more than has its place in memory."""
        if (name, what) in self._refused or len(self._refused) >= MAX_REFUSED:
            return False
        self._refused.add((name, what))
        return True

    async def _answer(self, asked: ServiceAsked, writer: asyncio.StreamWriter) -> None:
        try:
            value = await self._result(asked, writer)
            line = to_line(ServiceAnswered(asked.request_id, value))
        except ServiceError as error:
            if isinstance(error, FailedError):
                log.exception("the service %.40s failed", asked.service)
            line = _refused(asked, error)
        except Exception:
            log.exception("the service %.40s failed", asked.service)
            line = _refused(asked, FailedError(asked.service))
        self._write(writer, line)

    async def _result(self, asked: ServiceAsked, writer: asyncio.StreamWriter) -> Any:
        """Do what is asked, and give its result as JSON values."""
        kind = REQUESTS.get(asked.service)
        rights = self._rights.get(writer)
        if kind is None:  # a name that may be anything: none of it is kept
            self._drop(writer, EventError("it asks for a service that there is not"))
        if self.guard is not None and not (kind and rights and may_ask(rights, kind, asked.skill)):
            if kind is not None:
                self._tell_refused(writer, f"ask {kind.SERVICE}")
            raise NotAllowedError(self._name(writer), asked.service[:40])
        if kind is None:
            raise NotStartedError(asked.service[:40])
        return result_to_json(kind, await self.ask(request_of(kind, asked.fields)))

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


def _refused(asked: ServiceAsked, error: ServiceError) -> bytes:
    name, fields = type(error).__name__, error_to_json(error)
    return to_line(ServiceAnswered(asked.request_id, error=name, fields=fields))


def _process_of(writer: asyncio.StreamWriter) -> int:
    """Tell which process is at the other end, as the kernel knows it."""
    peer = writer.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, _, _ = _CREDENTIALS.unpack(credentials)
    return int(pid)


def _private_socket(path: Path) -> socket.socket:
    """Bind a socket of mode 0600 in a folder of mode 0700."""
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
