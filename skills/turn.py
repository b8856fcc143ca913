"""One turn of the conversation, as a skill's action sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from assistant.language import Spoken, language
from skills.home import Home

FALLBACK: Final = "nlu_fallback"
"""The intent of what no skill understands."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the sentence that was recognised."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What an action says and remembers; a plain text does if nothing is remembered."""

    text: str
    set: Mapping[str, Any] = field(default_factory=dict)
    """Slots of the skill, without its name in front; JSON values."""


class Unclear(Exception):  # noqa: N818  (an answer that cannot be used, not a fault)
    """A form's answer was understood but cannot be; its text is said before asking again."""


class Leave(Exception):  # noqa: N818  (as above)
    """A form's answer means that the elder wants to leave it; `turn.left` at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What was said, and everything needed to answer it."""

    text: str
    """As it was heard, mostly without punctuation."""
    lang: str
    """The language in which it was understood, such as "en"."""
    intent: str
    """`<skill>_<act>`, or FALLBACK."""
    confidence: float
    """How sure that is, 0 to 1."""
    entities: tuple[Entity, ...]
    """The pieces of it that nlu.yml marks."""
    slots: Mapping[str, Any]
    """What the skill remembers of this conversation, without its name in front."""
    now: datetime
    """The home's wall clock, with its time zone."""
    home: Home
    wording: Callable[..., str]
    """What `render` asks."""
    asked: bool = False
    """In a form: this slot was asked for, and the sentence may be the bare answer."""
    left: bool = False
    """In a form's end: the elder left before it was complete."""

    def render(self, key: str, **slots: object) -> str:
        """One wording of the skill's replies.yml in the language of the turn."""
        return self.wording(key, self.lang, **slots)

    def entity(self, name: str) -> str | None:
        """The value of the first entity of this name."""
        return next((entity.value for entity in self.entities if entity.name == name), None)

    @property
    def spoken(self) -> Spoken:
        """How the language of the turn says times, dates, numbers and lists."""
        return language(self.lang).spoken
