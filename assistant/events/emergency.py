"""A cry, a danger, and the alarm that comes of it, to its end."""

from __future__ import annotations

from enum import StrEnum

from assistant.events.line import event


class Origin(StrEnum):
    """What an alarm comes from; what people are told and who may end it follows from it."""

    VOICE = "voice"
    """Words, heard in the room or typed."""
    BUTTON = "pendant"
    """Somebody pressed a pendant, a cord, a button or a key of the robot."""
    SENSOR = "sensor"
    """A radar, a mat, a camera noticed something; nobody asked for help."""
    DRILL = "test"
    """Nobody needs help, and people are told so."""


@event
class CryForHelpHeard:
    """The safety lane recognised a cry for help."""

    phrase: str
    """The phrase of the list that matched, not the elder's words."""
    reason: str
    """Which kind of help: fall, chest_pain, stroke, fire, gas, intruder, overdose, other."""
    at: float
    """When it was heard; Unix time, seconds."""
    is_at_once: bool = False
    """Whether the phrase has no harmless use, whoever says it."""
    service: str = ""
    """The service that the elder asked for: ambulance, police or fire; empty: none."""
    number: str = ""
    """The number that was said."""


@event
class HelpPressed:
    """A pendant, a cord or a key on the robot was pressed."""

    device: str
    place: str = ""


@event
class DangerSensed:
    """A sensor saw what is, or may be, an emergency: if it may be, the elder is asked first."""

    reason: str
    """As in `CryForHelpHeard`."""
    source: str
    """The sensor's name, whatever it is: radar, mat, camera."""
    place: str = ""
    is_sure: bool = False
    """Whether people are called at once, as for smoke."""


@event
class AlarmOpened:
    """Somebody may need help: it is asked about, or calls out already; or it outlived a restart.

    From here to `AlarmClosed` nothing else is asked of the elder.
    """

    alarm_id: str


@event
class AlarmRaised:
    """An alarm calls out now, for the first time or again."""

    alarm_id: str
    reason: str
    origin: Origin
    place: str
    at: float
    """When it was opened; Unix time, seconds."""
    device: str = ""
    """Which button or sensor it comes from; empty for words."""


@event
class CallBegan:
    """One try to reach one person began."""

    alarm_id: str
    attempt_id: str
    contact: str
    """The person's name."""
    kind: str
    """The way: call or message."""
    channel: str
    round: int


@event
class CallAnswered:
    """Somebody, or a machine, took the call; nobody acknowledged yet."""

    alarm_id: str
    attempt_id: str
    contact: str


@event
class PutThroughChanged:
    """A contact and the elder can speak with each other now, or no longer."""

    alarm_id: str
    contact: str
    is_open: bool


@event
class ElderCallChanged:
    """A call that the elder asked for goes on or is over; not one of an alarm."""

    contact: str
    """The person, as the elder says."""
    stage: str
    """dialling, ringing, talking or ended."""
    outcome: str = ""
    """How it ended, as in `CallEnded`; empty while it goes on."""


@event
class CallEnded:
    """One try to reach one person was over."""

    alarm_id: str
    attempt_id: str
    contact: str
    kind: str
    outcome: str
    """acknowledged, answered, delivered, no_answer, busy, refused, failed or unknown."""
    round: int


@event
class NobodyReached:
    """All people were tried, and nobody acknowledged; it goes on after a pause."""

    alarm_id: str
    round: int
    had_way: bool
    """Whether anything went out of the house at all."""


@event
class SignAsked:
    """The elder was asked about a sign of a stroke; the answer itself is told to helpers only."""

    alarm_id: str
    sign: str
    """face, arm, speech or time."""
    counts: bool
    """Whether the answer counts as a sign: yes, unclear, or none at all."""


@event
class AlarmAcknowledged:
    """A human took the alarm on."""

    alarm_id: str
    contact: str


@event
class AlarmClosed:
    """The alarm was over: a human said so, or the elder took it back in time."""

    alarm_id: str
    how: str
    """closed or cancelled."""
    by: str
