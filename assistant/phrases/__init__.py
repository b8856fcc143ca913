"""Short words that the core understands by itself, of both languages, as data; how they match.

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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from pypinyin import Style, lazy_pinyin

from assistant.language import sound_key
from assistant.language.zh.sounds import fold

_RUN: Final = re.compile(r"[㐀-鿿]+|[a-z0-9]+(?:'[a-z]+)?")
_PARTED: Final = re.compile(
    r"\b(?!(?:it|he|she|that|there|what|who|where|how|let|here)'s\b)([a-z]+)'s\b"
)
"""The end of a word that may be a name and "is": the kettle's on fire."""
_POLYPHONES: Final = re.compile(r"[着血闷落重转倒呛晕得角数]")
"""The characters of words of ours that are read otherwise by themselves."""
_PAUSE: Final = re.compile(r"[,.;:!?，。；：！？、…\n]")
_TONELESS_FROM: Final = 3
"""From how many Han characters on the tone may differ."""
_ALIKE_FROM: Final = 4
"""From how many tokens on sounds that are easily mixed up are one."""
_CACHED_TOKENS: Final = 8_192
_CACHED_RUNS: Final = 512


@dataclass(frozen=True, slots=True)
class Token:
    """A Han character, or a Latin word or number."""

    written: str
    reading: str
    """The reading: pinyin with the tone's digit, or the word itself."""
    toneless: str
    alike: str
    """The reading with sounds that are easily mixed up made one."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that can be looked for in a sentence."""

    text: str
    tokens: tuple[Token, ...]
    meaning: str
    """The meaning: the name of the reflex, the kind of help, the service."""
    rank: int
    """The rank: of two phrases in one sentence, the lower one tells what it means."""

    def stands_at(self, start: int, sentence: tuple[Token, ...]) -> bool:
        """Whether it stands in the sentence from this token on."""
        return start + len(self.tokens) <= len(sentence) and self._equals(start, sentence)

    def _equals(self, start: int, sentence: tuple[Token, ...]) -> bool:
        window = sentence[start : start + len(self.tokens)]
        toneless = len(self.tokens) >= _TONELESS_FROM
        alike = len(self.tokens) >= _ALIKE_FROM
        return all(
            ours.written == theirs.written
            or ours.reading == theirs.reading
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
        for phrase in phrases:
            self._by_start[tuple(token.alike for token in phrase.tokens[:2])].append(phrase)

    def first_in(self, sentence: tuple[Token, ...]) -> Phrase | None:
        """Find the phrase of lowest rank in the sentence."""
        found = (
            phrase
            for start in range(len(sentence))
            for phrase in self._beginning_at(start, sentence)
            if phrase.stands_at(start, sentence)
        )
        return min(found, key=lambda phrase: phrase.rank, default=None)

    def all_of(self, sentence: tuple[Token, ...]) -> Phrase | None:
        """Find the phrase of lowest rank that is all of the sentence, once or several times."""
        found = (p for p in self._beginning_at(0, sentence) if p.is_all_of(sentence))
        return min(found, key=lambda phrase: phrase.rank, default=None)

    def without(self, sentence: tuple[Token, ...]) -> tuple[Token, ...]:
        """Give the sentence without these phrases, the longest first at each place."""
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

    def _beginning_at(self, start: int, sentence: tuple[Token, ...]) -> Iterator[Phrase]:
        sounds = tuple(token.alike for token in sentence[start : start + 2])
        for size in range(1, len(sounds) + 1):
            yield from self._by_start.get(sounds[:size], ())


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of all languages; those of one language never match another's script."""

    reflexes: PhraseIndex
    answers: PhraseIndex
    """Answers to an open alarm: `fine`, `arrived`, and `wanted` (a number that was asked about)."""
    signs: PhraseIndex
    """Answers to "is your mouth crooked?": `yes` and `no`, which no other words are."""
    asks_for_helpers: PhraseIndex
    """Questions during an alarm: whether anybody is coming, who, when, whether the call went
    through."""
    unwell: PhraseIndex
    """Answers to "do you need help?" that say that something is wrong."""
    not_unwell: PhraseIndex
    """Phrases that hold such words and say that nothing is wrong."""
    real: PhraseIndex
    """Said during a drill: this is a real emergency."""
    hints: PhraseIndex
    """Words of each kind of help, for sentences that are known to be a cry."""
    services: PhraseIndex
    """Names of ambulance, police and fire brigade, asked for in a cry."""
    calls: PhraseIndex
    """Words that end a call with somebody: hang up."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence as tokens, and the places at which its punctuation parts it."""

    tokens: tuple[Token, ...]
    starts: frozenset[int]
    """The tokens before which a sign of punctuation stands."""


def tokens_of(text: str) -> tuple[Token, ...]:
    """Read a sentence as tokens; punctuation and everything else falls away."""
    return utterance_of(text).tokens


def utterance_of(text: str) -> Utterance:
    """Read a sentence as tokens, each Han character as its neighbours want it: 着火 is zháo huǒ."""
    plain = _plain(text)
    tokens: list[Token] = []
    starts: set[int] = set()
    end = 0
    for found in _RUN.finditer(plain):
        if _PAUSE.search(plain, end, found.start()):
            starts.add(len(tokens))
        end = found.end()
        run = found.group()
        if run.isascii():
            tokens.append(_token(run, run))
        else:
            tokens += map(_token, run, _readings(run))
    return Utterance(tuple(tokens), frozenset(starts))


def tokens_of_all(texts: Sequence[str]) -> Iterator[tuple[Token, ...]]:
    """Many short texts as tokens; read in context only where that changes a word: 40 times faster.

    A text with a line break in it is refused.
    """
    plain = _plain("\n".join(texts)).split("\n")
    if len(plain) != len(texts):
        raise ValueError("a text of the data has a line break in it")
    for line in plain:
        tokens: list[Token] = []
        for run in _RUN.findall(line):
            if run.isascii():
                tokens.append(_token(run, run))
            elif _POLYPHONES.search(run):
                tokens += map(_token, run, _readings(run))
            else:
                tokens += (_token(each, lone_reading(each)) for each in run)
        yield tuple(tokens)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return _one_writing()(_PARTED.sub(r"\1 is", plain))


@lru_cache(maxsize=_CACHED_TOKENS)
def _token(written: str, reading: str) -> Token:
    if written.isascii():
        return Token(written, written, written, sound_key(written) or written)
    toneless = reading.rstrip("12345")
    return Token(written, reading, toneless, fold(toneless))


@lru_cache(maxsize=_CACHED_RUNS)
def _readings(run: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True))


