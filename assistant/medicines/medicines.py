"""The table of medicines as the core uses it: read when first asked for, and never on its loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.home.home import Home
from assistant.language import LANGUAGES, warm
from assistant.medicines import doses
from assistant.medicines.lookup import SURE, Found, Lookup, Match, is_medicine
from assistant.medicines.table import Group, Table
from assistant.medicines.warnings import Checker, Warned
from assistant.reminders.limits import Limit
from assistant.runtime.feature import Feature
from assistant.services import (
    FindMedicine,
    FindWarnings,
    InvalidRefused,
    LeafletLimit,
    MedicineGroup,
    MedicineMatch,
    MedicinesFound,
    MedicinesWarned,
    MedicineWarning,
)
from assistant.services.reminder import Risk
from assistant.store import KeyedValues

ALLERGIES_FIELD: Final = "allergies"
"""The field of the profile with what the elder does not tolerate: `["青霉素", "aspirin"]`."""
MOST_TITLES: Final = 300
"""The most medicines that are compared with each other; nobody takes so many."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class _Loaded:
    table: Table
    lookup: Lookup
    checker: Checker
    limits: Mapping[str, tuple[Limit, ...]]


class Medicines(Feature):
    """Knows names, groups, risks and what does not go together."""

    def __init__(self, home: Home) -> None:
        self._home, self._profile = home, KeyedValues.profile(home.database)
        self._loaded: _Loaded | None = None
        self._loading = asyncio.Lock()
        home.bus.serve(
            FindMedicine.answered_by(self._serve_find),
            FindWarnings.answered_by(self._serve_warnings),
        )

    async def start(self) -> None:
        """Load beside all else what the first reminder would wait for; the ear goes first."""
        self._home.starting.spawn(self._warm_after_ear())

    async def _warm_after_ear(self) -> None:
        await self._home.ear_ready()
        await asyncio.to_thread(warm)
        await self.warm()

    async def warm(self) -> None:
        """Load the table before the first name is looked for: it takes half a second."""
        await self._ready()

    async def find(self, text: str) -> Found:
        """Find which medicine, or which group, was meant."""
        loaded = await self._ready()
        return await asyncio.to_thread(loaded.lookup.find, text)

    async def risk_of(self, title: str) -> Risk:
        """Give what hangs on a medicine of this name; normal if it is not known."""
        found = await self.find(title)
        if found.group is not None:
            return found.group.risk
        risks = {match.medicine.risk for match in found.matches if match.score >= SURE}
        return risks.pop() if len(risks) == 1 else Risk.NORMAL

    async def limits_of(self, title: str) -> Sequence[Limit]:
        """Give what is usual of a medicine of this name; empty if it, or that, is not known."""
        loaded = await self._ready()
        return loaded.limits.get(await self.substance_of(title), ())

    async def substance_of(self, title: str) -> str:
        """Give the table's key, one for all names of a medicine; empty if it is not known."""
        found = await self.find(title)
        keys = {match.medicine.key for match in found.matches if match.score >= SURE}
        return keys.pop() if len(keys) == 1 else ""

    async def warnings(self, titles: Sequence[str], adding: str) -> list[Warned]:
        """Give what to ask about once a medicine is taken beside these; raises StoreError."""
        loaded, allergies = await self._ready(), await self.allergies()
        return await asyncio.to_thread(loaded.checker.warnings, titles, adding, allergies)

    async def within(self, titles: Sequence[str]) -> dict[str, list[Warned]]:
        """Give what is to be asked about in a whole list, by the later title; raises StoreError."""
        loaded, allergies = await self._ready(), await self.allergies()
        return await asyncio.to_thread(loaded.checker.within, titles[-MOST_TITLES:], allergies)

    async def allergies(self) -> tuple[str, ...]:
        """Read what the elder does not tolerate, as it was said; raises StoreError."""
        value = await self._profile.get(ALLERGIES_FIELD)
        known = value if isinstance(value, list) else [value]
        return tuple(
            each[:_LONGEST_NAME]
            for each in known[:MOST_TITLES]
            if isinstance(each, str) and each.strip()
        )

    async def _ready(self) -> _Loaded:
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(_load)
            return self._loaded

    # ------------------------------------------------------------------------ the services

    async def _serve_find(self, wish: FindMedicine) -> MedicinesFound:
        if wish.lang not in LANGUAGES:
            raise InvalidRefused("lang", f"one of {', '.join(LANGUAGES)}")
        found, loaded = await self.find(wish.text), await self._ready()
        group = found.group
        is_told = group is not None and is_medicine(group, loaded.table)
        return MedicinesFound(
            tuple(_match(match, loaded.table, wish.lang) for match in found.matches),
            _group(group, wish.lang) if group is not None and is_told else None,
        )

    async def _serve_warnings(self, wish: FindWarnings) -> MedicinesWarned:
        found = await self.warnings(wish.titles, wish.adding)
        return MedicinesWarned(
            tuple(MedicineWarning(each.other, each.kind.value, each.why) for each in found)
        )


def _load() -> _Loaded:
    table = Table.load()
    lookup = Lookup(table)
    return _Loaded(table, lookup, Checker(table, lookup), doses.load())


def _group(group: Group, lang: str) -> MedicineGroup:
    return MedicineGroup(group.key, group.plain[lang], group.risk, group.risk is not Risk.NORMAL)


def _match(match: Match, table: Table, lang: str) -> MedicineMatch:
    medicine = match.medicine
    limit = medicine.as_needed
    return MedicineMatch(
        key=medicine.key,
        generic=medicine.generic(lang),
        brands=tuple(medicine.brands[lang]),
        said=match.said,
        plain_class=table.plain_group(medicine, lang),
        food=medicine.food.value,
        risk=medicine.risk,
        high_risk=medicine.risk is not Risk.NORMAL,
        as_needed=LeafletLimit(limit.daily_most, limit.least_hours) if limit else None,
        forms=medicine.forms,
        score=round(match.score, 3),
        confused_with=match.confused_with,
    )
