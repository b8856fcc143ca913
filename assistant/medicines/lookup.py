"""Finds which medicine was meant, by spelling, sound, brand or generic name, and what it is like.

A name that is in the table as written is the one meant.  Anything else is a guess that has to be
asked back, and comes with every other name that it may have been.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from assistant.language.names import sound_key
from assistant.medicines.names import core, is_han, plain
from assistant.medicines.table import NOT_MEDICINES, Group, Medicine, Table

SURE: Final = 0.9
"""The score from which on it was the name itself, within other words or as the recogniser wrote its
sound."""
MOST_MATCHES: Final = 6
_SAME_SOUND: Final = 0.95
_MENTIONED: Final = 0.9
_LIKE_WEIGHT: Final = 0.89
"""The weight of another spelling, however near: it stays below `SURE`."""
_LIKE_LEAST: Final = {True: 0.7, False: 0.74}
"""The least likeness of Chinese (True) and Latin names: below lie sentences about other things."""
_LIKE_MARGIN: Final = 0.1
"""How much worse than the best a name may be and still have been meant."""
_SOUND_WEIGHT: Final = {True: 0.85, False: 0.5}
"""The weight of sound against spelling; pinyin is what Chinese (True) sounds like, Metaphone drops
vowels."""
_SOUND_MIN: Final = {True: 3, False: 8}
"""The fewest Han characters (True) or Latin letters of a name that its sound alone makes sure."""
_LIKE_MIN: Final = {True: 3, False: 5}
"""The fewest Han characters (True) or Latin letters of a name that is looked for by likeness: too
much is like a shorter one."""
_MENTION_MIN: Final = {True: 3, False: 4}
"""The fewest Han characters (True) or Latin letters of a name that is found within other words."""


@dataclass(frozen=True, slots=True)
class Match:
    """A medicine that may have been meant."""

    medicine: Medicine
    said: str
    """The one of its names that is nearest to what was said."""
    score: float
    """How sure it is. 1: this name is in the table; from `SURE` on its sound or a mention; below:
    something like it. Whatever is below 1 has to be asked back."""
    confused_with: tuple[str, ...] = ()
    """Names of other medicines that this one is known to be taken for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood; nothing, if both are empty."""

    matches: tuple[Match, ...] = ()
    group: Group | None = None
    """The group that was named, if no medicine was: "blood pressure tablet", 降压药."""


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    shown: str
    plain: str
    sound: str
    is_han: bool


class Lookup:
    """An index over the table; building it takes about a second, so do it in a thread."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._exact: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._cores: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._sounds: defaultdict[str, list[_Name]] = defaultdict(list)
        self._names: dict[bool, list[_Name]] = {True: [], False: []}
        owned = [(m.key, shown) for m in table.medicines.values() for shown in m.every_name()]
        for key, shown in owned:
            self._exact[plain(shown)][key] = shown
        for key, shown in owned:
            self._add(key, shown)
        self._mentions = {
            kind: _mention((name.plain for name in names), kind)
            for kind, names in self._names.items()
        }
        self._groups = {
            form: group
            for group in table.groups.values()
            for word in chain.from_iterable(group.words.values())
            for form in _forms(word)
        }
        self._mentions_of_groups = {kind: _mention(self._groups, kind) for kind in (True, False)}
        self._confused: defaultdict[str, list[str]] = defaultdict(list)
        """The names that stand with a plain name in a line of look-alikes, itself among them."""
        for names in table.lookalikes:
            for name in names:
                self._confused[plain(name)] += names

    def find(self, text: str) -> Found:
        """Find what was meant by a name as it was heard."""
        said = plain(text)
        whole = core(said)
        for index, form in ((self._exact, said), (self._exact, whole), (self._cores, whole)):
            if form in index:
                return Found(tuple(self._known(index[form])))
        group = next((self._groups[form] for form in _forms(text) if form in self._groups), None)
        if group is not None:
            return Found(group=group)
        if not any(character.isalpha() for character in said):
            return Found()
        best: dict[str, Match] = {}
        for match in chain(self._sounding(said), self._mentioned(said), self._like(whole)):
            if match.score > (best[match.medicine.key].score if match.medicine.key in best else 0):
                best[match.medicine.key] = match
        if not any(match.score >= SURE for match in best.values()):
            mentioned = self._mentions_of_groups[is_han(said)].search(said)
            if mentioned is not None:
                return Found(group=self._groups[mentioned.group()])
        return Found(self._near(best, whole))

    # ------------------------------------------------------------------------ the index

    def _add(self, key: str, shown: str) -> None:
        name = plain(shown)
        for form in {name, core(name)}:
            # Where a core is another's whole name, it means that one: 二甲双胍肠溶片, 二甲双胍.
            if form != name and key not in self._exact.get(form, {key: ""}):
                continue
            self._cores[form].setdefault(key, shown)
            entry = _Name(key, shown, form, sound_key(form), is_han(form))
            self._sounds[entry.sound].append(entry)
            self._names[entry.is_han].append(entry)

    # ------------------------------------------------------------------------- finding

    def _known(self, owners: dict[str, str]) -> Iterator[Match]:
        for key, shown in owners.items():
            yield self._match(key, shown, 1.0)

    def _sounding(self, said: str) -> Iterator[Match]:
        for form in {said, core(said)}:
            for name in self._sounds.get(sound_key(form), ()):
                # Metaphone drops vowels, so that Latin names of one sound may differ much.
                likeness = 1.0 if name.is_han else _ratio(form.replace(" ", ""), name.plain)
                if likeness >= _LIKE_LEAST[name.is_han] and _digits(form) == _digits(name.plain):
                    is_long = len(name.plain) >= _SOUND_MIN[name.is_han]
                    score = _SAME_SOUND if is_long else likeness * _LIKE_WEIGHT
                    yield self._match(name.key, name.shown, score)

    def _mentioned(self, said: str) -> Iterator[Match]:
        for found in self._mentions[is_han(said)].findall(said):
            for key, shown in self._cores[found].items():
                yield self._match(key, shown, _MENTIONED)

    def _like(self, said: str) -> Iterator[Match]:
        sound, spelling = sound_key(said), said.replace(" ", "")
        if len(spelling) < _LIKE_MIN[is_han(said)]:
            return
        for name in self._names[is_han(said)]:
            if len(name.plain) < _LIKE_MIN[name.is_han]:
                continue
            weight = _SOUND_WEIGHT[name.is_han]
            likeness = weight * _ratio(sound, name.sound)
            likeness += (1 - weight) * _ratio(spelling, name.plain)
            if likeness >= _LIKE_LEAST[name.is_han]:
                yield self._match(name.key, name.shown, likeness * _LIKE_WEIGHT)

    def _near(self, best: dict[str, Match], said: str) -> tuple[Match, ...]:
        """Give the best, those little worse, and what the best is known to be taken for."""
        ranked = sorted(best.values(), key=lambda match: -match.score)
        if not ranked:
            return ()
        least = ranked[0].score - _LIKE_MARGIN
        near = {match.medicine.key: match for match in ranked if match.score >= least}
        for shown in {other for match in near.values() for other in match.confused_with}:
            likeness = _ratio(sound_key(said), sound_key(plain(shown)))
            for other in self._exact[plain(shown)]:
                if other not in near and likeness >= _LIKE_LEAST[is_han(said)] - _LIKE_MARGIN:
                    near[other] = self._match(other, shown, likeness * _LIKE_WEIGHT)
        return tuple(sorted(near.values(), key=lambda match: -match.score)[:MOST_MATCHES])

    def _match(self, key: str, shown: str, score: float) -> Match:
        medicine = self._table.medicines[key]
        own = {plain(name) for name in medicine.every_name()}
        others = (name for name in self._confused.get(plain(shown), ()) if plain(name) not in own)
        return Match(medicine, shown, score, tuple(dict.fromkeys(others)))


def is_medicine(group: Group, table: Table) -> bool:
    """Whether a word names a medicine, and not food."""
    return NOT_MEDICINES not in table.closure(group.key)


def _forms(word: str) -> tuple[str, ...]:
    """Give a word for a group as it is, and with another number: tablets, tablet."""
    name = plain(word)
    return (name,) if is_han(name) else (name, name.removesuffix("s"), f"{name}s")


def _mention(names: Iterable[str], is_chinese: bool) -> re.Pattern[str]:
    """Find the longest of the names of one script within other words."""
    least = _MENTION_MIN[is_chinese]
    long = {name for name in names if is_han(name) == is_chinese and len(name) >= least}
    either = "|".join(re.escape(name) for name in sorted(long, key=len, reverse=True))
    return re.compile(either if is_chinese else rf"\b(?:{either})\b")


def _digits(name: str) -> str:
    """Give the digits of a name: Tylenol 3 is not Tylenol, though Metaphone hears no difference."""
    return "".join(filter(str.isdigit, name))


def _ratio(one: str, other: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 (only when names are compared)

    return fuzz.ratio(one, other) / 100