@lru_cache(maxsize=_CACHED_TOKENS)
def lone_reading(written: str) -> str:
    """Tell how a token is read by itself."""
    return written if written.isascii() else _readings(written)[0]


def expand(line: str) -> list[str]:
    """Give every text that a line of the data stands for: "(a|b(c|))d" is ad, bcd and bd."""
    texts = dict.fromkeys(" ".join(text.split()) for text in _alternatives(line))
    return [text for text in texts if text]


def _alternatives(line: str) -> list[str]:
    """Split at the outermost bars, then take each part with its brackets opened."""
    return [text for part in _parts(line) for text in _opened(part)]


def _parts(line: str) -> list[str]:
    depth, parts = 0, [""]
    for character in line:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _opened(part: str) -> list[str]:
    start = part.find("(")
    if start < 0:
        return [part]
    depth = 0
    for end in range(start, len(part)):
        depth += (part[end] == "(") - (part[end] == ")")
        if depth == 0:
            inner, rest = part[start + 1 : end], _opened(part[end + 1 :])
            return [part[:start] + a + b for a in _alternatives(inner) for b in rest]
    raise ValueError(f"{part!r}: a bracket is not closed")


@lru_cache(maxsize=1)
def _one_writing() -> Callable[[str], str]:
    """Make one writing of several: "i am" and "i'm", "一二零" and "120"."""
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
    """Read the phrases of every language file beside this one."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for data in _data():
        found["unwell"] += [(text, "") for text in data["answer_unwell"]["contains"]]
        found["asks_for_helpers"] += [(text, "") for text in data["asks_for_helpers"]["contains"]]
        found["not_unwell"] += [(text, "") for text in data["answer_unwell"]["not"]]
        found["real"] += [(text, "") for text in data["drill"]["real"]]
        for part in ("reflex", "answer", "sign", "service", "call", "hint"):
            found[part] += [(text, name) for name, texts in data[part].items() for text in texts]
    return Phrases(
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
    return PhraseIndex(
        Phrase(text, tokens_of(text), meaning, rank)
        for rank, (line, meaning) in enumerate(texts)
        for text in expand(line)
    )
