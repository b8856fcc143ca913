"""The transactions of reminders: each a function of the connection, all of it or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assistant.home.presence import Situation
from assistant.reminders import tables
from assistant.reminders.escalation import policy_of
from assistant.reminders.model import Family, Item, Occurrence
from assistant.reminders.planning import (
    Calendar,
    plan,
    planned_too_far,
    replan,
)
from assistant.reminders.transitions import (
    Act,
    advance,
    settled,
    snoozed,
    taken_back,
    unsounded,
    wait,
)
from assistant.services.refusals import (
    AlreadyTakenRefused,
    NothingOpenRefused,
    SnoozeTooLongRefused,
)
from assistant.services.reminder import OFFERED, Kind, State

MAX_GROUP: Final = 5
"""The most that are announced in one question; the others come after its answer."""
EARLY_SECONDS: Final = 3600.0
"""How long before it is due a dose may be said to be taken."""
LATE_SECONDS: Final = 86_400.0
"""How long after it was due a dose may still be said to be taken."""
JUST_TAKEN_SECONDS: Final = 900.0
"""How soon after a "taken" a second one is about the same dose."""
CLOCK_SLACK_SECONDS: Final = 120.0
"""By how much a clock may be set back without having been wrong."""
_BATCH: Final = 500
_DAY_SECONDS: Final = 86_400.0
_OFFERED: Final = ", ".join(f"'{state.value}'" for state in OFFERED)


@dataclass(slots=True)
class Progress:
    """What one transaction of time brought."""

    announced: list[Item] = field(default_factory=list)
    missed: list[Item] = field(default_factory=list)
    is_done: bool = True
    """Whether nothing waits for another transaction."""
    next_at: float | None = None


def tick(
    connection: sqlite3.Connection, calendar: Calendar, now: float, situation: Situation
) -> Progress:
    """Plan what is near and take on what has come to its time."""
    _after_wrong_clock(connection, calendar, now)
    progress = Progress(is_done=plan(connection, calendar, now))
    items = tables.to_act(connection, now, _BATCH)
    progress.is_done &= len(items) < _BATCH
    for item in items:
        occurrence, act = advance(item, now, situation)
        if act is Act.ANNOUNCE and len(progress.announced) >= MAX_GROUP:
            occurrence, act = wait(item.occurrence, policy_of(item.reminder), now), None
        if occurrence != item.occurrence:
            tables.update(connection, occurrence)
        changed = Item(occurrence, item.reminder)
        if act is Act.ANNOUNCE:
            progress.announced.append(changed)
        elif act is Act.TELL_MISSED:
            progress.missed.append(changed)
    progress.next_at = tables.next_act_at(connection)
    return progress


def recover(connection: sqlite3.Connection, now: float) -> None:
    """Announce again, at the start, what is not known to have been heard."""
    unheard = list(tables.select(connection, "o.state = 'announced' AND NOT o.is_told"))
    for item in unheard:
        tables.update(connection, unsounded(item.occurrence, now))


def mark_told(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Note that the announcement was made; if it surely was not: `mark_unsounded`."""
    for item in items_of(connection, ids):
        if item.occurrence.state is State.ANNOUNCED:
            tables.update(connection, replace(item.occurrence, is_told=True))


def mark_unsounded(connection: sqlite3.Connection, ids: Sequence[str], now: float) -> None:
    """Note that the announcement surely did not sound: it counts for nothing."""
    for item in items_of(connection, ids):
        changed = unsounded(item.occurrence, now)
        tables.update(connection, wait(changed, policy_of(item.reminder), now))


