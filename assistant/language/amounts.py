"""Numbers and doses understood from speech."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was said, and where its words stand in the text, [start, end)."""

    value: Fraction
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Dose:
    """How much to take at once, and where its words stand in the text, [start, end)."""

    amount: Fraction
    unit: Unit
    most: Fraction | None
    """The upper end of "one or two tablets"."""
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.amount <= 0 or (self.most is not None and self.most < self.amount):
            raise ImpossibleAmountError(f"Nobody can take {self.amount} of {self.unit}.")
