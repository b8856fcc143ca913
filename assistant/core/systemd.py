"""Runs the core until it is told to end, and tells systemd how it goes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import Final

import sdnotify

from assistant.core import Core, CoreOptions, running

WATCHDOG_SECONDS: Final = 5.0
"""How often systemd is told that the core lives."""


async def run_until_told(
    options: CoreOptions,
    when_built: Callable[[Core], None],
    is_outdated: Callable[[Core], bool] = lambda _: False,
) -> bool:
    """Run until SIGTERM or SIGINT, telling systemd how it goes (Type=notify, watchdog).

    Gives true if it ended because the options are outdated, and is to begin anew with others;
    never while an alarm is open or somebody is called.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    notifier = sdnotify.SystemdNotifier()
    async with running(options, when_built) as core:
        notifier.notify("READY=1")
        while not told.is_set():
            notifier.notify("WATCHDOG=1")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCHDOG_SECONDS):
                    await told.wait()
            # An alarm may have begun while it was looked.
            if await asyncio.to_thread(is_outdated, core) and not core.alarms.is_busy:
                return True
        notifier.notify("STOPPING=1")
        return False
