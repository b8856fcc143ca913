"""What a sentence means, without a trained model: what the sentences of the skills say themselves.

A sentence that stands in a skill's nlu.yml means what stands there; others say what they mean in
the conversation.  Whether the trained model understands them so is another question, which
`anban train` and held-out sentences answer: no conversation does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from assistant.packs import located

_NO_WORDS: Final = re.compile(r"[\s,.;:!?，。；：！？、…'’\"“”]+")
_ANNOTATED: Final = re.compile(r"\[(?P<text>[^\]]*)\](?:\((?P<name>[^)]*)\)|\{(?P<table>[^}]*)\})")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sentence was taken for."""

    intent: str
    entities: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def same(text: str) -> str:
    """A sentence without what recognisers do not write."""
    return _NO_WORDS.sub(" ", text).strip().casefold()


class Sentences:
    """Every sentence of some skills in one language."""

    def __init__(self, folders: Iterable[Path], lang: str) -> None:
        self._meanings: dict[str, Meaning] = {}
        for folder in folders:
            for text, meaning in _sentences(located(folder / lang / "nlu.yml")).items():
                self._meanings.setdefault(text, meaning)

    def meaning(self, text: str) -> Meaning | None:
        """What a sentence means; None: it is in no skill's nlu.yml."""
        return self._meanings.get(same(text))


@cache
def _sentences(file: Path) -> Mapping[str, Meaning]:
    if not file.exists():
        return {}
    # Thousands of lines: libyaml reads them ten times as fast.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(file.read_text("utf-8"), Loader=loader) or {}  # noqa: S506  (a SafeLoader)
    found: dict[str, Meaning] = {}
    for group in content.get("nlu") or ():
        if "intent" not in group:
            continue
        for example in str(group.get("examples") or "").splitlines():
            if written := example.strip().removeprefix("-").strip():
                entities = {_name(each): _value(each) for each in _ANNOTATED.finditer(written)}
                text = _ANNOTATED.sub(lambda each: each["text"], written)
                found.setdefault(same(text), Meaning(group["intent"], entities))
    return found


def _name(annotated: re.Match[str]) -> str:
    if annotated["name"] is not None:
        return annotated["name"]
    return str(_table(annotated)["entity"])


def _value(annotated: re.Match[str]) -> str:
    if annotated["name"] is not None:
        return annotated["text"]
    return str(_table(annotated).get("value", annotated["text"]))


def _table(annotated: re.Match[str]) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(f"{{{annotated['table']}}}")
    return table
