"""Sentences that no model was trained on, and those that one was."""

from __future__ import annotations

import re
from typing import Any

import yaml

from assistant.dialogue import held_out as sentences_of
from assistant.dialogue import installed_skills
from assistant.dialogue.sources import collect


def held_out(skill: str, lang: str) -> list[tuple[str, str]]:
    """Intent and sentence of each that a skill holds out."""
    folders = [each for each in installed_skills() if each.name == skill]
    return [(sentence.intent, sentence.text) for sentence in sentences_of(folders, lang)]


def bare(text: str) -> str:
    """Letters and digits alone: two sentences that differ in nothing else are the same."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).lower()
    return re.sub(r"[^\w]+", "", words)


def trained(lang: str, skill: str | None = None) -> set[str]:
    """Bare sentences of one skill, or of all."""
    skills = [each for each in installed_skills() if skill in {None, each.name}]
    nlu: list[dict[str, Any]] = yaml.safe_load(collect(skills, lang, 0.5).files["data/nlu.yml"])[
        "nlu"
    ]
    return {
        bare(line.removeprefix("- "))
        for block in nlu
        for line in block.get("examples", "").splitlines()
    }
