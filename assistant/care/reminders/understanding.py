"""When sentences mean, for a skill that asks one thing after the other: as a schedule's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from assistant.care.reminders.codec import to_json
from assistant.care.reminders.refusals import ReminderRefused
from assistant.care.reminders.schedule import schedule_of
from assistant.care.reminders.wishes import schedule_wish
from assistant.language import (
    Habits,
    ImpossibleTimeError,
    Moment,
    Recurrence,
    When,
    language,
)
from assistant.language.amend import amend
from assistant.language.clues import AtAnchor, Clock, Edge, Found, PartOfDay
from assistant.language.combine import combine

_ANY_DAY: Final = (Clock, PartOfDay, AtAnchor)
"""Clues that name no day."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What sentences say about time, the later ones correcting the earlier."""

    says: bool = False
    """The last sentence says something about it."""
    problem: dict[str, Any] | None = None
    """Why it is no schedule yet, as a refusal; `impossible_time` for a day that does not exist."""
    schedule: dict[str, Any] | None = None
    at: str | None = None
    """The moment, where it is one."""
    is_assumed: bool = False
    """The times are the usual ones for "three times a day", and were not said."""
    spans: tuple[tuple[int, int], ...] = field(default=())
    """Where in the last sentence its words stand."""


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
    try:
        for text in texts:
            own = language(lang).find_clues(text, now.date())
            clues = amend(clues, own)
        when = combine(_without_food(clues), now, habits)
    except ImpossibleTimeError:
        return Understood(says=True, problem={"refused": "impossible_time"})
    says = any(not isinstance(each.clue, Edge) for each in own)
    spans = tuple(sorted({(each.start, each.end) for each in own})) if says else ()
    if when is None:
        return Understood(says=says, problem={"refused": "time_missing"}, spans=spans)
    if is_daily and isinstance(when, Moment):
        when = _every_day(when, clues)
    moment = when.at.isoformat() if isinstance(when, Moment) else None
    is_assumed = isinstance(when, Recurrence) and when.are_times_assumed
    try:
        schedule = to_json(schedule_wish(schedule_of(when, now)))
    except ReminderRefused as refusal:
        return Understood(says, refusal.to_dict(), None, moment, is_assumed, spans)
    course = when.course_days if isinstance(when, Recurrence) else None
    if course is not None and isinstance(when, Recurrence) and when.start is None:
        # Counted from the first dose, which may be tomorrow's: see `Keeper`.
        schedule = {**schedule, "course_days": course}
        schedule.pop("until", None)
    if not isinstance(when, Recurrence) or when.start is None:
        schedule.pop("start", None)
    return Understood(says, None, schedule, moment, is_assumed, spans)


def _every_day(when: Moment, clues: Sequence[Found]) -> When:
    said = when.day_time
    if said is None or not all(isinstance(each.clue, _ANY_DAY) for each in clues):
        return when
    return Recurrence(
        rrule="FREQ=DAILY",
        times=(said,),
        are_times_assumed=not when.is_time_said,
        spans=when.spans,
    )


def _without_food(clues: Sequence[Found]) -> list[Found]:
    """Leave out "after meals" beside the hour: "at eight, after food" is one time."""
    if not any(isinstance(each.clue, Clock) for each in clues):
        return list(clues)
    return [
        each
        for each in clues
        if not (isinstance(each.clue, AtAnchor) and len(each.clue.anchors) > 1)
    ]
