"""Builds the core from the settings, wires it and runs it; the one place that knows every part."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from assistant.alarm.sensor_watch import SensorWatch
from assistant.conversation.hearing import Hearing
from assistant.conversation.implied_cry import ImpliedCries
from assistant.conversation.safety_lane import SafetyLane
from assistant.conversation.turns import Turns
from assistant.conversation.understanding import Progress, Understanding
from assistant.core.alarm_assembly import AlarmAssembly
from assistant.core.children import Children
from assistant.core.home_services import HomeServices
from assistant.core.services import Services
from assistant.core.start_findings import start_findings
from assistant.core.table_services import TableServices
from assistant.events import Capability
from assistant.home.memory import HomeMemory
from assistant.home.speech import Speech
from assistant.language import LANGUAGES, Replies, warm
from assistant.robot.autonomy import Autonomy
from assistant.robot.permission import RobotControl
from assistant.runtime.bus import Bus
from assistant.runtime.findings import CheckResult
from assistant.runtime.home_folder import lock_home, new_socket_path, run_folder, spare_folder
from assistant.runtime.privacy import close_to_others
from assistant.runtime.rights import guard
from assistant.runtime.supervisor import Supervisor
from assistant.runtime.tasks import Tasks
from assistant.safety import prepare as prepare_to_judge
from assistant.selftest.sound import Sound
from assistant.settings import Settings
from assistant.store import Database, KeyedValues, StoreError

if TYPE_CHECKING:
    from assistant.core.selftest_assembly import SelfTestAssembly
    from assistant.medicines import Medicines, MedicineWatch
    from assistant.reminders import Clock, Reminders
    from assistant.selftest.start_troubles import StartTroubles

log = logging.getLogger(__name__)

ALL: Final = frozenset(Capability)
TEXT_ONLY: Final = frozenset({Capability.DIALOGUE, Capability.SKILLS})
_FIRST: Final = frozenset({Capability.EAR, Capability.MOUTH})
_AFTER_THE_EAR: Final = frozenset({Capability.DIALOGUE, Capability.SKILLS})
EAR_FIRST_SECONDS: Final = 15.0
"""How long the dialogue waits for the ear: one that cannot start must not keep it for ever."""


@dataclass(frozen=True, slots=True)
class CoreOptions:
    """How one core is to run."""

    home: Path
    settings: Settings
    cache: Path
    """Trained dialogue models, shared by scratch homes."""
    lang: str | None = None
    """The language to speak instead of the one that the home remembers."""
    capabilities: frozenset[Capability] = ALL
    environment: dict[str, str] = field(default_factory=dict)
    """The children's environment, beside the core's own."""
    progress: Progress | None = None
    settings_problems: tuple[str, ...] = ()
    """What of anban.toml cannot be used; the defaults stand for it."""
    clock: Clock | None = None
    """The clock of the reminders and of what skills say; None: the machine's."""


