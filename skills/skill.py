"""A skill as its author writes it: actions, forms and reactions, collected by decorators."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from skills.home import Home
from skills.internet import require_origin
from skills.settings import require_settings
from skills.turn import FALLBACK, Reply, Turn

Action = Callable[[Turn], Awaitable[Reply | str]]
Reaction = Callable[[Any, Home], Coroutine[Any, Any, None]]
SlotReader = Callable[[Turn], Awaitable[Any]]
_A = TypeVar("_A", bound=Callable[..., Awaitable[Any]])
_R = TypeVar("_R", bound=Reaction)
_NAME: Final = re.compile(r"[a-z][a-z0-9]*")
RESERVED: Final = frozenset(
    {
        *("action", "core", "form", "host", "nlu", "reminders", "requested", "session", "testing"),
        *("utter", "validate"),
    }
)
"""Names that no skill can have: Rasa, the dialogue, Anban or its tests use what begins so."""


class SkillError(ValueError):
    """A skill is put together wrongly; the message says where."""


@dataclass(frozen=True, slots=True)
class Slot:
    """How one slot of a form is read from a sentence."""

    name: str
    read: SlotReader
    takes: frozenset[str]
    """Intents of a sentence that may be the bare answer."""


class Form:
    """Questions over several turns; `<skill>_<name>_form` in domain.yml.

    Slots are asked in the order of domain.yml.  Each reader gets every sentence while the form
    waits, so that an earlier answer can be corrected; it returns the value, or None where the
    sentence has none, or raises `Unclear`.
    """

    def __init__(self, skill: str, name: str, rules: Sequence[Mapping[str, Any]]) -> None:
        self.skill = skill
        self.name = f"{skill}_{name}_form"
        self.begins = _intents_of(self.name, rules)
        """Intents with which it begins, by the skill's rules.yml."""
        self.slots: list[Slot] = []
        self.questions: dict[str, Action] = {}
        """By slot: how it is asked for, where that is no reply of replies.yml."""
        self.end: Action | None = None

    def slot(self, *, takes: tuple[str, ...] = (FALLBACK,)) -> Callable[[_A], _A]:
        """Register the reader of slot `<skill>_<function's name>`.

        Args:
            takes: Intents whose sentences may be the bare answer (`turn.asked` is true for them);
                every other command interrupts the form and the question is put again after it.
        """

        def keep(read: _A) -> _A:
            _require_async(read)
            self.slots.append(Slot(f"{self.skill}_{read.__name__}", read, frozenset(takes)))
            return read

        return keep

    def question(self, slot: str) -> Callable[[_A], _A]:
        """Register what asks for a slot; `action_ask_<skill>_<slot>` in domain.yml.

        For questions that depend on what is known; others are `ask_<slot>` of replies.yml.
        """

        def keep(action: _A) -> _A:
            _require_async(action)
            self.questions[f"{self.skill}_{slot}"] = action
            return action

        return keep

    def done(self, action: _A) -> _A:
        """Register what is said at the end; `turn.left` where the elder left before."""
        _require_async(action)
        self.end = action
        return action


class Skill:
    """A skill: `skill = Skill("tea", __file__)` in its skill.py."""

    def __init__(
        self,
        name: str,
        file: str,
        *,
        needs: str = "",
        settings: type[Any] | None = None,
        web: tuple[str, ...] = (),
    ) -> None:
        """Begin a skill.

        Args:
            name: small letters and digits.
            file: its skill.py: `__file__`.
            needs: a section of Anban's settings: the skill is offered only if its `port` is set.
            settings: a frozen dataclass of `setting(…)` fields: what may stand in `[skills.NAME]`.
            web: whom it asks on the internet, such as "https://api.open-meteo.com".
        """
        if not _NAME.fullmatch(name):
            raise SkillError(f"{file}: a skill's name is small letters and digits, not {name!r}")
        if name in RESERVED:
            raise SkillError(
                f"{file}: {name} means something else already; name the skill otherwise"
            )
        if settings is not None:
            require_settings(settings)
        for origin in web:
            require_origin(origin)
        self.name, self.needs, self.settings, self.web = name, needs, settings, web
        self.folder = Path(file).resolve().parent
        self.actions: dict[str, Action] = {}
        """By Rasa's name: action_<skill>_<function's name>."""
        self.forms: dict[str, Form] = {}
        self.reactions: list[tuple[type, Reaction]] = []

    def action(self, function: _A, *, name: str = "") -> _A:
        """Register `action_<skill>_<name>`: takes a Turn, returns text or a Reply.

        Args:
            function: The action.
            name: Its name, where the function's own will not do.
        """
        _require_async(function)
        full_name = f"action_{self.name}_{name or function.__name__}"
        if full_name in self.actions:
            raise SkillError(f"{self.folder / 'skill.py'}: {full_name} is defined twice")
        self.actions[full_name] = function
        return function

    def form(self, name: str) -> Form:
        """Begin a form; its end is `action_<skill>_<name>_done`."""
        form = Form(self.name, name, self._rules())
        if form.name in self.forms:
            raise SkillError(f"{self.folder / 'skill.py'}: {form.name} is defined twice")
        self.forms[form.name] = form
        return form

    def _rules(self) -> list[dict[str, Any]]:
        path = self.folder / "rules.yml"
        if not path.exists():
            return []
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
        return list(data.get("rules") or ())

    def on(self, *events: type) -> Callable[[_R], _R]:
        """Register a reaction to events of the home: takes the event and a Home."""

        def keep(function: _R) -> _R:
            _require_async(function)
            self.reactions += [(event, function) for event in events]
            return function

        return keep

    def own(self, slot: str) -> str:
        """A slot's name without the skill's in front."""
        return slot.removeprefix(f"{self.name}_")


def _intents_of(form: str, rules: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Those that a step of the rules has right before it runs the form."""
    steps = [pair for rule in rules for pair in pairwise(rule.get("steps") or ())]
    return frozenset(
        before["intent"]
        for before, after in steps
        if "intent" in before and after.get("action") == form
    )


def _require_async(function: Callable[..., Any]) -> None:
    if not inspect.iscoroutinefunction(function):
        raise SkillError(f"{function.__qualname__} must be `async def`")
