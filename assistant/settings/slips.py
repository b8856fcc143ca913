"""What somebody most likely meant by a line of anban.toml that is no TOML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_QUOTES: Final = "\"'“”‘’「」『』＂＇"
_ENDS: Final = ";,，；。 \t"
"""What other languages end a line with."""
_HEADER: Final = re.compile(r"\s*[\[［【]\s*([\w.-]+)\s*[\]］】]?\s*$")
_LINE: Final = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:[=＝:：]|\s)\s*(\S.*?)\s*$")
_NUMBER: Final = re.compile(r"-?\d+[.,，]\d+")
_SECRET: Final = re.compile("password|secret|token|pin$|code$|key$", re.IGNORECASE)
_YES: Final = frozenset({"true", "yes", "on", "是"})
_NO: Final = frozenset({"false", "no", "off", "否"})


def is_secret(name: str) -> bool:
    """Whether a setting of this name holds what no log may hold."""
    return bool(_SECRET.search(name))


def header_meant(line: str) -> str:
    """Give a section's header as it is to be written; empty: it looks like none."""
    match = _HEADER.match(line)
    return f"[{match[1]}]" if match else ""


def line_meant(line: str) -> str:
    """Give an assignment as it is to be written; empty: no idea."""
    match = _LINE.match(line)
    if match is None or match[2][0] in "[{":
        return ""
    # The log holds no secret, nor does what is told to others.
    value = '"…"' if is_secret(match[1]) else _value_meant(match[2])
    return f"{match[1]} = {value}"


def _value_meant(text: str) -> str:
    bare = text.strip(_QUOTES + _ENDS)
    if bare.lower() in _YES:
        return "true"
    if bare.lower() in _NO:
        return "false"
    if _NUMBER.fullmatch(bare) and text[0] not in _QUOTES:
        return re.sub("[,，]", ".", bare)
    escaped = bare.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def name_meant(name: str, here: Iterable[str], elsewhere: Iterable[tuple[str, str]]) -> str:
    """Say which setting was meant by a name that is none; empty: no idea.

    Args:
        name: what was written.
        here: the names of the section in which it stands.
        elsewhere: section and name of all others.
    """
    known = {each.lower(): each for each in here}
    if near := get_close_matches(name.lower(), known, 1, 0.75):
        return f"did you mean {known[near[0]]}?"
    sections = [section for section, each in elsewhere if each == name.lower()]
    return f"it belongs below [{sections[0]}]" if len(sections) == 1 else ""
