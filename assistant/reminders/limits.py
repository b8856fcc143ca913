"""Whether a dose is usual: pure, by what is known of the medicine; the data are `medicines`'."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Protocol

from assistant.language import SOLID, Unit
from assistant.services.reminder import Amount, Risk

FAR_BEYOND: Final = 5
"""How many times the usual most of any medicine is taken for misheard: it is not written down."""
FAR_BELOW: Final = 4
"""By what the usual least is divided: a dose below that was misheard, and is asked back."""
_IN_MILLIGRAMS: Final = {
    Unit.MICROGRAM: Fraction(1, 1000),
    Unit.MILLIGRAM: Fraction(1),
    Unit.GRAM: Fraction(1000),
}
_BY_INJECTION: Final = frozenset({"by injection", "注射", "injection"})


class Per(StrEnum):
    """What a limit is of."""

    ONCE = "once"
    DAY = "day"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tablets, puffs and the like are usual, if no strength was said."""

    usual: Fraction
    most: Fraction
    day_most: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is usual of one medicine by one route; amounts in `unit`."""

    route: str
    every_days: int
    unit: Unit | None = None
    least: Fraction = Fraction(0)
    usual: Fraction = Fraction(0)
    most: Fraction = Fraction(0)
    day: Fraction | None = None
    day_most: Fraction | None = None
    counts: Mapping[Unit, Counted]
    is_high: bool

    def counted(self, unit: Unit) -> Counted | None:
        """Give what is usual of it counted in a unit; what is swallowed whole has many names."""
        if unit in self.counts or unit not in SOLID:
            return self.counts.get(unit)
        alike = [each for kind, each in self.counts.items() if kind in SOLID]
        return min(alike, key=lambda each: each.most, default=None)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a reminder brings a dose."""

    doses_a_day: int
    """How many doses come on a day on which any comes."""
    gap_days: int
    """How many days lie at least between one such day and the next."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is not usual about a dose."""

    per: Per
    is_refused: bool
    amount: Fraction
    unit: Unit | None
    usual_least: Fraction
    usual_most: Fraction
    most: Fraction


class MedicineFacts(Protocol):
    """What is known of a medicine by its name: `medicines.Medicines`."""

    async def risk_of(self, title: str) -> Risk:
        """Give what hangs on a medicine; normal if it is not known."""

    async def limits_of(self, title: str) -> Sequence[Limit]:
        """Give what is usual of a medicine; empty if it is not known."""

    async def substance_of(self, title: str) -> str:
        """Give one name for all names of a medicine; empty if it is not known."""


def judge(
    limits: Sequence[Limit], amount: Amount | None, route: str, rhythm: Rhythm
) -> Beyond | None:
    """Say what is not usual about a dose; None if nothing is, or nothing is known of it."""
    limit = _limit_at(_of_route(limits, amount, route), rhythm.gap_days)
    if limit is None or isinstance(limit, Beyond) or amount is None:
        return limit if isinstance(limit, Beyond) else None
    return worst(*_measured(limit, amount, rhythm), *_counted(limit, amount, rhythm))


def judge_day(
    limits: Sequence[Limit], amounts: Sequence[Amount], route: str, gap_days: int
) -> Beyond | None:
    """Say what is not usual about all doses of a medicine on one day; None as in `judge`.

    Args:
        limits: What is known of it.
        amounts: Each dose of that day, whichever reminder brings it; at least one.
        route: How the dose that is judged is given.
        gap_days: From one day with a dose to the next, at least.
    """
    limit = _limit_at(_of_route(limits, amounts[0], route), gap_days)
    if limit is None or isinstance(limit, Beyond):
        return limit
    found = []
    weights = [_in_unit(limit, each, _ends(each)[0]) for each in amounts]
    weight = sum((each for each in weights if each is not None), Fraction(0))
    usual, most = limit.day, limit.day_most
    if limit.every_days > 1:  # what is taken once in some days
        usual, most = limit.usual, limit.most
    if usual and most and weight > usual:
        refused = _is_refused(limit, weight, most)
        found.append(Beyond(Per.DAY, refused, weight, limit.unit, limit.least, usual, most))
    loose = [e for e, w in zip(amounts, weights, strict=True) if w is None and e.strength is None]
    by_unit = {each.unit: limit.counted(each.unit) for each in loose}
    for unit, counted in by_unit.items():
        number = sum((_ends(each)[0] for each in loose if each.unit is unit), Fraction(0))
        of_day = _count_of_day(limit, counted) if counted is not None else None
        if of_day is not None and number > of_day[0]:
            refused = _is_refused(limit, number, of_day[1])
            found.append(Beyond(Per.DAY, refused, number, unit, Fraction(1), *of_day))
    return worst(*found)


