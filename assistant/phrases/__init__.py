"""Short words that the core understands by itself, of every language, as data; how they match.

A phrase is a row of tokens: a word or number, or, of a language without spaces, a character.
Recognisers write other characters of the same sound, so tokens are equal where their reading is.
Two characters must agree in tone as well ("救命" is not the beginning of "就明天"); longer phrases
need not, and from four tokens on sounds that are easily mixed up (n and l, -in and -ing; full and
fall) are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from assistant.language import Together, together
from assistant.packs import tables

_PAUSE: Final = re.compile(r"[,.;:!?，。；：！？、…\n]")
_TONELESS_FROM: Final = 3
"""From how many characters on the tone may differ."""
_ALIKE_FROM: Final = 4
"""From how many tokens on sounds that are easily mixed up are one."""
_CACHED_TOKENS: Final = 8_192
_CACHED_RUNS: Final = 512


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number, or a character of a language without spaces."""

    written: str
    reading: str
    """The reading: pinyin with the tone's digit, or the word itself."""
    toneless: str
    alike: str
    """The reading with sounds that are easily mixed up made one."""
    is_word: bool
    """Whether it is a word or number, and no character."""


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
    """All phrases of the languages of `together`; no two of them share a letter."""

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
    beside_name: frozenset[str]
    """Words that may stand beside a name in "my daughter is here", if it is not said to Anban: "our
    son" is in half of what a television says."""
    not_there: re.Pattern[str]
    """Words of somebody who speaks of a person who is not there."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence as tokens, and the places at which its punctuation parts it."""

    tokens: tuple[Token, ...]
    starts: frozenset[int]
    """The tokens before which a sign of punctuation stands."""


def tokens_of(text: str, lang: str = "") -> tuple[Token, ...]:
    """Read a sentence as tokens; punctuation and everything else falls away."""
    return _utterance(text, together(lang)).tokens


def utterance_of(text: str, lang: str = "") -> Utterance:
    """Read a sentence as tokens, each character as its neighbours want it: 着火 is zháo huǒ.

    `lang` is the language it was said in; without, the first one.
    """
    return _utterance(text, together(lang))


def _utterance(text: str, languages: Together) -> Utterance:
    plain = _plain(text, languages)
    tokens: list[Token] = []
    starts: set[int] = set()
    end = 0
    for found in languages.run.finditer(plain):
        if _PAUSE.search(plain, end, found.start()):
            starts.add(len(tokens))
        end = found.end()
        tokens += _tokens_of_run(found.group(), languages)
    return Utterance(tuple(tokens), frozenset(starts))


def tokens_of_all(texts: Sequence[str], languages: Together) -> Iterator[tuple[Token, ...]]:
    """Many short texts as tokens; read in context only where that changes a word: 40 times faster.

    A text with a line break in it is refused.
    """
    in_context = _read_in_context(languages)
    plain = _plain("\n".join(texts), languages).split("\n")
    if len(plain) != len(texts):
        raise ValueError("a text of the data has a line break in it")
    by_itself = cache(lambda each: _token(each, lone_reading(each, languages), languages))
    known: dict[str, tuple[Token, ...]] = {}
    for line in plain:
        tokens: list[Token] = []
        for run in languages.run.findall(line):
            if run not in known:
                is_read_whole = languages.is_word(run) or in_context(run)
                known[run] = tuple(
                    _tokens_of_run(run, languages) if is_read_whole else map(by_itself, run)
                )
            tokens += known[run]
        yield tuple(tokens)


def _plain(text: str, languages: Together) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    for pattern, written in _rewritten(languages):
        plain = pattern.sub(written, plain)
    return _one_writing(languages)(plain)


def _tokens_of_run(run: str, languages: Together) -> Iterator[Token]:
    if languages.is_word(run):
        yield _token(run, _readings(run, languages)[0], languages)
        return
    for character, reading in zip(run, _readings(run, languages), strict=True):
        yield _token(character, reading, languages)


