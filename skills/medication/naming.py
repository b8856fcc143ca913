"""Which medicine a name means, for a form that asks back whatever is not sure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from skills.api import Turn, Unit, services
from skills.medication.draft import Item
from skills.medication.reading import Part, Said
from skills.medication.words import words

SURE: Final = 0.9
"""From here on the name itself stands in the text: docs/medicines.md."""
_MOST_CHOICES: Final = 3
_UNITS: Final = {
    "tablet": Unit.TABLET,
    "capsule": Unit.CAPSULE,
    "pill": Unit.PILL,
    "sachet": Unit.SACHET,
    "drops": Unit.DROP,
    "patch": Unit.PATCH,
    "inhaler": Unit.PUFF,
    "spray": Unit.PUFF,
    "suppository": Unit.SUPPOSITORY,
}
"""What a form of medicine is counted in, where that goes without saying."""
_LONGEST: Final = 60


async def find(turn: Turn, text: str) -> services.MedicinesFound:
    """Which medicines a name may mean."""
    return await turn.home.request(services.FindMedicine(text[:200], turn.lang))


async def item_of(turn: Turn, part: Part, said: Said) -> Item | None:
    """What a part of a sentence names; None if that is nothing to be reminded of."""
    own = words(turn.lang)
    title = part.title[:_LONGEST]
    named = own.of(own.named, part.phrase)
    if named is not None:
        return Item(named, is_medicine=False)
    if own.has("generic", title or part.phrase):
        return Item("", is_generic=True, amount=part.dose)
    if not title:
        return None
    if own.has("errand", part.phrase):
        return _task(part)
    if own.has("is_food", title) and said.verb != "takes":
        return _task(part)
    found = await find(turn, title)
    if found.matches or found.group:
        return _known(replace_dose(Item(title), part), found, said) or _task(part)
    is_medicine = _is_medicine(own.has("is_medicine", title), part, said)
    if is_medicine or said.verb == "eats":
        return replace_dose(Item(title, is_unknown=True), part)
    return _task(part)


async def items_of(turn: Turn, said: Said) -> tuple[Item, ...]:
    """What a sentence names: several medicines only where each of them is one, or has a dose."""
    several = [await item_of(turn, part, said) for part in said.parts]
    are_all = all(
        item is not None and item.is_medicine and (item.amount or not item.is_unknown)
        for item in several
    )
    if len(several) > 1 and are_all:
        return tuple(item for item in several if item is not None)
    item = await item_of(turn, said.whole, said)
    return (item,) if item is not None else ()


def _task(part: Part) -> Item:
    return Item(part.phrase[:_LONGEST], is_medicine=False)


def replace_dose(item: Item, part: Part) -> Item:
    """The item with the dose of a part, where it has one."""
    if part.dose is not None:
        return replace(item, amount=part.dose, number=None, any_amount=False)
    if part.number is not None:
        unit = (item.amount or {}).get("unit") or item.unit or Unit.TABLET.value
        word = (item.amount or {}).get("word")
        amount = {"amount": part.number, "unit": unit} | ({"word": word} if word else {})
        return replace(item, amount=amount, number=part.number, any_amount=False)
    return item


def _is_medicine(has_word: bool, part: Part, said: Said) -> bool:
    return has_word or part.dose is not None or said.verb == "takes" or said.is_as_needed


def _known(item: Item, found: services.MedicinesFound, said: Said) -> Item | None:
    """An item that the table of medicines knows something of; None: it only resembles one."""
    group, matches = found.group, found.matches
    if group is not None:
        return replace(item, is_high_risk=group.high_risk)
    exact = [match for match in matches if match.score == 1]
    if len(exact) == 1:
        return chosen(item, exact[0], is_read_back=bool(exact[0].confused_with))
    if matches[0].score < SURE and item.amount is None and said.verb == "":
        return None
    # What merely resembles a name that was understood by its sound would only confuse.
    sounding = [match for match in matches if match.score >= SURE]
    choices = tuple(
        {"title": match.said, "class": match.plain_class}
        for match in (exact or sounding or list(matches))[:_MOST_CHOICES]
    )
    return replace(item, candidates=choices)


def chosen(item: Item, match: services.MedicineMatch, *, is_read_back: bool) -> Item:
    """An item as the medicine that was meant."""
    unit = next((_UNITS[form].value for form in match.forms if form in _UNITS), "")
    amount = item.amount
    if amount is not None and item.number is not None and unit and "word" not in amount:
        amount = {**amount, "unit": unit}
    return replace(
        item,
        title=match.said,
        amount=amount,
        plain_class=match.plain_class if is_read_back else "",
        candidates=(),
        is_unknown=False,
        unit=unit,
        is_high_risk=match.high_risk,
        limit=services.to_json(match.as_needed),
    )
