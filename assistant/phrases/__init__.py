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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from pypinyin import Style, lazy_pinyin

from assistant.language import sound_key

_TOKEN: Final = re.compile(r"[㐀-鿿]|[a-z0-9]+(?:'[a-z]+)?")
_TONELESS_FROM: Final = 3
"""From this many Han characters on, the tone may differ."""
_ALIKE_FROM: Final = 4
"""From this many tokens on, sounds that are easily mixed up are one."""
_CACHED_TOKENS: Final = 8_192


@dataclass(frozen=True, slots=True)
class _Token:
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
    tokens: tuple[_Token, ...]
    meaning: str
    """The reason for help, or the name of the reflex."""
    rank: int
    """Of two phrases in one sentence, the lower one tells what it means."""

    def stands_at(self, start: int, sentence: tuple[_Token, ...]) -> bool:
        """Whether it stands in the sentence from this token on."""
        window = sentence[start : start + len(self.tokens)]
        if len(window) < len(self.tokens):
            return False
        toneless = len(self.tokens) >= _TONELESS_FROM
        alike = len(self.tokens) >= _ALIKE_FROM
        return all(
            ours.reading == theirs.reading
            or (toneless and ours.toneless == theirs.toneless)
            or (alike and ours.alike == theirs.alike)
            for ours, theirs in zip(self.tokens, window, strict=True)
        )

    def is_all_of(self, sentence: tuple[_Token, ...]) -> bool:
        """Whether it is all of the sentence, said once or several times over."""
        size = len(self.tokens)
        return len(sentence) % size == 0 and all(
            self.stands_at(start, sentence) for start in range(0, len(sentence), size)
        )


class PhraseIndex:
    """Phrases by the sound of their first token: a sentence is compared with few of them."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_start: defaultdict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            self._by_start[phrase.tokens[0].alike].append(phrase)

    def first_in(self, sentence: tuple[_Token, ...]) -> Phrase | None:
        """The phrase of lowest rank that stands anywhere in the sentence."""
        return min(self._all_in(sentence), key=lambda phrase: phrase.rank, default=None)

    def all_of(self, sentence: tuple[_Token, ...]) -> Phrase | None:
        """The phrase of lowest rank that is all of the sentence, once or several times over."""
        if not sentence:
            return None
        candidates = self._by_start.get(sentence[0].alike, ())
        found = (phrase for phrase in candidates if phrase.is_all_of(sentence))
        return min(found, key=lambda phrase: phrase.rank, default=None)

    def _all_in(self, sentence: tuple[_Token, ...]) -> Iterator[Phrase]:
        for start, token in enumerate(sentence):
            for phrase in self._by_start.get(token.alike, ()):
                if phrase.stands_at(start, sentence):
                    yield phrase


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of all languages; those of one language never match another's script."""

    anywhere: PhraseIndex
    whole: PhraseIndex
    near_misses: PhraseIndex
    reflexes: PhraseIndex
    answers: PhraseIndex
    """To an open alarm: `fine` and `arrived`."""


def tokens_of(text: str) -> tuple[_Token, ...]:
    """A sentence as tokens; punctuation and everything else falls away."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return tuple(_token(written) for written in _TOKEN.findall(plain))


@lru_cache(maxsize=_CACHED_TOKENS)
def _token(written: str) -> _Token:
    alike = sound_key(written) or written
    if written.isascii():
        return _Token(written, written, written, alike)
    (reading,) = lazy_pinyin(written, style=Style.TONE3, neutral_tone_with_five=True)
    return _Token(written, reading, reading.rstrip("12345"), alike)


@lru_cache(maxsize=1)
def load() -> Phrases:
    """The phrases of every language file beside this one."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for entry in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        data = tomllib.loads(entry.read_text("utf-8"))
        for reason, lists in data["help"].items():
            for place, texts in lists.items():
                found[place] += [(text, reason) for text in texts]
        found["near"] += [(text, "") for text in data["near_misses"]["contains"]]
        for part in ("reflex", "answer"):
            found[part] += [(text, name) for name, texts in data[part].items() for text in texts]
    return Phrases(
        anywhere=_index(found["anywhere"]),
        whole=_index(found["whole"]),
        near_misses=_index(found["near"]),
        reflexes=_index(found["reflex"]),
        answers=_index(found["answer"]),
    )


def _index(texts: list[tuple[str, str]]) -> PhraseIndex:
    # "我摔倒了，快来人": the kind of help tells more than the call for it.
    ordered = sorted(texts, key=lambda item: item[1] == "other")
    return PhraseIndex(
        Phrase(text, tokens_of(text), meaning, rank) for rank, (text, meaning) in enumerate(ordered)
    )