@lru_cache(maxsize=_CACHED_TOKENS)
def _token(written: str, reading: str, languages: Together) -> Token:
    sounds = languages.of(written).sounds
    toneless = sounds.bare(reading)
    return Token(written, reading, toneless, sounds.alike(toneless), languages.is_word(written))


@lru_cache(maxsize=_CACHED_RUNS)
def _readings(run: str, languages: Together) -> tuple[str, ...]:
    return tuple(languages.of(run).sounds.readings(run))


@lru_cache(maxsize=_CACHED_TOKENS)
def lone_reading(written: str, languages: Together) -> str:
    """Tell how a token is read by itself."""
    return _readings(written, languages)[0]


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


@cache
def _one_writing(languages: Together) -> Callable[[str], str]:
    """Make one writing of several: "i am" and "i'm", "一二零" and "120"."""
    same: dict[str, str] = {}
    for data in _data(languages):
        same |= data.get("same", {})
    longest_first = sorted(same, key=len, reverse=True)
    words = "|".join(re.escape(w) for w in longest_first if languages.is_word(w))
    runs = "|".join(re.escape(w) for w in longest_first if not languages.is_word(w))
    # One \b for all words: with one for each, this took a fifth of the start.
    alternatives = ([rf"\b(?:{words})(?![\w'])"] if words else []) + ([runs] if runs else [])
    pattern = re.compile("|".join(alternatives) or r"(?!)")
    return lambda text: pattern.sub(lambda found: same[found.group()], text)


@cache
def _rewritten(languages: Together) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of words that are written otherwise: the kettle's on fire, the kettle is on fire."""
    return tuple(
        (re.compile(pattern), written)
        for data in _data(languages)
        for pattern, written in data.get("rewritten", {}).items()
    )


@cache
def _read_in_context(languages: Together) -> Callable[[str], object]:
    """Find characters that words of ours want read otherwise than by themselves."""
    characters = "".join(data.get("in_context", "") for data in _data(languages))
    return re.compile(f"[{re.escape(characters)}]" if characters else r"(?!)").search


@cache
def _data(languages: Together) -> tuple[dict[str, Any], ...]:
    found = tables("assistant/phrases/{lang}.toml")
    return tuple(found[code] for code in languages.codes if code in found)


def load(lang: str | Together = "") -> Phrases:
    """Read the phrases of a language, and of those that may stand beside it."""
    return _load(together(lang))


_NAMED: Final = {
    "unwell": ("answer_unwell", "contains"),
    "not_unwell": ("answer_unwell", "not"),
    "asks_for_helpers": ("asks_for_helpers", "contains"),
    "real": ("drill", "real"),
}
"""Lists of one meaning: their table in the data, and their name in it."""
_BY_MEANING: Final = ("reflex", "answer", "sign", "service", "call", "hint")


@cache
def _load(languages: Together) -> Phrases:
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    beside: list[str] = []
    not_there: list[str] = []
    for data in _data(languages):
        for name, (table, part) in _NAMED.items():
            found[name] += [(text, "") for text in data.get(table, {}).get(part, ())]
        for part in _BY_MEANING:
            found[part] += [
                (text, name) for name, texts in data.get(part, {}).items() for text in texts
            ]
        named = data.get("somebody_is_there", {})
        beside.append(named.get("beside", ""))
        not_there += named.get("not_there", ())

    def index(name: str) -> PhraseIndex:
        return PhraseIndex(
            Phrase(text, _utterance(text, languages).tokens, meaning, rank)
            for rank, (line, meaning) in enumerate(found[name])
            for text in expand(line)
        )

    return Phrases(
        reflexes=index("reflex"),
        answers=index("answer"),
        asks_for_helpers=index("asks_for_helpers"),
        not_unwell=index("not_unwell"),
        signs=index("sign"),
        unwell=index("unwell"),
        real=index("real"),
        calls=index("call"),
        hints=index("hint"),
        services=index("service"),
        beside_name=frozenset(
            token.written for token in _utterance(" ".join(beside), languages).tokens
        ),
        not_there=re.compile("|".join(not_there) or r"(?!)"),
    )
