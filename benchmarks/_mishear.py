"""What a bad line or a small recogniser makes of a sentence, deterministic by seed.

Each syllable (Han) or word (Latin) is replaced with the given chance by another of a pool that
sounds near: pinyin with another tone, n for l, -ing for -in, an aspirated for a plain consonant;
English words whose Metaphone differs by one sound at most.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import Final

from jellyfish import levenshtein_distance, metaphone
from pypinyin import lazy_pinyin

_TOKEN: Final = re.compile(r"[㐀-鿿]|[a-z0-9']+|[^㐀-鿿a-z0-9']+")
_SWAPS: Final = (
    *(("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("l", "r"), ("f", "h"), ("h", "f")),
    *(("b", "p"), ("d", "t"), ("g", "k"), ("j", "q"), ("q", "x"), ("z", "zh"), ("c", "ch")),
    *(("s", "sh"), ("l", "n"), ("p", "b"), ("t", "d"), ("k", "g"), ("x", "q")),
)
_RIMES: Final = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("an", "ang"), ("en", "eng"))
_MOST_WORDS: Final = 12


class Mishearing:
    """Corrupts sentences with what else is in a pool of sentences."""

    def __init__(self, pool: Iterable[str]) -> None:
        self._han: defaultdict[str, set[str]] = defaultdict(set)
        self._words: dict[str, str] = {}
        for text in pool:
            for token in _TOKEN.findall(text.lower()):
                if _is_han(token):
                    self._han[_sound(token)].add(token)
                elif token.isalpha():
                    self._words[token] = metaphone(token)
        self._near: dict[str, list[str]] = {}

    def corrupt(self, text: str, share: float, random: Random) -> str:
        """The sentence with about this share of its syllables or words misheard."""
        return "".join(
            random.choice(near) if (near := self.near(token)) and random.random() < share else token
            for token in _TOKEN.findall(text.lower())
        )

    def near(self, token: str) -> list[str]:
        """What else it may be taken for; empty if nothing of the pool is near."""
        known = self._near.get(token)
        if known is None:
            found = self._near_han(token) if _is_han(token) else self._near_words(token)
            known = self._near[token] = sorted(found - {token})
        return known

    def _near_han(self, token: str) -> set[str]:
        sound = _sound(token)
        sounds = {sound}
        for said, heard in _SWAPS:
            if sound.startswith(said):
                sounds.add(heard + sound.removeprefix(said))
        for said, heard in _RIMES:
            if sound.endswith(said):
                sounds.add(sound.removesuffix(said) + heard)
        return {each for near in sounds for each in self._han.get(near, ())}

    def _near_words(self, token: str) -> set[str]:
        if not token.isalpha():
            return set()
        sound = metaphone(token)
        ranked = sorted(
            (levenshtein_distance(sound, other), levenshtein_distance(token, word), word)
            for word, other in self._words.items()
            if word != token and abs(len(other) - len(sound)) <= 1
        )
        return {word for distance, _, word in ranked[:_MOST_WORDS] if distance <= 1}


def _is_han(token: str) -> bool:
    return "㐀" <= token <= "鿿"


def _sound(han: str) -> str:
    return str(lazy_pinyin(han)[0])
