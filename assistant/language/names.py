"""Names found by sound: the recogniser writes 小明 as 晓鸣 and metformin as "met for men"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from assistant.language.text import HAN, unify
from assistant.language.together import together

_IS_HAN = re.compile(rf"[{HAN}]").match
_NOT_SAID = re.compile(r"[\W_]+")
_CACHED_NAMES = 4_096
# A shorter name inside a longer query ("the metformin ones") is a little less sure than a whole
# one, and of fewer sounds than this no sign at all.
_PART_WEIGHT = 0.95
_PART_LETTERS_MIN = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A name that may be the one that was said."""

    name: str
    score: float
    """0-1; 1 is the very same spelling."""


@dataclass(frozen=True, slots=True)
class _Name:
    spelling: str
    plain: str
    folded: str


def sound_key(text: str, lang: str = "") -> str:
    """Write what a text sounds like, with sounds that are easily mixed up made one.

    Each run of letters is read as its language reads it (`Language.sounds`): Han characters become
    pinyin without tone, English words Metaphone; equal keys sound alike.
    """
    return _name(text, lang).folded


def rank_matches(
    query: str, names: Iterable[str], limit: int = 3, *, lang: str = ""
) -> list[Match]:
    """List the names nearest to what was said, best first; by spelling and by sound."""
    said = _name(query, lang)
    found = [Match(name, _similarity(said, _name(name, lang))) for name in dict.fromkeys(names)]
    return sorted(found, key=lambda match: match.score, reverse=True)[:limit]


def best_match(query: str, names: Iterable[str], minimum: float = 0.8) -> Match | None:
    """Find the name that was most likely said, or None if none comes near.

    Where two names may be meant, ask: `rank_matches` gives the runners-up.
    """
    ranked = rank_matches(query, names, limit=1)
    return ranked[0] if ranked and ranked[0].score >= minimum else None


@lru_cache(_CACHED_NAMES)
def _name(text: str, lang: str) -> _Name:
    spelling = _NOT_SAID.sub("", unify(text).lower())
    plain: list[str] = []
    folded: list[str] = []
    for _, run in groupby(spelling, key=lambda character: bool(_IS_HAN(character))):
        letters = "".join(run)
        sounds = together(lang).of(letters).sounds
        bare = [sounds.bare(each) for each in sounds.readings(letters)]
        plain += bare
        folded += [sounds.alike(each) for each in bare]
    return _Name(spelling, "".join(plain), "".join(folded))


def _similarity(said: _Name, name: _Name) -> float:
    if not said.spelling or not name.spelling:
        return 0.0
    if said.spelling == name.spelling:
        return 1.0
    # Pinyin is what Chinese sounds like; Metaphone drops vowels (Jon, Jane), so spelling helps it.
    return (
        max(
            (_ratio(said.plain, name.plain) + _ratio(said.folded, name.folded)) / 2,
            _ratio(said.spelling, name.spelling),
        )
        * 0.99
    )


def _ratio(said: str, name: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 (only when names are compared)

    whole = fuzz.ratio(said, name) / 100
    if len(said) <= len(name) or len(name) < _PART_LETTERS_MIN:
        return whole
    return max(whole, fuzz.partial_ratio(said, name) / 100 * _PART_WEIGHT)
