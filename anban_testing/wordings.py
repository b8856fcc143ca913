"""What a line says Anban must say, held against what was said.

`…` stands for anything, `~key` for any wording of a reply of the skill, `~general.key` of another
skill, `~core.key` of the core.  All else must be the same but for spaces and capitals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from random import Random
from string import Formatter
from typing import Final, TypeVar

from anban_testing.errors import ScriptError
from assistant.language import Replies, ReplyMissingError

T = TypeVar("T")

_PIECE: Final = re.compile(r"…|\.\.\.|~[a-z0-9_]+(?:\.[a-z0-9_]+)?|\s+|[^…~\s.]+|.")


class FirstWording(Random):
    """Chooses the wording that stands first, so that a conversation goes the same way each time."""

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]
        """The first one."""
        return seq[0]


Find = Callable[[str], Replies]
"""Gives the replies of a skill by its name, of the core by "core"."""


def matches(
    written: str, said: str, find: Find, skill: str, lang: str, owners: Sequence[str] = ()
) -> bool:
    """Whether what was said is what is written.

    `owners`: all whose replies there are; where a key is looked for that the one named has not.

    Raises:
        ScriptError: a key is of no reply.
    """
    pattern = "".join(
        _pattern(piece, find, skill, lang, owners) for piece in _PIECE.findall(written)
    )
    return re.fullmatch(rf"\s*{pattern}\s*", said, re.IGNORECASE | re.DOTALL) is not None


def _pattern(piece: str, find: Find, skill: str, lang: str, owners: Sequence[str]) -> str:
    if piece in {"…", "..."}:
        return r".*"
    if piece.isspace():
        return r"\s*"
    if piece.startswith("~") and len(piece) > 1:
        first, dot, second = piece[1:].partition(".")
        owner, key = (first, second) if dot else (skill, first)
        try:
            replies = find(owner)
        except KeyError as error:
            raise ScriptError(f"{piece}: {error.args[0]}") from error
        try:
            wordings = replies.wordings(key, lang)
        except ReplyMissingError as error:
            alike = [f"~{owner}.{near}" for near in get_close_matches(key, replies.keys())]
            alike += [f"~{each}.{key}" for each in owners if key in find(each)]
            there = ", ".join(alike) or ", ".join(sorted(replies.keys()))
            raise ScriptError(f"{piece}: {owner} has no reply {key}; there are {there}") from error
        return rf"(?:{'|'.join(map(_filled, wordings))})"
    return re.escape(piece)


def _filled(wording: str) -> str:
    """A wording with its slots filled by anything."""
    parts = []
    for text, slot, _, _ in Formatter().parse(wording):
        parts.append(r"\s*".join(map(re.escape, re.split(r"\s+", text))))
        if slot is not None:
            parts.append(r".+?")
    return "".join(parts)
