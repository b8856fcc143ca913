"""Medicines by name: what was meant, and what does not go together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

from assistant.services.reminder import Risk
from assistant.services.request import Request, request
from assistant.services.strict import JSON_NAME, Limit

MOST_TITLES: Final = 300
Name = Annotated[str, Limit(200, 1)]


@dataclass(frozen=True, slots=True)
class LeafletLimit:
    """How often a medicine may be taken as needed, by its leaflet."""

    daily_max: int
    """The most doses within 24 hours."""
    min_hours: float
    """The least time between two doses."""


@dataclass(frozen=True, slots=True)
class MedicineMatch:
    """A medicine that may have been meant."""

    key: str
    generic: str
    """The generic name, in the language that was asked in."""
    brands: tuple[str, ...]
    said: str
    """The one of its names that fits."""
    plain_class: str = field(metadata={JSON_NAME: "class"})
    """What it is for, in plain words."""
    food: str
    """How it goes with food: before, with, after, empty, any, unknown."""
    risk: Risk
    high_risk: bool
    as_needed: LeafletLimit | None
    forms: tuple[str, ...]
    score: float
    """How sure it is; whatever is below 1 has to be asked back."""
    confused_with: tuple[str, ...]
    """Names of other medicines that this one is known to be taken for."""


@dataclass(frozen=True, slots=True)
class MedicineGroup:
    """A group of medicines that was named: 降压药."""

    key: str
    plain_class: str = field(metadata={JSON_NAME: "class"})
    risk: Risk
    high_risk: bool


@dataclass(frozen=True, slots=True)
class MedicinesFound:
    """What was understood; nothing, if both are empty."""

    matches: tuple[MedicineMatch, ...]
    group: MedicineGroup | None
    """The group that was named, if no medicine was."""


@request("medicines.find")
class FindMedicine(Request[MedicinesFound]):
    """Which medicine, or which group, was meant by a name as it was heard."""

    text: Name
    lang: str


@dataclass(frozen=True, slots=True)
class MedicineWarning:
    """Something to ask a doctor or pharmacist about."""

    other: str = field(metadata={JSON_NAME: "with"})
    """The other medicine, or the allergy, as the elder named it."""
    kind: str
    """What kind of warning it is: interaction, allergy or duplicate."""
    why: str
    """What may happen, as a key of `replies/`; for the family, not for the elder."""


@dataclass(frozen=True, slots=True)
class MedicinesWarned:
    """What to ask about."""

    warnings: tuple[MedicineWarning, ...]


@request("medicines.warnings")
class FindWarnings(Request[MedicinesWarned]):
    """What to ask about once a medicine is taken beside these."""

    titles: Annotated[tuple[Name, ...], Limit(MOST_TITLES)]
    adding: Name
