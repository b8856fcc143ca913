"""How words are read in each language: `<lang>/patterns.yml`, as one object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from skills.api import language

_EDGES = " ,.!?;:，。！？；：、"


@dataclass(frozen=True, slots=True)
class Patterns:
    """One language's patterns.yml."""

    days: dict[str, int]
    lunar: re.Pattern[str]
    languages: dict[str, re.Pattern[str]]
    name: tuple[re.Pattern[str], ...]
    name_expected: tuple[re.Pattern[str], ...]
    name_bare: re.Pattern[str]
    not_a_name: re.Pattern[str]
    birthday_names: dict[str, str]
    birthday: tuple[re.Pattern[str], ...]
    birthday_year: re.Pattern[str]
    bare_birthday_is_lunar: bool
    numbers: dict[str, int]

    def days_ahead(self, text: str) -> int:
        """Which day a question names, in days from today; longer words first."""
        words = sorted(self.days, key=len, reverse=True)
        return next((self.days[word] for word in words if word in text.lower()), 0)

    def target_language(self, text: str, now: str) -> str:
        """The language that is named last; the other one where none is."""
        last = {
            lang: max((found.end() for found in pattern.finditer(text.lower())), default=0)
            for lang, pattern in self.languages.items()
        }
        if not any(last.values()):
            return next(lang for lang in self.languages if lang != now)
        return max(last, key=lambda lang: last[lang])

    def read_name(self, text: str, *, expected: bool, bare: bool) -> str | None:
        """The name that somebody gives; None where there is none.

        Args:
            text: The sentence.
            expected: "I am …" gives one too.
            bare: The whole sentence may be one.
        """
        plain = text.strip(_EDGES)
        patterns = self.name + (self.name_expected if expected else ())
        for pattern in (*patterns, *((self.name_bare,) if bare else ())):
            found = pattern.search(plain.lower())
            if found is None:
                continue
            start, end = found.span("name")
            name = plain[start:end].strip(_EDGES)
            if name and not self.not_a_name.search(name.lower()):
                return name.title() if name.isascii() else name
        return None

    def number(self, said: str) -> int:
        """A number in digits, in words, or (a year) digit by digit; raises ValueError."""
        words = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", said.strip().lower())
        if words.isdecimal():
            return int(words)
        if words in self.numbers:
            return self.numbers[words]
        parts = [
            self.numbers[part]
            for part in re.findall(r"[a-z]+|[^a-z\s-]", words)
            if part in self.numbers
        ]
        if not parts:
            raise ValueError(said)
        if not words.isascii():
            return int("".join(str(part) for part in parts))
        if parts[0] == 19:
            return 1900 + sum(parts[1:])
        return sum(parts)


@cache
def patterns(lang: str) -> Patterns:
    """The patterns of a language."""
    data: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / lang / "patterns.yml").read_text("utf-8")
    )
    say = language(lang).spoken.number
    said = {say(str(number)).replace("-", " "): number for number in range(100)}
    return Patterns(
        days=data["days"],
        lunar=re.compile(data["lunar"]),
        languages={code: re.compile(words) for code, words in data["languages"].items()},
        name=tuple(re.compile(each) for each in data["name"]),
        name_expected=tuple(re.compile(each) for each in data["name_expected"]),
        name_bare=re.compile(data["name_bare"]),
        not_a_name=re.compile(data["not_a_name"]),
        birthday_names=data["birthday_names"],
        birthday=tuple(re.compile(each) for each in data["birthday"]),
        birthday_year=re.compile(data["birthday_year"]),
        bare_birthday_is_lunar=data["bare_birthday_is_lunar"],
        numbers={**said, **{str(word): number for word, number in data["numbers"].items()}},
    )
