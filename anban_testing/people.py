"""The elder's people in a conversation: rung and written to over channels that reach nobody."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.channels import Equipment, Registry
from assistant.channels.api import (
    Answered,
    AttemptEvent,
    Channel,
    ChannelStatus,
    Dialled,
    Ended,
    Kind,
    Message,
    Outcome,
    PutThrough,
    Ringing,
)
from assistant.people.contacts import People, new_contact

_RUNG: Final = "testcall"
_WRITTEN: Final = "testmessage"


@dataclass(slots=True)
class Person:
    """Somebody whom Anban may ring and write to."""

    name: str
    called: tuple[str, ...] = ()
    """What the elder calls them: "my daughter", 女儿."""
    picks_up: bool = True
    """Whether they answer the telephone; a message always arrives."""
    has_telephone: bool = True


Done = Callable[[str, str, str], None]
"""Is told what is done: `rings` or `tells`, to whom, and the words."""


class _Way(Channel):
    """One way to one person."""

    def __init__(self, person: Person, kind: Kind, done: Done) -> None:
        self.name, self.kind = person.name, kind
        self._person, self._done = person, done

    @property
    def can_talk(self) -> bool:
        return self.kind is Kind.CALL

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        yield Dialled()
        if self.kind is Kind.MESSAGE:
            self._done("tells", self._person.name, message.text)
            yield Ended(Outcome.DELIVERED)
            return
        self._done("rings", self._person.name, "")
        yield Ringing()
        if self._person.picks_up:
            yield Answered()
        yield Ended(Outcome.ANSWERED if self._person.picks_up else Outcome.NO_ANSWER)

    async def talk(self) -> AsyncGenerator[AttemptEvent, None]:
        self._done("rings", self._person.name, "")
        yield Dialled()
        yield Ringing()
        if self._person.picks_up:
            yield Answered()
            yield PutThrough(is_open=True)
        yield Ended(Outcome.ANSWERED if self._person.picks_up else Outcome.NO_ANSWER)

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")


def register(people: People, persons: Sequence[Person], done: Done) -> Registry:
    """Enter the persons into the home's contacts, with the channels that reach them."""
    registry = Registry(Equipment())

    def opener(kind: Kind) -> Callable[[str], Channel]:
        return lambda address: _Way(persons[int(address.partition(":")[2])], kind, done)

    registry.add(_RUNG, opener(Kind.CALL))
    registry.add(_WRITTEN, opener(Kind.MESSAGE))
    for number, person in enumerate(persons):
        ways = [f"{_WRITTEN}:{number}"]
        if person.has_telephone:
            ways.insert(0, f"{_RUNG}:{number}")
        people.add(new_contact(person.name, person.called, ways))
    return registry
