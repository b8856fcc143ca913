"""A call over the one line of a telephone program or a modem."""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from collections.abc import AsyncGenerator
from typing import Final

from assistant.channels.api import (
    AttemptEvent,
    CallScript,
    Channel,
    Ended,
    Kind,
    Message,
    Outcome,
)

LINE_SECONDS: Final = 30.0
"""How long a call waits at most for the one before it to end."""


class LineCall(Channel):
    """Rings one contact, one call at a time: waits for the line, rings, and lets go of both."""

    kind = Kind.CALL

    def __init__(self, line: asyncio.Lock, ring_seconds: float) -> None:
        self._line, self._ring_seconds = line, ring_seconds
        self._is_given_up = asyncio.Event()

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Ring, say the message if there is a voice, wait for the key, put through."""
        async with contextlib.aclosing(self._on_line(message.script, is_talk=False)) as facts:
            async for fact in facts:
                yield fact

    async def talk(self) -> AsyncGenerator[AttemptEvent, None]:
        """Ring, and put through whoever answers."""
        async with contextlib.aclosing(self._on_line(None, is_talk=True)) as facts:
            async for fact in facts:
                yield fact

    async def _on_line(
        self, script: CallScript | None, *, is_talk: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        self._is_given_up.clear()
        try:
            async with asyncio.timeout(LINE_SECONDS):
                await self._line.acquire()
        except TimeoutError:
            yield Ended(Outcome.FAILED, "the telephone line was in use")
            return
        try:
            if self._is_given_up.is_set():
                yield Ended(Outcome.FAILED, "given up before it was dialled")
                return
            async with contextlib.aclosing(self._ring(script, is_talk=is_talk)) as facts:
                async for fact in facts:
                    yield fact
        finally:
            try:
                await self._let_go()
            finally:
                self._line.release()

    @abstractmethod
    def _ring(
        self, script: CallScript | None, *, is_talk: bool
    ) -> AsyncGenerator[AttemptEvent, None]:
        """Make the call itself; the line is this one's alone."""

    @abstractmethod
    async def _let_go(self) -> None:
        """Hang up, if there still is a call; never raises."""
