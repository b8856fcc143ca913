"""The self-test and the sign of life, built for one home: the core's one handle on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from assistant.channels import CENTRE_ADDRESS
from assistant.core.alarm_assembly import AlarmAssembly
from assistant.home.memory import HomeMemory
from assistant.home.speech import Speech
from assistant.reminders import Reminders
from assistant.runtime.bus import Bus
from assistant.runtime.supervisor import Supervisor
from assistant.selftest.checks import Check, HomeChecks, HomeParts
from assistant.selftest.daily import SelfTest
from assistant.selftest.heartbeat import Heartbeat
from assistant.selftest.quiet import Quiet
from assistant.selftest.sound import Sound
from assistant.selftest.wording import Wording, render
from assistant.services.findings import CheckResult
from assistant.settings import Settings
from assistant.store import Database

_LIVING: Final = ("ear", "mouth")


class SelfTestAssembly:
    """The self-test and the sign of life.

    Started last, when everything that is tested stands.
    """

    def __init__(
        self,
        *,
        bus: Bus,
        database: Database,
        supervisor: Supervisor,
        memory: HomeMemory,
        speech: Speech,
        sound: Sound,
        alarm_assembly: AlarmAssembly,
        reminders: Reminders,
        settings: Settings,
        home: Path,
        understand: Callable[[str], Awaitable[object]],
        devices: Check,
        check_page: Callable[[], CheckResult | None],
    ) -> None:
        self._supervisor, self._sound = supervisor, sound
        registry = alarm_assembly.equipment.registry
        self.heartbeat = Heartbeat(
            settings.selftest, self._problems, lambda: registry.open(CENTRE_ADDRESS)
        )

        async def try_dialogue() -> None:
            await understand(render("sample", memory.lang))

        checks = HomeChecks(
            HomeParts(
                home=home,
                supervisor=supervisor,
                people=alarm_assembly.people,
                registry=registry,
                sound=sound,
                check_contact=alarm_assembly.check_contact,
                equipment=alarm_assembly.equipment.findings,
                pendants=alarm_assembly.pendants,
                devices=devices,
                heartbeat=self.heartbeat.findings,
                heartbeat_server=self.heartbeat.server,
                understand=try_dialogue,
                page=check_page,
            )
        )
        scheduler = reminders.scheduler
        self.api = SelfTest(
            bus=bus,
            database=database,
            checks=checks,
            quiet=Quiet(bus, scheduler.clock, lambda: alarm_assembly.is_busy),
            wording=Wording(lambda: memory.lang, lambda: settings.elder_name),
            family=reminders.messenger,
            speech=speech,
            clock=scheduler.clock,
            zone=scheduler.calendar.zone,
            habits=lambda: scheduler.calendar.habits,
            is_asleep=lambda: scheduler.presence.situation(is_asking=False).is_asleep,
            has_chime=settings.selftest.chime,
            can_speak=lambda: supervisor.is_ready("mouth"),
        )

    def start(self) -> None:
        """Test and beat from now on."""
        self.api.start()
        self.heartbeat.start()

    async def stop(self) -> None:
        """Stop testing and beating."""
        await self.heartbeat.stop()
        await self.api.stop()

    def _problems(self) -> dict[str, str]:
        """Say what of hearing and speaking does not live now."""
        names = self._supervisor.names()
        dead = {
            name: "does not run"
            for name in _LIVING
            if name in names and not self._supervisor.is_ready(name)
        }
        return dead | self._sound.problems()