def _limit_at(fitting: Sequence[Limit], gap_days: int) -> Limit | Beyond | None:
    """Find the limit of a dose that comes so often; says what is wrong if there is none."""
    if not fitting:
        return None
    by_gap = [each for each in fitting if each.every_days <= gap_days]
    if by_gap:
        return max(by_gap, key=lambda each: each.every_days)
    least = min(fitting, key=lambda each: each.every_days)
    days = Fraction(least.every_days)
    return Beyond(Per.INTERVAL, least.is_high, Fraction(gap_days), None, days, days, days)


def worst(*judged: Beyond | None) -> Beyond | None:
    """Give the first of several judgements that refuses, else the first that asks."""
    found = [each for each in judged if each is not None]
    return next((each for each in found if each.is_refused), next(iter(found), None))


def _of_route(limits: Sequence[Limit], amount: Amount | None, route: str) -> list[Limit]:
    """Give the limits of the route that was said, else of the dose's unit, else by mouth."""
    unit = amount.unit if amount is not None else None
    if route in _BY_INJECTION or unit in {Unit.AMPOULE, Unit.INTERNATIONAL_UNIT}:
        wanted = "injection"
    else:
        wanted = {Unit.PATCH: "patch", Unit.PUFF: "inhaled"}.get(unit or Unit.TABLET, "oral")
    return [each for each in limits if each.route == wanted] or (
        list(limits) if len({each.route for each in limits}) == 1 else []
    )


def _measured(limit: Limit, amount: Amount, rhythm: Rhythm) -> list[Beyond]:
    most_once, least_once = (_in_unit(limit, amount, each) for each in _ends(amount))
    if most_once is None or least_once is None:
        return []
    unit = limit.unit
    found = []
    if most_once > limit.usual or least_once * FAR_BELOW < limit.least:
        said = most_once if most_once > limit.usual else least_once
        found.append(
            Beyond(
                Per.ONCE,
                _is_refused(limit, most_once, limit.most),
                said,
                unit,
                limit.least,
                limit.usual,
                limit.most,
            )
        )
    a_day = most_once * rhythm.doses_a_day
    if limit.day is not None and limit.day_most is not None and a_day > limit.day:
        refused = _is_refused(limit, a_day, limit.day_most)
        found.append(Beyond(Per.DAY, refused, a_day, unit, limit.least, limit.day, limit.day_most))
    return found


def _counted(limit: Limit, amount: Amount, rhythm: Rhythm) -> list[Beyond]:
    if amount.strength is not None:  # then it was weighed
        return []
    counted = limit.counted(amount.unit)
    if counted is None:
        return []
    most, _ = _ends(amount)
    found = []
    if most > counted.usual:
        refused = _is_refused(limit, most, counted.most)
        found.append(
            Beyond(Per.ONCE, refused, most, amount.unit, Fraction(1), counted.usual, counted.most)
        )
    of_day = _count_of_day(limit, counted)
    a_day = most * rhythm.doses_a_day
    if of_day is not None and a_day > of_day[1]:
        refused = _is_refused(limit, a_day, of_day[1])
        found.append(Beyond(Per.DAY, refused, a_day, amount.unit, Fraction(1), *of_day))
    return found


def _count_of_day(limit: Limit, counted: Counted) -> tuple[Fraction, Fraction] | None:
    """Give how many a day are usual, and at most; None if limits are known for one dose alone."""
    if counted.day_most:
        return counted.day_most, counted.day_most
    if limit.every_days > 1:
        return counted.usual, counted.most
    if not (limit.day and limit.usual):
        return None
    times = max(1, math.ceil(limit.day / limit.usual))
    return counted.usual * times, counted.most * times


def _is_refused(limit: Limit, said: Fraction, most: Fraction) -> bool:
    return said > most * (1 if limit.is_high else FAR_BEYOND)


def _ends(amount: Amount) -> tuple[Fraction, Fraction]:
    return amount.most or amount.amount, amount.amount


def _in_unit(limit: Limit, amount: Amount, value: Fraction) -> Fraction | None:
    """Give an amount in the unit of the limit; None if it is only counted."""
    unit = amount.unit
    if amount.strength is not None:
        value, unit = value * amount.strength.amount, amount.strength.unit
    if limit.unit is Unit.MILLIGRAM and unit in _IN_MILLIGRAMS:
        return value * _IN_MILLIGRAMS[unit]
    return value if unit is limit.unit else None
