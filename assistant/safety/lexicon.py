"""Words found in a sentence by sound, forgiving what recognisers and bad lines do to them.

A lexeme is the reading of a character with its tone, or a word.  Every entry is a row of lexemes
in a tree; a sentence walks the tree from each of its tokens.  What differs costs:

    0.15  the tone;  0.3  sounds that are commonly mixed up (n and l, -in and -ing)
    0.5   the same rough sound
    0.65  a word of the same sound;  0.7  of the same consonants;  0.8  with one missing
    1.0   any one token in a long entry;  0.8  one too many, or one too few
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from assistant.language import Sounds, Together
from assistant.phrases import Token, lone_reading, tokens_of_all

TONE, ALIKE, ROUGH, ANY, SLIP = 0.15, 0.3, 0.5, 1.0, 0.8
SAME_SOUND, SAME_BONES, NEAR_BONES = 0.65, 0.7, 0.8
LONG: Final = 4
"""From this many lexemes on, one may be wrong, missing or too many."""
_SHORT: Final = 2
_STRICT: Final = 0.3
_PER_TOKEN: Final = 0.4
_SLACK: Final = 0.65
_LEAST_SKELETON: Final = 4
_LEAST_LETTERS: Final = 5
"""Of both words, where only their consonants are alike: lights are no lads."""
_CACHED: Final = 8_192


@dataclass(frozen=True, slots=True)
class Span:
    """An entry that stands in a sentence."""

    name: str
    """The class of words it belongs to, or the literal itself."""
    start: int
    end: int
    cost: float
    """How far it is from what was said."""

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a token with a piece of the sentence."""
        return self.start < end and start < self.end

    @property
    def is_sure(self) -> bool:
        """Whether nothing had to be forgiven."""
        return is_sure(self.cost, self.end - self.start)


def is_sure(cost: float, tokens: int) -> bool:
    """Two syllables must agree in tone ("救命" is not 就明); of four, two may be mixed up."""
    if tokens <= 2:
        return cost == 0.0
    return cost <= (3 * TONE if tokens < LONG else 2 * ALIKE) + 1e-9


class _Slip(Enum):
    """Whether a token of an entry was forgiven on the way."""

    NONE = auto()
    ONE = auto()
    MISSING = auto()
    """The one before: an entry may not end so, for "get me a" is no cry for a doctor."""


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[str, int]] = field(default_factory=list)
    """Names that end here, with their length."""
    longest: int = 0


