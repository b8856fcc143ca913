"""Which of the reminders that are kept becomes the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from skills.api import Clock, ImpossibleTimeError, Turn, find_clues, services
from skills.medication import describe
from skills.medication.absorbing import absorb, replace_text
from skills.medication.draft import Draft, Item
from skills.medication.plainly import unknown
from skills.medication.settling import settled
from skills.medication.which import meant
from skills.medication.words import words

_HALF_A_DAY: Final = 12


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
    changed = _old_hour(turn, rest, found[0])
    if changed is not None and not changed.is_known:
        return known.noting("words_left", words=changed.words)
    if changed is not None:
        rest = rest.replace(changed.words, " ", 1)
    rest = words(turn.lang).without("changes_to", rest)
    return await settled(turn, await absorb(replace_text(turn, rest), known))


@dataclass(frozen=True, slots=True)
class _OldHour:
    """An hour that is told before the new one: 把早上八点的阿司匹林改到九点."""

    words: str
    is_known: bool
    """Whether it is the only hour at which the reminder comes."""


def _old_hour(turn: Turn, text: str, kept: services.Reminder) -> _OldHour | None:
    try:
        clues = find_clues(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return None
    to = words(turn.lang).patterns["to_new"]
    hours = [(each, each.clue) for each in clues if isinstance(each.clue, Clock)]
    places = [
        found.start()
        for found in to.finditer(text.lower())
        if not any(
            each.start <= found.start() < each.end for each in clues if isinstance(each.clue, Clock)
        )
    ]
    hours = [(each, each.clue) for each in clues if isinstance(each.clue, Clock)]
    for place in places:
        old = [(each, clock) for each, clock in hours if each.end <= place]
        if not old or not any(each.start >= place for each, _ in hours):
            continue
        times = kept.schedule.times if kept.schedule else ()
        (each, clock), is_one = old[-1], len(old) == 1 and len(times) == 1
        at = (clock.part.hour(clock.hour) if clock.part else clock.hour) % _HALF_A_DAY
        is_known = is_one and (at, clock.minute) == (
            times[0].at.hour % _HALF_A_DAY,
            times[0].at.minute,
        )
        return _OldHour(text[each.start : each.end], is_known)
    return None


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
