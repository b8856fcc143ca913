"""A home as a process of its own, to be killed: its clock began at 10:00 of a day long ago."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from assistant.core import CoreOptions, running
from assistant.core.selftest_assembly import SelfTestAssembly
from assistant.home.clock import SystemClock
from assistant.selftest import daily
from assistant.settings import EmergencySettings, Settings
from tests.selftest.parts import SECRET, at


class EarlierClock(SystemClock):
    """Goes as the machine's, and began then."""

    def __init__(self) -> None:
        self._ahead = at("10:00") - time.time()

    def now(self) -> float:
        return super().now() + self._ahead


async def live(folder: Path) -> None:
    daily.SETTLE_SECONDS = 0.0  # type: ignore[misc]
    settings = Settings(emergency=EmergencySettings(webhook_secret=SECRET))
    options = CoreOptions(
        folder, settings, folder / "cache", capabilities=frozenset(), clock=EarlierClock()
    )
    async with running(options) as core:
        step = core.of(SelfTestAssembly).api.step  # type: ignore[union-attr]

        async def told_step() -> float:
            again = await step()
            print("stepped", flush=True)
            return again

        core.of(SelfTestAssembly).api.step = told_step  # type: ignore[method-assign, union-attr]
        core.of(SelfTestAssembly).api._woken.set()  # type: ignore[union-attr]
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
