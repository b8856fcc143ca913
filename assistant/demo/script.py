"""The script of the demo, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from assistant.packs import by_language


class ScriptMissingError(ValueError):
    """There is no script in a language; the message names those that have one."""


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
    """What happens in this language.

    Raises:
        ScriptMissingError: nobody wrote it.
    """
    scripts = by_language("assistant/demo/scripts/{lang}.toml")
    if lang not in scripts:
        raise ScriptMissingError(f"the demo speaks {' and '.join(scripts)}, and not {lang}")
    data = tomllib.loads(scripts[lang].read_text("utf-8"))
    return Script(People(**data["people"]), tuple(Line(**line) for line in data["lines"]))
