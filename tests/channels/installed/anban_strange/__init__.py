"""Channels that do what the contract forbids."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from assistant.channels import (
    AttemptEvent,
    Channel,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
)

no_maker = "a text"


class Stuck(Channel):
    """Blocks its thread in an attempt and in a check until the test lets it go."""

    name = "stuck"
    kind = Kind.MESSAGE
    is_blocked = threading.Event()
    let_go = threading.Event()

    def __init__(self, address: str) -> None:
        self.address = address

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        self.is_blocked.set()
        self.let_go.wait()
        yield Ended(Outcome.DELIVERED)

    async def check(self) -> ChannelStatus:
        self.is_blocked.set()
        self.let_go.wait()
        return ChannelStatus(is_well=True, detail="")


class Caller(Channel):
    """Speaks, and then stays on the line; what happens to it stands in `notes`."""

    name = "caller"
    kind = Kind.CALL
    can_talk = True  # type: ignore[assignment]
    notes: list[str] = []  # noqa: RUF012

    def __init__(self, address: str) -> None:
        self._hung_up: Callable[[], object] = lambda: None

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        over = asyncio.Event()
        self._hung_up = over.set
        yield Dialled()
        assert message.script is not None
        file: Path = await message.script.speak()
        self.notes.append(f"said {file.name}")
        try:
            await over.wait()
            yield Ended(Outcome.ANSWERED)
        finally:
            self.notes.append("over")

    def talk(self) -> AsyncGenerator[AttemptEvent, None]:
        return self.attempt(None)  # type: ignore[arg-type]

    async def hang_up(self) -> None:
        self._hung_up()

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="rings")


class Failing(Channel):
    """Fails as its address says."""

    name = "failing"
    kind = Kind.MESSAGE

    def __init__(self, address: str) -> None:
        self._how = address.partition(":")[2]
        if self._how == "opening":
            raise RuntimeError("password")
        if self._how == "ending":
            sys.exit(3)
        if self._how == "nameless":
            self.name = ""
        if self._how == "waiting":
            threading.Event().wait()

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        match self._how:
            case "raises":
                raise RuntimeError("password")
            case "exits":
                sys.exit(3)
            case "talks":
                yield "hello"  # type: ignore[misc]
            case "says nothing":
                return
            case "out":
                yield Dialled()
                raise RuntimeError("password")

    async def check(self) -> ChannelStatus:
        if self._how == "exits":
            sys.exit(3)
        raise RuntimeError("password")


def nothing(address: str) -> None:
    """No channel at all."""
