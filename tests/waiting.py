"""Waiting in tests for what raises no event: another process, a thread, a simulated device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

LIMIT_SECONDS: Final = 90.0
"""No measure of speed: so long even a machine that does much else does not take."""


async def until(condition: Callable[[], object], what: str = "what was awaited") -> None:
    """Wait until the condition holds; the test fails, naming `what`, if it never does."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not condition():  # noqa: ASYNC110  (what is awaited has no event to wait on)
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise AssertionError(f"{what} did not come about") from error
