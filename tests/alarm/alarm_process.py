"""A core alone, in a process of its own that may be killed: one alarm, people written to a file.

Each fact of the alarm is one step; with `kill_at` the process kills itself (SIGKILL) at that step,
with `kill_after_seconds` a timer of the kernel does, wherever it stands.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

from assistant.channels import (
    Acknowledged,
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
)
from assistant.core import Core, CoreOptions
from assistant.events import CryForHelpHeard
from assistant.people.contacts import People, new_contact
from assistant.settings import EmergencySettings, Settings
from tests.alarm.virtual_time import VirtualLoop

ADDRESSES = {"甲": ("pager:甲", "ring:甲"), "乙": ("pager:乙", "ring:乙")}
DONE = "done"


class OutsideWorld:
    """What reached people: one line each, on the disk before anything else happens."""

    def __init__(self, folder: Path, step: Callable[[], None]) -> None:
        self.path = folder / "outside.log"
        self.step = step

    def note(self, *words: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(" ".join(words) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def count(self, *words: str) -> int:
        if not self.path.exists():
            return 0
        return self.path.read_text("utf-8").count(" ".join(words))


class FileChannel(Channel):
    """Writes to the file; 乙 acknowledges the third ring and then says that it is over."""

    def __init__(self, world: OutsideWorld, address: str) -> None:
        self.name, _, self._person = address.partition(":")
        self.kind = Kind.MESSAGE if self.name == "pager" else Kind.CALL
        self._world = world

    async def attempt(self, message: Message) -> AsyncGenerator[AttemptEvent, None]:
        if not message.answer_hint:  # afterwards, not of the call-out
            self._world.note("afterwards", self._person)
            yield Ended(Outcome.DELIVERED)
            return
        self._world.step()
        self._world.note(self.name, self._person, message.attempt_id)
        self._world.step()
        yield Dialled()
        if self.kind is Kind.MESSAGE:
            yield Ended(Outcome.DELIVERED)
            return
        if self._person == "甲" or self._world.count("ring 乙") < 3:
            await asyncio.sleep(25)
            yield Ended(Outcome.NO_ANSWER)
            return
        yield Answered()
        self._world.step()
        yield Acknowledged("dtmf")
        await asyncio.sleep(30)
        self._world.step()
        yield DtmfPressed("9")
        yield Ended(Outcome.ACKNOWLEDGED)

    async def check(self) -> ChannelStatus:
        return ChannelStatus(is_well=True, detail="")


def run_core(home: Path, *, cries: bool, kill_at: int = -1, kill_after_seconds: float = 0) -> int:
    """Run until the alarm is closed; the number of steps that it took."""
    steps = 0

    def step() -> None:
        nonlocal steps
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1

    async def live() -> None:
        people = People(home)
        people.read()
        for name, addresses in ADDRESSES.items():
            if not any(contact.name == name for contact in people.all):
                people.add(new_contact(name, [], addresses))
        emergency = EmergencySettings(arrive_minutes=20)
        settings = replace(Settings(), emergency=emergency)
        core = Core(CoreOptions(home, settings, home / "cache", capabilities=frozenset()))
        world = OutsideWorld(home, step)
        for scheme in ("pager", "ring"):
            core.ways.equipment.registry.add(scheme, lambda a: FileChannel(world, a))
        core.bus.listen(lambda _: step())
        await core.start()
        if cries:
            core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
            await asyncio.sleep(1)
            (home / "cried").touch()
        while core.alarms.store.open_alarms():  # noqa: ASYNC110  (virtual time)
            await asyncio.sleep(1)
        await asyncio.sleep(2)
        world.note(DONE)
        await core.stop()

    if kill_after_seconds:
        signal.setitimer(signal.ITIMER_REAL, kill_after_seconds)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(live())
    return steps
