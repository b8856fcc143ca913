"""A home without hardware: real alarms, book, database and companion; people as scripts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import assistant.replies
from assistant.alarm.announcer import Announcer
from assistant.alarm.controller import AlarmController
from assistant.alarm.medical_card import MedicalCard
from assistant.alarm.public_number import NUMBER_CONTACT, PublicNumber
from assistant.alarm.store import AlarmStore
from assistant.alarm.triggers import AlarmTriggers
from assistant.alarm.wording import Wording
from assistant.channels import (
    Acknowledged,
    AddressError,
    Answered,
    AttemptEvent,
    Channel,
    ChannelStatus,
    Dialled,
    DtmfPressed,
    Ended,
    Kind,
    Message,
    Outcome,
    PutThrough,
    is_emergency_number,
)
from assistant.channels.call_voice import CallVoice
from assistant.events import Capability, CryForHelpHeard, Say
from assistant.home.spoken import Address, Spoken
from assistant.language import Replies
from assistant.people.contacts import People, new_contact
from assistant.runtime.bus import Bus
from assistant.safety import judge
from assistant.settings import EmergencySettings, Settings
from assistant.store import Database
from tests import homes

REPLIES = Replies.load(Path(assistant.replies.__path__[0]))
ARRIVE_SECONDS = 1_200.0
TALK_SECONDS = 60.0


def spoken(text: str, address: Address) -> Spoken:
    """A sentence that was said so."""
    return Spoken(text, judge(text, is_final=True), address)


@dataclass
class World:
    """How everybody out there behaves: by address, one word for each try, the last one for ever."""

    scripts: dict[str, list[str]] = field(default_factory=dict)
    tries: list[tuple[float, str, Message]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    agreed: frozenset[str] = frozenset()
    _made: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def open(self, address: str) -> Channel:
        number = address.removeprefix("tel:")
        if address.startswith("broken:") or (is_emergency_number(number) and not self.can(number)):
            raise AddressError("no such equipment in this home")
        return ScriptedChannel(self, address)

    def can(self, number: str) -> bool:
        return number in self.agreed and f"tel:{number}" in self.scripts

    def agree(self, number: str, *, is_agreed: bool) -> None:
        self.agreed = self.agreed | {number} if is_agreed else self.agreed - {number}

    def is_public_number(self, address: str) -> bool:
        return is_emergency_number(address.removeprefix("tel:"))

    def next_word(self, address: str) -> str:
        script = self.scripts.get(address, ["delivered" if "text" in address else "no_answer"])
        self._made[address] += 1
        return script[min(self._made[address], len(script)) - 1]

    def addresses(self) -> list[str]:
        return [address for _, address, _ in self.tries]


class ScriptedChannel(Channel):
    def __init__(self, world: World, address: str) -> None:
        self.name = address.partition(":")[0]
        self.kind = Kind.MESSAGE if self.name in {"text", "scaip"} else Kind.CALL
        self._world, self._address = world, address
        self._gone = asyncio.Event()

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        word = self._world.next_word(self._address)
        self._world.tries.append((asyncio.get_running_loop().time(), self._address, message))
        if word == "raises":
            raise RuntimeError("a programmer's mistake")
        yield Dialled()
        match word:
            case "hangs":
                await asyncio.Event().wait()
            case "no_answer":
                await self._pass(25)
            case "answered":
                yield Answered()
                await self._pass(20)
            case "acknowledged" | "closes":
                await self._pass(6)
                yield Answered()
                await self._pass(10)
                yield Acknowledged("dtmf")
                yield PutThrough(is_open=True)
                await self._pass(TALK_SECONDS)
                if word == "closes":
                    yield DtmfPressed("9")
                word = "acknowledged"
        outcome = Outcome(word if word in set(Outcome) else "failed")
        yield Ended(Outcome.NO_ANSWER if self._gone.is_set() else outcome, word)

    async def hang_up(self) -> None:
        self._world.hung_up.append(self._address)
        self._gone.set()

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")

    async def _pass(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            return


@dataclass
class Home:
    bus: Bus
    world: World
    people: People
    store: AlarmStore
    emergency: AlarmTriggers
    announcer: Announcer
    database: Database
    told: list[object]

    def cry(self, reason: str = "fall") -> None:
        self.bus.publish(CryForHelpHeard("x", reason, 0.0))

    async def after(self, seconds: float) -> None:
        """So much later."""
        await asyncio.sleep(seconds)

    def said(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Say)]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.told if not isinstance(event, Say)]

    def states(self) -> list[str]:
        return [alarm.state.value for alarm in self.store.open_alarms()]

    async def journal(self) -> list[tuple[str, str]]:
        def read(connection: object) -> list[tuple[str, str]]:
            rows = connection.execute("SELECT state, why FROM journal ORDER BY entry")  # type: ignore[attr-defined]
            return list(rows)

        return await self.database.read(read)


@asynccontextmanager
async def a_home(
    folder: Path,
    world: World,
    contacts: dict[str, list[str]],
    settings: EmergencySettings | None = None,
    medicines: tuple[str, ...] = (),
    allergies: tuple[str, ...] = (),
    arrive_seconds: float = ARRIVE_SECONDS,
    *,
    has_mouth: bool = False,
) -> AsyncIterator[Home]:
    """Contacts by name with their addresses; the same folder again is the same home again."""
    wanted = settings or EmergencySettings()
    capabilities = frozenset({Capability.MOUTH} if has_mouth else ())
    base = homes.a_home(
        folder, Settings(language="zh", emergency=wanted), capabilities=capabilities
    )
    bus, database, memory, speech = base.bus, base.database, base.memory, base.speech
    told: list[object] = []
    bus.listen(told.append)
    await database.open()
    people = People(folder)
    people.read()
    for name, addresses in contacts.items():
        people.add(new_contact(name, [], addresses))
    if wanted.may_ring_number:
        world.agreed = frozenset({"120"})
    number = PublicNumber(world, REPLIES, memory, wanted)
    store = AlarmStore(database, arrive_seconds)
    announcer = Announcer(bus, speech, memory, REPLIES, people, number, store, world)
    health = MedicalCard()
    health.medicines, health.allergies = medicines, allergies
    wording = Wording(
        REPLIES,
        wanted,
        CallVoice(folder),
        lambda: memory.lang,
        lambda: "王奶奶",
        NUMBER_CONTACT,
        health=health,
        notes=announcer.notes,
    )
    controller = AlarmController(
        bus, store, people, world, wording, announcer, arrive_seconds, number
    )
    emergency = AlarmTriggers(bus, store, people, announcer, number, controller)
    await emergency.start()
    home = Home(bus, world, people, store, emergency, announcer, database, told)
    try:
        yield home
    finally:
        await emergency.stop()
        await database.close()
