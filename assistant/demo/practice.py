"""People to call who are never called: for a conversation by which nobody is to be alarmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Final

from assistant.channels import Channel, ChannelStatus, Kind, Message
from assistant.channels.api import AttemptEvent, Dialled
from assistant.core import Core
from assistant.people.contacts import People, new_contact

_SCHEME: Final = "practice"


class NeverRings(Channel):
    """A telephone that rings nowhere, until whoever calls gives up."""

    name = _SCHEME
    kind = Kind.CALL

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        """Reach nobody."""
        self._tell(message.contact)
        yield Dialled()
        await asyncio.Event().wait()

    async def check(self) -> ChannelStatus:
        """Nothing can be wrong with it."""
        return ChannelStatus(is_well=True, detail=_SCHEME)


def practise(core: Core, home: Path, tell: Callable[[str], object]) -> None:
    """Let a scratch core know the people of a home by their names, and by no address of theirs.

    Args:
        core: a core that was just started.
        home: the folder of the real home, which is only read.
        tell: is given the name of whoever would be called now.
    """
    people = People(home)
    people.read()
    core.ways.equipment.registry.add(_SCHEME, lambda _: NeverRings(tell))
    for number, contact in enumerate(people.all):
        one = new_contact(contact.name, contact.called, [f"{_SCHEME}:{number}"])
        core.ways.people.add(one)
