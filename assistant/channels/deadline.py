"""Blocking work with a deadline: libraries that know none, name servers that hang."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeVar

from assistant.channels.api import ChannelError

MAX_HANGING: Final = 64
"""How many threads may hang at once; they end when their own sockets time out."""

# At debug level it writes every path it asks for; the path of a webhook is its password.
logging.getLogger("urllib3").setLevel(logging.INFO)

_places = threading.BoundedSemaphore(MAX_HANGING)

Result = TypeVar("Result")


async def in_thread(work: Callable[[], Result], seconds: float) -> Result:
    """Run `work` in a thread of its own; what it raises is raised here.

    Not in asyncio's shared threads: a few that hang there would hold up everything else.

    Raises:
        TimeoutError: not done in time; the thread is left to itself, its work may yet happen.
        ChannelError: too much is hanging already.
    """
    if not _places.acquire(blocking=False):
        raise ChannelError("too many earlier attempts still hang; trying again later")
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(deliver: Callable[[], None]) -> None:
        if not future.done():
            deliver()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  (raised again on the awaiting side)
            deliver = partial(future.set_exception, error)
        else:
            deliver = partial(future.set_result, result)
        finally:
            _places.release()
        # The loop may be closed by now: nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, deliver)

    threading.Thread(target=run, name="deadline", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await future


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Run `work` in a thread and block for its result; what it raises is raised here.

    Raises:
        TimeoutError: not done in time; the thread is left to itself.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  (raised again where it is waited for)
            future.set_exception(error)

    threading.Thread(target=run, name="within", daemon=True).start()
    return future.result(seconds)
