"""An event loop whose time stands still, and jumps to the next timer when it is told to.

Hours pass in milliseconds and nothing depends on how quick a machine is.  Time moves only while
nothing else can go on: what other threads were given (the database) is waited for first, in real
time.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Final, TypeVar, TypeVarTuple

from anban_testing.errors import BusyError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

REAL_SECONDS: Final = 60.0
"""How long other threads and networks are waited for, in real time; no measure of speed."""
TASK_SECONDS: Final = 600.0
"""How far time may go while one thing is waited for, in virtual time."""


class _Selector(selectors.DefaultSelector):
    """Tells the loop when nothing is left to be done at this time, instead of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.idle: Callable[[float | None], bool] = lambda _: False
        """Is given how long the next timer is away; whether the loop has something to do now."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look at once what is ready; else let time pass."""
        ready = super().select(0)
        if not ready and timeout != 0 and not self.idle(timeout):
            ready = super().select(0.02)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; run it by `wait_for` and `let_pass` alone."""

    def __init__(self) -> None:
        self._now = 0.0
        selector = _Selector()
        super().__init__(selector)
        self._files = selector
        selector.idle = self._idle
        self._given_away = 0
        """Pieces of work that threads were given and have not done."""
        self._until = 0.0
        self._reached: asyncio.Future[None] | None = None
        self._is_waiting = False
        """Whether one thing is waited for, that may need a network."""
        self._real_until = 0.0

    def time(self) -> float:
        """Give the virtual time, in seconds since the loop was made."""
        return self._now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Have a thread do it; time stands still until it is done."""
        self._given_away += 1
        work = super().run_in_executor(executor, func, *args)
        work.add_done_callback(self._done)
        return work

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, and then all that can go on without time passing.

        Raises:
            BusyError: it does not come to its end.
        """
        task = self.create_task(work)
        self._is_waiting = True
        try:
            self._pass(TASK_SECONDS, task)
        finally:
            self._is_waiting = False
        if not task.done():
            task.cancel()
            self._pass(0.0)
            raise BusyError(f"after {TASK_SECONDS:g} s of the home's time it still waits")
        self._pass(0.0)
        return task.result()

    def let_pass(self, seconds: float) -> None:
        """Let time pass, with all that becomes due meanwhile, in its order."""
        self._pass(seconds)

    def _pass(self, seconds: float, until: asyncio.Task[Any] | None = None) -> None:
        self._until = self._now + seconds
        self._real_until = time.monotonic() + REAL_SECONDS
        self._reached = reached = self.create_future()
        if until is not None:
            until.add_done_callback(lambda _: _reach(reached))
        self.run_until_complete(reached)
        self._reached = None

    def _done(self, _: asyncio.Future[Any]) -> None:
        self._given_away -= 1

    def _idle(self, next_timer: float | None) -> bool:
        """Jump to the next timer, or end the waiting; False: threads or networks are at work."""
        reached = self._reached
        if reached is None or reached.done():
            return False
        has_network = self._is_waiting and len(self._files.get_map()) > 1
        if self._given_away or (has_network and time.monotonic() < self._real_until):
            if time.monotonic() > self._real_until:
                reached.set_exception(
                    BusyError(f"a thread is not done after {REAL_SECONDS:g} real seconds")
                )
                return True
            return False
        left = self._until - self._now
        if next_timer is not None and next_timer <= left:
            self._now += next_timer
        else:
            self._now = self._until
            reached.set_result(None)
        return True


def _reach(reached: asyncio.Future[None]) -> None:
    if not reached.done():
        reached.set_result(None)


class LoopClock:
    """The wall clock of a home in virtual time (`assistant.home.clock.Clock`)."""

    def __init__(self, loop: VirtualLoop, begin: float) -> None:
        """`begin`: the Unix time at the loop's beginning."""
        self._loop, self._begin = loop, begin

    def now(self) -> float:
        """Give the Unix time, in seconds."""
        return self._begin + self._loop.time()

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        """Wait until a Unix time, or until woken; None: until woken."""
        seconds = None if until is None else max(until - self.now(), 0.0)
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return
