"""What the core understands by itself: phrases of both languages as data, and how they match.

A phrase is a row of tokens: a Han character, or a Latin word or number.  Recognisers write other
characters of the same sound, so Han tokens are equal where their reading is.  Two characters
must agree in tone as well ("救命" is not the beginning of "就明天"); longer phrases need not, and
from four tokens on sounds that are easily mixed up (n and l, -in and -ing; full and fall) are one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, Final

from pypinyin import Style, lazy_pinyin

from assistant.language import sound_key

_TOKEN: Final = re.compile(r"[㐀-鿿]|[a-z0-9]+(?:'[a-z]+)?")
_TONELESS_FROM: Final = 3
"""From this many Han characters on, the tone may differ."""
_ALIKE_FROM: Final = 4
"""From this many tokens on, sounds that are easily mixed up are one."""
_PART: Final = re.compile(r"\([^()]*\)|[^()]+")
_CACHED_TOKENS: Final = 8_192


@dataclass(frozen=True, slots=True)
class Token:
    """A Han character, or a Latin word or number."""

    written: str
    reading: str
    """Pinyin with the tone's digit, or the word itself."""
    toneless: str
    alike: str
    """With sounds that are easily mixed up made one."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that can be looked for in a sentence."""

    text: str
    tokens: tuple[Token, ...]
    meaning: str
    """The reason for help, or the name of the reflex."""
    rank: int
    """Of two phrases in one sentence, the lower one tells what it means."""

    def stands_at(self, start: int, sentence: tuple[Token, ...]) -> bool:
        """Whether it stands in the sentence from this token on."""
        return start + len(self.tokens) <= len(sentence) and self._equals(start, sentence)

    def may_begin_at(self, start: int, sentence: tuple[Token, ...]) -> bool:
        """Whether the rest of the sentence is a beginning of it, and no more."""
        return start + len(self.tokens) > len(sentence) and self._equals(start, sentence)

    def _equals(self, start: int, sentence: tuple[Token, ...]) -> bool:
        window = sentence[start : start + len(self.tokens)]
        toneless = len(self.tokens) >= _TONELESS_FROM
        alike = len(self.tokens) >= _ALIKE_FROM
        return all(
            ours.reading == theirs.reading
            or (toneless and ours.toneless == theirs.toneless)
            or (alike and ours.alike == theirs.alike)
            for ours, theirs in zip(self.tokens, window, strict=False)
        )

    def is_all_of(self, sentence: tuple[Token, ...]) -> bool:
        """Whether it is all of the sentence, said once or several times over."""
        size = len(self.tokens)
        return len(sentence) % size == 0 and all(
            self.stands_at(start, sentence) for start in range(0, len(sentence), size)
        )


class PhraseIndex:
    """Phrases by the sound of their first two tokens: a sentence is compared with few of them."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_start: defaultdict[tuple[str, ...], list[Phrase]] = defaultdict(list)
        self._longer: set[str] = set()
        """First tokens of phrases that have more than one."""
        for phrase in phrases:
            self._by_start[tuple(token.alike for token in phrase.tokens[:2])].append(phrase)
            if len(phrase.tokens) > 1:
                self._longer.add(phrase.tokens[0].alike)

    def first_in(self, sentence: tuple[Token, ...], before: int | None = None) -> Phrase | None:
        """The phrase of lowest rank in the sentence, or in what stands before a token."""
        part = sentence if before is None else sentence[:before]
        found = (
            phrase
            for start in range(len(part))
            for phrase in self._beginning_at(start, part)
            if phrase.stands_at(start, part)
        )
        return min(found, key=lambda phrase: phrase.rank, default=None)

    def all_of(self, sentence: tuple[Token, ...]) -> Phrase | None:
        """The phrase of lowest rank that is all of the sentence, once or several times over."""
        found = (p for p in self._beginning_at(0, sentence) if p.is_all_of(sentence))
        return min(found, key=lambda phrase: phrase.rank, default=None)

    def without(self, sentence: tuple[Token, ...]) -> tuple[Token, ...]:
        """The sentence without these phrases, the longest first at each place."""
        kept: list[Token] = []
        start = 0
        while start < len(sentence):
            standing = (
                p for p in self._beginning_at(start, sentence) if p.stands_at(start, sentence)
            )
            size = max((len(phrase.tokens) for phrase in standing), default=0)
            if not size:
                kept.append(sentence[start])
            start += size or 1
        return tuple(kept)

    def open_from(self, sentence: tuple[Token, ...]) -> int:
        """From which token on the sentence may become one of these; its length where it may not."""
        for start in range(len(sentence) - 1):
            for phrase in self._beginning_at(start, sentence):
                if phrase.may_begin_at(start, sentence):
                    return start
        last = len(sentence) - 1
        return last if sentence and sentence[last].alike in self._longer else len(sentence)

    def _beginning_at(self, start: int, sentence: tuple[Token, ...]) -> Iterator[Phrase]:
        sounds = tuple(token.alike for token in sentence[start : start + 2])
        for size in range(1, len(sounds) + 1):
            yield from self._by_start.get(sounds[:size], ())


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of all languages; those of one language never match another's script."""

    at_once: PhraseIndex
    anywhere: PhraseIndex
    whole: PhraseIndex
    near_misses: PhraseIndex
    reflexes: PhraseIndex
    answers: PhraseIndex
    """To an open alarm: `fine`, `arrived`, and `wanted` (a number that was asked about)."""
    signs: PhraseIndex
    """To "is your mouth crooked?": `yes` and `no`, which no other words are."""
    asks_for_helpers: PhraseIndex
    """During an alarm: whether anybody is coming, who, when, whether the call went through."""
    unwell: PhraseIndex
    """In an answer to "do you need help?": something is wrong."""
    not_unwell: PhraseIndex
    """What such words are in, and says that nothing is."""
    real: PhraseIndex
    """In a drill: it is none."""
    hints: PhraseIndex
    """Words of each kind of help, for sentences that are known to be a cry."""
    services: PhraseIndex
    """Ambulance, police and fire brigade, asked for in a cry."""
    calls: PhraseIndex
    """To a call with somebody: hang up."""


