"""A step that is taken again and again: when it said so, when it is woken, and after any fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from assistant.home.step_loop import StepLoop
from assistant.store import StoreError

RETRY_SECONDS = 7.0


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.waits: asyncio.Queue[float | None] = asyncio.Queue()
        self._moved = asyncio.Event()

    def now(self) -> float:
        return self.at

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        self._moved.clear()
        self.waits.put_nowait(until)
        ends = [asyncio.create_task(each.wait()) for each in (self._moved, woken)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    def set(self, at: float) -> None:
        self.at = at
        self._moved.set()


class Looping:
    """A loop with a step that answers as it is told."""

    def __init__(self, answers: list[float | Exception | None], *, looks_often: bool) -> None:
        self.clock, self.steps = HandClock(), 0
        self._answers = answers
        self.loop = StepLoop(
            "a step", self._step, self.clock, RETRY_SECONDS, looks_often=looks_often
        )

    async def _step(self) -> float | None:
        answer = self._answers[min(self.steps, len(self._answers) - 1)]
        self.steps += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


@asynccontextmanager
async def looping(
    *answers: float | Exception | None, looks_often: bool = False
) -> AsyncIterator[Looping]:
    it = Looping(list(answers), looks_often=looks_often)
    it.loop.start()
    yield it
    await it.loop.stop()


async def test_it_is_taken_at_the_start_and_when_it_said() -> None:
    async with looping(1_060.0, None) as it:
        assert await it.clock.waits.get() == 1_060.0
        it.clock.set(1_059.0)
        assert await it.clock.waits.get() == 1_060.0
        assert it.steps == 1
        it.clock.set(1_060.0)
        assert await it.clock.waits.get() is None
        assert it.steps == 2


@pytest.mark.parametrize("fault", [StoreError("full"), ValueError("a fault")])
async def test_after_a_fault_it_is_taken_again(fault: Exception) -> None:
    async with looping(fault, None) as it:
        assert await it.clock.waits.get() == 1_000.0 + RETRY_SECONDS
        it.clock.set(1_000.0 + RETRY_SECONDS)
        assert await it.clock.waits.get() is None
        assert it.steps == 2


@pytest.mark.parametrize(
    "change",
    [lambda it: it.loop.wake(), lambda it: it.clock.set(500.0)],
    ids=["woken", "the clock was set back"],
)
async def test_it_is_taken_before_its_time(change: Callable[[Looping], None]) -> None:
    async with looping(1_060.0) as it:
        await it.clock.waits.get()
        change(it)
        await it.clock.waits.get()
        assert it.steps == 2


async def test_one_that_looks_often_is_taken_each_time_the_clock_returns() -> None:
    async with looping(1_060.0, looks_often=True) as it:
        await it.clock.waits.get()
        it.clock.set(1_030.0)
        await it.clock.waits.get()
        assert it.steps == 2


async def test_a_wake_during_the_step_is_not_lost() -> None:
    it = Looping([None], looks_often=False)
    inner = it._step

    async def step() -> float | None:
        if it.steps == 0:
            it.loop.wake()
        return await inner()

    it.loop = StepLoop("a step", step, it.clock, RETRY_SECONDS)
    it.loop.start()
    assert await it.clock.waits.get() is None
    assert it.steps == 2
    await it.loop.stop()
