"""One connection of the page's server: one request, and not for longer than it needs.

Without this a caller who sends a byte a second holds a connection for ever, and a few hundred of
them shut the family out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from ipaddress import ip_address
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

LIFE_SECONDS: Final = 20.0
"""From the connection to the last byte of the answer, on the slowest of mobile networks."""
MAX_CONNECTIONS: Final = 200
MAX_OF_ONE: Final = 20
"""From one address; a proxy on this machine speaks for everybody, and is not counted."""
_held: Final[Counter[str]] = Counter()


class BriefConnection(H11Protocol):
    """Cuts what takes too long, and what comes from one address too often at once."""

    _end: asyncio.TimerHandle | None = None
    _host: str = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by asyncio."""
        super().connection_made(transport)
        self._host = self.client[0] if self.client else ""
        _held[self._host] += 1
        is_crowd = _held[self._host] > MAX_OF_ONE and not _is_here(self._host)
        if is_crowd or len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._end = self.loop.call_later(LIFE_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        _held[self._host] -= 1
        if not _held[self._host]:
            del _held[self._host]
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