def tokens_of(text: str) -> tuple[Token, ...]:
    """A sentence as tokens; punctuation and everything else falls away."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    plain = _one_writing()(plain)
    return tuple(_token(written) for written in _TOKEN.findall(plain))


@lru_cache(maxsize=_CACHED_TOKENS)
def _token(written: str) -> Token:
    alike = sound_key(written) or written
    if written.isascii():
        return Token(written, written, written, alike)
    (reading,) = lazy_pinyin(written, style=Style.TONE3, neutral_tone_with_five=True)
    return Token(written, reading, reading.rstrip("12345"), alike)


def expand(text: str) -> list[str]:
    """Every phrase that a line of the data stands for: "(a|b|)c" is ac, bc and c."""
    parts = [
        part[1:-1].split("|") if part.startswith("(") else [part] for part in _PART.findall(text)
    ]
    return list(dict.fromkeys(" ".join("".join(choice).split()) for choice in product(*parts)))


@lru_cache(maxsize=1)
def _one_writing() -> Callable[[str], str]:
    """Makes one writing of several: "i am" and "i'm", "一二零" and "120"."""
    same: dict[str, str] = {}
    for data in _data():
        same |= data["same"]
    words = sorted(same, key=len, reverse=True)
    pattern = re.compile(
        "|".join(rf"\b{re.escape(w)}(?![\w'])" if w.isascii() else re.escape(w) for w in words)
    )
    return lambda text: pattern.sub(lambda found: same[found.group()], text)


def _data() -> Iterator[dict[str, Any]]:
    for entry in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            yield tomllib.loads(entry.read_text("utf-8"))


@lru_cache(maxsize=1)
def load() -> Phrases:
    """The phrases of every language file beside this one."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for data in _data():
        for reason, lists in data["help"].items():
            for place, texts in lists.items():
                found[place] += [(text, reason) for text in texts]
        found["near"] += [(text, "") for text in data["near_misses"]["contains"]]
        found["unwell"] += [(text, "") for text in data["answer_unwell"]["contains"]]
        found["asks_for_helpers"] += [(text, "") for text in data["asks_for_helpers"]["contains"]]
        found["not_unwell"] += [(text, "") for text in data["answer_unwell"]["not"]]
        found["real"] += [(text, "") for text in data["drill"]["real"]]
        for part in ("reflex", "answer", "sign", "service", "call", "hint"):
            found[part] += [(text, name) for name, texts in data[part].items() for text in texts]
    return Phrases(
        at_once=_index(found["at_once"]),
        anywhere=_index(found["anywhere"] + found["at_once"]),
        whole=_index(found["whole"]),
        near_misses=_index(found["near"]),
        reflexes=_index(found["reflex"]),
        answers=_index(found["answer"]),
        asks_for_helpers=_index(found["asks_for_helpers"]),
        not_unwell=_index(found["not_unwell"]),
        signs=_index(found["sign"]),
        unwell=_index(found["unwell"]),
        real=_index(found["real"]),
        calls=_index(found["call"]),
        hints=_index(found["hint"]),
        services=_index(found["service"]),
    )


def _index(texts: list[tuple[str, str]]) -> PhraseIndex:
    # "我摔倒了，快来人": the kind of help tells more than the call for it.
    ordered = sorted(texts, key=lambda item: item[1] == "other")
    return PhraseIndex(
        Phrase(text, tokens_of(text), meaning, rank)
        for rank, (line, meaning) in enumerate(ordered)
        for text in expand(line)
    )
