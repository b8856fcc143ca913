"""Pauses, days that are left out, and all at once: acts that may be about several reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from skills.api import (
    Edge,
    Found,
    ImpossibleTimeError,
    LeftKind,
    Turn,
    Unclear,
    find_clues,
    names_days,
    read_sentence,
    services,
)
from skills.medication.draft import Draft, Item
from skills.medication.reading import number_in
from skills.medication.which import meant
from skills.medication.words import words

Reminder = services.Reminder
_TWO_ENDS: Final = 2
_DAYS_OF_A_WEEK: Final = 7


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
        _check_for_days(turn)
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
    but = own.groups("all_but", turn.text)
    named = await meant(turn, kept, but or own.without("all_of_them", turn.text))
    found: Sequence[Reminder] = named.reminders
    if but is not None:
        if not found:
            raise Unclear(turn.render("ask_which_remove_all"))
        kept = [each for each in kept if each not in found]
        if not kept:
            return draft.noting("nothing_else_kept")
        found = ()
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
    """From when to when it is paused: a day that is left out, some days; None if none is said.

    Raises:
        Unclear: days are said, and it is not one day, nor some in a row.
    """
    own = words(turn.lang)
    text = own.without("declines", turn.text)
    since = await _first_day(turn, text)
    if own.has("open_end", text):
        return Draft(act="pause", day=since)
    row = await _row_of_days(turn, text)
    if row is not None:
        first, last = row
        end = last if own.has("until_not_with", text) else last + timedelta(1)
        return Draft(act="pause", day=first.isoformat(), until=_midnight(end.isoformat()))
    length = own.patterns["for_days"].search(text.lower())
    days = _days(turn, length.groupdict()) if length is not None else None
    if days is not None:
        begin = date.fromisoformat(since) if since else turn.now.date()
        until = _midnight((begin + timedelta(days)).isoformat())
        return Draft(act="pause", day=since, until=until)
    if since is not None:
        return Draft(act="pause", day=since)
    until_day = own.groups("until_day", text)
    day = await day_of(turn, until_day) if until_day is not None else None
    if day is not None:
        end = date.fromisoformat(day)
        ahead = timedelta(_DAYS_OF_A_WEEK if end == turn.now.date() else 0)  # "until Monday"
        return Draft(act="pause", until=_midnight((end + ahead).isoformat()))
    if not day_words(turn, text):
        return None
    day = await day_of(turn, text)
    if day is None:
        raise Unclear(turn.render("day_unclear"))
    after = datetime.fromisoformat(day).date() + timedelta(1)
    return Draft(act="pause", day=day, until=_midnight(after.isoformat()))


async def _first_day(turn: Turn, text: str) -> str | None:
    """The day from which on it is paused, ISO 8601: "from Wednesday"; None if none was said."""
    clues = _clues(turn, text)
    days = [each for each in clues if names_days(each)]
    for edge in clues:
        if edge.clue is Edge.START_AHEAD:
            beside = [day for day in days if day.start >= edge.end][:1]
        elif edge.clue is Edge.START_BEHIND:
            beside = [day for day in days if day.end <= edge.start][-1:]
        else:
            continue
        if beside:
            return await day_of(turn, text[beside[0].start : beside[0].end])
    return None


async def _row_of_days(turn: Turn, text: str) -> tuple[date, date] | None:
    """The first and the last of several days: "from Wednesday to Friday", "tomorrow and Tuesday".

    Raises:
        Unclear: they are not in a row.
    """
    days = [each for each in _clues(turn, text) if names_days(each)]
    ends = _ends_of_row(turn, text)
    if ends is not None:
        first, last_day = [await day_of(turn, each) for each in ends]
        if first is None or last_day is None:
            raise Unclear(turn.render("day_unclear"))
        begin, end = date.fromisoformat(first), date.fromisoformat(last_day)
        return begin, end if end >= begin else end + timedelta(_DAYS_OF_A_WEEK)
    if len({text[each.start : each.end] for each in days}) < 2:
        return None
    said = text[days[0].start : max(each.end for each in days)]
    last = words(turn.lang).last_minute.format(said)
    try:
        when = await turn.home.request(services.UnderstandWhen((last,), turn.lang))
    except services.Refusal:
        when = services.Understood()
    schedule = when.schedule
    if when.at is not None:
        return when.at.date(), when.at.date()
    if (
        schedule is None
        or when.leftover
        or when.left_out
        or schedule.rrule != "FREQ=DAILY"
        or schedule.start is None
        or schedule.until is None
    ):
        raise Unclear(turn.render("day_unclear"))
    return schedule.start, schedule.until


def _ends_of_row(turn: Turn, text: str) -> list[str] | None:
    """The two ends of 周五到周日, which for a reminder may be once or every week."""
    try:
        reading = read_sentence(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return None
    to = words(turn.lang).patterns["to_day"]
    for each in reading.leftover:
        ends = to.split(each.words.strip())
        if each.kind is LeftKind.UNCLEAR and len(ends) == _TWO_ENDS:
            return ends
    return None


def _check_for_days(turn: Turn) -> None:
    """Raise Unclear if days are said that nobody could read: 明后天, "a few days"."""
    text = words(turn.lang).without("declines", turn.text)
    reading = read_sentence(text, turn.lang, turn.now.date())
    kinds = {LeftKind.DAYS, LeftKind.UNCLEAR, LeftKind.TIME}
    if any(each.kind in kinds for each in reading.leftover):
        raise Unclear(turn.render("day_unclear"))


def _clues(turn: Turn, text: str) -> Sequence[Found]:
    try:
        return find_clues(text, turn.lang, turn.now.date())
    except ImpossibleTimeError:
        return ()


def day_words(turn: Turn, text: str) -> list[str]:
    """The words of a text that name days."""
    return [text[each.start : each.end] for each in _clues(turn, text) if names_days(each)]


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
