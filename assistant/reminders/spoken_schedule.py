"""Understands when sentences mean, for a skill that asks one thing after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from assistant.language import (
    Habits,
    ImpossibleTimeError,
    LeftKind,
    Leftover,
    Moment,
    Recurrence,
    When,
    language,
)
from assistant.language.amend import amend
from assistant.language.clues import (
    SIGNS,
    AtAnchor,
    Clock,
    Every,
    Found,
    Frequency,
    PartOfDay,
    TimesEvery,
    Window,
)
from assistant.language.combine import combine
from assistant.reminders.requests import schedule_wish
from assistant.reminders.schedule import or_last_day, schedule_of
from assistant.services import (
    DaysSaid,
    ImpossibleTimeRefused,
    MealMissingRefused,
    ScheduleWish,
    TimeMissingRefused,
    Understood,
    WordsLeftRefused,
)
from assistant.services.errors import Refusal

_MAY_BE_DOSE: Final = (LeftKind.NUMBER, LeftKind.COUNT)
_ANY_DAY: Final = (Clock, PartOfDay, AtAnchor, Window)
"""Clues that name no day."""


def understand(
    texts: Sequence[str], lang: str, now: datetime, habits: Habits, *, is_daily: bool
) -> Understood:
    """Understand sentences of one conversation.

    Args:
        texts: The earliest first.
        lang: Their language.
        now: In the elder's time zone.
        habits: The elder's own times.
        is_daily: A time of day without a day means every day, as for a medicine.
    """
    clues: list[Found] = []
    own: list[Found] = []
    left: tuple[Leftover, ...] = ()
    try:
        for text in texts:
            read = language(lang).read(text, now.date(), ())
            own, left = list(read.clues), read.leftover
            clues = amend(clues, own)
        meant = _counted_once(_without_food(clues), own)
        when = combine(meant, now, habits)
    except ImpossibleTimeError:
        return Understood(says=True, problem=ImpossibleTimeRefused())
    says = any(not isinstance(each.clue, SIGNS) for each in own)
    names_day = any(not isinstance(each.clue, (*_ANY_DAY, *SIGNS)) for each in own)
    found = Understood(
        says=says,
        names_day=names_day,
        names_part=any(_names_part(each) for each in own),
        spans=tuple(sorted({(each.start, each.end) for each in own})) if says else (),
        leftover=left,
    )
    if says and (unread := [each.words for each in left if each.kind not in _MAY_BE_DOSE]):
        return replace(found, problem=WordsLeftRefused(tuple(unread)))
    if when is None:
        return replace(found, problem=TimeMissingRefused())
    if when.unread:
        return replace(found, problem=WordsLeftRefused((texts[-1],)))
    if is_daily and isinstance(when, Moment):
        if any(isinstance(each.clue, AtAnchor) and len(each.clue.anchors) > 1 for each in meant):
            return replace(found, problem=MealMissingRefused())
        when = _every_day(when, clues)
    if is_daily and isinstance(when, Recurrence):
        when = _not_only_today(when, clues)
    if isinstance(when, Moment):
        found = replace(found, at=when.at)
    else:
        days = _days(when) if names_day else None
        found = replace(
            found, is_assumed=when.are_times_assumed, days=days, left_out=tuple(when.left_out)
        )
    try:
        schedule = schedule_wish(schedule_of(when, now))
    except Refusal as refusal:
        return replace(found, problem=refusal)
    if found.left_out and not schedule.times:  # by the hour there is no day to leave out
        return replace(found, problem=WordsLeftRefused((texts[-1],)))
    return replace(found, schedule=_counted_from_first(schedule, when))


def _names_part(found: Found) -> bool:
    clue = found.clue
    return isinstance(clue, PartOfDay) or (isinstance(clue, Clock) and clue.part is not None)


def _days(when: Recurrence) -> DaysSaid | None:
    rrule = or_last_day(when.rrule) if when.rrule else None
    days = DaysSaid(rrule, when.lunar, when.solar_term)
    return days if days != DaysSaid() else None


def _counted_from_first(schedule: ScheduleWish, when: When) -> ScheduleWish:
    """Count from the first dose, which may be tomorrow's, if no start was said."""
    if isinstance(when, Moment) and schedule.times:
        return schedule  # bound to a habit of that day
    if isinstance(when, Recurrence) and when.start is not None:
        return schedule
    counted = replace(schedule, start=None)
    if isinstance(when, Recurrence) and when.course_days is not None:
        return replace(counted, until=None, course_days=when.course_days)
    return counted


def _every_day(when: Moment, clues: Sequence[Found]) -> When:
    said = when.day_time
    if said is None or not all(isinstance(each.clue, (*_ANY_DAY, *SIGNS)) for each in clues):
        return when
    return Recurrence(
        rrule="FREQ=DAILY",
        times=(said,),
        are_times_assumed=not when.is_time_said,
        spans=when.spans,
    )


def _not_only_today(when: Recurrence, clues: Sequence[Found]) -> Recurrence:
    """Read "at eight and at nine", and nothing of days, as every day."""
    if when.course_days is None or not all(isinstance(e.clue, (*_ANY_DAY, *SIGNS)) for e in clues):
        return when
    return replace(when, course_days=None)


def _counted_once(clues: Sequence[Found], own: Sequence[Found]) -> list[Found]:
    """Count the hours if they are named, and not "three times a day" of an earlier sentence."""
    is_counted = any(isinstance(each.clue, TimesEvery) for each in own)
    has_hours = any(isinstance(each.clue, Clock) for each in own)
    daily = Every(Frequency.DAILY)
    return [
        Found(daily, each.start, each.end)
        if has_hours
        and not is_counted
        and isinstance(each.clue, TimesEvery)
        and each.clue.frequency is Frequency.DAILY
        else each
        for each in clues
    ]


def _without_food(clues: Sequence[Found]) -> list[Found]:
    """Leave out "after meals" beside the hour: "at eight, after food" is one time."""
    if not any(isinstance(each.clue, Clock) for each in clues):
        return list(clues)
    return [
        each
        for each in clues
        if not (isinstance(each.clue, AtAnchor) and len(each.clue.anchors) > 1)
    ]
