"""How words are read in each language: `<lang>/words.yml`, as one object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from skills.api import data_of

Table = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words.yml."""

    patterns: dict[str, re.Pattern[str]]
    food: Table
    route: Table
    named: Table
    habits: Table
    bare_time: str
    last_minute: str
    """The last minute of a day that is named."""
    at_meal: dict[str, str]

    def has(self, name: str, text: str) -> bool:
        """Whether words of this kind are in a text."""
        return self.patterns[name].search(text.lower()) is not None

    def without(self, name: str, text: str) -> str:
        """Take the words of this kind out of a text."""
        return _with_spaces(self.patterns[name], text)

    def groups(self, name: str, text: str) -> str | None:
        """The part of a match that its group names."""
        found = self.patterns[name].search(text.lower())
        if found is None:
            return None
        return next((part for part in found.groupdict().values() if part), None)

    def of(self, table: Table, text: str) -> str | None:
        """What the first matching row of a table says."""
        return next((said for pattern, said in table if pattern.search(text.lower())), None)

    def only_counts(self, text: str) -> bool:
        """Whether a text is nothing but so many hours or times."""
        rest = self.core(text)
        for name in ("daily_most", "least_hours", "hours_alone", "times_alone"):
            rest = self.without(name, rest)
        return rest != self.core(text) and not any(map(str.isalnum, rest))

    def only(self, name: str, text: str) -> bool:
        """Whether a text is nothing but words of this kind."""
        return self.has(name, text) and not any(map(str.isalnum, self.without(name, text)))

    def core(self, text: str) -> str:
        """A text without what people put around the thing itself."""
        plain = " ".join(text.split())
        lead = self.patterns["lead"].match(plain.lower())
        if lead is not None:
            plain = plain[lead.end() :]
        while tail := re.search(f"(?:{self.patterns['tail'].pattern})$", plain.lower()):
            if tail.start() == tail.end():
                break
            plain = plain[: tail.start()]
        return plain.strip()


@cache
def words(lang: str) -> Words:
    """The words of a language.

    Raises:
        NotInLanguageError: nobody wrote them.
    """
    data: dict[str, Any] = yaml.safe_load(data_of(Path(__file__).parent, lang, "words.yml"))

    def table(rows: Any) -> Table:
        return tuple((re.compile(pattern), said) for pattern, said in rows)

    return Words(
        patterns={
            name: re.compile(pattern)
            for name, pattern in data.items()
            if isinstance(pattern, str) and name not in {"bare_time", "last_minute"}
        },
        food=table((pattern, name) for name, pattern in data["food"].items()),
        route=table(data["route"]),
        named=table(data["named"]),
        habits=table(data["habits"]),
        bare_time=data["bare_time"],
        last_minute=data["last_minute"],
        at_meal=data["at_meal"],
    )


def _with_spaces(pattern: re.Pattern[str], text: str) -> str:
    for found in reversed(list(pattern.finditer(text.lower()))):
        text = text[: found.start()] + " " + text[found.end() :]
    return " ".join(text.split())
