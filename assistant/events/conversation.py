"""A turn of the conversation, a question to the elder, the language and the profile."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from assistant.events.identity import new_id
from assistant.events.line import event
from assistant.events.speaking import Urgency


@event
class TurnTaken:
    """One turn of the conversation was answered."""

    text: str
    """What the elder said; it stands in no log."""
    intent: str
    """What it was taken for, such as "medication_taken"."""
    confidence: float
    """How sure that is, 0 to 1."""
    skill: str
    """The skill that answered; empty if none did."""
    reply: str
    """What Anban said to it."""
    entities: tuple[dict[str, Any], ...] = ()
    """The pieces of it that were recognised: `{"entity": name, "value": text, …}`."""
    lane: str = "dialogue"
    """Who decided: safety, reflex, question, dialogue, or honest (nobody could)."""
    stage_seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took, such as "parse" and "answer"."""
    is_idle: bool = False
    """Whether it asked for nothing and did nothing: not understood, small talk, a goodbye."""


@event
class AskElder:
    """Core: put a skill's question to the elder and hold it open.

    It gives way to a reminder and to all that is more urgent; then it counts as not answered.
    """

    text: str
    question_id: str = field(default_factory=new_id)
    """Also the `say_id` of its words: their end is a `Said` with this id."""
    urgency: Urgency = Urgency.ANSWER
    open_seconds: float = 60.0


@event
class ElderAnswered:
    """A skill's question was answered, or could not be put, or nobody answered in time."""

    question_id: str
    """Which: `home.ask` hands the answer to who put it, so that few skills need this event."""
    answer: str
    """What became of it: yes, no or silence."""
    text: str = ""
    """What was said; empty in silence."""


@event
class LanguageChanged:
    """The home speaks another language now; every child follows."""

    lang: str
    """Which, such as "en"."""


@event
class ProfileChanged:
    """A field of the elder's profile was written."""

    field: str
    """Its name, such as "birthday"; `home.profile.get` has its value."""
