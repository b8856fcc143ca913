"""An event loop whose clock jumps to the next timer: an hour of an alarm takes milliseconds.

Work in threads (the database) is waited for in real time, and the clock stands still meanwhile.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only where everybody waits."""

    def __init__(self) -> None:
        self._selector_of_ours = _JumpingSelector(self)
        self.now = 1_000.0
        self.outside = 0
        super().__init__(self._selector_of_ours)

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self.outside += 1
        future.add_done_callback(self._came_back)
        return future

    def _came_back(self, _: object) -> None:
        self.outside -= 1


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[valid-type, misc]
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if self._loop.outside or timeout is None:
            return super().select(0.02)
        self._loop.now += timeout
        return []
