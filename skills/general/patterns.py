"""How words are read in each language: `<lang>/patterns.yml`, as one object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from skills.api import data_of

_MARKS = re.compile(r"[^\w\s'’.-]|\.(?=\s|$)|_")
_HAN = "㐀-鿿豈-﫿〇"
_SPACE_IN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")


@dataclass(frozen=True, slots=True)
class Patterns:
    """One language's patterns.yml."""

    lunar: re.Pattern[str]
    languages: dict[str, re.Pattern[str]]
    name: tuple[re.Pattern[str], ...]
    name_expected: tuple[re.Pattern[str], ...]
    name_bare: re.Pattern[str]
    noise: re.Pattern[str]
    not_a_name: re.Pattern[str]
    birthday_year: re.Pattern[str]

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
        """The name that somebody gives; None if there is none.

        Args:
            text: The sentence.
            expected: "I am …" gives one too.
            bare: The whole sentence may be one.
        """
        plain = _SPACE_IN_HAN.sub("", " ".join(_MARKS.sub(" ", text).split()))
        if self.noise.search(plain.lower()):
            return None
        patterns = self.name + (self.name_expected if expected else ())
        for pattern in (*patterns, *((self.name_bare,) if bare else ())):
            found = pattern.search(plain.lower())
            if found is None:
                continue
            start, end = found.span("name")
            name = plain[start:end].strip()
            if any(map(str.isalnum, name)) and not self.not_a_name.search(name.lower()):
                return name if re.search(f"[{_HAN}]", name) else name.title()
        return None


@cache
def patterns(lang: str) -> Patterns:
    """The patterns of a language.

    Raises:
        NotInLanguageError: nobody wrote them.
    """
    data: dict[str, Any] = yaml.safe_load(data_of(Path(__file__).parent, lang, "patterns.yml"))
    return Patterns(
        lunar=re.compile(data["lunar"]),
        languages={code: re.compile(words) for code, words in data["languages"].items()},
        name=tuple(re.compile(each) for each in data["name"]),
        name_expected=tuple(re.compile(each) for each in data["name_expected"]),
        name_bare=re.compile(data["name_bare"]),
        noise=re.compile(data["noise"]),
        not_a_name=re.compile(data["not_a_name"]),
        birthday_year=re.compile(data["birthday_year"]),
    )
