"""A channel of another package, on an event loop and thread of its own.

Whoever writes one may block, raise or exit where the contract forbids it.  On the core's own loop
that would hold up every other way of every person; here it costs this one attempt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from assistant.channels.api import (
    AttemptEvent,
    Channel,
    ChannelError,
    ChannelStatus,
    Kind,
    Message,
)
from assistant.channels.deadline import in_thread

log = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 3 * 3_600.0
"""How long an attempt may go on, with the talk after it; `reach.Patience` ends it before."""
CHECK_SECONDS: Final = 25.0
LEAVE_SECONDS: Final = 3.0
"""How long an attempt that is left early may take to hang up; then it is left to itself."""

Result = TypeVar("Result")
_There = tuple[asyncio.AbstractEventLoop, "asyncio.Task[Any] | None"]


class Apart(Channel):
    """Hands everything to the other channel's own thread, and its facts back."""

    def __init__(self, channel: object) -> None:
        if not isinstance(channel, Channel):
            raise TypeError("it makes no assistant.channels.Channel")
        self._channel = channel
        self.name, self.kind = channel.name, Kind(channel.kind)
        self.server = str(channel.server)
        self._can_talk = bool(channel.can_talk)
        if not isinstance(self.name, str) or not self.name.strip() or not self.name.isprintable():
            raise TypeError("its channel has no name that can be shown")
        self._there: _There | None = None

    @property
    def can_talk(self) -> bool:
        """As the channel says."""
        return self._can_talk

    def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Try once; raises here what the channel raises there."""
        if message.script is not None:
            here = asyncio.get_running_loop()
            script = message.script
            speak, details = script.speak, script.details
            message = replace(
                message,
                script=replace(
                    script,
                    speak=_spoken_on(here, speak),
                    details=_spoken_on(here, details) if details is not None else None,
                ),
            )
        return self._facts(lambda: self._channel.attempt(message))

    def talk(self) -> AsyncGenerator[AttemptEvent, None]:
        """Ring, and put through at once."""
        return self._facts(self._channel.talk)

    async def hang_up(self) -> None:
        """End the running attempt, as far as the channel does."""
        if self._there is None:
            return
        loop, _ = self._there
        hanging = self._channel.hang_up()
        try:
            future = asyncio.run_coroutine_threadsafe(hanging, loop)
        except RuntimeError:  # its loop is closed: the attempt is over
            hanging.close()
            return
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await asyncio.wrap_future(future)
        except TimeoutError:
            log.warning("%s does not hang up", self.name)

    async def check(self) -> ChannelStatus:
        """As the channel says; one that raises is not well."""
        try:
            status = await in_thread(lambda: _run(self._channel.check()), CHECK_SECONDS)
        except TimeoutError:
            return ChannelStatus(is_well=False, detail=f"no sign for {CHECK_SECONDS:.0f} s")
        except Exception as error:
            log.exception("%s could not be checked", self.name)
            return ChannelStatus(is_well=False, detail=f"its check failed: {type(error).__name__}")
        if isinstance(status, ChannelStatus):
            return status
        return ChannelStatus(is_well=False, detail="its check tells no ChannelStatus")

    async def _facts(
        self, begin: Callable[[], AsyncGenerator[AttemptEvent, None]]
    ) -> AsyncGenerator[AttemptEvent, None]:
        here = asyncio.get_running_loop()
        facts: asyncio.Queue[AttemptEvent | None] = asyncio.Queue()
        is_left = False

        async def tell() -> None:
            self._there = (asyncio.get_running_loop(), asyncio.current_task())
            if is_left:
                return
            async with contextlib.aclosing(begin()) as told:
                async for fact in told:
                    if not isinstance(fact, AttemptEvent):
                        raise TypeError(f"{type(fact).__name__} is no fact of an attempt")
                    here.call_soon_threadsafe(facts.put_nowait, fact)

        def attempt() -> None:
            with contextlib.suppress(asyncio.CancelledError):  # left early
                _run(tell())

        work = asyncio.create_task(in_thread(attempt, LONGEST_SECONDS))
        work.add_done_callback(lambda _: facts.put_nowait(None))
        try:
            while (fact := await facts.get()) is not None:
                yield fact
            await work
        finally:
            is_left = True
            if not work.done():
                await self._leave(work)

    async def _leave(self, work: asyncio.Task[None]) -> None:
        if self._there is not None:
            loop, attempt = self._there
            with contextlib.suppress(RuntimeError):  # its loop is closed: it ended just now
                if attempt is not None:
                    loop.call_soon_threadsafe(attempt.cancel)
        _, still = await asyncio.wait({work}, timeout=LEAVE_SECONDS)
        if still:
            log.warning("%s does not end; it is left to itself", self.name)
            work.cancel()
        elif (error := work.exception()) is not None:
            log.warning("%s failed while it was left: %s", self.name, type(error).__name__)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except (SystemExit, KeyboardInterrupt) as error:  # raised again they would end the core
        raise ChannelError("the channel tried to end the program") from error


def _spoken_on(
    loop: asyncio.AbstractEventLoop, speak: Callable[[], Awaitable[Path]]
) -> Callable[[], Awaitable[Path]]:
    """The voice belongs to the core's loop, wherever it is asked from."""

    async def spoken() -> Path:
        return await speak()

    async def ask() -> Path:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(spoken(), loop))

    return ask
