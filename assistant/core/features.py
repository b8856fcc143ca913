"""The features of Anban: a line each, in the order in which they are started.

They are stopped in the reverse order.  To add a feature, add its line here and write its room.
"""

from __future__ import annotations

from typing import Final

from assistant.alarm.medical_card import MedicalCardReader
from assistant.alarm.sensor_watch import SensorWatch
from assistant.calls import Calls
from assistant.conversation.conversation import Conversation
from assistant.conversation.understanding import Understanding
from assistant.core.alarms import AlarmRecords, Alarms
from assistant.core.children import Children, OtherChildren, Phrases
from assistant.core.composition import Features, Part
from assistant.core.console_child import ConsoleChild
from assistant.core.contact_ways import ContactWays
from assistant.core.elder_name import ElderName
from assistant.core.foundations import Foundations
from assistant.core.home_services import HomeServices
from assistant.core.services import Services
from assistant.core.table_services import TableServices
from assistant.drill.drills import Drills
from assistant.pendants.service import PendantService
from assistant.robot.autonomy import Autonomy
from assistant.robot.permission import RobotControl
from assistant.runtime.feature import Feature
from assistant.selftest.sound import Sound
from assistant.sensors.service import AddedSensors

_MEDICINES: Final = ("assistant.medicines",)
_SELFTEST: Final = (
    "assistant.core.selftest_assembly",
    "assistant.selftest.skills_off",
    "assistant.selftest.start_troubles",
)


def _understanding(built: Features) -> Feature:
    return Understanding(built.home, built.options.cache, built.options.progress)


def _children(built: Features) -> Feature:
    return Children(built.home, built.of(Understanding), built.options.environment)


def _other_children(built: Features) -> Feature:
    return OtherChildren(built.home, built.of(Children), built.of(Phrases))


def _calls(built: Features) -> Feature:
    home, ways, records = built.home, built.of(ContactWays), built.of(AlarmRecords)
    return Calls(
        home.bus,
        ways.people,
        ways.equipment.registry,
        home.speech,
        home.replies,
        home.memory,
        lambda: records.calls_out,
    )


def _drills(built: Features) -> Feature:
    ways, records, calls = built.of(ContactWays), built.of(AlarmRecords), built.of(Calls)
    name = built.of(ElderName)
    return Drills(
        built.home,
        ways.people,
        ways.equipment.registry,
        ways.voice,
        lambda: name.plain,
        is_alarm_open=lambda: records.is_alarm_open,
        is_line_taken=lambda: calls.is_under_way or ways.equipment.is_calling,
    )


def _alarms(built: Features) -> Feature:
    return Alarms(
        built.home,
        built.of(AlarmRecords),
        built.of(ContactWays),
        built.of(ElderName),
        built.of(Calls),
        built.of(Drills),
    )


def _conversation(built: Features) -> Feature:
    triggers, adjust_voice = built.of(Alarms).triggers, built.of(Services).adjust_voice
    understanding, calls = built.of(Understanding), built.of(Calls)
    return Conversation(built.home, understanding, triggers, calls, adjust_voice)


def _medicines(built: Features) -> Feature:
    from assistant.medicines import Medicines  # noqa: PLC0415

    return Medicines(built.home)


def _reminders(built: Features) -> Feature:
    from assistant.medicines import Medicines  # noqa: PLC0415
    from assistant.reminders import Reminders  # noqa: PLC0415

    ways = built.of(ContactWays)
    return Reminders(built.home, ways.people, ways.equipment.registry, built.of(Medicines))


def _sensor_family(built: Features) -> Feature:
    from assistant.reminders import Reminders  # noqa: PLC0415
    from assistant.sensors.family import SensorFamily  # noqa: PLC0415

    sensors, messenger = built.of(AddedSensors), built.of(Reminders).messenger
    return SensorFamily(built.home, sensors.course, sensors.wording, messenger)


