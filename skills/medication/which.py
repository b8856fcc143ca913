"""Which of the elder's reminders a sentence is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from skills.api import Turn, rank_matches
from skills.medication.naming import SURE, find
from skills.medication.words import words

_SOUNDS_ALIKE: Final = 0.86
"""Of whole names; below, 降糖药 would be 降压药."""


OFFERED: Final = frozenset(("due", "announced", "snoozed"))
"""States of a dose that waits to be answered."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a sentence names."""

    reminders: tuple[dict[str, Any], ...] = ()
    """Those it may mean; several, where their names do not tell them apart."""
    stranger: str = ""
    """A medicine that it names and that is in no reminder."""


async def reminders(turn: Turn) -> list[dict[str, Any]]:
    """Every reminder, oldest first."""
    return list(await turn.home.request("reminders.list"))


async def is_offered(turn: Turn) -> bool:
    """Whether anything waits to be answered now."""
    today = await turn.home.request("reminders.today")
    return any(item["state"] in OFFERED for item in today)


def medicines(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are medicines."""
    return [each for each in kept if each.get("kind") == "medicine"]


async def meant(turn: Turn, kept: list[dict[str, Any]], text: str) -> Meant:
    """Find what a sentence, or what is left of it, names: by title, medicine, group or sound."""
    said = text.casefold()
    by_title = [each for each in kept if each["title"].casefold() in said]
    if by_title:
        longest = max(len(each["title"]) for each in by_title)
        return Meant(tuple(each for each in by_title if len(each["title"]) == longest))
    core = words(turn.lang).core(text)
    found = await find(turn, text)
    keys = {match["key"] for match in found["matches"] if match["score"] >= SURE}
    groups = {found["group"]["key"], found["group"]["class"]} if found["group"] else set()
    if keys or groups:
        alike = [each for each in kept if await _is_of(turn, each, keys, groups)]
        return Meant(tuple(alike)) if alike else Meant(stranger=_name(found, core))
    ranked = rank_matches(core, [each["title"] for each in kept], limit=1) if core else []
    if ranked and ranked[0].score >= _SOUNDS_ALIKE:
        return Meant(tuple(each for each in kept if each["title"] == ranked[0].name))
    return Meant()


async def _is_of(turn: Turn, kept: dict[str, Any], keys: set[str], groups: set[str]) -> bool:
    """Whether a reminder is of one of these medicines or groups."""
    if kept.get("kind") != "medicine":
        return False
    own = await find(turn, kept["title"])
    matches = [match for match in own["matches"] if match["score"] >= SURE]
    if keys & {match["key"] for match in matches}:
        return True
    of_group = own["group"] and {own["group"]["key"], own["group"]["class"]} & groups
    return bool(of_group) or any(match["class"] in groups for match in matches)


def _name(found: dict[str, Any], core: str) -> str:
    sure = [match["said"] for match in found["matches"] if match["score"] >= SURE]
    return sure[0] if sure else core
