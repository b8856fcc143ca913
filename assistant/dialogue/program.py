"""A program of `dialogue/` in Rasa's environment, ended with whoever waits for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from assistant.dialogue.errors import TrainingError
from assistant.dialogue.layout import ROOT, environment, python

STDERR_TAIL: Final = 2000
"""How many characters of a program's complaints an error shows: its last words."""
_LOOK_SECONDS: Final = 1.0
_TURN_SECONDS: Final = 0.02
"""So much computing is a turn on the processor; clocks of processes tick every 0.01 s."""


class WorkLimit:
    """Ends a program by what it computes rather than by the clock: a busy machine is no mistake."""

    def __init__(self, seconds: float, now: float) -> None:
        """`seconds`: of computing in all, and at most between two turns on the processor."""
        self._seconds = seconds
        self._worked = 0.0
        self._end = now + seconds

    def end_after(self, worked_seconds: float, now: float) -> float:
        """Tell when it is to be ended, if it computed so much by now."""
        if worked_seconds >= self._seconds:
            return now
        if worked_seconds - self._worked >= _TURN_SECONDS:
            self._worked = worked_seconds
            self._end = now + self._seconds
        return self._end


@asynccontextmanager
async def running(
    module: str, cache: Path, deadline_seconds: float, late: str, *, by_work: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module with pipes for its input, output and complaints.

    Args:
        module: such as `dialogue.train`.
        cache: the folder of the models.
        deadline_seconds: how long the block may take.
        late: what is said if it took longer.
        by_work: whether its computing is limited (`WorkLimit`) instead of the time.

    Raises:
        TrainingError: it took longer.
    """
    process = await asyncio.create_subprocess_exec(
        *(str(python()), "-m", module),
        cwd=ROOT,
        env={**os.environ, **environment(cache)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    watch: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(deadline_seconds) as end:
            if by_work:
                watch = asyncio.create_task(_watch(process.pid, end, deadline_seconds))
            yield process
    except TimeoutError as error:
        raise TrainingError(late) from error
    finally:
        if watch is not None:
            watch.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _watch(pid: int, end: asyncio.Timeout, seconds: float) -> None:
    """Move the end of a program as it computes."""
    clock = asyncio.get_running_loop().time
    limit = WorkLimit(seconds, clock())
    with suppress(psutil.Error):  # it has ended
        process = psutil.Process(pid)
        while not end.expired():
            times = process.cpu_times()
            end.reschedule(limit.end_after(times.user + times.system, clock()))
            await asyncio.sleep(_LOOK_SECONDS)