class Core:
    """One running Anban."""

    def __init__(self, options: CoreOptions) -> None:
        self.options = options
        self.bus = Bus()
        self.supervisor = Supervisor(self.bus)
        self.bus.guard = guard(self.supervisor.name_of)
        self.database = Database(options.home / "anban.sqlite", spare_folder(options.home))
        self.memory = HomeMemory(KeyedValues.home(self.database), options.settings, options.lang)
        self.services = Services(self.bus, self.database, self.memory)
        self.table_services = TableServices(self.bus, options.home / "skill-tables")
        self.speech = Speech(
            self.bus,
            self.memory,
            options.settings.ear.follow_up_seconds,
            has_mouth=Capability.MOUTH in options.capabilities,
        )
        self.understanding = Understanding(
            self.bus,
            self.supervisor,
            self.memory,
            options.settings.dialogue,
            options.cache,
            options.progress,
            options.clock.now if options.clock is not None else time.time,
            has_skills=Capability.SKILLS in options.capabilities,
        )
        self.children = Children(
            self.bus, self.supervisor, self.understanding, options.home, options.environment
        )
        self.replies = Replies.load(Path(str(files("assistant") / "replies")))
        self.alarm_assembly = AlarmAssembly(
            bus=self.bus,
            supervisor=self.supervisor,
            database=self.database,
            memory=self.memory,
            speech=self.speech,
            replies=self.replies,
            settings=options.settings,
            home=options.home,
        )
        self.body = RobotControl(
            bus=self.bus,
            database=self.database,
            speech=self.speech,
            memory=self.memory,
            replies=self.replies,
            has_robot=Capability.ROBOT in options.capabilities
            and bool(options.settings.robot.port),
        )
        Autonomy(self.body)
        self.sensing = SensorWatch(
            self.bus,
            self.speech,
            self.memory,
            self.replies,
            self._is_elder_asleep,
            has_radar=Capability.SENSES in options.capabilities
            and bool(options.settings.radar.port),
        )
        self.reminders: Reminders | None = None
        self.medicine_watch: MedicineWatch | None = None
        self.selftest: SelfTestAssembly | None = None
        self.start_troubles: StartTroubles | None = None
        self._damaged_reminders = 0
        self._sound = Sound(self.bus)
        lane = SafetyLane(self.bus, self.alarm_assembly.triggers, self.alarm_assembly.calls)
        implied_cries = ImpliedCries(self.understanding, self.alarm_assembly.triggers)
        self.turns = Turns(
            self.bus,
            self.memory,
            self.speech,
            self.replies,
            self.understanding,
            self.services.adjust_voice,
            lane,
            implied_cries,
        )
        self.hearing = Hearing(
            self.bus, self.speech, lane, implied_cries, self.turns, self.services.adjust_voice
        )
        self._starting = Tasks("starting")
        self._tasks = Tasks("following the language")
        self.home_services = HomeServices(
            bus=self.bus,
            supervisor=self.supervisor,
            memory=self.memory,
            understanding=self.understanding,
            home=options.home,
            settings=options.settings,
            devices=self._devices,
            tasks=self._tasks,
        )
        self._lock: IO[str]

    async def start(self) -> None:
        """Open the database and the socket, then start the children; returns before they are ready.

        Raises:
            AlreadyRunningError: another Anban runs on this home.
            OSError: the socket cannot be made.
        """
        self._lock = lock_home(self.options.home)
        await asyncio.to_thread(close_to_others, self.options.home)
        try:
            await self.database.open()
            await self.memory.recall()
        except StoreError as error:
            # The safety lane must live even where nothing can be remembered.
            log.error("going on without a memory: %s", error)
        self.services.register()
        self.home_services.register()
        self.table_services.register()
        await self.bus.open(new_socket_path(self.options.home))
        # A cry must count as soon as can be: ear and phrases first, and both beside all else.
        wanted = self.options.capabilities - self._without_device()
        for capability in _FIRST & wanted:
            self.children.start(capability)
        phrases = asyncio.create_task(asyncio.to_thread(prepare_to_judge, self.memory.lang))
        await self.alarm_assembly.start()
        await phrases
        for capability in wanted - _FIRST - _AFTER_THE_EAR:
            self.children.start(capability)
        self._starting.spawn(self._start_after_ear(wanted & _AFTER_THE_EAR))
        # Thousands of lines: on a thread, so that what is heard meanwhile is not kept waiting.
        await asyncio.to_thread(import_module, "assistant.core.selftest_assembly")
        await asyncio.to_thread(import_module, "assistant.medicines")
        await self._start_reminders()

    async def _ear_ready(self) -> None:
        """Wait until a cry is heard, or it takes too long to wait for."""
        if Capability.EAR in self.options.capabilities:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EAR_FIRST_SECONDS):
                    await self.children.ready(Capability.EAR.value)

    async def settled(self) -> None:
        """Wait until nothing of the start goes on in the background any more."""
        await self._starting.finish()

    async def _warm(self, medicines: Medicines) -> None:
        """Load what the first reminder would wait for, but the ear goes first."""
        await self._ear_ready()
        await asyncio.to_thread(warm)
        for lang in LANGUAGES:  # whichever is spoken next; most share what they are judged by
            await asyncio.to_thread(prepare_to_judge, lang)
        await medicines.warm()

    async def _start_after_ear(self, capabilities: frozenset[Capability]) -> None:
        """Start what takes both cores of a small machine for seconds, once a cry is heard."""
        await self._ear_ready()
        for capability in capabilities:
            self.children.start(capability)

    async def stop(self) -> None:
        """End the children, then what the core holds."""
        await self._starting.end()
        await self._tasks.end()
        await self.children.stop()
        await self.hearing.finish()
        if self.start_troubles is not None:
            await self.start_troubles.stop()
        if self.selftest is not None:
            await self.selftest.stop()
        if self.medicine_watch is not None:
            await self.medicine_watch.stop()
        if self.reminders is not None:
            await self.reminders.stop()
        self.sensing.stop()
        await self.body.stop()
        await self.alarm_assembly.stop()
        await self.supervisor.stop()
        await self.understanding.close()
        await self.bus.close()
        await self.table_services.close()
        with contextlib.suppress(StoreError):
            await self.database.close()
        self._lock.close()

    async def _start_reminders(self) -> None:
        # Imported while the children start, so that nothing waits for it.
        from assistant.medicines import Medicines, MedicineWatch, Wording  # noqa: PLC0415
        from assistant.reminders import Reminders  # noqa: PLC0415

        medicines = Medicines(self.database)
        medicines.register(self.bus)
        self._starting.spawn(self._warm(medicines))
        elder_name = self.options.settings.elder_name
        self.reminders = Reminders(
            bus=self.bus,
            database=self.database,
            memory=self.memory,
            speech=self.speech,
            people=self.alarm_assembly.people,
            registry=self.alarm_assembly.equipment.registry,
            elder_name=elder_name,
            voice_folder=run_folder(self.options.home) / "reminder-voice",
            facts=medicines,
            clock=self.options.clock,
        )
        await self.reminders.start()
        with contextlib.suppress(StoreError):  # told for itself
            self._damaged_reminders = await self.reminders.damaged()
        self.alarm_assembly.health.look(self.bus)
        self.medicine_watch = MedicineWatch(
            bus=self.bus,
            database=self.database,
            medicines=medicines,
            api=self.reminders.api,
            speech=self.speech,
            wording=Wording(lambda: self.memory.lang, lambda: elder_name),
            family=self.reminders.messenger,
            clock=self.reminders.scheduler.clock,
            is_asleep=self._is_elder_asleep,
        )
        await self.medicine_watch.start()
        await self._start_selftest(self.reminders)

    async def _start_selftest(self, reminders: Reminders) -> None:
        from assistant.console.check import page_finding  # noqa: PLC0415
        from assistant.core.selftest_assembly import SelfTestAssembly  # noqa: PLC0415

        self.selftest = SelfTestAssembly(
            bus=self.bus,
            database=self.database,
            supervisor=self.supervisor,
            memory=self.memory,
            speech=self.speech,
            sound=self._sound,
            alarm_assembly=self.alarm_assembly,
            reminders=reminders,
            settings=self.options.settings,
            home=self.options.home,
            understand=lambda text: self.understanding.think(text, (), {}),
            devices=self._devices,
            check_page=lambda: page_finding(self.options.settings.console),
        )
        self.selftest.start()
        self._start_telling(reminders)

    def _start_telling(self, reminders: Reminders) -> None:
        from assistant.selftest.start_troubles import StartTroubles  # noqa: PLC0415
        from assistant.selftest.wording import Wording  # noqa: PLC0415

        self.start_troubles = StartTroubles(
            findings=self._start_findings,
            family=reminders.messenger,
            wording=Wording(lambda: self.memory.lang, lambda: self.options.settings.elder_name),
            speech=self.speech,
            home=KeyedValues.home(self.database),
            now=reminders.scheduler.clock.now,
            is_asleep=self._is_elder_asleep,
            mouth_ready=self.children.ready,
            has_mouth=Capability.MOUTH in self.options.capabilities,
        )
        self.start_troubles.start()

    def _start_findings(self) -> list[CheckResult]:
        return start_findings(
            self.options.settings_problems,
            self.database,
            self.alarm_assembly.people,
            damaged_reminder_count=self._damaged_reminders,
            lost_record_count=self.alarm_assembly.store.lost_count,
            left_out=self.understanding.left_out,
            channels_not_loaded=self.alarm_assembly.equipment.not_loaded,
        )

    def _is_elder_asleep(self) -> bool:
        if self.reminders is None:  # it starts: nobody knows yet
            return False
        return self.reminders.scheduler.presence.situation(is_asking=False).is_asleep

    def _without_device(self) -> frozenset[Capability]:
        """Give the children for which this home has no device."""
        settings = self.options.settings
        ports = {Capability.ROBOT: settings.robot.port, Capability.SENSES: settings.radar.port}
        return frozenset(capability for capability, port in ports.items() if not port)

    async def _devices(self) -> list[CheckResult]:
        return [*await self.body.findings(), *self.sensing.findings(), *self._start_findings()]


@contextlib.asynccontextmanager
async def running(
    options: CoreOptions, when_built: Callable[[Core], None] = lambda _: None
) -> AsyncIterator[Core]:
    """Run a core for as long as the block lasts.

    `when_built` is called before anything starts: the ear speaks up while the rest still starts.
    """
    core = Core(options)
    when_built(core)
    await core.start()
    try:
        yield core
    finally:
        await core.stop()
