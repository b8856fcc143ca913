"""Numbers and doses understood from speech."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from assistant.language.errors import ImpossibleAmountError


class Unit(StrEnum):
    """What a dose is counted or measured in."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    PILL = "pill"
    SACHET = "sachet"
    AMPOULE = "ampoule"
    DROP = "drop"
    SPOON = "spoon"
    PUFF = "puff"
    PATCH = "patch"
    SUPPOSITORY = "suppository"
    INTERNATIONAL_UNIT = "unit"
    MICROGRAM = "mcg"
    MILLIGRAM = "mg"
    GRAM = "g"
    MILLILITRE = "ml"


SOLID = frozenset((Unit.TABLET, Unit.CAPSULE, Unit.PILL))
"""What people count as pills, 一颗 or 一粒, whichever of these it is."""


def are_counted_alike(one: Unit, other: Unit) -> bool:
    """Whether two units count the same things: a tablet is called a pill, too."""
    return one is other or {one, other} <= SOLID


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was said, and where its words stand in the text, [start, end)."""

    value: Fraction
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Strength:
    """How much of the substance is in one tablet or capsule: 500 mg."""

    amount: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True)
class Dose:
    """How much to take at once, and where its words stand in the text, [start, end)."""

    amount: Fraction
    unit: Unit
    most: Fraction | None
    """The upper end of "one or two tablets"."""
    start: int
    end: int
    strength: Strength | None = None
    """What was said of each: "two 500 mg tablets" are 2 tablets of 500 mg."""
    word: str = ""
    """What it was counted in, if its unit has several names: 粒, "teaspoon"."""
    apart: tuple[int, int] | None = None
    """Where more words of it stand: its strength, or "the other half"."""

    def __post_init__(self) -> None:
        if self.amount <= 0 or (self.most is not None and self.most < self.amount):
            raise ImpossibleAmountError(f"Nobody can take {self.amount} of {self.unit}.")


MEASURED = frozenset(
    (Unit.MICROGRAM, Unit.MILLIGRAM, Unit.GRAM, Unit.MILLILITRE, Unit.INTERNATIONAL_UNIT)
)
"""Units of what is weighed or measured; everything else is counted."""
STRENGTHS = frozenset((Unit.MICROGRAM, Unit.MILLIGRAM, Unit.GRAM, Unit.INTERNATIONAL_UNIT))


@dataclass(frozen=True, slots=True)
class SaidDose:
    """A dose as it was said, which may be impossible ("minus three tablets")."""

    amount: Fraction
    unit: Unit
    most: Fraction | None
    start: int
    end: int
    strength: Strength | None = None
    word: str = ""
    apart: tuple[int, int] | None = None
    """Where more words of it stand: the strength of 五百毫克的药片每天早上八点吃两片."""

    def dose(self) -> Dose:
        """The dose; raises ImpossibleAmountError."""
        return Dose(
            amount=self.amount,
            unit=self.unit,
            most=self.most,
            start=self.start,
            end=self.end,
            strength=self.strength,
            word=self.word,
            apart=self.apart,
        )


def join_strengths(text: str, said: Sequence[SaidDose], between: re.Pattern[str]) -> list[SaidDose]:
    """Read "500 mg, two tablets" as two tablets of 500 mg.

    Args:
        text: The text the doses are from.
        said: The doses in their order.
        between: All that may stand between the two.
    """
    joined: list[SaidDose] = []
    for each in said:
        before = joined[-1] if joined else None
        if before is None or not between.fullmatch(text[before.end : each.start]):
            joined.append(each)
            continue
        if _is_one_of_which(before, each):  # "one tablet is 500 mg, two tablets"
            joined[-1] = replace(each, start=before.start, strength=before.strength)
            continue
        counted, measured = sorted((before, each), key=lambda dose: dose.unit in MEASURED)
        is_strength = (
            counted.unit not in MEASURED
            and (
                measured.unit in STRENGTHS
                or (measured.unit, counted.unit) == (Unit.MILLILITRE, Unit.SPOON)
            )
            and measured.most is None
            and counted.strength is measured.strength is None
        )
        if not is_strength:
            joined.append(each)
            continue
        strength = Strength(measured.amount, measured.unit)
        joined[-1] = replace(counted, start=before.start, end=each.end, strength=strength)
    return joined


def _is_one_of_which(first: SaidDose, second: SaidDose) -> bool:
    return (
        first.strength is not None
        and first.amount == 1
        and second.strength is None
        and first.unit is second.unit
    )


def with_strength_of_each(
    text: str, said: Sequence[SaidDose], between: re.Pattern[str], of_each: re.Pattern[str]
) -> list[SaidDose]:
    """Read "two tablets of prednisone, one is 5 mg" as two tablets of 5 mg.

    Args:
        text: The text the doses are from.
        said: The doses in their order.
        between: All that may stand between the two: the name.
        of_each: All that the second may be, up to its strength, and what stands behind it.
    """
    told: list[SaidDose] = []
    for each in said:
        before = told[-1] if told else None
        if (
            before is not None
            and _is_of_each(before, each)
            and between.fullmatch(text, before.end, each.start)
            and of_each.match(text, each.start)
        ):
            told[-1] = replace(before, strength=each.strength, apart=(each.start, each.end))
        else:
            told.append(each)
    return told


def _is_of_each(first: SaidDose, second: SaidDose) -> bool:
    return (
        first.strength is None
        and first.unit not in MEASURED
        and second.strength is not None
        and second.amount == 1
        and are_counted_alike(first.unit, second.unit)
    )
