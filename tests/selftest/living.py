"""A home as a process of its own, to be killed: its clock began at 10:00 of a day long ago."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from assistant.core import CoreOptions, composition, running
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
    composition.START_SECONDS = 600.0  # type: ignore[misc]  # slowness is no fault here
    settings = Settings(emergency=EmergencySettings(webhook_secret=SECRET))
    options = CoreOptions(
        folder, settings, folder / "cache", capabilities=frozenset(), clock=EarlierClock()
    )
    step = daily.SelfTest.step

    async def told_step(ours: daily.SelfTest) -> float:
        again = await step(ours)
        print("stepped", flush=True)
        return again

    daily.SelfTest.step = told_step  # type: ignore[method-assign]
    async with running(options):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
