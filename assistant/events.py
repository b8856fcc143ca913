"""Every fact and request that crosses a process, and their one JSON form.

Facts are named in the past tense, requests are verbs.  An event is one JSON object on one line,
`{"type": "Heard", ...}`; unknown fields are ignored, so that a newer child can speak to an older
core, an unknown type or a missing field is an `EventError`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

MAX_LINE_BYTES: Final = 1_048_576
"""The longest event that a process accepts; 10 minutes of words with their times are 100 kB."""


class EventError(ValueError):
    """What came over the socket is not an event; the line is dropped and the rest goes on."""


class Urgency(StrEnum):
    """How much something to say matters; a higher one interrupts a lower one."""

    CHAT = "chat"
    ANSWER = "answer"
    REMINDER = "reminder"
    ALARM = "alarm"

    @property
    def rank(self) -> int:
        """0 for chat up to 3 for an alarm."""
        return list(Urgency).index(self)


class Capability(StrEnum):
    """What a child gives to the home."""

    EAR = "ear"
    MOUTH = "mouth"
    DIALOGUE = "dialogue"
    SKILLS = "skills"
    ROBOT = "robot"
    SENSES = "senses"


def new_id() -> str:
    """A fresh identity for an utterance, a sentence or a request."""
    return uuid4().hex


# ------------------------------------------------------------------------------- hearing


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word."""

    text: str
    start_seconds: float
    """From the start of the utterance."""
    end_seconds: float
    confidence: float
    """0 to 1, as the recogniser gave it; not to be trusted alone."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak (voice activity, before any word)."""

    utterance_id: str


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance was over: its pause had passed, or it grew too long."""

    utterance_id: str
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the recogniser made of an utterance, so far or finally."""

    utterance_id: str
    text: str
    """Without the wake phrase; Han text without spaces; may be empty in a final one."""
    lang: str
    is_final: bool
    addressed: bool
    """True after a wake phrase, in a follow-up window, or where no wake phrase is asked for."""
    confidence: float | None = None
    """Mean word confidence, 0 to 1; None in a partial one."""
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    """Other readings, best first; filled for a final one of low confidence."""
    raw_text: str = ""
    """With the wake phrase, for the safety lane."""


@dataclass(frozen=True, slots=True)
class Woken:
    """The wake phrase was heard."""

    phrase: str


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """No sound comes in any more; the ear keeps trying to open the microphone again."""

    reason: str


@dataclass(frozen=True, slots=True)
class MicrophoneBack:
    """Sound comes in (again)."""

    device: str


@dataclass(frozen=True, slots=True)
class HearingLimited:
    """Only the tiny model of our own is there: it understands synthetic voices, not people."""

    lang: str


@dataclass(frozen=True, slots=True)
class InputEnded:
    """A file that stands in for the microphone was read to its end, and all of it recognised."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Ear: take the next words without a wake phrase."""

    window_seconds: float


@dataclass(frozen=True, slots=True)
class CryForHelpHeard:
    """The safety lane recognised a cry for help."""

    phrase: str
    """The phrase of the list that matched, not the elder's words."""
    reason: str
    """Which kind of help: fall, chest_pain, stroke, fire, gas, intruder, overdose, other."""
    at: float
    """Unix time, seconds."""
    is_at_once: bool = False
    """The phrase has no harmless use, whoever says it."""
    service: str = ""
    """ambulance, police or fire, where the elder asked for it."""
    number: str = ""
    """The number that was said."""


# ------------------------------------------------------------------------------- emergency


@dataclass(frozen=True, slots=True)
class HelpPressed:
    """A pendant, a cord or a key on the robot was pressed."""

    device: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class DangerSensed:
    """A sensor saw what may be an emergency: the elder is asked first."""

    reason: str
    """As in `CryForHelpHeard`."""
    source: str
    """radar, camera, or the sensor's name."""
    place: str = ""


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """An alarm calls out now, for the first time or again."""

    alarm_id: str
    reason: str
    source: str
    place: str
    at: float
    """When it was opened; Unix time, seconds."""


@dataclass(frozen=True, slots=True)
class CallBegan:
    """One try to reach one person."""

    alarm_id: str
    attempt_id: str
    contact: str
    """The person's name."""
    kind: str
    """call or message."""
    channel: str
    round: int


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """Somebody, or a machine, took the call; nobody acknowledged yet."""

    alarm_id: str
    attempt_id: str
    contact: str


