"""Phrase lists: the sentences a model knows, as patterns over classes of words.

    # a comment
    @hour = 一 | 两 | 三
    @clock = {hour} 点 | {hour} 点 半
    提醒 我 {clock} 吃药
    > 小安 小安

A line with `>` gives openings, which may stand before every phrase. Words are separated by
blanks, exactly as the recogniser will return them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Symbols = tuple[str, ...]  # words, and classes written "{name}"
Sentence = tuple[str, ...]  # words only

_CLASS = re.compile(r"@(\w+)\s*=\s*(.+)")


class PhraseError(ValueError):
    """A phrase list that cannot be read; names the file and the line."""


def class_name(symbol: str) -> str | None:
    """Return the name of a class symbol, None for a word."""
    return symbol[1:-1] if symbol.startswith("{") and symbol.endswith("}") else None


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Patterns, what may open each of them, and the classes of words that they use."""

    patterns: tuple[Symbols, ...]
    openings: tuple[Symbols, ...]
    classes: dict[str, tuple[Symbols, ...]]

    def words(self) -> list[str]:
        """Return every word that can occur, sorted."""
        lines = [
            *self.patterns,
            *self.openings,
            *(line for lines in self.classes.values() for line in lines),
        ]
        return sorted({s for line in lines for s in line if class_name(s) is None})

    def sample(self, symbols: Symbols, rng: np.random.Generator) -> Sentence:
        """Put a random member into the place of every class."""
        words: list[str] = []
        for symbol in symbols:
            name = class_name(symbol)
            if name is None:
                words.append(symbol)
            else:
                members = self.classes[name]
                words += self.sample(members[int(rng.integers(len(members)))], rng)
        return tuple(words)

    def members(self, symbols: Symbols) -> Iterator[Sentence]:
        """Yield sentences in which every member of every class occurs at least once.

        Classes are walked in step, not multiplied: a date of 12 months and 31
        days gives 31 sentences, not 372.
        """
        choices = [self._alternatives(symbol) for symbol in symbols]
        for step in range(max(map(len, choices))):
            yield tuple(word for choice in choices for word in choice[step % len(choice)])

    def _alternatives(self, symbol: str) -> list[Sentence]:
        name = class_name(symbol)
        if name is None:
            return [(symbol,)]
        return [sentence for member in self.classes[name] for sentence in self.members(member)]


def read_phrases(path: Path) -> PhraseList:
    """Read a phrase list.

    Raises:
        PhraseError: a class is used before it is defined, or defined twice; the list is empty.
    """
    patterns: list[Symbols] = []
    openings: list[Symbols] = []
    classes: dict[str, tuple[Symbols, ...]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        content = line.split("#")[0].strip()
        if not content:
            continue
        where = f"{path.name}, line {number}"
        definition = _CLASS.fullmatch(content)
        body = definition[2] if definition else content.removeprefix(">")
        alternatives = tuple(tuple(part.split()) for part in body.split("|"))
        for symbol in (s for symbols in alternatives for s in symbols):
            name = class_name(symbol)
            if name is not None and name not in classes:
                raise PhraseError(f"{where}: class {{{name}}} is not defined above")
        if not all(alternatives):
            raise PhraseError(f"{where}: an alternative is empty")
        if content.startswith(">"):
            openings += alternatives
        elif definition is None:
            patterns += alternatives
        elif definition[1] in classes:
            raise PhraseError(f"{where}: class {{{definition[1]}}} is defined twice")
        else:
            classes[definition[1]] = alternatives
    if not patterns:
        raise PhraseError(f"{path.name} holds no phrase")
    return PhraseList(tuple(patterns), tuple(openings), classes)
