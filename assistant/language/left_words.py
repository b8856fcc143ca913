"""Words that may not be left over when a sentence is read: `<lang>/left.yml`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from assistant.language.reading import DOSE_MASK, NAME_MASK, TIME_MASK, LeftKind, LeftRules

_NOTHING = "(?!)"


@cache
def left_words(lang: str, names: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], LeftRules]:
    """Read a language's table: what is harmless, and what may not be left over.

    Args:
        lang: Its code.
        names: Names that stand in the table for longer patterns, such as NUMBER.
    """
    file = Path(__file__).parent / lang / "left.yml"
    data: dict[str, list[str]] = yaml.safe_load(file.read_text("utf-8"))
    masks = {"TIME": TIME_MASK, "DOSE": DOSE_MASK, "NAME": NAME_MASK}
    known = masks | dict(names)
    rules = tuple((kind, _pattern(data[kind.value], known)) for kind in _ORDER)
    return _pattern(data["harmless"], known), rules


_ORDER = (*(LeftKind.EXCEPTION, LeftKind.NEGATION, LeftKind.DAYS, LeftKind.TIME, LeftKind.NUMBER),)


def _pattern(rows: list[str], names: Mapping[str, str]) -> re.Pattern[str]:
    written = "|".join(f"(?:{row})" for row in rows) or _NOTHING
    for name, pattern in names.items():
        written = written.replace(f"<{name}>", pattern)
    return re.compile(written, re.IGNORECASE)