@dataclass(frozen=True, slots=True)
class PutThroughChanged:
    """A contact and the elder can speak with each other now, or no longer."""

    alarm_id: str
    contact: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class ElderCallChanged:
    """A call that the elder asked for goes on or is over; not one of an alarm."""

    contact: str
    """As the elder calls the person."""
    stage: str
    """dialling, ringing, talking or ended."""
    outcome: str = ""
    """Once ended, as in `CallEnded`."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A try was over."""

    alarm_id: str
    attempt_id: str
    contact: str
    kind: str
    outcome: str
    """acknowledged, answered, delivered, no_answer, busy, refused, failed or unknown."""
    round: int


@dataclass(frozen=True, slots=True)
class NobodyReached:
    """All people were tried, and nobody acknowledged; it goes on after a pause."""

    alarm_id: str
    round: int
    had_way: bool
    """Whether anything went out of the house at all."""


@dataclass(frozen=True, slots=True)
class SignAsked:
    """The elder was asked about a sign of a stroke; the answer itself is told to helpers only."""

    alarm_id: str
    sign: str
    """face, arm, speech or time."""
    counts: bool
    """Answered with yes, unclearly, or not at all."""


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """A human took the alarm on."""

    alarm_id: str
    contact: str


@dataclass(frozen=True, slots=True)
class AlarmClosed:
    """The alarm was over: a human said so, or the elder took it back in time."""

    alarm_id: str
    how: str
    """closed or cancelled."""
    by: str


# ------------------------------------------------------------------------------- speaking


@dataclass(frozen=True, slots=True)
class Say:
    """Mouth: speak a text, sentence by sentence."""

    text: str
    lang: str
    urgency: Urgency = Urgency.ANSWER
    say_id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Mouth: be silent now; drop what waits."""

    keep: Urgency = Urgency.ALARM
    """What is at least this urgent stays in the queue and is said again from its sentence."""


@dataclass(frozen=True, slots=True)
class HoldSpeech:
    """Mouth: somebody speaks; begin no new sentence until `ResumeSpeech`."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Mouth: nobody speaks any more; go on."""


@dataclass(frozen=True, slots=True)
class SetVoice:
    """Mouth: speak with this volume and rate from the next sentence on."""

    volume: float
    """0 to 1, of full scale."""
    rate_words_per_minute: int


@dataclass(frozen=True, slots=True)
class SoundStarted:
    """A piece of speech begins to sound; the ear is deaf until it stopped."""

    say_id: str
    duration_seconds: float
    """So that the ear opens by itself should the mouth die."""


@dataclass(frozen=True, slots=True)
class SoundStopped:
    """The piece of speech is over, to its end or broken off."""

    say_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A `Say` came to its end."""

    say_id: str
    completed: bool
    """False where it was stopped, replaced by something more urgent, or could not sound."""
    spoken_text: str
    """The sentences that sounded to their end."""
    error: str = ""
    """Why it could not sound; empty where it did."""


@dataclass(frozen=True, slots=True)
class SpeakerLost:
    """No sound goes out any more; the mouth keeps trying to open the speaker again."""

    reason: str


@dataclass(frozen=True, slots=True)
class SpeakerBack:
    """Sound goes out (again)."""

    device: str


# ------------------------------------------------------------------------------- self-test


@dataclass(frozen=True, slots=True)
class Chime:
    """Mouth: sound the chime, ended by `Said` with this id; anything to say breaks it off."""

    say_id: str


@dataclass(frozen=True, slots=True)
class ListenForChime:
    """Ear: look for the chime in the sound from now on, although deaf to it otherwise."""

    say_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ChimeLookedFor:
    """The ear's answer; the sound itself is forgotten."""

    say_id: str
    is_heard: bool
    level_dbfs: float | None
    """RMS where it best fits; None for digital silence."""
    share: float
    """How clearly it was heard: 0 to 1, see `chime.Found`."""
    delay_seconds: float | None
    """From `ListenForChime` to where it was heard; None where it was not."""


@dataclass(frozen=True, slots=True)
class DrillCryHeard:
    """A cry was heard in a drill; nobody is called."""

    room: str
    phrase: str
    """As in `CryForHelpHeard`."""


@dataclass(frozen=True, slots=True)
class DrillEnded:
    """Cries are real again."""

    is_real: bool
    """Something real ended it: a second cry, a pendant, a sensor."""


