"""What a question is: a key, whose words are data, a check, the present value, and its keeping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.setup.place import Place


class NotUsableError(ValueError):
    """An answer cannot be used; the words of `key` say why and what is allowed."""

    def __init__(self, key: str, nearest: str = "", **slots: object) -> None:
        super().__init__(key)
        self.key, self.nearest, self.slots = key, nearest, slots


class Kind(StrEnum):
    """How an answer is given: a check reads text, and a yes or no is given as True or False."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  (the name of a kind)
    """It is typed unseen and never shown."""
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers."""

    value: Any
    label: str


def _none(_: Place) -> Sequence[Choice]:
    return ()


def _always(_: Place) -> bool:
    return True


def _nothing(_: Place) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a home is asked."""

    key: str
    """Its name, also in a file of answers; most are settings: `emergency.address`."""
    check: Callable[[str, Place], Any]
    """Gives the value of what was typed; raises NotUsableError."""
    present: Callable[[Place], Any]
    """The value that holds now; empty: none does."""
    keep: Callable[[Place, Any], None]
    """Keeps a value; raises SettingsError, NotUsableError."""
    kind: Kind = Kind.TEXT
    choices: Callable[[Place], Sequence[Choice]] = _none
    is_asked: Callable[[Place], bool] = _always
    """Whether it means anything in this home."""
    suggest: Callable[[Place], Any] | None = None
    """What Enter takes as long as nothing is set; None: nothing."""
    is_needed: bool = False
    """Whether it cannot be emptied again."""


@dataclass(frozen=True, slots=True)
class Step:
    """Questions that belong together, and what is tried with their answers."""

    key: str
    parts: tuple[Question | str, ...] = field(default=())
    """Questions, and names of what a front does between them: `tone`, `people` …"""
    is_done: Callable[[Place], bool] = field(default=_always)
    """Whether the home has what the step is for."""
    lacks: Callable[[Place], Sequence[str]] = _nothing
    """Which of it is missing, as keys of `name_…` in the words; nothing: the step as a whole."""
    is_optional: bool = False
    """Whether many homes have nothing of it: then it is not called missing."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions alone."""
        return tuple(part for part in self.parts if isinstance(part, Question))