def mark_family_told(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Note that somebody of the family was told."""
    for item in items_of(connection, ids):
        if item.occurrence.family is Family.OWED:
            tables.update(connection, replace(item.occurrence, family=Family.TOLD))


# ------------------------------------------------------------------------- what is meant


def meant(connection: sqlite3.Connection, reminder_id: str | None, now: float) -> list[Item]:
    """Find the dose that "I took it" is about: what is offered, soon, or was lately.

    Raises:
        AlreadyTakenRefused: the latest was taken before.
        NothingOpenRefused: nothing near.
    """
    where, values = ("", ()) if reminder_id is None else ("o.reminder_id = ? AND ", (reminder_id,))
    offered = list(
        tables.select(
            connection, f"{where}o.state IN ({_OFFERED})", *values, tail="ORDER BY o.due_at"
        )
    )
    if offered:
        return _latest_each(offered)
    near = list(
        tables.select(
            connection,
            f"{where}o.due_at > ? AND o.due_at <= ? ",
            *values,
            now - LATE_SECONDS,
            now + EARLY_SECONDS,
            tail="ORDER BY o.due_at",
        )
    )
    ours = [item for item in near if reminder_id or item.reminder.kind is Kind.MEDICINE]
    taken = [item for item in ours if item.occurrence.state is State.TAKEN]
    last = max(taken, key=lambda item: item.occurrence.settled_at or 0.0, default=None)
    if last is not None and now - (last.occurrence.settled_at or 0.0) < JUST_TAKEN_SECONDS:
        raise AlreadyTakenRefused(last.reminder.title, last.occurrence.settled_at or now)
    soon = [item for item in ours if item.occurrence.state is State.PLANNED]
    if soon:
        first = soon[0].occurrence.due_at
        return [item for item in soon if item.occurrence.due_at == first]
    past = [item for item in ours if item.occurrence.state is not State.PLANNED]
    if not past:
        raise NothingOpenRefused(next_due(connection, reminder_id, now))
    latest = past[-1].occurrence
    same_time = [item for item in past if item.occurrence.due_at == latest.due_at]
    unsure = [item for item in same_time if item.occurrence.state is not State.TAKEN]
    if not unsure:
        raise AlreadyTakenRefused(past[-1].reminder.title, latest.settled_at or latest.due_at)
    return unsure


def of_the_latest(items: Sequence[Item], last_asked: Collection[str]) -> list[Item]:
    """Give those of several offered ones that were announced together last.

    "I took it", said after the second of two announcements, counts nothing of the first.
    """
    asked = [item for item in items if item.occurrence.occurrence_id in last_asked]
    if asked or not all(item.occurrence.state in OFFERED for item in items):
        return asked or list(items)
    latest = max(item.occurrence.round_at or 0.0 for item in items)
    return [item for item in items if (item.occurrence.round_at or 0.0) == latest]


def medicines_first(items: Sequence[Item]) -> list[Item]:
    """Keep only the medicines, if there are any: they are what is taken or left out."""
    return [item for item in items if item.reminder.kind is Kind.MEDICINE] or list(items)


def _latest_each(items: Sequence[Item]) -> list[Item]:
    """Keep the latest of each reminder: two doses are never taken at once."""
    return list({item.reminder.reminder_id: item for item in items}.values())


def next_due(connection: sqlite3.Connection, reminder_id: str | None, now: float) -> float | None:
    """Tell when the next dose comes, of a reminder or of any; None if none is planned."""
    where, values = ("", ()) if reminder_id is None else ("AND reminder_id = ?", (reminder_id,))
    (at,) = connection.execute(
        f"SELECT min(due_at) FROM occurrence WHERE due_at > ? AND state = 'planned' {where}",  # noqa: S608
        (now, *values),
    ).fetchone()
    return None if at is None else float(at)


# --------------------------------------------------------------------- what the elder says


def skip(connection: sqlite3.Connection, ids: Sequence[str], now: float, reason: str) -> list[Item]:
    """Leave doses out this time."""
    return _change(connection, ids, lambda o: settled(o, State.SKIPPED, now, reason))


def snooze(connection: sqlite3.Connection, ids: Sequence[str], until: float) -> list[Item]:
    """Offer doses again at a time.

    Raises:
        SnoozeTooLongRefused: one of them would be offered no longer; none is changed.
    """
    items = items_of(connection, ids)
    for item in items:
        if until >= item.occurrence.until_at:
            raise SnoozeTooLongRefused(item.reminder.title, item.occurrence.until_at)
    return _change(connection, ids, lambda o: snoozed(o, until))


def remove(connection: sqlite3.Connection, reminder_id: str, now: float) -> None:
    """End a reminder: it comes no more, and what was is kept."""
    tables.deactivate(connection, reminder_id)
    connection.execute(
        "DELETE FROM occurrence WHERE reminder_id = ? AND state = 'planned'", (reminder_id,)
    )
    open_items = tables.select(
        connection, f"o.reminder_id = ? AND o.state IN ({_OFFERED})", reminder_id
    )
    for item in list(open_items):
        tables.update(connection, settled(item.occurrence, State.SKIPPED, now, "removed"))


def refuse_all_taken(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Notice a second "taken"; raises AlreadyTakenRefused if all of them are counted."""
    items = items_of(connection, ids)
    if items and all(item.occurrence.state is State.TAKEN for item in items):
        last = items[-1]
        raise AlreadyTakenRefused(last.reminder.title, last.occurrence.settled_at or 0.0)


def _change(
    connection: sqlite3.Connection,
    ids: Sequence[str],
    change: Callable[[Occurrence], Occurrence],
) -> list[Item]:
    """Change what is not taken; raises AlreadyTakenRefused if all of it is."""
    refuse_all_taken(connection, ids)
    items = items_of(connection, ids)
    open_items = [item for item in items if item.occurrence.state is not State.TAKEN]
    changed = [Item(change(item.occurrence), item.reminder) for item in open_items]
    for item in changed:
        tables.update(connection, item.occurrence)
    return changed


def items_of(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Item]:
    """Read the items of these ids, in their order; those that are gone are left out."""
    found = (tables.get(connection, occurrence_id) for occurrence_id in ids)
    return [item for item in found if item is not None]


# --------------------------------------------------------------------------- wrong clocks


def _after_wrong_clock(connection: sqlite3.Connection, calendar: Calendar, now: float) -> None:
    """Take back what a clock that was ahead did by itself; what the elder said stays."""
    early = list(
        tables.select(
            connection,
            "o.state IN ('due', 'announced', 'snoozed', 'unknown', 'missed') "
            "AND o.until_at > ? AND (o.due_at > ? OR o.state IN ('unknown', 'missed'))",
            now + CLOCK_SLACK_SECONDS,
            now + CLOCK_SLACK_SECONDS,
        )
    )
    for item in early:
        tables.update(connection, taken_back(item.occurrence))
    if planned_too_far(connection, now):
        connection.execute(
            "DELETE FROM occurrence WHERE state = 'planned' AND due_at > ?", (now + _DAY_SECONDS,)
        )
        for reminder in tables.active_reminders(connection):
            replan(connection, reminder, calendar, now)