# ---------------------------------------------------------------------------- conversation


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """One turn of the conversation was answered."""

    text: str
    intent: str
    confidence: float
    skill: str
    reply: str
    entities: tuple[dict[str, Any], ...] = ()
    lane: str = "dialogue"
    """Who decided: safety, reflex, question, dialogue, or honest (nobody could)."""
    stage_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskElder:
    """Core: put a question to the elder and hold it open."""

    text: str
    """Empty: it is being said already, as the answer of a turn."""
    question_id: str = field(default_factory=new_id)
    urgency: Urgency = Urgency.ANSWER
    asker: str = ""
    open_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ElderAnswered:
    """The open question was answered, or nobody answered in time."""

    question_id: str
    answer: str
    """yes, no, other or silence."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """Core: go on in another language of the home."""

    lang: str


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """The home speaks another language now; every child follows."""

    lang: str


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """A field of the elder's profile was written."""

    field: str


# ------------------------------------------------------------------------------- reminders


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """The elder is being reminded of something, for the first time or again."""

    occurrence_id: str
    reminder_id: str
    title: str
    """The medicine, or what is to be done, as the elder said it."""
    due_at: float
    """Unix time, seconds."""
    step: int
    """1 for the first time."""
    is_urgent: bool
    """Louder, and the robot is to come near."""


@dataclass(frozen=True, slots=True)
class DoseTaken:
    """The elder said so; told once for each dose."""

    occurrence_id: str
    reminder_id: str
    title: str
    due_at: float | None
    """None for a medicine taken as needed."""
    taken_at: float
    amount: str
    """A fraction: 1, 3/2; empty where it is not known, or no medicine."""
    unit: str


@dataclass(frozen=True, slots=True)
class DoseSkipped:
    """The elder does not want it this time."""

    occurrence_id: str
    reminder_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReminderSnoozed:
    """The elder wants to be reminded later."""

    occurrence_id: str
    reminder_id: str
    title: str
    until: float
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True)
class ReminderMissed:
    """Its time is over."""

    occurrence_id: str
    reminder_id: str
    title: str
    due_at: float
    was_announced: bool
    """True: announced and unanswered, so nobody knows.  False: it could not be announced."""


@dataclass(frozen=True, slots=True)
class FamilyToldOfDose:
    """Somebody was told of doses that nobody confirmed."""

    occurrence_ids: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class StockLow:
    """A medicine will be used up soon; told once until it is refilled."""

    medicine: str
    left: str
    """A fraction."""
    unit: str
    days_left: int


@dataclass(frozen=True, slots=True)
class RemindersChanged:
    """A reminder was added, changed or removed."""

    reminder_id: str


@dataclass(frozen=True, slots=True)
class MedicineWarned:
    """A doctor or pharmacist should be asked about a medicine; told once."""

    medicine: str
    other: str
    """The other medicine, or the allergy."""
    kind: str
    """interaction, allergy or duplicate."""
    why: str
    """A key of care/medicines/replies, without `why_`."""


# ---------------------------------------------------------------------- senses and the robot


@dataclass(frozen=True, slots=True)
class Sensed:
    """Perception told something of a room."""

    kind: str
    """The name of perception's event: FallDetected, BedLeft, SensorTroubled …"""
    sensor: str
    place: str
    """The sensor's room, as the elder calls it; empty where the settings do not say."""
    values: dict[str, Any] = field(default_factory=dict)
    """The event's own fields; places in metres, in the room's coordinates."""


@dataclass(frozen=True, slots=True)
class PeopleLocated:
    """Where people are now, twice a second while anybody is seen."""

    places_metres: tuple[tuple[float, float], ...]
    """x and y of each, in the room's coordinates."""


@dataclass(frozen=True, slots=True)
class RobotReady:
    """The robot answers."""

    name: str
    places: tuple[str, ...] = ()
    """Where it knows the way to."""


@dataclass(frozen=True, slots=True)
class RobotDocked:
    """The robot stands on its charger, of which the place is known."""

    x_metres: float
    y_metres: float
    heading_radians: float
    """By the robot's own reckoning."""


@dataclass(frozen=True, slots=True)
class RobotGone:
    """The robot does not answer any more; one with a dead-man has stopped."""

    problem: str


@dataclass(frozen=True, slots=True)
class RobotTold:
    """Something about the robot changed."""

    what: str
    """docked, undocked, battery_low, emergency_stop, released, or what stopped it."""


