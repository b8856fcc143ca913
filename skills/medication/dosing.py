"""What a sentence says of how much is taken, and how often at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from skills.api import (
    ImpossibleTimeError,
    LeftKind,
    Leftover,
    Turn,
    parse_number,
    read_sentence,
)
from skills.medication.draft import Draft
from skills.medication.naming import replace_dose
from skills.medication.reading import Said, amount_of, number_in
from skills.medication.words import words


def take_dose(draft: Draft, said: Said) -> Draft:
    """How much at once, of the medicine that is named beside it, else of the one asked about."""
    if said.any_amount and draft.asks == "amount":
        items = tuple(replace(item, any_amount=True) for item in draft.items)
        return replace(draft, items=items)
    if not said.has_dose or not draft.items or said.parts:
        return draft
    if not any(item.is_medicine for item in draft.items):
        return draft
    at = next((at for at, item in enumerate(draft.items) if item.title in said.whole.title), None)
    if at is None or not said.whole.title:
        at = next((at for at, item in enumerate(draft.items) if item.needs_amount), None)
    if at is None:
        if len(draft.items) > 1:
            return draft.noting("which_dose")
        at = 0
    changed = replace_dose(draft.items[at], said.whole)
    if changed == draft.items[at]:
        return draft
    fresh = replace(draft, has_changes=True, unlikely=None, is_confirmed=False)
    return fresh.with_item(at, changed)


def without_unclear_dose(
    turn: Turn, draft: Draft, said: Said, leftover: Sequence[Leftover], text: str
) -> Draft:
    """Drop the dose, to be asked for, where a sentence names more of them than were used."""
    if not draft.items or not all(item.is_medicine for item in draft.items):
        return draft
    unused = [each.words for each in leftover if not _is_used(turn, draft, said, each)]
    unused += _otherwise_in(turn, said, text)
    if said.doses <= max(1, len(draft.items)) and not unused:
        return draft
    items = tuple(replace(item, amount=None, number=None) for item in draft.items)
    fresh = replace(draft, items=items, unlikely=None, is_confirmed=False)
    if unused:
        return fresh.noting("number_left", words=turn.spoken.listing(unused))
    return fresh.noting("several_doses")


def _otherwise_in(turn: Turn, said: Said, text: str) -> list[str]:
    """Doses that the sentence has otherwise when it is read as a whole, with its times."""
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return []
    told = [amount_of(each.dose()) for each in reading.said_doses if each.amount > 0]
    parts = [part for part in (said.whole, *said.parts) if part.dose is not None]
    return list(dict.fromkeys(part.said for part in parts if part.dose not in told))


def _is_used(turn: Turn, draft: Draft, said: Said, left: Leftover) -> bool:
    """Whether a number that tells no time is known to be a dose, a limit or part of a name."""
    if left.kind not in {LeftKind.NUMBER, LeftKind.COUNT}:
        return True  # asked about with the time
    names = [item.title for item in draft.items]
    names += [each["title"] for item in draft.items for each in item.candidates]
    number = parse_number(left.words, turn.lang)
    if number is None or any(left.words.casefold() in name.casefold() for name in names):
        return True
    parts = (said.whole, *said.parts)
    counts = [Fraction(part.number) for part in parts if part.number is not None]
    counts += [Fraction(item.amount["amount"]) for item in draft.items if item.amount is not None]
    limits = [said.daily_most, said.least_hours, draft.daily_most, draft.least_hours]
    return number.value in [*counts, *(each for each in limits if each is not None)]


def take_limits(turn: Turn, draft: Draft, said: Said, text: str) -> Draft:
    """How far apart and how often, for a medicine as needed."""
    hours, most = said.least_hours, said.daily_most
    own = words(turn.lang)
    is_asked = draft.asks == "limits" or (draft.is_as_needed and draft.asks in {"name", "unknown"})
    if is_asked:
        if draft.least_hours is None and hours is None:
            hours = number_in(own.groups("hours_alone", text), turn.lang)
        if draft.daily_most is None and most is None:
            times = number_in(own.groups("times_alone", text), turn.lang)
            if times is None and draft.least_hours is not None:
                times = number_in(text, turn.lang)
            most = int(times) if times is not None else None
    is_medicine = any(item.is_medicine for item in draft.items)
    if not (said.is_as_needed or draft.is_as_needed) or not is_medicine:
        return draft
    hours, most = hours or draft.least_hours, most or draft.daily_most
    if (hours is not None and not 0 < hours <= 168) or (most is not None and not 1 <= most <= 48):
        return draft.noting("not_possible")
    return replace(draft, is_as_needed=True, least_hours=hours, daily_most=most)


def with_leaflet(draft: Draft) -> Draft:
    """What the elder did not say of the limits, from the leaflet where it is known."""
    leaflet = draft.items[0].limit
    if leaflet is None:
        return draft
    hours = draft.least_hours or leaflet["min_hours"]
    return replace(
        draft, least_hours=hours, daily_most=draft.daily_most or int(leaflet["daily_max"])
    )
