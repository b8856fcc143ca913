"""What Anban says because of one sentence, from the moment that it was acted on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Final

SETTLE_SECONDS: Final = 1.0
"""How long a turn waits at most for what is said in an alarm: its record, and no more."""

_current: ContextVar[Reaction | None] = ContextVar("reaction", default=None)


class Reaction:
    """What is said because of one sentence; grows until it is asked for."""

    def __init__(self, *, is_status: bool = False) -> None:
        """`is_status`: the sentence asked how it stands ("is anybody coming?")."""
        self.is_status = is_status
        self._texts: list[str] | None = []
        self._began = asyncio.Event()

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect what is said within the block, and by the tasks begun within."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def so_far(self) -> str:
        """Give what was said so far; later words are no part of it."""
        texts, self._texts = self._texts, None
        return " ".join(texts or ())

    async def settled(self) -> str:
        """Wait a moment for what is said, and give it; empty if nothing is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._began.wait()
        return self.so_far()

    def add(self, text: str) -> None:
        """Add what was said because of this sentence."""
        if self._texts is not None:
            self._texts.append(text)
            self._began.set()


def note(text: str) -> None:
    """Note that something is being said: it belongs to the sentence that set it off, if one did."""
    if (reaction := _current.get()) is not None:
        reaction.add(text)


def reacting(act: Callable[[], object], *, is_status: bool = False) -> Reaction:
    """Act on a sentence; what is said because of it is in the result."""
    reaction = Reaction(is_status=is_status)
    with reaction.collecting():
        act()
    return reaction
