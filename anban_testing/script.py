"""A conversation written as lines: what each line says, before anything is played."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from anban_testing.errors import ScriptError


class Role(StrEnum):
    """Who does something in a line, or what happens."""

    ELDER = "elder"
    """The elder says something."""
    ANBAN = "anban"
    """Anban must say something."""
    RINGS = "rings"
    """Anban must ring a contact."""
    TELLS = "tells"
    """Anban must write to a contact."""
    ROBOT = "robot"
    """Anban must move the robot, or stop it."""
    HELP = "help"
    """What was said must be taken for a cry for help."""
    REST = "rest"
    """Whatever else Anban says."""
    HOME = "home"
    """An event of the home is told."""
    LANGUAGE = "language"
    """The home's language from here on."""
    AFTER = "after"
    """So much time passes."""
    AT = "at"
    """Time passes until the clock next shows so much."""


EXPECTED: Final = frozenset({Role.ANBAN, Role.RINGS, Role.TELLS, Role.ROBOT, Role.HELP, Role.REST})
"""The roles that tell what Anban must do; all others do something to it."""
_UNITS: Final = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
_SAID_AS: Final = re.compile(r"^(?P<words>.*?)\s*\[(?P<means>[^\[\]]+)\]\s*$")
_ENTITY: Final = re.compile(r"""([\w.]+)=(?:"([^"]*)"|'([^']*)'|(\S+))""")
FORMS: Final = """\
    elder: what the elder says             elder: words [intent entity=value]
    anban: what Anban must say (… stands for anything, ~key for any wording of a reply)
    rings: NAME          tells: NAME, text          robot: go kitchen          help: fall
    …                                      whatever else Anban says
    home: EventName field=value            after 2 hours            at 20:00"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    number: int
    """Of the text, from 1."""
    written: str
    role: Role
    words: str = ""
    """What is said, or whom it is about."""
    means: str = ""
    """The intent that the line names; empty: what the sentences of the skills say."""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The line's entities, or the fields of its event."""
    seconds: float = 0.0
    """How much time passes; for AT, the second of the day."""


def read(text: str) -> tuple[Line, ...]:
    """Read every line; empty ones and those that begin with # say nothing.

    Raises:
        ScriptError: a line is of no kind, with its number.
    """
    return tuple(
        _read(number, written)
        for number, line in enumerate(text.splitlines(), 1)
        if (written := line.strip()) and not written.startswith("#")
    )


def _read(number: int, written: str) -> Line:
    if written in {"…", "..."}:
        return Line(number, written, Role.REST)
    for language in _words().values():
        for role in (Role.AFTER, Role.AT):
            if found := re.fullmatch(language[role.value], written):
                return Line(number, written, role, seconds=_seconds(role, found, language, number))
        begin, colon, rest = written.replace("：", ":", 1).partition(":")
        who = next((r for r in Role if begin.strip() in language.get(r.value, ())), None)
        if colon and who is not None:
            return _spoken(number, written, who, rest.strip())
    raise ScriptError(
        f"line {number}: {written!r} is no line of a conversation; there are\n{FORMS}"
    )


def _spoken(number: int, written: str, role: Role, rest: str) -> Line:
    if not rest:
        raise ScriptError(f"line {number}: {written!r} says nothing behind the colon")
    if role is Role.ELDER and (found := _SAID_AS.match(rest)):
        means, _, entities = found["means"].partition(" ")
        return Line(number, written, role, found["words"], means, _fields(entities))
    if role is Role.HOME:
        event, _, values = rest.partition(" ")
        return Line(number, written, role, event, fields=_fields(values))
    return Line(number, written, role, rest)


def _fields(text: str) -> Mapping[str, str]:
    return {name: a or b or c for name, a, b, c in _ENTITY.findall(text)}


def _seconds(role: Role, found: re.Match[str], language: Mapping[str, Any], number: int) -> float:
    if role is Role.AT:
        return int(found["hour"]) * 3600.0 + int(found["minute"]) * 60.0
    for unit, seconds in _UNITS.items():
        if found["unit"] in language[unit]:
            return float(found["count"]) * seconds
    raise ScriptError(f"line {number}: {found['unit']!r} is no unit of time")


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "lines.toml").read_text("utf-8"))
