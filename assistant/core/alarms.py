"""Alarms, built for one home: what raises them, tells them, and takes their answers."""

from __future__ import annotations

from assistant.alarm.announcer import Announcer
from assistant.alarm.answer_code import AnswerCodes
from assistant.alarm.controller import AlarmController
from assistant.alarm.inbound import Inbound
from assistant.alarm.links import LinkMaker, Links
from assistant.alarm.medical_card import MedicalCard
from assistant.alarm.public_number import NUMBER_CONTACT, PublicNumber
from assistant.alarm.sms_answers import AnswerParts, SmsAnswers
from assistant.alarm.store import AlarmStore
from assistant.alarm.triggers import AlarmTriggers
from assistant.alarm.wording import Wording
from assistant.calls import Calls
from assistant.core.contact_ways import ContactWays
from assistant.core.elder_name import ElderName
from assistant.drill.drills import Drills
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.services import (
    AcknowledgeAlarm,
    CloseAlarm,
    DescribeAlarm,
    NoAlarmRefused,
    NoteArrival,
    NoteDeclined,
)
from assistant.services.findings import CheckResult, lasting


class AlarmRecords(Feature):
    """The store of alarms, for all that only asks whether one is open."""

    def __init__(self, home: Home) -> None:
        self.store = AlarmStore(home.database, home.settings.emergency.arrive_minutes * 60)

    @property
    def is_alarm_open(self) -> bool:
        """Whether an alarm is open: asked about, calling out, or taken on."""
        return bool(self.store.open_alarms())

    @property
    def calls_out(self) -> bool:
        """Whether an alarm needs the line now."""
        return any(alarm.state.calls_out for alarm in self.store.open_alarms())

    async def findings(self) -> list[CheckResult]:
        """Say how many records are lost."""
        if not (lost := self.store.lost_count):
            return []
        problem = f"{lost} records of alarms are lost; ask whether the elder is well"
        return [lasting("memory_lost", problem)]


class Alarms(Feature):
    """Everything that calls for help."""

    def __init__(
        self,
        home: Home,
        records: AlarmRecords,
        ways: ContactWays,
        name: ElderName,
        calls: Calls,
        drills: Drills,
    ) -> None:
        bus, memory, replies = home.bus, home.memory, home.replies
        wanted, store = home.settings.emergency, records.store
        people, registry = ways.people, ways.equipment.registry
        self.store = store
        self._ways, self._drills = ways, drills
        # A link to a page that nobody serves would be worse than none.
        console = home.settings.console
        links = LinkMaker(console.url if console.listen else "", home.folder)
        number = PublicNumber(registry, replies, memory, wanted)
        announcer = Announcer(bus, home.speech, memory, replies, people, number, store, registry)
        self.health = MedicalCard()
        self.health.follow(bus)
        codes = AnswerCodes(home.folder)
        self._wording = Wording(
            replies,
            wanted,
            ways.voice,
            lambda: memory.lang,
            lambda: name.plain,
            NUMBER_CONTACT,
            links.url,
            self.health,
            announcer.notes,
            codes.code,
            takes_calls=ways.equipment.phone is not None,
        )
        self._links = Links(
            links, bus, home.database, store, people, self._wording, lambda: memory.lang
        )
        self._controller = AlarmController(
            bus,
            store,
            people,
            registry,
            self._wording,
            announcer,
            wanted.arrive_minutes * 60,
            number,
        )
        self.inbound = Inbound(
            bus=bus,
            people=people,
            store=store,
            controller=self._controller,
            codes=codes,
            wording=self._wording,
            numbering=lambda: ways.equipment.numbering(people.all),
        )
        self._answers = SmsAnswers(
            AnswerParts(
                store,
                home.database,
                self._controller,
                self.inbound.who,
                registry,
                drills.calls.acknowledged,
                replies,
                lambda: memory.lang,
                lambda: name.plain,
                codes.left_of,
            )
        )
        ways.bring_in(self.inbound.called_back, self._answers.came)
        self.triggers = AlarmTriggers(
            bus,
            store,
            people,
            announcer,
            number,
            self._controller,
            drills.mode,
            lambda: calls.is_talking,
        )
        drills.mode.answer_real = announcer.answer_cry
        bus.serve(
            AcknowledgeAlarm.answered_by(self._serve_acknowledge),
            NoteArrival.answered_by(self._serve_arrival),
            NoteDeclined.answered_by(self._serve_declined),
            CloseAlarm.answered_by(self._serve_close),
            DescribeAlarm.answered_by(self._serve_details),
        )

    async def start(self) -> None:
        """Go on with every alarm that is still open."""
        await self.triggers.start()

    async def stop(self) -> None:
        """Stop; open alarms go on at the next start."""
        await self._answers.stop()
        await self.triggers.stop()

    @property
    def is_busy(self) -> bool:
        """Whether an alarm is open, a call stands, or a drill is on."""
        is_line_busy = self._ways.equipment.is_calling or self._drills.is_on
        return bool(self.store.open_alarms()) or is_line_busy

    async def _serve_acknowledge(self, wish: AcknowledgeAlarm) -> bool:
        return await self._controller.acknowledge(wish.alarm_id, wish.contact_id)

    async def _serve_arrival(self, wish: NoteArrival) -> bool:
        return await self._controller.comes(wish.alarm_id, wish.contact_id, wish.minutes)

    async def _serve_declined(self, wish: NoteDeclined) -> bool:
        return await self._controller.declines(wish.alarm_id, wish.contact_id)

    async def _serve_close(self, wish: CloseAlarm) -> bool:
        return await self._controller.close(wish.alarm_id, wish.who)

    async def _serve_details(self, wish: DescribeAlarm) -> str:
        """Say what a helper beside the elder asks for; a stranger is told none of it."""
        alarms = self.store.open_alarms()
        if not alarms:
            raise NoAlarmRefused
        return self._wording.spoken_details(alarms[-1], wish.lang)
