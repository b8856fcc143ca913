"""A thread with an event loop for one skill, so that one that blocks stops nobody else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from skills.growth import POOL_NAME, THREAD_NAME
from skills.marks import Mark, MarkedSelector

T = TypeVar("T")

_PING_SECONDS: Final = 0.5
_BUSY_SECONDS: Final = 2.0
"""Well above the delays of a small machine under load."""


class BusyError(RuntimeError):
    """The skill's loop does not turn: something in it blocks."""


class ExitError(RuntimeError):
    """The skill tried to end the process."""


class Worker:
    """Runs a skill's coroutines; used from the host's loop."""

    def __init__(self, name: str, mark: Mark | None = None) -> None:
        """`mark`: told whenever the skill's code runs; None: nobody asks."""
        self.name = name
        self._mark = mark or Mark(bytearray(2), 0)
        self._loop = asyncio.SelectorEventLoop(MarkedSelector(self._mark))
        pool = ThreadPoolExecutor(thread_name_prefix=POOL_NAME.format(name=name))
        self._loop.set_default_executor(pool)
        self._last_turn = time.monotonic()
        thread_name = THREAD_NAME.format(name=name)
        threading.Thread(target=self._run, name=thread_name, daemon=True).start()

    async def run(self, work: Coroutine[Any, Any, T], deadline_seconds: float) -> T:
        """The result of a coroutine of the skill.

        Raises:
            TimeoutError: not done by the deadline; it was cancelled.
            BusyError: the skill's loop is blocked by something else.
            ExitError: the skill called sys.exit.
        Exception: what the coroutine raised.
        """
        if self.silent_seconds > _BUSY_SECONDS:
            work.close()
            raise BusyError(self.name)
        future = asyncio.run_coroutine_threadsafe(_contained(work), self._loop)
        self._mark.begin()
        try:
            async with asyncio.timeout(deadline_seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            future.cancel()
            raise
        finally:
            self._mark.end()

    @property
    def silent_seconds(self) -> float:
        """How long ago the skill's loop turned last."""
        return time.monotonic() - self._last_turn

    def close(self) -> None:
        """End the loop; one that hangs ends with the process."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._ping()
        self._loop.run_forever()

    def _ping(self) -> None:
        self._last_turn = time.monotonic()
        self._loop.call_later(_PING_SECONDS, self._ping)


async def _contained(work: Coroutine[Any, Any, T]) -> T:
    """The loop must outlive a `sys.exit` of the skill."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise ExitError("sys.exit in a skill") from error
