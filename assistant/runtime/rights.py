"""What each child and each command may ask of the core, tell it and hear from it.

Whatever is not in this table is refused. The console speaks with the family's telephones and the
skill host runs third parties' code: neither may read the door code, close an alarm or pretend that
the ear heard something, whatever goes wrong inside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from assistant.events import (
    Alive,
    AskElder,
    Chime,
    ChimeLookedFor,
    DrillCryHeard,
    DrillEnded,
    ElderAnswered,
    ExpressRobot,
    Heard,
    HearingLimited,
    HelpPressed,
    HoldSpeech,
    InputEnded,
    LanguageChanged,
    Listen,
    ListenForChime,
    MicrophoneBack,
    MicrophoneLost,
    MoveRobot,
    PeopleLocated,
    ProfileChanged,
    Ready,
    ResumeSpeech,
    RobotDocked,
    RobotGone,
    RobotMoved,
    RobotReady,
    RobotTold,
    Said,
    Say,
    Sensed,
    SetVoice,
    Shutdown,
    SkillsLoaded,
    SoundStarted,
    SoundStopped,
    SpeakerBack,
    SpeakerLost,
    SpeechEnded,
    SpeechStarted,
    StopRobot,
    StopSpeaking,
    TurnTaken,
    Unsay,
    Woken,
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one peer on the socket may do."""

    asks: frozenset[str] = frozenset()
    """The services that it may ask for."""
    tells: frozenset[str] = frozenset()
    """The events that it may publish."""
    hears: frozenset[str] = frozenset()
    """The events that it may hear, if it wants them."""


NOTHING: Final = Rights()


def _rights(
    asks: tuple[str, ...] = (), tells: tuple[type, ...] = (), hears: tuple[type, ...] = ()
) -> Rights:
    return Rights(
        frozenset(asks),
        frozenset(kind.__name__ for kind in tells),
        frozenset(kind.__name__ for kind in hears),
    )


def _child(*asks: str, tells: tuple[type, ...] = (), hears: tuple[type, ...] = ()) -> Rights:
    return _rights(("home.state", *asks), (Alive, Ready, *tells), (Shutdown, *hears))


def _command(*asks: str, hears: tuple[type, ...] = ()) -> Rights:
    return _rights(asks, (Alive,), hears)


_ALL_SKILLS: Final = (
    "home.state",
    "language.switch",
    "medicines.find",
    "medicines.warnings",
    "profile.all",
    "profile.get",
    "profile.set",
    "reminders.add",
    "reminders.add_all",
    "reminders.adherence",
    "reminders.allowed",
    "reminders.change",
    "reminders.check",
    "reminders.count",
    "reminders.left",
    "reminders.list",
    "reminders.not_taken",
    "reminders.on_day",
    "reminders.pause",
    "reminders.refill",
    "reminders.remove",
    "reminders.remove_all",
    "reminders.resume",
    "reminders.skip",
    "reminders.snooze",
    "reminders.take_back",
    "reminders.taken",
    "reminders.today",
    "reminders.understand",
    "robot.state",
    "speech.last",
    "speech.stop",
    "storage.delete",
    "storage.get",
    "storage.keys",
    "storage.look",
    "storage.set",
    "storage.swap",
    "tables.open",
    "tables.run",
    "voice.adjust",
)

CHILDREN: Final[Mapping[str, Rights]] = {
    "ear": _child(
        tells=(
            ChimeLookedFor,
            Heard,
            HearingLimited,
            InputEnded,
            MicrophoneBack,
            MicrophoneLost,
            SpeechEnded,
            SpeechStarted,
            Woken,
        ),
        hears=(LanguageChanged, Listen, ListenForChime, SoundStarted, SoundStopped),
    ),
    "mouth": _child(
        tells=(Said, SoundStarted, SoundStopped, SpeakerBack, SpeakerLost),
        hears=(Chime, HoldSpeech, ResumeSpeech, Say, SetVoice, StopSpeaking, Unsay),
    ),
    "skills": _child(
        *_ALL_SKILLS,
        tells=(AskElder, Say, SkillsLoaded),
        hears=(ElderAnswered, LanguageChanged, ProfileChanged, Said, TurnTaken),
    ),
    "robot": _child(
        "robot.docked",
        tells=(HelpPressed, RobotDocked, RobotGone, RobotMoved, RobotReady, RobotTold),
        hears=(ExpressRobot, MoveRobot, PeopleLocated, StopRobot),
    ),
    "senses": _child(tells=(PeopleLocated, Sensed)),
    "console": _child("links.close", "links.come", "links.look", "links.take", "pendants.report"),
}
"""The rights of each child, by the name under which the core started it."""

COMMANDS: Final[Mapping[str, Rights]] = {
    "ask": _command("conversation.forget", "turn"),
    "contacts": _command("contacts.check"),
    "doctor": _command("home.children", "home.troubles", "home.devices"),
    "drill": _command(
        "drill.begin",
        "drill.contact",
        "drill.end",
        "drill.room",
        "drill.stay",
        hears=(DrillCryHeard, DrillEnded),
    ),
    "reminders": _command(
        "reminders.import",
        "reminders.on_day",
        "reminders.pause",
        "reminders.remove",
        "reminders.remove_all",
        "reminders.resume",
        "reminders.take_back",
    ),
    "selftest": _command("selftest.run"),
}
"""The rights of each command of the user's own; none of the core's children may pass for one."""

CORE_ONLY: Final = frozenset({"alarms.acknowledge", "alarms.close", "alarms.comes"})
"""The services that no peer may ask for: the core asks them itself, or a command without it
does."""

OUR_SKILLS: Final[Mapping[str, frozenset[str]]] = {
    "emergency": frozenset(
        {"alarms.details", "calls.agree", "calls.find", "calls.hang_up", "calls.offer"}
    ),
    "robot": frozenset({"robot.consent", "robot.move", "robot.stop"}),
}
"""The services that skills which come with Anban may ask beside; the host answers for who asks."""


def may_ask(rights: Rights, service: str, skill: str) -> bool:
    """Whether a peer may have a service, for one of our skills or for itself."""
    if service in rights.asks:
        return True
    return rights is CHILDREN["skills"] and service in OUR_SKILLS.get(skill, frozenset())


def guard(name_of: Callable[[int], str | None]) -> Callable[[int, str], Rights | None]:
    """Make the bus's guard; `name_of` gives the child that a process belongs to."""

    def rights_of(pid: int, name: str) -> Rights | None:
        child = name_of(pid)
        if child is not None:
            return CHILDREN.get(child, NOTHING) if child == name else None
        if name in CHILDREN or not pid:  # no child of ours, or of another world of processes
            return None
        return COMMANDS.get(name, NOTHING)

    return rights_of
