"""What the elder was asked last in an alarm: a bare yes or no is its answer for a while."""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum
from typing import Final

QUESTION_SECONDS: Final = 20.0
"""How long an answer counts as one to "do you need help?"; a first "I'm fine" holds as long."""
NUMBER_SECONDS: Final = 40.0
"""How long an answer counts as one to "shall I ring 120?", which is asked after some other
words."""


class Asked(StrEnum):
    """What a question is about."""

    NOTHING = ""
    HELP = "help"
    """Whether help is needed."""
    NUMBER = "number"
    """Whether to ring a public number."""
    ARRIVAL = "arrival"
    """Whether somebody is beside the elder now."""


class OpenQuestion:
    """The question that is open; one at a time, so that a "no" cannot answer another one."""

    def __init__(self) -> None:
        self._until = 0.0
        self._asked = Asked.NOTHING
        self.about = ""
        """The number, or the name of the person, that was asked about."""
        self.is_half_answered = False
        """A first answer came that does not suffice; a second one does."""
        self._number_settled = asyncio.Event()
        self._number_settled.set()

    @property
    def asked(self) -> Asked:
        """Tell what an answer would be about now."""
        is_open = asyncio.get_running_loop().time() < self._until
        return self._asked if is_open else Asked.NOTHING

    def put(
        self,
        asked: Asked = Asked.HELP,
        about: str = "",
        seconds: float = QUESTION_SECONDS,
        *,
        is_half_answered: bool = False,
    ) -> None:
        """Note that a question was asked; the one before it is closed."""
        self._asked, self.about = asked, about
        self._until = asyncio.get_running_loop().time() + seconds
        self.is_half_answered = is_half_answered
        if asked is Asked.NUMBER:
            self._number_settled.clear()
        else:
            self._number_settled.set()

    def put_number(self, number: str, *, is_half_answered: bool = False) -> None:
        """Note that the elder was asked whether to ring a number."""
        self.put(Asked.NUMBER, number, NUMBER_SECONDS, is_half_answered=is_half_answered)

    def close(self) -> None:
        """Close the question: it was answered."""
        self._until, self._asked = 0.0, Asked.NOTHING
        self._number_settled.set()

    async def number_settled(self) -> None:
        """Wait until a number that was asked about is agreed to or refused, or its time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(NUMBER_SECONDS):
                await self._number_settled.wait()
