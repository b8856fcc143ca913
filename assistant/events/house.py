"""The children of the core: who they are, how they live, what they ask of it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Any

from assistant.events.identity import new_id
from assistant.events.line import event


class Capability(StrEnum):
    """What a child gives to the home."""

    EAR = "ear"
    MOUTH = "mouth"
    DIALOGUE = "dialogue"
    SKILLS = "skills"
    ROBOT = "robot"
    SENSES = "senses"


@event
class Hello:
    """The first line of every child: who it is and which events it wants."""

    name: str
    wants: tuple[str, ...] = ()


@event
class Alive:
    """A child's pulse, at least once a second."""

    name: str


@event
class Ready:
    """A child can do its work now."""

    name: str
    detail: str = ""


@event
class SkillsLoaded:
    """The skill host has these skills; no others are to be understood."""

    names: tuple[str, ...]
    ours: tuple[str, ...]
    """The names of those that come with Anban."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Why a skill that is installed cannot be used, by its name."""
    settings_problems: dict[str, str] = field(default_factory=dict)
    """What of `[skills]` in anban.toml cannot be used and why, by its dotted name."""
    switched_off: dict[str, str] = field(default_factory=dict)
    """Why a skill that could be used is not, by its name: `blocks`, `crashes`, `grows` or
    `by_hand`."""


@event
class ChildStarted:
    """The supervisor started a child."""

    name: str
    pid: int


@event
class ChildDied:
    """A child ended or was put down; it is started again after a pause."""

    name: str
    reason: str
    restart_in_seconds: float


@event
class Shutdown:
    """Every child: finish what you hold and end."""


@event
class ServiceAsked:
    """A request of `assistant.services` on its way; answered by a `ServiceAnswered` of its id."""

    service: str
    fields: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=new_id)
    skill: str = ""
    """Which of Anban's own skills asks, if the skill host does; empty for a third party's."""


@event
class ServiceAnswered:
    """The result of a request, or its error."""

    request_id: str
    value: Any = None
    error: str = ""
    """The name of the error's class; empty if there is none."""
    fields: dict[str, Any] = field(default_factory=dict)
    """The error's."""

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return not self.error
