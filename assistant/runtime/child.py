"""A child's whole life, from its start to the one line of a hopeless end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, NoReturn

from assistant.events import Shutdown
from assistant.runtime.link import Link, LinkError
from assistant.runtime.privacy import keep_private
from assistant.runtime.quiet import begin_log, is_quiet
from assistant.runtime.tasks import race
from assistant.services.errors import ServiceError


async def follow_core(
    link: Link,
    take: Callable[[object], object],
    *beside: Awaitable[Any],
    tell_ready: Callable[[], object] = lambda: None,
) -> None:
    """Hand what the core tells to `take`, until it says `Shutdown` or goes, or SIGTERM comes.

    Args:
        link: To the core.
        take: Takes one event; must not block.
        beside: What goes on meanwhile; the first of them to end ends all, with its error.
        tell_ready: Says that the child is ready: from then on SIGTERM ends it in good order.
    """
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    tell_ready()
    await race(told.wait(), _hand_over(link, take), *beside)


async def _hand_over(link: Link, take: Callable[[object], object]) -> None:
    async for event in link:
        if isinstance(event, Shutdown):
            return
        take(event)


LOG_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
"""A line of the log: core and children write into the same one."""


def run_child(name: str, work: Coroutine[Any, Any, None], *hopeless: type[Exception]) -> str | None:
    """Run a child to its end; gives one line for stderr if the end was hopeless.

    Args:
        name: The child.
        work: What it does.
        hopeless: Errors of its own that only a new process, or a human, can mend.
    """
    keep_private()
    begin_log(LOG_FORMAT, logging.INFO)
    ends: tuple[type[Exception], ...] = (LinkError, ServiceError, TimeoutError, *hopeless)
    try:
        asyncio.run(work)
    except ends as error:
        return f"anban {name}: {str(error) or 'the core does not answer'}"
    return None


def end_at_once(line: str | None) -> NoReturn:
    """End the process with that line on stderr and status 1, or with 0 if there is none.

    For a child with threads that may hang, in a sound system or in somebody's skill: an orderly
    exit would wait for them for ever.  A stderr that takes nothing holds up no end.
    """
    try:
        if line is not None and not is_quiet():
            print(line, file=sys.stderr, flush=True)  # noqa: T201  (the one line of a hopeless end)
    finally:
        os._exit(0 if line is None else 1)
