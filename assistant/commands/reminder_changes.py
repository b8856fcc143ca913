"""What `anban reminders` changes: one day otherwise, pauses, taking off, taking back.

It writes through the Anban that runs, else by itself; see `reminder_list`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from assistant.commands.reminder_list import change, line_of, reading, tell
from assistant.commands.told import told
from assistant.services import (
    ChangeDay,
    InvalidRefused,
    ListReminders,
    PauseReminders,
    Refusal,
    Reminder,
    RemindersPaused,
    RemoveReminder,
    RemoveReminders,
    Request,
    ResumeReminders,
    TakeBack,
)
from assistant.services.codec import request_of

R = TypeVar("R")


async def forget(which: str) -> int:
    """Remove the one reminder of an id or a name; the exit status is 1 if it is not one."""
    found = await _one(which)
    if found is None:
        return 1
    return await _do(RemoveReminder(found.reminder_id), lambda _: f"{found.title} comes no more.")


async def forget_all() -> int:
    """Remove every reminder, in one transaction."""
    async with reading() as (bus, _):
        kept = await bus.ask(ListReminders())
    if not kept:
        tell(told("There is none."))
        return 1
    ids = tuple(each.reminder_id for each in kept)
    done = f"{len(ids)} come no more. Back with: anban reminders undo"
    return await _do(RemoveReminders(ids), lambda _: done)


async def alter_day(
    which: str, day: str, *, is_skipped: bool, at: str, slot: str, amount: str
) -> int:
    """Let one day of a reminder be otherwise; the series stays."""
    found = await _one(which)
    if found is None:
        return 1
    wanted: dict[str, object] = {"day": day, "slot": slot, "is_left_out": is_skipped}
    if at:
        wanted["at"] = f"{day}T{at}"
    if amount:
        number, _, unit = amount.partition(" ")
        wanted["amount"] = {"amount": number, "unit": unit}
    try:
        asked = request_of(ChangeDay, {"which": found.reminder_id, "day": wanted})
    except InvalidRefused as refusal:
        return _refused(refusal)
    return await _do(asked, lambda _: f"{found.title} is otherwise on {day} only.")


async def suspend(which: str, until: str) -> int:
    """Let a reminder, or all, not come until a day or until `resume`."""
    ids = await _ids(which)
    if ids is None:
        return 1
    try:
        end = datetime.fromisoformat(f"{until}T00:00") if until else None
    except ValueError as error:
        return _refused(InvalidRefused("until", str(error)))

    def done(answer: RemindersPaused) -> str:
        titles = _titles(answer.paused)
        if until:
            return f"{titles}: paused until {until}."
        return f"{titles}: paused until: anban reminders resume."

    return await _do(PauseReminders(ids, end), done)


async def go_on(which: str) -> int:
    """End a pause, of one or of all."""
    ids = await _ids(which)
    if ids is None:
        return 1
    return await _do(
        ResumeReminders(ids), lambda done: f"{_titles(done.resumed)}: reminded of again."
    )


async def take_back() -> int:
    """Take back what was done last."""
    return await _do(TakeBack(), lambda done: f"Taken back: {done.kind}, {', '.join(done.titles)}.")


async def _ids(which: str) -> tuple[str, ...] | None:
    if not which:
        return ()
    found = await _one(which)
    return (found.reminder_id,) if found is not None else None


async def _one(which: str) -> Reminder | None:
    """The one reminder of an id or a name; None if it is not one, which is told."""
    async with reading() as (bus, api):
        kept = await bus.ask(ListReminders())
        words = (await api.lists()).in_words
    named = [each for each in kept if which in {each.reminder_id, each.title}]
    if len(named) == 1:
        return named[0]
    if named:
        tell(told(f"{len(named)} reminders are called {which}, say which:"))
    else:
        tell(told(f"No reminder is called {which}. There are:" if kept else "There is none."))
    for each in named or kept:
        tell(line_of(each, words))
    return None


async def _do(request: Request[R], done: Callable[[R], str]) -> int:
    """Do it, and tell what became of it; the exit status."""
    try:
        answer = await change(request)
    except Refusal as refusal:
        return _refused(refusal)
    tell(told(done(answer)))
    return 0


def _refused(refusal: Refusal) -> int:
    tell(told(f"Not done: {refusal.to_dict()}"))
    return 1


def _titles(reminders: Iterable[Reminder]) -> str:
    return ", ".join(dict.fromkeys(each.title for each in reminders))
