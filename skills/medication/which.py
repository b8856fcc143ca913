"""Which of the elder's reminders a sentence is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from skills.api import Turn, rank_matches, services
from skills.medication.naming import SURE, find
from skills.medication.words import words

Reminder = services.Reminder
_SOUNDS_ALIKE: Final = 0.86
"""Of whole names; below, 降糖药 would be 降压药."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a sentence names."""

    reminders: tuple[Reminder, ...] = ()
    """Those it may mean; several, where their names do not tell them apart."""
    stranger: str = ""
    """A medicine that it names and that is in no reminder."""


async def reminders(turn: Turn) -> Sequence[Reminder]:
    """Every reminder, oldest first."""
    return await turn.home.request(services.ListReminders())


async def today(turn: Turn) -> Sequence[services.DueItem]:
    """All that comes today, in order."""
    return await turn.home.request(services.ListToday())


async def is_offered(turn: Turn) -> bool:
    """Whether anything waits to be answered now."""
    return any(item.state in services.OFFERED for item in await today(turn))


def medicines(kept: Sequence[Reminder]) -> list[Reminder]:
    """Those that are medicines."""
    return [each for each in kept if each.kind is services.Kind.MEDICINE]


async def meant(turn: Turn, kept: Sequence[Reminder], text: str) -> Meant:
    """Find what a sentence, or what is left of it, names: by title, medicine, group or sound."""
    said = text.casefold()
    by_title = [each for each in kept if each.title.casefold() in said]
    if by_title:
        longest = max(len(each.title) for each in by_title)
        return Meant(tuple(each for each in by_title if len(each.title) == longest))
    core = words(turn.lang).core(text)
    found = await find(turn, text)
    keys = {match.key for match in found.matches if match.score >= SURE}
    groups = {found.group.key, found.group.plain_class} if found.group else set()
    if keys or groups:
        alike = [each for each in kept if await _is_of(turn, each, keys, groups)]
        return Meant(tuple(alike)) if alike else Meant(stranger=_name(found, core))
    ranked = rank_matches(core, [each.title for each in kept], limit=1) if core else []
    if ranked and ranked[0].score >= _SOUNDS_ALIKE:
        return Meant(tuple(each for each in kept if each.title == ranked[0].name))
    return Meant()


async def _is_of(turn: Turn, kept: Reminder, keys: set[str], groups: set[str]) -> bool:
    """Whether a reminder is of one of these medicines or groups."""
    if kept.kind is not services.Kind.MEDICINE:
        return False
    own = await find(turn, kept.title)
    matches = [match for match in own.matches if match.score >= SURE]
    if keys & {match.key for match in matches}:
        return True
    of_group = own.group and {own.group.key, own.group.plain_class} & groups
    return bool(of_group) or any(match.plain_class in groups for match in matches)


def _name(found: services.MedicinesFound, core: str) -> str:
    sure = [match.said for match in found.matches if match.score >= SURE]
    return sure[0] if sure else core
