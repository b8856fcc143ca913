"""What a sentence does to the reminder that is being talked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from skills.api import Clock, ImpossibleTimeError, Leave, Turn, find_clues, services
from skills.medication.absorbing import absorb, replace_text
from skills.medication.answering import answered
from skills.medication.choosing import chosen_one
from skills.medication.draft import ACTS, Draft, draft_of
from skills.medication.settling import settled
from skills.medication.several import begin_several
from skills.medication.splitting import parts_of
from skills.medication.which import is_offered, meant, reminders
from skills.medication.words import words

_SOON: Final = timedelta(hours=1)
"""No longer than this is a dose put off without a word of what is meant."""


async def listen(turn: Turn) -> Draft | None:
    """The reminder as it is after this sentence; None where the sentence is not about it.

    Raises:
        Leave: the elder does not want it any more, or never wanted a new one: "remind me in five
            minutes", said to an announcement, puts that off.
    """
    before = draft_of(turn.slots.get("draft"))
    if before is None:
        return await _begin(turn)
    before = replace(before, notes=())
    own = words(turn.lang)
    # "Cancel the newspaper" may be the thing to be reminded of.
    if own.only("leaves", turn.text) or (before.asks != "what" and own.has("leaves", turn.text)):
        raise Leave
    after = await answered(turn, before)
    if after is None or after == before:
        return None
    return await settled(turn, after)


async def go_on(turn: Turn, before: Draft, said: str) -> Draft:
    """Begin with the next part of a sentence whose first part was written."""
    first, *rest = before.rest
    following = await absorb(replace_text(turn, first, intent="medication_add"), Draft())
    return (await settled(turn, replace(following, rest=tuple(rest)))).noting("said", text=said)


async def _begin(turn: Turn) -> Draft:
    act = ACTS.get(turn.intent, "add")
    kept = await reminders(turn)
    own = words(turn.lang)
    if act in {"remove", "pause"} or own.has("declines", turn.text):
        # A sentence that says "not" never sets anything, however it was understood.
        return await _begin_less(turn, kept, is_pause=act == "pause")
    if act == "add":
        first, *rest = await parts_of(turn)
        fresh = await absorb(replace_text(turn, first), Draft(rest=tuple(rest)))
        if _is_soon(turn, fresh) and not fresh.items and await is_offered(turn):
            raise Leave
        return await settled(turn, fresh)
    if not (await meant(turn, kept, turn.text)).reminders:
        fresh = await absorb(turn, Draft())  # "metformin, two after supper" may be a new one
        if any(item.is_medicine and item.title for item in fresh.items):
            return await settled(turn, fresh)
    if not kept:
        return replace(Draft(), notes=(("nothing_kept", {}),))
    return await chosen_one(turn, Draft(act=act), kept, turn.text)


async def _begin_less(turn: Turn, kept: Sequence[services.Reminder], *, is_pause: bool) -> Draft:
    """Fewer reminders than there are: for a time, of a day, one, or all of them."""
    if not kept:
        raise Leave  # there is nothing that could be less
    several = await begin_several(turn, kept, is_pause=is_pause)
    if several is not None:
        return several
    at_hour = _at_the_hour(turn, kept)
    if at_hour and not (await meant(turn, kept, turn.text)).reminders:
        kept = at_hour
    return await chosen_one(turn, Draft(act="remove"), kept, turn.text)


def _at_the_hour(turn: Turn, kept: Sequence[services.Reminder]) -> list[services.Reminder]:
    """Those that come at an hour that is said: "don't remind me at eight"."""
    try:
        clues = find_clues(turn.text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return []
    hours = {each.clue.hour % 12 for each in clues if isinstance(each.clue, Clock)}

    def comes_then(each: services.Reminder) -> bool:
        if each.schedule is None:
            return False
        at = [one.at.hour for one in each.schedule.times]
        at += [each.schedule.at.hour] if each.schedule.at else []
        return any(hour % 12 in hours for hour in at)

    return [each for each in kept if comes_then(each)]


def _is_soon(turn: Turn, draft: Draft) -> bool:
    at = (draft.schedule or {}).get("at")
    return at is not None and datetime.fromisoformat(at) - turn.now <= _SOON
