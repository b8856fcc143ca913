"""What both grammars are made of: the truth of a sentence, and how it is written."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


@dataclass(frozen=True, slots=True)
class Said:
    """Words and what they mean, as in FORMAT.md."""

    words: str
    means: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in words, and what it is of 24 hours."""

    words: str
    at: str


@dataclass(frozen=True, slots=True)
class Days:
    """Days in words and as parts of FORMAT.md; `on` is the one day, if it is one."""

    words: str
    parts: tuple[str, ...] = ()
    on: date | None = None
    is_question: bool = False


def joined(parts: Sequence[str]) -> str:
    """Write parts as one meaning."""
    return " | ".join(parts)


def meaning(days: Days, clocks: Sequence[Clock], more: Sequence[str], doses: Sequence[str]) -> str:
    """Write the truth of a sentence."""
    if days.is_question:
        return "ask"
    told = [f"dose {dose}" for dose in doses]
    times = sorted({clock.at for clock in clocks})
    if days.on is not None:
        return joined([*(f"at {days.on} {at}" for at in times), *told])
    return joined([*days.parts, *(["times " + ",".join(times)] if times else []), *more, *told])


def weekday_list(named: set[int]) -> str:
    """Write weekdays as FORMAT.md has them."""
    return "on " + ",".join(WEEKDAYS[day] for day in sorted(named))


def coming(weekday: int, now: datetime, clock: str) -> date:
    """Find the next such weekday on which an hour is still to come."""
    ahead = (weekday - now.weekday()) % 7
    if ahead == 0 and clock <= f"{now:%H:%M}":
        ahead = 7
    return now.date() + timedelta(ahead)


def some(chance: random.Random, kinds: Sequence[int], most: int) -> list[int]:
    """Pick some different ones."""
    return chance.sample(list(kinds), chance.randint(1, most))
