"""Finds which medicines do not go together, and which the elder does not tolerate.

It only says that somebody should be asked: why, it says to the family, and never what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assistant.medicines.lookup import SURE, Lookup
from assistant.medicines.names import core, plain
from assistant.medicines.table import Medicine, Table

SAME_SUBSTANCE: Final = "same_substance"
SAME_GROUP: Final = "same_group"
ALLERGY: Final = {"same": "allergy_same", "related": "allergy_related"}


class Kind(StrEnum):
    """What a warning is about."""

    INTERACTION = "interaction"
    ALLERGY = "allergy"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to ask a doctor or pharmacist about."""

    other: str
    """The name of the other medicine, or of the allergy, as the elder named it."""
    kind: Kind
    why: str
    """What may happen, as a key of `replies/`."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a title or an allergy speaks of."""

    name: str
    """The name without form and salt: two reminders of one name are one medicine."""
    medicines: tuple[Medicine, ...]
    kinds: frozenset[str]


class Checker:
    """Compares names by the table."""

    def __init__(self, table: Table, lookup: Lookup) -> None:
        self._table, self._lookup = table, lookup

    def warnings(
        self, titles: Iterable[str], adding: str, allergies: Iterable[str] = ()
    ) -> list[Warned]:
        """Give what to ask about once `adding` is taken beside `titles`; one for each name."""
        added = self._thing(adding)
        found = [self._allergy(allergy, adding, added) for allergy in allergies]
        found += [self._pair(title, self._thing(title), added) for title in titles]
        return list(dict.fromkeys(warned for warned in found if warned is not None))

    def within(self, titles: Sequence[str], allergies: Sequence[str]) -> dict[str, list[Warned]]:
        """Give the warnings of a whole list, each once, by the title that came later."""
        things = [self._thing(title) for title in titles]
        result: dict[str, list[Warned]] = {}
        for later, added in enumerate(things):
            title = titles[later]
            found = [self._allergy(allergy, title, added) for allergy in allergies]
            found += [
                self._pair(titles[at], thing, added) for at, thing in enumerate(things[:later])
            ]
            if some := [warned for warned in found if warned is not None]:
                result[title] = list(dict.fromkeys(some))
        return result

    def _thing(self, text: str) -> _Thing:
        found = self._lookup.find(text)
        medicines = tuple(match.medicine for match in found.matches if match.score >= SURE)
        kinds = frozenset[str]().union(*(medicine.kinds for medicine in medicines))
        if found.group is not None:
            kinds |= self._table.closure(found.group.key)
        return _Thing(core(plain(text)), medicines, kinds)

    def _pair(self, title: str, thing: _Thing, added: _Thing) -> Warned | None:
        if thing.name == added.name:
            return None
        if _substances(thing) & _substances(added):
            return Warned(title, Kind.DUPLICATE, SAME_SUBSTANCE)
        for each in self._table.interactions:
            if (each.one in thing.kinds and each.other in added.kinds) or (
                each.other in thing.kinds and each.one in added.kinds
            ):
                kind = Kind.DUPLICATE if each.why == SAME_GROUP else Kind.INTERACTION
                return Warned(title, kind, each.why)
        return None

    def _allergy(self, allergy: str, adding: str, added: _Thing) -> Warned | None:
        feared = self._thing(allergy)
        is_same = bool(_substances(feared) & _substances(added)) or (
            feared.name == added.name or (plain(allergy) and plain(allergy) in plain(adding))
        )
        hows = {
            each.how
            for each in self._table.crossings
            if each.allergy in feared.kinds and each.to in added.kinds
        }
        if is_same or "same" in hows:
            return Warned(allergy, Kind.ALLERGY, ALLERGY["same"])
        return Warned(allergy, Kind.ALLERGY, ALLERGY["related"]) if hows else None


def _substances(thing: _Thing) -> frozenset[str]:
    return frozenset[str]().union(*(medicine.substances for medicine in thing.medicines))
