"""Words that may not be left over when a sentence is read: `<lang>/left.yml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.language.reading import DOSE_MASK, NAME_MASK, TIME_MASK, LeftKind, LeftRules


@dataclass(frozen=True, slots=True)
class LeftWords:
    """A language's table."""

    names: re.Pattern[str]
    """Names, titles, and what is measured or counted: a number in them is nobody else's."""
    harmless: re.Pattern[str]
    """Looks like a leftover and is none."""
    rules: LeftRules


@cache
def left_words(lang: str, numbers: tuple[tuple[str, str], ...]) -> LeftWords:
    """Read a language's table.

    Args:
        lang: Its code.
        numbers: Names that stand in the table for longer patterns, such as NUMBER.
    """
    file = Path(__file__).parent / lang / "left.yml"
    data: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    known = {"TIME": TIME_MASK, "DOSE": DOSE_MASK, "NAME": NAME_MASK} | dict(numbers)
    return LeftWords(
        names=_pattern([*data["titles"], *data["readings"], *data["names"]], known),
        harmless=_pattern(data["harmless"], known),
        rules=tuple((kind, _pattern(data[kind.value], known)) for kind in _ORDER),
    )


_ORDER = (
    *(LeftKind.EXCEPTION, LeftKind.NEGATION, LeftKind.STATEMENT, LeftKind.DAYS, LeftKind.TIME),
    *(LeftKind.COUNT, LeftKind.NUMBER),
)


def _pattern(rows: list[str], names: Mapping[str, str]) -> re.Pattern[str]:
    written = "|".join(f"(?:{row})" for row in rows)
    for name, pattern in names.items():
        written = written.replace(f"<{name}>", pattern)
    return re.compile(written, re.IGNORECASE)
