"""Looks once at everything that a home needs to call for help; nobody is alarmed by it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.channels import AddressError, ChannelError, Registry
from assistant.channels.server import look_at
from assistant.people.contacts import Contact, People
from assistant.runtime.rights import SENSOR_PREFIX
from assistant.runtime.supervisor import Supervisor
from assistant.selftest import machine
from assistant.selftest.sound import DisturbedError, Sound
from assistant.services import WayChecked
from assistant.services.findings import CheckResult, found

log = logging.getLogger(__name__)

PART_SECONDS: Final = 90.0
"""How long the check of one part may take, beyond the deadlines that it has itself."""
READY_SECONDS: Final = 30.0
"""How long is waited for a child that is just being started again."""
_DEVICE_CHILDREN: Final = frozenset({"phone", "robot", "senses"})
"""Children that are not looked at: the channels that need them, and their devices, tell of them."""


def _is_device(child: str) -> bool:
    return child in _DEVICE_CHILDREN or child.startswith(SENSOR_PREFIX)


Check = Callable[[], Awaitable[list[CheckResult]]]


@dataclass(frozen=True, slots=True)
class HomeParts:
    """The parts of a home that are looked at."""

    home: Path
    supervisor: Supervisor
    people: People
    registry: Registry
    sound: Sound
    check_contact: Callable[[str], Awaitable[tuple[WayChecked, ...]]]
    """Tells how each way to a person is, by the contact's id: the service `contacts.check`."""
    equipment: Check
    """Checks telephone and modem themselves."""
    devices: Check
    """What every feature says of itself: radar, robot, pendants …"""
    heartbeat: Callable[[], list[CheckResult]]
    heartbeat_server: str
    understand: Callable[[], Awaitable[None]]
    """Has the dialogue understand a sentence; raises what says why it cannot."""
    page: Callable[[], CheckResult | None]
    """Whether the family's page can be opened; blocks; None: there is none."""


class HomeChecks:
    """Looks once at every part of a home."""

    def __init__(self, parts: HomeParts) -> None:
        self._parts = parts

    async def look(self, *, with_chime: bool, now: float, known: float | None) -> list[CheckResult]:
        """Look at every part, all at once but for the chime, which comes first and alone.

        Args:
            with_chime: whether it may be heard in the room now.
            now: Unix time, seconds.
            known: the latest time that was known before.

        Raises:
            DisturbedError: the chime was broken off by something more important.
        """
        await asyncio.to_thread(self._parts.people.read)
        ears = {"ear", "mouth"} <= set(self._parts.supervisor.names())
        findings = await self._children()
        if ears and all(f.is_well for f in findings if f.part in {"ear", "mouth"}):
            findings += await self._parts.sound.look(with_chime=with_chime)
        others: tuple[tuple[str, Check], ...] = (
            ("dialogue", self._dialogue),
            ("channel", self._channels),
            ("internet", lambda: self._servers(now, known)),
            ("page", self._page),
            ("feature", self._parts.devices),
            ("disk", self._machine),
        )
        looked = await asyncio.gather(*(self._guarded(part, check) for part, check in others))
        findings += [finding for found_there in looked for finding in found_there]
        return [*findings, *self._parts.heartbeat()]

    async def _guarded(self, part: str, check: Check) -> list[CheckResult]:
        """Run one check; its fault takes no other check away."""
        try:
            async with asyncio.timeout(PART_SECONDS):
                return await check()
        except DisturbedError:
            raise
        except TimeoutError:
            return [found(part, is_well=False, detail=f"no answer for {PART_SECONDS:.0f} s")]
        except Exception as error:
            log.exception("%s could not be looked at", part)
            problem = f"it could not be looked at ({type(error).__name__}); see the log"
            return [found(part, is_well=False, detail=problem)]

    async def _children(self) -> list[CheckResult]:
        supervisor = self._parts.supervisor
        names = [name for name in supervisor.names() if not _is_device(name)]
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_SECONDS
        while not all(map(supervisor.is_ready, names)) and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        return [
            found(
                name,
                is_well=supervisor.is_ready(name),
                detail=f"not ready for {READY_SECONDS:.0f} s ({why}); see its log"
                if (why := supervisor.trouble(name))
                else "runs",
            )
            for name in names
            if name != "dialogue" or not supervisor.is_ready(name)  # it has to understand, too
        ]

    async def _dialogue(self) -> list[CheckResult]:
        if not self._parts.supervisor.is_ready("dialogue"):
            return []
        try:
            await self._parts.understand()
        except Exception as error:  # noqa: BLE001  (told, whatever it is)
            return [found("dialogue", is_well=False, detail=f"understands nothing: {error}")]
        return [found("dialogue", is_well=True, detail="understands")]

    async def _channels(self) -> list[CheckResult]:
        people = self._parts.people.all
        findings = await self._parts.equipment()
        if not people:
            problem = "nobody to call: `anban contacts add NAME ADDRESS`"
            return [*findings, found("people", is_well=False, detail=problem)]
        looked = await asyncio.gather(*(self._contact(contact) for contact in people))
        findings.append(found("people", is_well=True, detail=f"{len(people)} to call"))
        return findings + [finding for of_contact in looked for finding in of_contact]

    async def _contact(self, contact: Contact) -> list[CheckResult]:
        findings: dict[str, CheckResult] = {}
        for way in await self._parts.check_contact(contact.contact_id):
            subject = f"{contact.name}: {way.channel}"
            while subject in findings:  # a second telephone of the same person
                subject += " +"
            findings[subject] = found(
                "channel", is_well=way.is_well, detail=way.detail, subject=subject
            )
        return list(findings.values())

    async def _servers(self, now: float, known: float | None) -> list[CheckResult]:
        """Check the line to the servers that this home itself needs, and their clocks."""
        servers = sorted(self._servers_needed())
        answers = await asyncio.gather(*map(look_at, servers), return_exceptions=True)
        problems = [str(answer) for answer in answers if isinstance(answer, BaseException)]
        ahead = [
            answer.ahead_seconds
            for answer in answers
            if not isinstance(answer, BaseException) and answer.ahead_seconds is not None
        ]
        clock = machine.look_at_clock(now, known, ahead)
        if not servers:
            return [clock]
        is_well = len(problems) < len(servers)
        detail = f"{len(servers) - len(problems)} of {len(servers)} servers answer"
        return [
            found("internet", is_well=is_well, detail="; ".join([detail, *problems])),
            clock,
        ]

    def _servers_needed(self) -> set[str]:
        servers = {self._parts.heartbeat_server}
        for contact in self._parts.people.all:
            for address in contact.channels:
                try:
                    servers.add(self._parts.registry.open(address).server)
                except (AddressError, ChannelError):
                    continue  # told by its channel
        return servers - {""}

    async def _page(self) -> list[CheckResult]:
        page = await asyncio.to_thread(self._parts.page)
        return [page] if page is not None else []

    async def _machine(self) -> list[CheckResult]:
        def look() -> list[CheckResult]:
            home = self._parts.home
            power = list(machine.look_at_power())
            return [machine.look_at_disk(home), machine.look_at_memory(home), *power]

        return await asyncio.to_thread(look)
