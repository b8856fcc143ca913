"""What the mouth is asked, and what became of it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from assistant.events.identity import new_id
from assistant.events.line import event


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


@event
class Say:
    """Mouth: speak a text, sentence by sentence."""

    text: str
    lang: str
    urgency: Urgency = Urgency.ANSWER
    say_id: str = field(default_factory=new_id)


@event
class StopSpeaking:
    """Mouth: be silent now; drop what waits."""

    keep: Urgency = Urgency.ALARM
    """The urgency from which on something stays in the queue and is said again from its
    sentence."""


@event
class Unsay:
    """Mouth: one text is not to be said, or not to its end: it is no longer true."""

    say_id: str


@event
class HoldSpeech:
    """Mouth: somebody speaks; begin no new sentence until `ResumeSpeech`."""


@event
class ResumeSpeech:
    """Mouth: nobody speaks any more; go on."""


@event
class SetVoice:
    """Mouth: speak with this volume and rate from the next sentence on."""

    volume: float
    """The volume, 0 to 1, of full scale."""
    rate_words_per_minute: int


@event
class SoundStarted:
    """A piece of speech begins to sound; the ear is deaf until it stopped."""

    say_id: str
    duration_seconds: float
    """How long it sounds, so that the ear opens by itself should the mouth die."""


@event
class SoundStopped:
    """The piece of speech is over, to its end or broken off."""

    say_id: str


@event
class Said:
    """A `Say` came to its end; of a mouth that died or stays silent the core tells it."""

    say_id: str
    """Of what: `home.say` gave it."""
    completed: bool
    """Whether it was said to its end: not stopped, replaced by something more urgent, or silent."""
    spoken_text: str
    """The sentences that sounded to their end."""
    error: str = ""
    """Why it could not sound; empty if it did."""


@event
class SpeakerLost:
    """No sound goes out any more; the mouth keeps trying to open the speaker again."""

    reason: str


@event
class SpeakerBack:
    """Sound goes out (again)."""

    device: str
