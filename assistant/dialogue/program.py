"""A program of `dialogue/` in Rasa's environment, ended with whoever waits for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from assistant.dialogue.errors import TrainingError
from assistant.dialogue.layout import ROOT, environment, python

STDERR_TAIL: Final = 2000
"""How many characters of a program's complaints an error shows: its last words."""


@asynccontextmanager
async def running(
    module: str, cache: Path, deadline_seconds: float, late: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module with pipes for its input, output and complaints.

    Args:
        module: such as `dialogue.train`.
        cache: the folder of the models.
        deadline_seconds: how long the block may take.
        late: what is said if it took longer.

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
    try:
        async with asyncio.timeout(deadline_seconds):
            yield process
    except TimeoutError as error:
        raise TrainingError(late) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
