"""What the tools tell and explain, in the language of the home.

Errors, findings and the help of options arise in every room and in libraries that know no home.
They are written there in English, as the log is. Whoever shows them to a person hands them to
`told`, which finds their sentence in `catalogue/<language>.toml`: the English of the code on the
left, with {names} in place of what is filled in, the other language on the right. What has no line
there is shown in English rather than not at all; `tests/commands/test_told.py` finds it.

What a command says of its own accord is worded by key instead, in `replies/`: see `words`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from assistant import packs
from assistant.commands.service_unit import account_of
from assistant.runtime.own_name import as_typed
from assistant.settings import LANGUAGES, home_folder, read, settings_file

PATTERN: Final = "assistant/commands/catalogue/{lang}.toml"
SLOT: Final = re.compile(r"\{([^{}]*)\}")
WORD: Final = "!"
"""After the name of a part: if it is a single word, that is of the catalogue, too."""
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_LANGUAGE_LINE: Final = re.compile(r"^\s*language\s*[=:＝]", re.MULTILINE)
_DEEP: Final = 5
"""How often a filled-in part may itself be a sentence with parts."""
_MOST: Final = 100
"""How many parts of one text are looked up; beyond, it is shown as it is."""
_LONGEST: Final = 2_000
"""Characters; what is longer is no sentence of ours."""


def told(text: str, lang: str | None = None) -> str:
    """Give an English text of the tools in a language; without one, in that of the home."""
    return as_typed(_catalogue(lang or home_language()).of(text))


@cache
def home_language() -> str:
    """Tell in which language the tools speak: of anban.toml, else of the terminal, else English."""
    file = settings_file(_home_of_the_person())
    try:
        is_named = bool(_LANGUAGE_LINE.search(file.read_text("utf-8-sig", "replace")))
    except OSError:
        is_named = False
    return read(file).settings.language if is_named else locale_language(os.environ)


def _home_of_the_person() -> Path:
    """Give the home of whoever types, also behind `sudo`: root has none of its own."""
    behind = os.environ.get("SUDO_USER", "")
    account = account_of(behind, os.environ.get("ANBAN_HOME", "")) if behind else None
    return home_folder() if account is None or os.geteuid() else account.home


@cache
def code_language() -> str:
    """Tell in which language the code is written: the whole one that needs no catalogue."""
    return next(code for code in packs.whole() if code not in packs.by_language(PATTERN))


def locale_language(environment: Mapping[str, str]) -> str:
    """Tell which language a terminal asks for; English if it is none of ours."""
    wanted = next(filter(None, (environment.get(name) for name in _LOCALE)), "")
    code = re.split(r"[_.@-]", wanted)[0].lower()
    return code if code in LANGUAGES else code_language()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a catalogue with parts to be filled in."""

    english: str
    other: str
    pieces: tuple[str, ...] = field(init=False)
    """What stands around the parts."""
    names: tuple[str, ...] = field(init=False)
    """What the parts are called."""

    def __post_init__(self) -> None:
        found = SLOT.split(self.english)
        object.__setattr__(self, "pieces", tuple(found[::2]))
        object.__setattr__(self, "names", tuple(found[1::2]))

    @property
    def letters(self) -> int:
        """How many letters of it are the same every time."""
        return sum(letter.isalpha() for letter in SLOT.sub("", self.english))

    def slots_of(self, text: str) -> dict[str, str] | None:
        """Read what was filled in, each part as short as can be; None: it is another sentence.

        Without a regular expression: one with several parts takes minutes on a hostile text.
        """
        first, *between, last = self.pieces
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        at, filled = len(first), []
        for piece in between:
            found = text.find(piece, at, end)
            if found < 0:
                return None
            filled.append(text[at:found])
            at = found + len(piece)
        return dict(zip(self.names, [*filled, text[at:end]], strict=True))


class Catalogue:
    """The sentences of one language."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        """Take the lines; one that is exactly what was said counts before one with parts."""
        self._exact = {english: other for english, other in lines.items() if other}
        parted = (Sentence(*line) for line in self._exact.items() if SLOT.search(line[0]))
        # "Invalid value: {why}" before "{lang} is not spoken here", which may be the why.
        self._sentences = sorted(
            parted, key=lambda each: (each.english.startswith("{"), -each.letters)
        )

    def of(self, text: str, depth: int = _DEEP, left: Iterator[int] | None = None) -> str:
        """Give a text in this language, as far as the catalogue knows it.

        Args:
            text: in English.
            depth: how often a part of it may have parts.
            left: ends when enough was looked up for one text.
        """
        left = iter(range(_MOST)) if left is None else left
        if not depth or not text.strip() or len(text) > _LONGEST or next(left, None) is None:
            return text
        if text in self._exact:
            return self._exact[text]
        for sentence in self._sentences:
            slots = sentence.slots_of(text)
            if slots is not None:
                known = {n: self._part(n, value, depth, left) for n, value in slots.items()}
                return SLOT.sub(lambda slot, known=known: known[slot[1]], sentence.other)  # type: ignore[misc]
        for ways in _MARKS:
            for parts, mark in ways(text):
                given = [self._part("", part, depth, left) for part in parts]
                if given != parts:
                    return mark.join(given)
        return text

    def _part(self, name: str, text: str, depth: int, left: Iterator[int]) -> str:
        """Give a part of a text; one word may be the name of a thing or of a setting."""
        is_sentence = len(text.split()) > 1 or name.endswith(WORD)
        return self.of(text, depth - 1, left) if is_sentence else text


def _paragraphs(text: str) -> Iterator[tuple[list[str], str]]:
    if "\n\n" in text:
        yield [" ".join(part.split()) for part in text.split("\n\n")], "\n\n"


def _lines(text: str) -> Iterator[tuple[list[str], str]]:
    if "\n" in text:
        yield text.split("\n"), "\n"


def _several(text: str) -> Iterator[tuple[list[str], str]]:
    if "; " in text:
        yield text.split("; "), "; "


def _of_something(text: str) -> Iterator[tuple[list[str], str]]:
    """Of `file:line: field: what is wrong`: the last part, then the last two, ..."""
    parts = text.split(": ", 3)
    for at in range(1, len(parts)):
        yield [*parts[:at], ": ".join(parts[at:])], ": "


_MARKS: Final = (_paragraphs, _lines, _of_something, _several)
"""Ways to take a text apart that the catalogue does not know whole."""


@cache
def _catalogue(lang: str) -> Catalogue:
    file = packs.by_language(PATTERN).get(lang)
    return Catalogue({} if file is None else lines_of(file))


def lines_of(file: Path) -> dict[str, str]:
    """Read a catalogue: its sections are for those who write it, and mean nothing."""
    sections = tomllib.loads(file.read_text("utf-8"))
    return {english: other for lines in sections.values() for english, other in lines.items()}
