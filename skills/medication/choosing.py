"""Which of the reminders that are kept becomes the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skills.api import Turn, services
from skills.medication import describe
from skills.medication.absorbing import absorb, replace_text
from skills.medication.draft import Draft, Item
from skills.medication.plainly import unknown
from skills.medication.settling import settled
from skills.medication.which import meant
from skills.medication.words import words


async def chosen_one(
    turn: Turn, draft: Draft, kept: Sequence[services.Reminder], text: str
) -> Draft:
    """Which reminder is to be changed or removed."""
    asked = await meant(turn, kept, text)
    titles = [each.title for each in kept]
    found = asked.reminders or (kept if len(kept) == 1 and not asked.stranger else ())
    if not found:
        if asked.stranger:
            return draft.noting("said", text=unknown(turn, asked.stranger, titles))
        return draft.noting("you_have", known=turn.spoken.listing(list(dict.fromkeys(titles))[:6]))
    known = _of_reminder(draft, found[0])
    if len(found) > 1:
        known = known.noting("first_of_several", count=describe.count(turn, len(found)))
    if draft.act == "remove":
        return known
    rest = text.casefold().replace(found[0].title.casefold(), " ")
    rest = words(turn.lang).without("changes_to", rest)
    return await settled(turn, await absorb(replace_text(turn, rest), known))


def _of_reminder(draft: Draft, kept: services.Reminder) -> Draft:
    """A draft of what is kept already."""
    schedule = services.to_json(kept.schedule)
    if schedule is not None and schedule.get("every_minutes"):
        schedule["rrule"] = f"FREQ=MINUTELY;INTERVAL={schedule.pop('every_minutes')}"
    rule = kept.as_needed
    item = Item(
        kept.title,
        is_medicine=kept.kind is services.Kind.MEDICINE,
        amount=services.to_json(kept.amount),
        any_amount=kept.amount is None,
        is_high_risk=kept.risk is not services.Risk.NORMAL,
    )
    return replace(
        draft,
        reminder_id=kept.reminder_id,
        items=(item,),
        schedule=schedule,
        is_as_needed=rule is not None,
        least_hours=rule.least_hours if rule else None,
        daily_most=rule.daily_most if rule else None,
        food=kept.food.value,
        route=kept.route,
    )
