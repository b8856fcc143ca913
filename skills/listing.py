"""What is installed, for people to read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import yaml

from assistant.language import LANGUAGES
from assistant.packs import located
from skills.loading import Broken, Loaded, load_skills


@dataclass(frozen=True, slots=True)
class Row:
    """One skill."""

    name: str
    version: str
    languages: tuple[str, ...]
    intents: tuple[str, ...]
    """Without the skill's name in front."""
    actions: int


def installed(off: Collection[str] = ()) -> tuple[list[Row], tuple[Broken, ...]]:
    """Every skill that loads, and those that do not; none of the code of those that are off runs.

    `off`: their names.
    """
    loaded, broken = load_skills(off=off)
    return [_row(item) for item in loaded], broken


def _row(item: Loaded) -> Row:
    folder = item.skill.folder
    domain = yaml.safe_load((folder / "domain.yml").read_text("utf-8"))
    return Row(
        item.skill.name,
        item.version,
        tuple(lang for lang in LANGUAGES if located(folder / lang / "nlu.yml").exists()),
        tuple(item.skill.own(intent) for intent in domain.get("intents", ())),
        len(item.skill.actions) + 2 * len(item.skill.forms),
    )
