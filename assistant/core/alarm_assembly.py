"""Everything that calls for help, built from the settings: the core's one handle on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from assistant.alarm.announcer import Announcer
from assistant.alarm.answer_code import AnswerCodes
from assistant.alarm.controller import AlarmController
from assistant.alarm.inbound import Inbound
from assistant.alarm.links import LinkMaker, Links
from assistant.alarm.medical_card import MedicalCard
from assistant.alarm.public_number import NUMBER_CONTACT, PublicNumber
from assistant.alarm.sms_answers import AnswerParts, SmsAnswers, SmsJournal
from assistant.alarm.store import AlarmStore
from assistant.alarm.triggers import AlarmTriggers
from assistant.alarm.wording import Wording
from assistant.calls import Calls
from assistant.channels import AddressError, ChannelError, ChannelStatus, registry, status_of
from assistant.channels.call_voice import CallVoice
from assistant.channels.gsm import IncomingSms
from assistant.channels.sip import PhoneCall
from assistant.core.equipment import HomeEquipment
from assistant.drill.calls import DrillCalls
from assistant.drill.mode import Drill
from assistant.events import ProfileChanged
from assistant.home.home import Home
from assistant.people.contact import plain_name
from assistant.people.contacts import People
from assistant.runtime.feature import Feature
from assistant.runtime.home_folder import run_folder
from assistant.runtime.tasks import Tasks
from assistant.selftest.wording import Wording as DrillWording
from assistant.services import (
    AcknowledgeAlarm,
    CheckContact,
    CloseAlarm,
    DescribeAlarm,
    NoAlarmRefused,
    NoContactRefused,
    NoteArrival,
    NoteDeclined,
    WayChecked,
)
from assistant.services.findings import CheckResult, lasting
from assistant.store import KeyedValues, StoreError

log = logging.getLogger(__name__)


class AlarmAssembly(Feature):
    """Alarms, people and everything that reaches them."""

    def __init__(self, home: Home) -> None:
        bus, speech, memory = home.bus, home.speech, home.memory
        database, replies, wanted = home.database, home.replies, home.settings.emergency
        self._supervisor = home.supervisor
        self._profile = KeyedValues.profile(database)
        self._elder_name = plain_name(home.settings.elder_name)
        self._tasks = Tasks("learning the name")
        self.people = People(home.folder)
        self.equipment = HomeEquipment(
            home.settings,
            home.folder,
            self._called_back,
            self._sms_came,
            journal=SmsJournal(database),
        )
        self._voice = CallVoice(run_folder(home.folder) / "voice")
        self.store = AlarmStore(database, wanted.arrive_minutes * 60)
        # A link to a page that nobody serves would be worse than none.
        console = home.settings.console
        links = LinkMaker(console.url if console.listen else "", home.folder)
        number = PublicNumber(self.equipment.registry, replies, memory, wanted)
        registry = self.equipment.registry
        announcer = Announcer(
            bus, speech, memory, replies, self.people, number, self.store, registry
        )
        self.health = MedicalCard()
        self.health.follow(bus)
        codes = AnswerCodes(home.folder)
        self._wording = wording = Wording(
            replies,
            wanted,
            self._voice,
            lambda: memory.lang,
            lambda: self._elder_name,
            NUMBER_CONTACT,
            links.url,
            self.health,
            announcer.notes,
            codes.code,
            takes_calls=self.equipment.phone is not None,
        )
        self.calls = Calls(
            bus,
            self.people,
            self.equipment.registry,
            speech,
            replies,
            memory,
            lambda: any(alarm.state.calls_out for alarm in self.store.open_alarms()),
        )
        self._links = Links(
            links, bus, database, self.store, self.people, wording, lambda: memory.lang
        )
        drill_wording = DrillWording(lambda: memory.lang, lambda: self._elder_name)
        self.drill = Drill(
            bus, database, speech, drill_wording, lambda: bool(self.store.open_alarms())
        )
        self.drill_calls = DrillCalls(
            bus=bus,
            database=database,
            people=self.people,
            registry=self.equipment.registry,
            wording=drill_wording,
            voice=self._voice,
            home_lang=lambda: memory.lang,
            is_busy=lambda: (
                bool(self.store.open_alarms())
                or self.calls.is_under_way
                or self.equipment.is_calling
            ),
        )
        self._controller = AlarmController(
            bus,
            self.store,
            self.people,
            self.equipment.registry,
            wording,
            announcer,
            wanted.arrive_minutes * 60,
            number,
        )
        self.inbound = Inbound(
            bus=bus,
            people=self.people,
            store=self.store,
            controller=self._controller,
            codes=codes,
            wording=wording,
            numbering=lambda: self.equipment.numbering(self.people.all),
        )
        self._answers = SmsAnswers(
            AnswerParts(
                self.store,
                database,
                self._controller,
                self.inbound.who,
                registry,
                self.drill_calls.acknowledged,
                replies,
                lambda: memory.lang,
                lambda: self._elder_name,
                codes.left_of,
            )
        )
        self.triggers = AlarmTriggers(
            bus,
            self.store,
            self.people,
            announcer,
            number,
            self._controller,
            self.drill,
            lambda: self.calls.is_talking,
        )
        self.drill.answer_real = announcer.answer_cry
        bus.subscribe(ProfileChanged, self._profile_changed)
        bus.serve(
            AcknowledgeAlarm.answered_by(self._serve_acknowledge),
            NoteArrival.answered_by(self._serve_arrival),
            NoteDeclined.answered_by(self._serve_declined),
            CloseAlarm.answered_by(self._serve_close),
            DescribeAlarm.answered_by(self._serve_details),
            CheckContact.answered_by(self._serve_check),
        )

    async def start(self) -> None:
        """Connect, and go on with every alarm that is still open."""
        if self.equipment.phone_process is not None:
            await self._run_phone()
        else:
            self._tasks.spawn(self._run_phone())
        await self.equipment.start()
        await self._learn_name()
        await self.triggers.start()
        if any(map(self.equipment.registry.is_message, self._addresses())):
            self._tasks.spawn(asyncio.to_thread(registry.warm))

    def _addresses(self) -> Iterator[str]:
        return (address for contact in self.people.all for address in contact.channels)

    async def _run_phone(self) -> None:
        """Run baresip, as soon as the disk takes what it reads."""
        process = await self.equipment.phone_written()
        if self.equipment.phone is None or process is None:
            return
        self._supervisor.start(self.equipment.phone_child(process))

    async def stop(self) -> None:
        """Stop; open alarms go on at the next start."""
        await self.drill_calls.stop()
        await self.drill.stop()
        await self._answers.stop()
        await self.calls.stop()
        await self.triggers.stop()
        await self._tasks.end()
        with contextlib.suppress(TimeoutError):
            await self.equipment.stop()
        await self._voice.close()

    async def findings(self) -> list[CheckResult]:
        """Say what is wrong with alarms, channels and contacts until somebody mends it."""
        findings = []
        if lost := self.store.lost_count:
            problem = f"{lost} records of alarms are lost; ask whether the elder is well"
            findings.append(lasting("memory_lost", problem))
        findings += [
            lasting("added_channel", each.reason, each.scheme) for each in self.equipment.not_loaded
        ]
        if self.people.problems:
            findings.append(lasting("contacts", "; ".join(self.people.problems)))
            if not self.people.all:
                findings.append(lasting("people", "nobody is left to call"))
        return findings

    # ------------------------------------------------------------------------ from outside

    async def _called_back(self, call: PhoneCall) -> None:
        if self.equipment.phone is not None:
            await self.inbound.called_back(self.equipment.phone, call)

    async def _sms_came(self, sms: IncomingSms) -> None:
        await self._answers.came(sms)

    # --------------------------------------------------------------------------- the elder

    def _profile_changed(self, changed: ProfileChanged) -> None:
        if changed.field == "name":
            self._tasks.spawn(self._learn_name())

    async def _learn_name(self) -> None:
        try:
            name = await self._profile.get("name")
        except StoreError as error:
            log.warning("the elder's name is not known to calls: %s", error)
            return
        if isinstance(name, str) and (plain := plain_name(name)):
            self._elder_name = plain

    @property
    def is_busy(self) -> bool:
        """Whether an alarm is open, a call stands, or a drill is on."""
        return bool(
            self.store.open_alarms()
            or self.equipment.is_calling
            or self.drill.drill_id
            or self.drill_calls.is_calling
        )

    async def _serve_acknowledge(self, wish: AcknowledgeAlarm) -> bool:
        return await self._controller.acknowledge(wish.alarm_id, wish.contact_id)

    async def _serve_arrival(self, wish: NoteArrival) -> bool:
        return await self._controller.comes(wish.alarm_id, wish.contact_id, wish.minutes)

    async def _serve_declined(self, wish: NoteDeclined) -> bool:
        return await self._controller.declines(wish.alarm_id, wish.contact_id)

    async def _serve_close(self, wish: CloseAlarm) -> bool:
        return await self._controller.close(wish.alarm_id, wish.who)

    async def _serve_check(self, wish: CheckContact) -> tuple[WayChecked, ...]:
        return await self.check_contact(wish.contact_id)

    async def check_contact(self, contact_id: str) -> tuple[WayChecked, ...]:
        """Check whether each way to a person could work now; alarms nobody."""
        await asyncio.to_thread(self.people.read)
        contact = self.people.get(contact_id)
        if contact is None:
            raise NoContactRefused
        return tuple([await self._check(address) for address in contact.channels])

    async def _check(self, address: str) -> WayChecked:
        name = address.partition(":")[0]
        try:
            channel = self.equipment.registry.open(address)
        except (AddressError, ChannelError) as error:
            status = ChannelStatus(is_well=False, detail=str(error))
        else:
            name, status = channel.name, await status_of(channel)
        return WayChecked(name, status.is_well, status.detail)

    async def _serve_details(self, wish: DescribeAlarm) -> str:
        """Say what a helper beside the elder asks for; a stranger is told none of it."""
        alarms = self.store.open_alarms()
        if not alarms:
            raise NoAlarmRefused
        return self._wording.spoken_details(alarms[-1], wish.lang)
