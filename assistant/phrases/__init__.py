"""What the core understands by itself: phrases of both languages as data, and how they match.

A phrase is a row of tokens: a Han character, or a Latin word or number.  Recognisers write other
characters of the same sound, so Han tokens are equal where their reading is.  Two characters
must agree in tone as well ("救命" is not the beginning of "就明天"); longer phrases need not.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from pypinyin import Style, lazy_pinyin

_TOKEN: Final = re.compile(r"[㐀-鿿]|[a-z0-9]+(?:'[a-z]+)?")
_TONELESS_FROM: Final = 3
"""From this many Han characters on, the tone may differ."""


@dataclass(frozen=True, slots=True)
class _Token:
    written: str
    reading: str
    """Pinyin with the tone's digit, or the word itself."""
    toneless: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that can be looked for in a sentence."""

    text: str
    tokens: tuple[_Token, ...]

    def is_in(self, sentence: tuple[_Token, ...]) -> bool:
        """Whether it stands anywhere in the sentence."""
        size = len(self.tokens)
        return any(
            self._equals(sentence[start : start + size])
            for start in range(len(sentence) - size + 1)
        )

    def is_all_of(self, sentence: tuple[_Token, ...]) -> bool:
        """Whether it is all of the sentence, said once or several times over."""
        size = len(self.tokens)
        return (
            bool(sentence)
            and len(sentence) % size == 0
            and all(
                self._equals(sentence[start : start + size])
                for start in range(0, len(sentence), size)
            )
        )

    def _equals(self, window: tuple[_Token, ...]) -> bool:
        toneless = len(self.tokens) >= _TONELESS_FROM
        return all(
            ours.written == theirs.written
            or ours.reading == theirs.reading
            or (toneless and ours.toneless == theirs.toneless)
            for ours, theirs in zip(self.tokens, window, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of all languages; those of one language never match another's script."""

    anywhere: tuple[tuple[Phrase, str], ...]
    """With the reason for help."""
    whole: tuple[tuple[Phrase, str], ...]
    near_misses: tuple[Phrase, ...]
    reflexes: tuple[tuple[Phrase, str], ...]
    """With the name of the reflex."""


def tokens_of(text: str) -> tuple[_Token, ...]:
    """A sentence as tokens; punctuation and everything else falls away."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    found = _TOKEN.findall(plain)
    tokens = []
    for written in found:
        (reading,) = lazy_pinyin(written, style=Style.TONE3, neutral_tone_with_five=True)
        tokens.append(
            _Token(written, reading, reading.rstrip("12345") if not written.isascii() else written)
        )
    return tuple(tokens)


@lru_cache(maxsize=1)
def load() -> Phrases:
    """The phrases of every language file beside this one."""
    anywhere, whole, near, reflexes = [], [], [], []
    for entry in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        data = tomllib.loads(entry.read_text("utf-8"))
        for reason, lists in data["help"].items():
            anywhere += [(_phrase(text), reason) for text in lists["anywhere"]]
            whole += [(_phrase(text), reason) for text in lists["whole"]]
        near += [_phrase(text) for text in data["near_misses"]["contains"]]
        for name, texts in data["reflex"].items():
            reflexes += [(_phrase(text), name) for text in texts]
    # "我摔倒了，快来人": the kind of help tells more than the call for it.
    for found in (anywhere, whole):
        found.sort(key=lambda item: item[1] == "other")
    return Phrases(tuple(anywhere), tuple(whole), tuple(near), tuple(reflexes))


def _phrase(text: str) -> Phrase:
    return Phrase(text, tokens_of(text))
