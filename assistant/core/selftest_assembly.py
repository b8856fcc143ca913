"""The self-test and the sign of life, built for one home: the core's one handle on them."""

from __future__ import annotations

from typing import Final

from assistant.channels import CENTRE_ADDRESS
from assistant.console.check import page_finding
from assistant.conversation.understanding import Understanding
from assistant.core.alarms import Alarms
from assistant.core.contact_ways import ContactWays
from assistant.home.home import Home
from assistant.reminders import Reminders
from assistant.runtime.feature import Feature
from assistant.selftest.checks import Check, HomeChecks, HomeParts
from assistant.selftest.daily import SelfTest
from assistant.selftest.heartbeat import Heartbeat
from assistant.selftest.quiet import Quiet
from assistant.selftest.sound import Sound
from assistant.selftest.wording import Wording, render

_LIVING: Final = ("ear", "mouth")


class SelfTestAssembly(Feature):
    """The self-test and the sign of life.

    Started last, when everything that is tested stands.
    """

    def __init__(
        self,
        home: Home,
        ways: ContactWays,
        alarms: Alarms,
        reminders: Reminders,
        sound: Sound,
        understanding: Understanding,
        findings: Check,
    ) -> None:
        """`findings`: of all features."""
        memory, supervisor, settings = home.memory, home.supervisor, home.settings
        self._supervisor, self._sound = supervisor, sound
        registry = ways.equipment.registry
        self.heartbeat = Heartbeat(
            settings.selftest, self._problems, lambda: registry.open(CENTRE_ADDRESS)
        )

        async def try_dialogue() -> None:
            await understanding.think(render("sample", memory.lang), (), {})

        checks = HomeChecks(
            HomeParts(
                home=home.folder,
                supervisor=supervisor,
                people=ways.people,
                registry=registry,
                sound=sound,
                check_contact=ways.check_contact,
                equipment=ways.equipment.findings,
                devices=findings,
                heartbeat=self.heartbeat.findings,
                heartbeat_server=self.heartbeat.server,
                understand=try_dialogue,
                page=lambda: page_finding(settings.console),
            )
        )
        calendar = reminders.scheduler.calendar
        self.api = SelfTest(
            bus=home.bus,
            database=home.database,
            checks=checks,
            quiet=Quiet(home.bus, home.clock, lambda: alarms.is_busy),
            wording=Wording(lambda: memory.lang, lambda: settings.elder_name),
            family=reminders.messenger,
            speech=home.speech,
            clock=home.clock,
            zone=calendar.zone,
            habits=lambda: calendar.habits,
            is_asleep=home.presence.is_asleep,
            has_chime=settings.selftest.chime,
            can_speak=lambda: supervisor.is_ready("mouth"),
        )

    async def start(self) -> None:
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