@dataclass(frozen=True, slots=True)
class MoveRobot:
    """Robot: move; how it ended comes as `RobotMoved` with the same id."""

    motion: str
    """approach, follow, face, go or dock."""
    place: str = ""
    """Where to go, by a name that the robot knows."""
    at_metres: tuple[float, float] | None = None
    """Whom to approach or face; None: whoever is nearest."""
    is_asked: bool = False
    """The elder asked for it: a robot that stopped itself at something may go on."""
    motion_id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class RobotMoved:
    """A motion was over, or did not even begin."""

    motion_id: str
    motion: str
    outcome: str
    """finished, stopped, replaced, nobody_located, unable, or what ended it."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StopRobot:
    """Robot: stand still, now, ahead of everything."""


@dataclass(frozen=True, slots=True)
class ExpressRobot:
    """Robot: show how things stand; a part it has not got is left out."""

    face: str
    light: tuple[int, int, int]
    """Red, green and blue, 0 to 255."""
    is_blinking: bool = False
    chime: str = ""


# ----------------------------------------------------------------------------- housekeeping


@dataclass(frozen=True, slots=True)
class Hello:
    """The first line of every child: who it is and which events it wants."""

    name: str
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alive:
    """A child's pulse, at least once a second."""

    name: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A child can do its work now."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """The supervisor started a child."""

    name: str
    pid: int


@dataclass(frozen=True, slots=True)
class ChildDied:
    """A child ended or was put down; it is started again after a pause."""

    name: str
    reason: str
    restart_in_seconds: float


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Every child: finish what you hold and end."""


@dataclass(frozen=True, slots=True)
class Request:
    """A child asks a service of the core; answered by a `Response` with the same id."""

    service: str
    arguments: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Response:
    """The core's answer to a `Request`."""

    request_id: str
    ok: bool
    value: Any = None
    error: str = ""


_converter = make_converter()

EVENTS: Final[dict[str, type]] = {}
"""Every event by the name of its type; a later part of the house adds its own with `register`."""


def register(*types: type) -> None:
    """Make event types known by name."""
    for kind in types:
        EVENTS[kind.__name__] = kind


register(
    *(
        SpeechStarted,
        SpeechEnded,
        Heard,
        Woken,
        MicrophoneLost,
        MicrophoneBack,
        HearingLimited,
        InputEnded,
        Listen,
    ),
    *(CryForHelpHeard, Say, StopSpeaking, HoldSpeech, ResumeSpeech, SetVoice, SoundStarted),
    *(SoundStopped, Said, SpeakerLost, SpeakerBack, TurnTaken, AskElder, ElderAnswered),
    *(SwitchLanguage, LanguageChanged, ProfileChanged, Hello, Alive, Ready, ChildStarted),
    *(ChildDied, Shutdown, Request, Response),
    *(HelpPressed, DangerSensed, AlarmRaised, CallBegan, CallAnswered, PutThroughChanged),
    *(CallEnded, ElderCallChanged, NobodyReached, SignAsked, AlarmAcknowledged, AlarmClosed),
    *(ReminderDue, DoseTaken, DoseSkipped, ReminderSnoozed, ReminderMissed, FamilyToldOfDose),
    *(StockLow, RemindersChanged, MedicineWarned),
    *(Chime, ListenForChime, ChimeLookedFor, DrillCryHeard, DrillEnded),
    *(Sensed, PeopleLocated, RobotReady, RobotDocked, RobotGone, RobotTold, MoveRobot),
    *(RobotMoved, StopRobot, ExpressRobot),
)


def to_dict(event: object) -> dict[str, Any]:
    """The event as JSON values, its type included."""
    return {"type": type(event).__name__, **_converter.unstructure(event)}


def to_line(event: object) -> bytes:
    """The event as one line of JSON in UTF-8, with its line end."""
    return json.dumps(to_dict(event), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> object:
    """The event of one line.

    Raises:
        EventError: not JSON, not an object, of unknown type, or with a wrong or missing field.
    """
    try:
        data = json.loads(line)
    except ValueError as error:
        raise EventError(f"not JSON: {error}") from error
    name = data.pop("type", None) if isinstance(data, dict) else None
    kind = EVENTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise EventError(f"no event of type {name!r}")
    try:
        return _converter.structure(data, kind)
    except (BaseValidationError, ValueError, TypeError, KeyError) as error:
        # The values are left out: they may be the elder's words, and this text is logged.
        raise EventError(f"a {name} with a wrong or missing field") from error
