"""The wake phrase in recognised text, by its sound: recognisers spell a name as they like.

Han text is compared syllable by syllable (pinyin without tones, and with the sounds that many
speakers do not tell apart made equal); Latin text by its consonants and its letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein

_TOKEN: Final = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+(?:'\w+)?")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_BETWEEN: Final = " \t,，。.!！?？、;；:：…"

_MERGED_SOUNDS: Final = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^l"), "n"),
    (re.compile("ng$"), "n"),
)
"""zh/z, ch/c, sh/s, l/n and -ng/-n: one sound in the speech of much of China's south."""
_SILENT: Final = (
    (re.compile("(?<=n)[dt](?=[^aeiouyw]|$)"), ""),  # the d of "and" is not spoken in "hey and ban"
    (re.compile("[aeiouyw]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_MISSED_SYLLABLES: Final = 1
"""How many syllables may be heard a letter off in a phrase that says its name twice."""
_LETTERS_PER_SLIP: Final = 4


@dataclass(frozen=True, slots=True)
class WakeMatch:
    """A wake phrase found in a text, and its place."""

    phrase: str
    """The phrase as it is written in the settings."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    sound: str


class _Phrase(Protocol):
    text: str

    def length_at(self, tokens: Sequence[_Token], start: int) -> int:
        """How many tokens the phrase takes from there on; 0: it does not stand there."""


class WakePhrases:
    """The wake phrases of one language."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases: list[_Phrase] = [
            _HanPhrase(phrase) if _HAN.search(phrase) else _LatinPhrase(phrase)
            for phrase in phrases
            if _TOKEN.search(phrase)
        ]

    def find(self, text: str) -> list[WakeMatch]:
        """Every wake phrase of a text, from left to right, none within another."""
        tokens = _tokens(text)
        matches = []
        start = 0
        while start < len(tokens):
            lengths = [(phrase.length_at(tokens, start), phrase) for phrase in self._phrases]
            length, phrase = max(lengths, key=lambda item: item[0], default=(0, None))
            if phrase is not None and length > 0:
                last = tokens[start + length - 1]
                matches.append(WakeMatch(phrase.text, tokens[start].start, last.end))
            start += max(length, 1)
        return matches


def after(text: str, matches: Sequence[WakeMatch]) -> str:
    """What was said after the last wake phrase."""
    return text[matches[-1].end :].strip(_BETWEEN)


def without(text: str, matches: Sequence[WakeMatch]) -> str:
    """The text with every wake phrase taken out."""
    edges = [0, *(edge for match in matches for edge in (match.start, match.end)), len(text)]
    pieces = [text[a:b].strip(_BETWEEN) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    glue = "" if _HAN.search(text) else " "
    return glue.join(piece for piece in pieces if piece)


class _HanPhrase:
    def __init__(self, text: str) -> None:
        self.text = text
        self._sounds = [token.sound for token in _tokens(text)]
        half, odd = divmod(len(self._sounds), 2)
        says_name_twice = not odd and half > 1 and self._sounds[:half] == self._sounds[half:]
        self._slips = _MISSED_SYLLABLES if says_name_twice else 0

    def length_at(self, tokens: Sequence[_Token], start: int) -> int:
        heard = [token.sound for token in tokens[start : start + len(self._sounds)]]
        if len(heard) < len(self._sounds):
            return 0
        slips = 0
        for wanted, sound in zip(self._sounds, heard, strict=True):
            distance = Levenshtein.distance(wanted, sound, score_cutoff=1)
            if distance > 1:
                return 0
            slips += distance
        return len(heard) if slips <= self._slips else 0


class _LatinPhrase:
    def __init__(self, text: str) -> None:
        self.text = text
        words = [token.sound for token in _tokens(text)]
        self._words = len(words)
        self._letters = "".join(words)
        self._consonants = _consonants(self._letters)
        self._slips = len(self._letters) // _LETTERS_PER_SLIP

    def length_at(self, tokens: Sequence[_Token], start: int) -> int:
        best = (self._slips + 1, 0)
        # A name that the recogniser does not know comes out as up to two words more.
        for length in range(1, self._words + 3):
            letters = "".join(token.sound for token in tokens[start : start + length])
            if start + length > len(tokens) or _consonants(letters) != self._consonants:
                continue
            best = min(best, (Levenshtein.distance(letters, self._letters), length))
        return best[1]


def _tokens(text: str) -> list[_Token]:
    found = list(_TOKEN.finditer(text))
    # All Han characters at once: pypinyin reads a character by its neighbours.
    han = iter(lazy_pinyin("".join(m.group() for m in found if _HAN.match(m.group()))))
    return [
        _Token(
            m.group(),
            m.start(),
            m.end(),
            _sound(next(han)) if _HAN.match(m.group()) else _latin(m.group()),
        )
        for m in found
    ]


def _sound(syllable: str) -> str:
    for pattern, replacement in _MERGED_SOUNDS:
        syllable = pattern.sub(replacement, syllable)
    return syllable


def _latin(word: str) -> str:
    return word.casefold().replace("'", "")


def _consonants(letters: str) -> str:
    for pattern, replacement in _SILENT:
        letters = pattern.sub(replacement, letters)
    return letters