def _resting_places(built: Features) -> Feature:
    from assistant.alarm.resting_places import RestingPlaces  # noqa: PLC0415
    from assistant.reminders import Reminders  # noqa: PLC0415

    return RestingPlaces(built.home, built.of(Reminders).messenger)


def _medicine_watch(built: Features) -> Feature:
    from assistant.medicines import Medicines, MedicineWatch  # noqa: PLC0415
    from assistant.reminders import Reminders  # noqa: PLC0415

    reminders = built.of(Reminders)
    medicines = built.of(Medicines)
    return MedicineWatch(built.home, medicines, reminders.api, reminders.messenger)


def _selftest(built: Features) -> Feature:
    from assistant.core.selftest_assembly import SelfTestAssembly  # noqa: PLC0415
    from assistant.reminders import Reminders  # noqa: PLC0415

    return SelfTestAssembly(
        built.home,
        built.of(ContactWays),
        built.of(Alarms),
        built.of(Reminders),
        built.of(Sound),
        built.of(Understanding),
        built.findings,
    )


def _start_troubles(built: Features) -> Feature:
    from assistant.reminders import Reminders  # noqa: PLC0415
    from assistant.selftest.start_troubles import StartTroubles  # noqa: PLC0415

    return StartTroubles(built.home, built.of(Reminders).messenger, built.start_findings)


def _skills_off(built: Features) -> Feature:
    from assistant.reminders import Reminders  # noqa: PLC0415
    from assistant.selftest.skills_off import SkillsOff  # noqa: PLC0415

    understanding = built.of(Understanding)
    messenger = built.of(Reminders).messenger
    return SkillsOff(built.home, messenger, lambda: understanding.switched_off)


FEATURES: Final = (
    Part("foundations", lambda b: Foundations(b.home, b.options)),
    # What children ask for stands before the first of them starts, and until the last has ended.
    Part("services", lambda b: Services(b.home)),
    Part("tables", lambda b: TableServices(b.home)),
    Part("home services", lambda b: HomeServices(b.home, b.findings)),
    Part("understanding", _understanding),
    # A cry must count as soon as can be: ear, mouth and phrases first, and beside all else.
    Part("children", _children, is_vital=True),
    Part("phrases", lambda b: Phrases(b.home), is_vital=True),
    Part("elder's name", lambda b: ElderName(b.home), is_vital=True),
    Part("ways to people", lambda b: ContactWays(b.home), is_vital=True),
    Part("records of alarms", lambda b: AlarmRecords(b.home), is_vital=True),
    Part("calls", _calls, is_vital=True),
    Part("drills", _drills, is_vital=True),
    Part("alarms", _alarms, is_vital=True),
    Part("pendants", lambda b: PendantService(b.home, b.of(AlarmRecords).store.recorded)),
    Part("console", lambda b: ConsoleChild(b.home)),
    Part("robot", lambda b: RobotControl(b.home)),
    Part("robot autonomy", lambda b: Autonomy(b.of(RobotControl))),
    Part("sensors", lambda b: SensorWatch(b.home)),
    Part("sound", lambda b: Sound(b.home.bus)),
    Part("other children", _other_children, is_vital=True),
    Part("added sensors", lambda b: AddedSensors(b.home, b.of(AlarmRecords).store.recorded)),
    # Thousands of lines, that nobody waits for.
    Part("medicines", _medicines, _MEDICINES),
    Part("reminders", _reminders, _MEDICINES),
    Part("family of sensors", _sensor_family, _MEDICINES),
    Part("resting places", _resting_places, _MEDICINES),
    Part("medical card", lambda b: MedicalCardReader(b.home, b.of(Alarms).health)),
    Part("medicine warnings", _medicine_watch, _MEDICINES),
    Part("self-test", _selftest, _SELFTEST),
    Part("start troubles", _start_troubles, _SELFTEST),
    Part("skills off", _skills_off, _SELFTEST),
    # Stopped first: a turn under way needs all the others.
    Part("conversation", _conversation, is_vital=True),
)
