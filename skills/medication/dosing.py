"""What a sentence says of how much is taken, and how often at most."""

from __future__ import annotations

from dataclasses import replace

from skills.api import Turn
from skills.medication.draft import Draft
from skills.medication.naming import replace_dose
from skills.medication.reading import Said, number_in
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
