"""How much of each medicine is usual: `data/doses.tsv`, as `reminders.limits` judges by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from assistant.language import Unit
from assistant.medicines.table import rows_of
from assistant.reminders.limits import Counted, Limit

_UNITS: Final = {"mg": Unit.MILLIGRAM, "iu": Unit.INTERNATIONAL_UNIT}


def load() -> Mapping[str, tuple[Limit, ...]]:
    """Read the limits, by the medicine's key; takes some 10 ms."""
    found: defaultdict[str, list[Limit]] = defaultdict(list)
    for row in rows_of("doses.tsv"):
        found[row["key"]].append(_limit(row))
    return {key: tuple(limits) for key, limits in found.items()}


def _limit(row: dict[str, str]) -> Limit:
    least, _, usual = row["once"].partition("-")
    return Limit(
        route=row["route"],
        every_days=int(row["every"]),
        unit=_UNITS[row["unit"]] if row["unit"] else None,
        least=Fraction(least or 0),
        usual=Fraction(usual or 0),
        most=Fraction(row["most"] or 0),
        day=Fraction(row["day"]) if row["day"] else None,
        day_most=Fraction(row["day_most"]) if row["day_most"] else None,
        counts=dict(_counted(each) for each in row["counts"].split(";") if each),
        is_high=row["high"] == "high",
    )


def _counted(field: str) -> tuple[Unit, Counted]:
    unit, _, values = field.partition(":")
    usual, most, *day = (Fraction(each) for each in values.split("/"))
    return Unit(unit), Counted(usual, most, *day)
