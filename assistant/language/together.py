"""Languages whose words may stand in one sentence: no two of them share a letter.

Mandarin and English mix ("my 胸口 hurts"), and their letters tell them apart.  English and German
share theirs: "die" is a cry in one and an article in the other.  So a sentence is read in its own
language, and in those besides that are written otherwise, the ones that come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from assistant.language.contract import Language
from assistant.language.languages import LANGUAGES
from assistant.packs import Script

_WORD_SIGNS: Final = "0-9"
"""What stands in words beside letters."""


class Together:
    """Some languages read as one."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        self.codes = tuple(sorted(each.code for each in languages))
        """Sorted, so that the order of data does not hang on who asks."""
        self._characters = tuple(
            (re.compile(f"[{each.script.letters}]").match, each)
            for each in languages
            if not each.script.spaces
        )
        self._words = tuple(
            (re.compile(f"[{each.script.letters}]").search, each)
            for each in languages
            if each.script.spaces
        )
        classes = [f"[{each.script.letters}]+" for _, each in self._characters]
        for _, each in self._words:
            letters = each.script.letters
            classes.append(f"[{letters}{_WORD_SIGNS}]+(?:'[{letters}]+)?")
        self.run: Final = re.compile("|".join(classes))
        """A run of characters of one language, or a word or number."""
        spelled = "".join(each.script.letters for _, each in self._words)
        self.word: Final = re.compile(f"[{spelled}']+")
        """The letters of a word, in lower case."""

    def is_word(self, run: str) -> bool:
        """Whether a run is a word or a number, and not characters."""
        return not any(match(run) for match, _ in self._characters)

    def of(self, run: str) -> Language:
        """Tell whose run it is; a number is the first language's that has words."""
        for match, language in self._characters:
            if match(run):
                return language
        for search, language in self._words:
            if search(run):
                return language
        return (self._words or self._characters)[0][1]


def together(lang: str | Together = "") -> Together:
    """Give a language with those that may stand beside it; of the first language if none is named.

    One that is not spoken here is read as the first language is; what is together already stays.
    """
    return lang if isinstance(lang, Together) else _around(lang)


@cache
def _around(lang: str) -> Together:
    own = LANGUAGES.get(lang) or next(iter(LANGUAGES.values()))
    found = [own]
    for each in LANGUAGES.values():
        if not any(_share(each.script, other.script) for other in found):
            found.append(each)
    # Two that name one another are one: what was read of them is kept once.
    return _together(tuple(sorted(each.code for each in found)))


@cache
def _together(codes: tuple[str, ...]) -> Together:
    return Together(tuple(each for each in LANGUAGES.values() if each.code in codes))


def _share(one: Script, other: Script) -> bool:
    return any(
        low <= other_high and other_low <= high
        for low, high in _ranges(one.letters)
        for other_low, other_high in _ranges(other.letters)
    )


def _ranges(letters: str) -> Iterator[tuple[str, str]]:
    """The ranges of a class: "a-zä" is a to z, and ä."""
    for found in re.finditer("(.)-(.)|.", letters):
        yield (found[1], found[2]) if found[1] else (found[0], found[0])
