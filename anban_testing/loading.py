"""The skills that a conversation is held with, loaded as the host loads them."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any, Final

from anban_testing.errors import ConversationError
from skills.loading import GROUP, Loaded, load_skills
from skills.skill import Skill

OURS: Final = ("emergency", "general", "medication", "robot")
"""Anban's own."""


def loaded_with(skill: str | Skill) -> tuple[Loaded, ...]:
    """Anban's own skills, and one beside them, last; raises ConversationError."""
    ours = _installed(OURS)
    if not skill or (isinstance(skill, str) and skill in OURS):
        return ours
    if isinstance(skill, Skill):
        for item in ours:
            if item.skill is skill:
                return ours
        skill = f"{_module_of(skill)}:skill"
    return ours + (_at(skill) if ":" in skill else _installed((skill,)))


def _module_of(skill: Skill) -> str:
    file = skill.folder / "skill.py"
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == str(file):
            return name
    raise ConversationError(f"the skill {skill.name} is in no module that was imported")


@cache
def _at(place: str) -> tuple[Loaded, ...]:
    """The skill at `package.skill:skill`."""
    try:
        found = EntryPoint("skill", place, GROUP).load()
    except (ImportError, AttributeError) as error:
        raise ConversationError(
            f"{place} cannot be used: {type(error).__name__}: {error}"
        ) from error
    name = getattr(found, "name", "skill")
    loaded, broken = load_skills([EntryPoint(name, place, GROUP)])
    if broken:
        raise ConversationError(f"{place} cannot be used: {broken[0].reason}")
    return loaded


@cache
def _installed(names: tuple[str, ...]) -> tuple[Loaded, ...]:
    loaded, broken = _all()
    reasons = {each.name: each.reason for each in broken}
    by_name = {item.skill.name: item for item in loaded}
    for name in names:
        if name not in by_name:
            why = reasons.get(name, "no skill of this name is installed")
            raise ConversationError(f"the skill {name} cannot be used: {why}")
    return tuple(by_name[name] for name in names)


@cache
def _all() -> Any:
    return load_skills()
