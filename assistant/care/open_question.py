"""What the elder was asked last in an alarm: a bare yes or no is its answer for a while."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

QUESTION_SECONDS: Final = 20.0
"""How long a bare "no" counts as an answer to "do you still need help?"."""
NUMBER_SECONDS: Final = 40.0
"""The same for "shall I ring 120?", which is asked after some other words."""


class OpenQuestion:
    """One at a time: a "no" to one question may not be taken for the answer to another."""

    def __init__(self) -> None:
        self._until = 0.0
        self._number = ""
        self._number_settled = asyncio.Event()
        self._number_settled.set()

    @property
    def is_open(self) -> bool:
        """Whether yes or no is an answer now."""
        return asyncio.get_running_loop().time() < self._until

    def put(self, seconds: float = QUESTION_SECONDS) -> None:
        """It was asked whether help is needed; the one before is none any more."""
        self._until = asyncio.get_running_loop().time() + seconds
        self._number = ""
        self._number_settled.set()

    def put_number(self, number: str) -> None:
        """It was asked whether to ring a number."""
        self.put(NUMBER_SECONDS)
        self._number = number
        self._number_settled.clear()

    def take(self) -> str:
        """It was answered: the number it was about, or nothing."""
        number, self._number = self._number, ""
        self._until = 0.0
        self._number_settled.set()
        return number

    async def number_settled(self) -> None:
        """Until a number that was asked about is answered for, or was not in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(NUMBER_SECONDS):
                await self._number_settled.wait()
