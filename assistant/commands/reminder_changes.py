"""What `anban reminders` changes: one day otherwise, pauses, taking off, taking back.

It writes through the Anban that runs, else by itself; see `reminder_list`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.commands.reminder_list import change, line_of, reading, tell


async def forget(which: str) -> int:
    """Remove the one reminder of an id or a name; the exit status is 1 where it is not one."""
    found = await _one(which)
    if found is None:
        return 1
    answer = await change("reminders.remove", which=found["reminder_id"])
    return _outcome(answer, f"{found['title']} comes no more.")


async def forget_all() -> int:
    """Remove every reminder, in one transaction."""
    async with reading() as bus:
        kept = await bus.call("reminders.list")
    if not kept:
        tell("There is none.")
        return 1
    ids = [each["reminder_id"] for each in kept]
    answer = await change("reminders.remove_all", which=ids)
    return _outcome(answer, f"{len(ids)} come no more. Back with: anban reminders undo")


async def alter_day(
    which: str, day: str, *, is_skipped: bool, at: str, slot: str, amount: str
) -> int:
    """Let one day of a reminder be otherwise; the series stays."""
    found = await _one(which)
    if found is None:
        return 1
    wanted: dict[str, Any] = {"day": day, "slot": slot, "is_left_out": is_skipped}
    if at:
        wanted["at"] = f"{day}T{at}"
    if amount:
        number, _, unit = amount.partition(" ")
        wanted["amount"] = {"amount": number, "unit": unit}
    answer = await change("reminders.on_day", which=found["reminder_id"], day=wanted)
    return _outcome(answer, f"{found['title']} is otherwise on {day} only.")


async def suspend(which: str, until: str) -> int:
    """Let a reminder, or all, not come until a day or until `resume`."""
    ids = await _ids(which)
    if ids is None:
        return 1
    bounds = {"until": f"{until}T00:00"} if until else {}
    answer = await change("reminders.pause", which=ids, **bounds)
    end = f"until {until}" if until else "until: anban reminders resume"
    return _outcome(answer, f"{_titles(answer.get('paused', ()))}: paused {end}.")


async def go_on(which: str) -> int:
    """End a pause, of one or of all."""
    ids = await _ids(which)
    if ids is None:
        return 1
    answer = await change("reminders.resume", which=ids)
    return _outcome(answer, f"{_titles(answer.get('resumed', ()))}: reminded of again.")


async def take_back() -> int:
    """Take back what was done last."""
    answer = await change("reminders.take_back")
    done = f"Taken back: {answer.get('kind')}, {', '.join(answer.get('titles', ()))}."
    return _outcome(answer, done)


async def _ids(which: str) -> list[str] | None:
    if not which:
        return []
    found = await _one(which)
    return [found["reminder_id"]] if found is not None else None


async def _one(which: str) -> dict[str, Any] | None:
    """The one reminder of an id or a name; None where it is not one, which is told."""
    async with reading() as bus:
        kept = await bus.call("reminders.list")
    named = [each for each in kept if which in {each["reminder_id"], each["title"]}]
    if len(named) == 1:
        only: dict[str, Any] = named[0]
        return only
    if named:
        tell(f"{len(named)} reminders are called {which}, say which:")
    else:
        tell(f"No reminder is called {which}. There are:" if kept else "There is none.")
    for each in named or kept:
        tell(line_of(each))
    return None


def _outcome(answer: dict[str, Any], done: str) -> int:
    if "refused" in answer:
        tell(f"Not done: {answer}")
        return 1
    tell(done)
    return 0


def _titles(reminders: Sequence[dict[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(each["title"] for each in reminders))
