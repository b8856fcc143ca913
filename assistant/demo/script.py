"""The script of the demo, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the elder."""

    say: str
    why: str
    intent: str
    """What it is to be understood as."""


def script(lang: str) -> tuple[Line, ...]:
    """What the elder says in this language."""
    data = tomllib.loads((files(__package__) / "scripts.toml").read_text("utf-8"))
    return tuple(Line(**line) for line in data[lang])
