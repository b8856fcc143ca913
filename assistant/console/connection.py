"""Connections of the page's server: one request each, and not for longer than it needs.

Without this a caller who sends a byte a second holds a connection for ever, and a few hundred of
them shut the family out.  A connection is counted from the moment it is accepted, before any TLS:
unfinished handshakes use up descriptors as well.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant.console.crowd import Crowd, Place
from assistant.runtime.tasks import Tasks

LIFE_SECONDS: Final = 20.0
"""How long a connection may last, to the last byte of the answer, on the slowest of mobile
networks."""
HEAD_SECONDS: Final = 8.0
"""How long a caller may be silent, or send a head in crumbs; browsers open some in advance."""
MAX_CONNECTIONS: Final = 200
MAX_OF_ONE: Final = 20
"""The most connections from one address, or one IPv6 network of a customer."""
ACCEPT_PAUSE_SECONDS: Final = 0.05
"""How long nothing is accepted after the system had no descriptor left."""

log = logging.getLogger(__name__)


class BriefConnection(H11Protocol):
    """A connection that is cut if it takes too long."""

    def __init__(self, config: Config, state: ServerState, crowd: Crowd, place: Place) -> None:
        super().__init__(config, state, {})
        self._crowd, self._place = crowd, place
        self._ends: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by asyncio, after the handshake if there is TLS."""
        super().connection_made(transport)
        self._place.end = transport.abort
        self._ends = [
            self.loop.call_later(LIFE_SECONDS, transport.abort),
            self.loop.call_later(HEAD_SECONDS, self._end_the_silent),
        ]

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        super().data_received(data)
        self._place.has_asked = self.cycle is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._crowd.leave(self._place)
        for end in self._ends:
            end.cancel()
        super().connection_lost(exc)

    def _end_the_silent(self) -> None:
        if not self._place.has_asked:
            self.transport.abort()


@asynccontextmanager
async def serving(config: Config, listener: socket.socket) -> AsyncIterator[Crowd]:
    """Serve on a listening socket; uvicorn's own server sets no limit to handshakes."""
    crowd, state = Crowd(MAX_CONNECTIONS, MAX_OF_ONE), ServerState()
    listener.setblocking(False)
    handshakes = Tasks("a connection of the page")
    accepting = asyncio.create_task(_accept(config, listener, state, crowd, handshakes))
    try:
        yield crowd
    finally:
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        await handshakes.end()
        for open_one in list(state.connections):
            open_one.transport.abort()


async def _accept(
    config: Config, listener: socket.socket, state: ServerState, crowd: Crowd, handshakes: Tasks
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            caller, address = await loop.sock_accept(listener)
        except OSError as error:  # no descriptor left, or a caller that is gone already
            log.warning("a connection could not be accepted: %s", error.strerror)
            crowd.make_room()
            await asyncio.sleep(ACCEPT_PAUSE_SECONDS)
            continue
        # Closing the socket under a handshake would be unsafe; shutting it down ends it.
        place = crowd.enter(str(address[0]), lambda caller=caller: _shut(caller))  # type: ignore[misc]
        handshakes.spawn(_greet(config, state, crowd, place, caller))


async def _greet(
    config: Config, state: ServerState, crowd: Crowd, place: Place, caller: socket.socket
) -> None:
    tls: dict[str, Any] = (
        {"ssl": config.ssl, "ssl_handshake_timeout": HEAD_SECONDS} if config.ssl else {}
    )
    try:
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: BriefConnection(config, state, crowd, place), caller, **tls
        )
    except OSError:  # an SSLError is one: a handshake that failed, which is no news
        crowd.leave(place)
        caller.close()


def _shut(caller: socket.socket) -> None:
    with suppress(OSError):  # the caller went first
        caller.shutdown(socket.SHUT_RDWR)
