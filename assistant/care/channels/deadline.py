"""Blocking work with a deadline: libraries that know none, name servers that hang."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from assistant.care.channels.api import ChannelError

MAX_HANGING: Final = 64
"""So many threads may hang at once; they end when their own sockets time out."""

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

    def finish(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]  (no error: there is a result)
        else:
            future.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001  (handed over to the awaiting side)
            error = caught
        finally:
            _places.release()
        try:
            loop.call_soon_threadsafe(finish, result, error)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    threading.Thread(target=run, name="deadline", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await future
