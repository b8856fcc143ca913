"""The table of medicines and their groups, read from `data/`; see docs/medicines.md."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from assistant.language import LANGUAGES
from assistant.packs import by_language
from assistant.services.reminder import Risk

_DATA: Final = files("assistant.medicines") / "data"
NOT_MEDICINES: Final = "food"
"""The group of what is no medicine and yet meets medicines: grapefruit, alcohol, iodine."""


class FoodRule(StrEnum):
    """How the leaflets want a medicine to go with food; unknown if they do not agree."""

    BEFORE = "before"
    WITH = "with"
    AFTER = "after"
    EMPTY = "empty"
    ANY = "any"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AsNeededLimit:
    """What the leaflets without prescription agree on, for a medicine taken as needed."""

    daily_most: int
    """The most doses within 24 hours."""
    least_hours: float
    """The least time between two doses, in hours."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine; names by language, the generic one first."""

    key: str
    names: Mapping[str, tuple[str, ...]]
    brands: Mapping[str, tuple[str, ...]]
    groups: tuple[str, ...]
    """The groups it is in, the one that best says what it is first."""
    kinds: frozenset[str]
    """Its own key, its substances, and every group that it or they belong to."""
    substances: frozenset[str]
    """The keys of its active substances."""
    food: FoodRule
    risk: Risk
    forms: tuple[str, ...]
    as_needed: AsNeededLimit | None

    def generic(self, lang: str) -> str:
        """The generic name, in another language if this one has none."""
        return next(iter((*self.names[lang], *(n for names in self.names.values() for n in names))))

    def every_name(self) -> Iterator[str]:
        """All generic names and brands, of all languages."""
        for by_lang in (self.names, self.brands):
            for names in by_lang.values():
                yield from names


@dataclass(frozen=True, slots=True)
class Group:
    """A group of medicines, or of what meets them."""

    key: str
    parents: tuple[str, ...]
    plain: Mapping[str, str]
    """What the group is for in plain words; empty for one that only rules speak of."""
    words: Mapping[str, tuple[str, ...]]
    """What people call the group."""
    risk: Risk


@dataclass(frozen=True, slots=True)
class Interaction:
    """Two medicines or groups, and what may happen: a key of `replies/`."""

    one: str
    other: str
    why: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossed allergy: who is allergic to the one may be to the other."""

    allergy: str
    to: str
    how: str
    """`same` group, or `related`."""


@dataclass(frozen=True, slots=True)
class Table:
    """All tables of `data/`."""

    medicines: Mapping[str, Medicine]
    groups: Mapping[str, Group]
    interactions: tuple[Interaction, ...]
    crossings: tuple[Crossing, ...]
    lookalikes: tuple[tuple[str, ...], ...]
    """Names that are taken for each other."""

    @classmethod
    def load(cls) -> Table:
        """Read the files that came with Anban; takes some 10 ms."""
        groups = {row["key"]: _group(row) for row in rows_of("classes.tsv")}
        rows = {_key(_list(next(iter(row.values())))[0]): row for row in rows_of("medicines.tsv")}
        return cls(
            medicines={key: _medicine(key, rows, groups) for key in rows},
            groups=groups,
            interactions=tuple(Interaction(**row) for row in rows_of("interactions.tsv")),
            crossings=tuple(Crossing(**row) for row in rows_of("allergies.tsv")),
            lookalikes=tuple(tuple(line.split("\t")) for line in _lines("lookalikes.tsv")),
        )

    def closure(self, group: str) -> frozenset[str]:
        """Give a group, and every group that it belongs to."""
        return _closure(group, self.groups)

    def plain_group(self, medicine: Medicine, lang: str) -> str:
        """Say what a medicine is for, in plain words."""
        words = (self.groups[group].plain[lang] for group in medicine.groups)
        return next((plain for plain in words if plain), "")


@cache
def data_digest() -> str:
    """A digest of the data and the rules in it: another one as soon as any of it changes."""
    files_read = ("medicines.tsv", "classes.tsv", "interactions.tsv", "allergies.tsv")
    content = b"".join((_DATA / name).read_bytes() for name in files_read)
    for file in by_language("assistant/medicines/data/{lang}/words.tsv").values():
        content += file.read_bytes()
    return hashlib.sha256(content).hexdigest()


def _medicine(
    key: str, rows: Mapping[str, dict[str, str]], groups: Mapping[str, Group]
) -> Medicine:
    row = rows[key]
    own = _list(row["classes"])
    substances = frozenset(_list(row["contains"])) or frozenset({key})
    kinds = {key, *substances}
    for group in (*own, *(g for each in substances for g in _list(rows[each]["classes"]))):
        kinds |= _closure(group, groups)
    daily_most, _, least_hours = row["as_needed"].partition("/")
    return Medicine(
        key=key,
        names={lang: _list(_said(row, key, lang, "{}")) for lang in LANGUAGES},
        brands={lang: _list(_said(row, key, lang, "brands_{}")) for lang in LANGUAGES},
        groups=own,
        kinds=frozenset(kinds),
        substances=substances,
        food=FoodRule(row["food"]),
        risk=Risk(row["risk"] or Risk.NORMAL),
        forms=_list(row["forms"]),
        as_needed=AsNeededLimit(int(daily_most), float(least_hours)) if least_hours else None,
    )


def _group(row: dict[str, str]) -> Group:
    return Group(
        key=row["key"],
        parents=_list(row["parents"]),
        plain={lang: _said(row, row["key"], lang, "plain_{}") for lang in LANGUAGES},
        words={lang: _list(_said(row, row["key"], lang, "words_{}")) for lang in LANGUAGES},
        risk=Risk(row["risk"] or Risk.NORMAL),
    )


def _said(row: Mapping[str, str], key: str, lang: str, column: str) -> str:
    """A field of a language: of its column, else of `data/<lang>/words.tsv`; empty if nowhere."""
    name = column.format(lang)
    return row.get(name) or _of_language(lang).get((key, column.removesuffix("{}")), "")


@cache
def _of_language(lang: str) -> Mapping[tuple[str, str], str]:
    """What medicines and groups are called in a language that has no columns in the tables.

    Rows of key, column ("" for names, "brands_", "plain_", "words_") and the field.
    """
    file = by_language("assistant/medicines/data/{lang}/words.tsv").get(lang)
    lines = file.read_text("utf-8").splitlines() if file else []
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {(key, column): field for key, column, field in rows}


def _closure(group: str, groups: Mapping[str, Group]) -> frozenset[str]:
    parents = (_closure(parent, groups) for parent in groups[group].parents)
    return frozenset({group}).union(*parents)


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Read the rows of a file of `data/`, by column."""
    return csv.DictReader(_lines(name), delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)


def _lines(name: str) -> list[str]:
    text = (_DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _list(field: str) -> tuple[str, ...]:
    return tuple(field.split(",")) if field else ()


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