class Lexicon:
    """Entries by name; `find` gives all that stand in a sentence."""

    def __init__(self, entries: Iterable[tuple[str, str]], languages: Together) -> None:
        """`entries`: name and text."""
        self._languages = languages
        self._root = _Node()
        self._syllables: defaultdict[str, set[str]] = defaultdict(set)
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._words: set[str] = set()
        self._written: defaultdict[str, set[str]] = defaultdict(set)
        names, texts = zip(*entries, strict=True)
        for name, tokens in zip(names, tokens_of_all(texts, languages), strict=True):
            self._add(name, tokens)
        self._near: dict[str, tuple[tuple[str, float], ...]] = {}

    def _add(self, name: str, tokens: tuple[Token, ...]) -> None:
        if not tokens:
            raise ValueError(f"{name}: an entry without a word")
        if len(tokens) <= _SHORT:
            self._written[name].add("".join(token.written for token in tokens))
        own = tuple(token.reading for token in tokens)
        lone = tuple(lone_reading(token.written, self._languages) for token in tokens)
        for row in {own, lone}:
            ends = self._put(row, tokens)
            if (name, len(row)) not in ends:
                ends.append((name, len(row)))

    def _put(self, row: tuple[str, ...], tokens: tuple[Token, ...]) -> list[tuple[str, int]]:
        """Walk to the end of a row, making what is not there; 500,000 steps in all."""
        size = len(row)
        node = self._root
        node.longest = max(node.longest, size)
        for lexeme, token in zip(row, tokens, strict=True):
            if lexeme not in self._words:
                self._learn(lexeme, token)
            child = node.children.get(lexeme)
            if child is None:
                child = node.children[lexeme] = _Node()
            node = child
            node.longest = max(node.longest, size)
        return node.ends

    def is_written(self, span: Span, sentence: tuple[Token, ...]) -> bool:
        """Whether a short entry has these very characters: 雪 is no 血 where a thing is meant."""
        said = sentence[span.start : span.end]
        return len(said) > _SHORT or "".join(t.written for t in said) in self._written[span.name]

    def _learn(self, lexeme: str, token: Token) -> None:
        self._words.add(lexeme)
        sounds = self._languages.of(token.written).sounds
        if token.is_word:
            for key in _word_keys(lexeme, sounds):
                self._by_key[key].add(lexeme)
        else:
            self._syllables[sounds.rough(lexeme)].add(lexeme)

    def find(self, sentence: tuple[Token, ...], *, is_lenient: bool) -> list[Span]:
        """Every entry in the sentence, the cheapest way of each; lenient: with one token wrong."""
        nearby = [self._nearby(token) for token in sentence]
        if not is_lenient:
            nearby = [tuple((w, c) for w, c in near if c <= _STRICT) for near in nearby]
        found: dict[tuple[str, int, int], float] = {}
        for start in range(len(sentence)):
            for name, end, cost in self._walk(start, nearby, is_lenient=is_lenient):
                key = (name, start, end)
                if cost < found.get(key, 9.0):
                    found[key] = cost
        # In an order of its own: sets have another in each process, and a tie would fall otherwise.
        return [Span(name, start, end, cost) for (name, start, end), cost in sorted(found.items())]

    def _walk(
        self, start: int, nearby: list[tuple[tuple[str, float], ...]], *, is_lenient: bool
    ) -> Iterator[tuple[str, int, float]]:
        size = len(nearby)
        stack = [(self._root, start, 0.0, 0, _Slip.NONE)]
        while stack:
            node, at, cost, depth, slipped = stack.pop()
            for name, length in node.ends:
                if (
                    at > start
                    and slipped is not _Slip.MISSING
                    and (slipped is _Slip.NONE or length >= LONG)
                    and cost <= _PER_TOKEN * length + (0.45 if length == 1 else 0.0)
                ):
                    yield name, at, cost
            most = _SLACK + _PER_TOKEN * depth
            if at < size:
                children = node.children
                for lexeme, more in nearby[at]:
                    child = children.get(lexeme)
                    if child is not None and cost + more <= most:
                        after = _Slip.ONE if slipped is _Slip.MISSING else slipped
                        stack.append((child, at + 1, cost + more, depth + 1, after))
            if is_lenient and slipped is _Slip.NONE and depth >= 2 and node.longest >= LONG:
                if at < size:
                    stack.append((node, at + 1, cost + SLIP, depth, _Slip.ONE))
                for child in node.children.values():
                    if child.longest >= LONG:
                        stack.append((child, at, cost + SLIP, depth + 1, _Slip.MISSING))
                        if at < size:
                            stack.append((child, at + 1, cost + ANY, depth + 1, _Slip.ONE))

    def _nearby(self, token: Token) -> tuple[tuple[str, float], ...]:
        key = token.reading if token.is_word else f"{token.written}{token.reading}"
        known = self._near.get(key)
        if known is None:
            known = self._near[key] = tuple(self._compute(token).items())
            if len(self._near) > _CACHED:
                self._near.clear()
        return known

    def _compute(self, token: Token) -> dict[str, float]:
        sounds = self._languages.of(token.written).sounds
        if token.is_word:
            return self._near_word(token.written, sounds)
        near: dict[str, float] = {}
        for reading in {token.reading, lone_reading(token.written, self._languages)}:
            for lexeme in self._syllables.get(sounds.rough(reading), ()):
                near[lexeme] = min(near.get(lexeme, 9.0), _syllable_cost(reading, lexeme, sounds))
        return near

    def _near_word(self, word: str, sounds: Sounds) -> dict[str, float]:
        near: dict[str, float] = {}
        own = sounds.alike(word)
        for key in _word_keys(word, sounds):
            for lexeme in self._by_key.get(key, ()):
                if lexeme.isdigit() or word.isdigit():
                    continue
                is_alike = sounds.alike(lexeme) == own
                if min(len(lexeme), len(word)) < _LEAST_LETTERS and not is_alike:
                    continue
                if is_alike and len(own) > 1:
                    cost = SAME_SOUND
                else:
                    same = sounds.rough(lexeme) == sounds.rough(word)
                    cost = SAME_BONES if same else NEAR_BONES
                near[lexeme] = min(near.get(lexeme, 9.0), cost)
        if word in self._words:
            near[word] = 0.0
        return near


def _syllable_cost(said: str, meant: str, sounds: Sounds) -> float:
    if said == meant:
        return 0.0
    said, meant = sounds.bare(said), sounds.bare(meant)
    if said == meant:
        return TONE
    return ALIKE if sounds.alike(said) == sounds.alike(meant) else ROUGH


def _word_keys(word: str, sounds: Sounds) -> set[str]:
    """Its sound, its consonants, and these with one of them missing."""
    bones = sounds.rough(word)
    keys = {"=" + word, "~" + sounds.alike(word)}
    if len(bones) >= 2:
        keys.add(bones)
    if len(bones) >= _LEAST_SKELETON:
        keys |= {bones[:i] + bones[i + 1 :] for i in range(len(bones))}
    return keys
