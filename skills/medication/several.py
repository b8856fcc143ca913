"""Pauses, days that are left out, and all at once: acts that may be about several reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from skills.api import ImpossibleTimeError, Turn, Unclear, find_clues, names_days, services
from skills.medication.draft import Draft, Item
from skills.medication.reading import number_in
from skills.medication.which import meant
from skills.medication.words import words

Reminder = services.Reminder


async def begin_several(turn: Turn, kept: Sequence[Reminder], *, is_pause: bool) -> Draft | None:
    """A draft of a pause, a day left out, a new beginning, or all taken off.

    None where the sentence is about none of these: then it takes off one reminder.
    """
    own = words(turn.lang)
    if own.has("resumes", turn.text):
        paused = [each for each in kept if is_paused(each, turn.now)]
        if not paused:
            return Draft().noting("nothing_paused")
        return await _of(turn, Draft(act="resume"), paused)
    draft = await _span(turn)
    if draft is not None:
        return await _of(turn, draft, [each for each in kept if each.schedule])
    if own.has("all_of_them", turn.text):
        return await _of(turn, Draft(act="remove_all"), kept)
    if is_pause or own.has("pauses", turn.text):
        return await _of(turn, Draft(act="pause"), [each for each in kept if each.schedule])
    return None


def is_paused(reminder: Reminder, now: datetime) -> bool:
    """Whether it does not come now, or not from some time to come on."""
    return any(each.until is None or each.until > now for each in reminder.pauses)


async def write_several(turn: Turn, draft: Draft) -> None:
    """Write it, in one transaction."""
    match draft.act:
        case "remove_all":
            await turn.home.request(services.RemoveReminders(draft.ids))
        case "resume":
            await turn.home.request(services.ResumeReminders(draft.ids))
        case _:
            until = datetime.fromisoformat(draft.until) if draft.until else None
            since = datetime.fromisoformat(draft.day) if draft.day else None
            await turn.home.request(services.PauseReminders(draft.ids, until, since))


async def _of(turn: Turn, draft: Draft, kept: Sequence[Reminder]) -> Draft:
    """The draft with the reminders that are named, else with all of them."""
    own = words(turn.lang)
    named = await meant(turn, kept, own.without("all_of_them", turn.text))
    found: Sequence[Reminder] = named.reminders
    if not found and named.stranger:
        return draft.noting("not_on_list_yet", what=named.stranger)
    if not found and own.has("asks_medicine", turn.text):
        found = [each for each in kept if each.kind is services.Kind.MEDICINE]
    found = found or kept
    items = tuple(
        Item(each.title, is_medicine=each.kind is services.Kind.MEDICINE, any_amount=True)
        for each in found
    )
    return replace(draft, ids=tuple(each.reminder_id for each in found), items=items)


async def _span(turn: Turn) -> Draft | None:
    """The day that is left out, or until when it is paused; None if neither is said.

    Raises:
        Unclear: days are said, and it is not one day.
    """
    own = words(turn.lang)
    text = own.without("declines", turn.text)
    if own.has("open_end", text):
        return Draft(act="pause")
    until = own.groups("until_day", text)
    day = await day_of(turn, until) if until is not None else None
    if day is not None:
        return Draft(act="pause", until=_midnight(day))
    length = own.patterns["for_days"].search(text.lower())
    days = _days(turn, length.groupdict()) if length is not None else None
    if days is not None:
        end = turn.now.date() + timedelta(days)
        return Draft(act="pause", until=_midnight(end.isoformat()))
    if not day_words(turn, text):
        return None
    day = await day_of(turn, text)
    if day is None:
        raise Unclear(turn.render("day_unclear"))
    after = datetime.fromisoformat(day).date() + timedelta(1)
    return Draft(act="pause", day=day, until=_midnight(after.isoformat()))


def day_words(turn: Turn, text: str) -> list[str]:
    """The words of a text that name days."""
    try:
        clues = find_clues(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return []
    return [text[each.start : each.end] for each in clues if names_days(each)]


async def day_of(turn: Turn, text: str) -> str | None:
    """The one day that a text names, ISO 8601; None if it names none, or many."""
    said = list(dict.fromkeys(day_words(turn, text)))
    if len(said) != 1:
        return None
    last = words(turn.lang).last_minute.format(said[0])
    try:
        when = await turn.home.request(services.UnderstandWhen((last,), turn.lang))
    except services.Refusal:
        return None
    return when.at.date().isoformat() if when.at else None


def _midnight(day: str) -> str:
    return datetime.combine(datetime.fromisoformat(day).date(), time()).isoformat()


def _days(turn: Turn, groups: dict[str, str | None]) -> int | None:
    """Read "three days", "a week", "two weeks" as so many days; None for "a few"."""
    for name, each in (("days", 1), ("weeks", 7), ("months", 30)):
        said = (groups.get(name) or "").strip()
        if not said:
            continue
        number = number_in(said, turn.lang)
        if number is None:
            return each if words(turn.lang).has("just_one", said) else None
        return int(number) * each if 0 < number <= 400 / each else None
    return None
