"""Sentences that no model is trained on: each skill may bring some, `<language>/held_out.yml`.

They show what a model understands, and what a new skill takes from others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import yaml

from assistant.dialogue.sources import VITAL, SkillFolder
from assistant.packs import located

log = logging.getLogger(__name__)

FILE: Final = "held_out.yml"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of them."""

    text: str
    intent: str
    """What it means."""

    @property
    def is_vital(self) -> bool:
        """Whether it is a cry for help, or tells of a dose taken."""
        return self.intent in VITAL


def held_out(skills: Iterable[SkillFolder], lang: str) -> tuple[Sentence, ...]:
    """Give those of these skills in a language; a file that cannot be read costs itself."""
    found: list[Sentence] = []
    for skill in skills:
        file = located(skill.path / lang / FILE)
        if not file.exists():
            continue
        try:
            found += sentences_in(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            log.error("%s is left out: %s", file, error)
    return tuple(found)


def sentences_in(text: str) -> list[Sentence]:
    """Read a file's text; raises ValueError if it is no table of lists."""
    try:
        table = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"no valid YAML: {error}") from error
    if not isinstance(table, dict):
        raise ValueError("must be a table")  # noqa: TRY004  (a file, not an argument)
    for intent, texts in table.items():
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise ValueError(f"{intent}: must be a list of sentences")
    return [Sentence(each, str(intent)) for intent, texts in table.items() for each in texts]
