"""The script of the demo, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the elder, or a while in which nobody speaks."""

    why: str
    say: str = ""
    intent: str = ""
    """What it is to be understood as."""
    passes: str = ""
    """Until when time passes: `dose`, the next one is due; `offer`, it can be taken no longer."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is in the demo."""

    elder: str
    daughter: str
    address: str


@dataclass(frozen=True, slots=True)
class Script:
    """The demo in one language."""

    people: People
    lines: tuple[Line, ...]

    @property
    def intents(self) -> list[str]:
        """Of the sentences, in their order."""
        return [line.intent for line in self.lines if line.say]


def script(lang: str) -> Script:
    """What happens in this language."""
    data = tomllib.loads((files(__package__) / "scripts.toml").read_text("utf-8"))[lang]
    return Script(People(**data["people"]), tuple(Line(**line) for line in data["lines"]))
