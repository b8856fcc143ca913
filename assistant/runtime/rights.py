"""What each child and each command may ask of the core, tell it and hear from it.

Whatever is not in this table is refused. The console speaks with the family's telephones and the
skill host runs third parties' code: neither may read the door code, close an alarm or pretend that
the ear heard something, whatever goes wrong inside of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assistant.events import (
    Alive,
    AskElder,
    CameraPrivacyChanged,
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
    RuleBegan,
    Said,
    Say,
    Sensed,
    SensorTold,
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
from assistant.services import (
    AcknowledgeAlarm,
    AddReminder,
    AddReminders,
    AddToStock,
    AdjustVoice,
    AgreeToCall,
    AskAllowed,
    AskForMotion,
    AskForStop,
    BeginDrill,
    ChangeDay,
    ChangeReminder,
    CheckContact,
    CheckDevices,
    CheckReminder,
    CloseAlarm,
    CloseByLink,
    ComeByLink,
    CountNotTaken,
    CountTaken,
    DeclineByLink,
    DeleteStored,
    DescribeAlarm,
    DrillContact,
    EndDrill,
    FindCallee,
    FindMedicine,
    FindWarnings,
    ForgetConversation,
    GetAdherence,
    GetCamera,
    GetChildren,
    GetDocked,
    GetHomeState,
    GetLastSaid,
    GetLeft,
    GetProfile,
    GetProfileField,
    GetRobotState,
    GetSkillSettings,
    GetStored,
    GetTroubles,
    GiveConsent,
    HangUp,
    ImportReminders,
    ListReminders,
    ListStored,
    ListToday,
    LookAtLink,
    LookAtStored,
    NameRoom,
    NoteArrival,
    NoteDeclined,
    OfferCall,
    OpenTables,
    PauseReminders,
    RemoveReminder,
    RemoveReminders,
    ReportPendant,
    Request,
    ResumeReminders,
    RunSelftest,
    RunStatements,
    SetCameraPrivacy,
    SetProfileField,
    SetStock,
    SetStored,
    SkipDoses,
    SnoozeDoses,
    StayInDrill,
    StopSpeech,
    SwapStored,
    SwitchLanguage,
    TakeBack,
    TakeByLink,
    TakeTurn,
    UnderstandWhen,
)

Asked = type[Request[Any]]


@dataclass(frozen=True, slots=True)
class Rights:
    """What one peer on the socket may do."""

    asks: frozenset[Asked] = frozenset()
    """The services that it may ask for."""
    tells: frozenset[str] = frozenset()
    """The events that it may publish."""
    hears: frozenset[str] = frozenset()
    """The events that it may hear, if it wants them."""


NOTHING: Final = Rights()


def _rights(
    asks: tuple[Asked, ...] = (), tells: tuple[type, ...] = (), hears: tuple[type, ...] = ()
) -> Rights:
    return Rights(
        frozenset(asks),
        frozenset(kind.__name__ for kind in tells),
        frozenset(kind.__name__ for kind in hears),
    )


def _child(*asks: Asked, tells: tuple[type, ...] = (), hears: tuple[type, ...] = ()) -> Rights:
    return _rights((GetHomeState, *asks), (Alive, Ready, *tells), (Shutdown, *hears))


def _command(*asks: Asked, hears: tuple[type, ...] = ()) -> Rights:
    return _rights(asks, (Alive,), hears)


_ALL_SKILLS: Final[tuple[Asked, ...]] = (
    AddReminder,
    AddReminders,
    AddToStock,
    AdjustVoice,
    AskAllowed,
    ChangeDay,
    ChangeReminder,
    CheckReminder,
    CountNotTaken,
    CountTaken,
    DeleteStored,
    FindMedicine,
    FindWarnings,
    GetAdherence,
    GetHomeState,
    GetLastSaid,
    GetLeft,
    GetProfile,
    GetProfileField,
    GetRobotState,
    GetSkillSettings,
    GetStored,
    ListReminders,
    ListStored,
    ListToday,
    LookAtStored,
    OpenTables,
    PauseReminders,
    RemoveReminder,
    RemoveReminders,
    ResumeReminders,
    RunStatements,
    SetProfileField,
    SetStock,
    SetStored,
    SkipDoses,
    SnoozeDoses,
    StopSpeech,
    SwapStored,
    SwitchLanguage,
    TakeBack,
    UnderstandWhen,
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
        GetDocked,
        tells=(HelpPressed, RobotDocked, RobotGone, RobotMoved, RobotReady, RobotTold),
        hears=(ExpressRobot, MoveRobot, PeopleLocated, StopRobot),
    ),
    "senses": _child(GetCamera, tells=(PeopleLocated, Sensed), hears=(CameraPrivacyChanged,)),
    # Other packages' code: it is not even told how the home is set.
    "sensor": _rights((), (Alive, Ready, SensorTold), (Shutdown,)),
    "console": _child(
        CloseByLink, ComeByLink, DeclineByLink, LookAtLink, TakeByLink, ReportPendant
    ),
}
"""The rights of each child, by the name under which the core started it."""

COMMANDS: Final[Mapping[str, Rights]] = {
    "camera": _command(SetCameraPrivacy),
    "ask": _command(ForgetConversation, TakeTurn, hears=(Say,)),
    "contacts": _command(CheckContact),
    "doctor": _command(GetChildren, GetTroubles, CheckDevices),
    "drill": _command(
        BeginDrill,
        DrillContact,
        EndDrill,
        NameRoom,
        StayInDrill,
        hears=(DrillCryHeard, DrillEnded),
    ),
    "reminders": _command(
        AddReminder,
        ImportReminders,
        ChangeDay,
        PauseReminders,
        RemoveReminder,
        RemoveReminders,
        ResumeReminders,
        TakeBack,
    ),
    "selftest": _command(RunSelftest),
    "sensors": _command(CheckDevices, hears=(RuleBegan, SensorTold)),
    "setup": _command(DrillContact, SetProfileField, SwitchLanguage),
}
"""The rights of each command of the user's own; none of the core's children may pass for one."""

CORE_ONLY: Final[frozenset[Asked]] = frozenset(
    {AcknowledgeAlarm, CloseAlarm, NoteArrival, NoteDeclined}
)
"""The services that no peer may ask for: the core asks them itself, or a command without it
does."""

OUR_SKILLS: Final[Mapping[str, frozenset[Asked]]] = {
    "emergency": frozenset({DescribeAlarm, AgreeToCall, FindCallee, HangUp, OfferCall}),
    "robot": frozenset({GiveConsent, AskForMotion, AskForStop}),
}
"""The services that skills which come with Anban may ask beside; the host answers for who asks."""


SENSOR_PREFIX: Final = "sensor."
"""How the name of a child begins that runs an added sensor; its name in the settings follows."""


def _family_of(child: str) -> str:
    """Which row of the table a child's rights stand in."""
    return "sensor" if child.startswith(SENSOR_PREFIX) else child


def may_ask(rights: Rights, service: Asked, skill: str) -> bool:
    """Whether a peer may have a service, for one of our skills or for itself."""
    if service in rights.asks:
        return True
    return rights is CHILDREN["skills"] and service in OUR_SKILLS.get(skill, frozenset())


def guard(name_of: Callable[[int], str | None]) -> Callable[[int, str], Rights | None]:
    """Make the bus's guard; `name_of` gives the child that a process belongs to."""

    def rights_of(pid: int, name: str) -> Rights | None:
        child = name_of(pid)
        if child is not None:
            return CHILDREN.get(_family_of(child), NOTHING) if child == name else None
        if (
            _family_of(name) in CHILDREN or not pid
        ):  # no child of ours, or of another world of processes
            return None
        return COMMANDS.get(name, NOTHING)

    return rights_of
