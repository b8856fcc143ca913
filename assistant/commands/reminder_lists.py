"""What `anban reminders` does with lists: reads one in, looks it through, adds one by hand.

All of it is told in the language of the home; see `reminder_list` for how it is written.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import tzlocal

from assistant.commands.reminder_list import change, opened_copy, put, tell
from assistant.reminders.csv_list import Lists
from assistant.reminders.list_file import decoded
from assistant.reminders.list_words import ListFault
from assistant.services import (
    AddReminder,
    DoseUnlikelyRefused,
    ImportReminders,
    ListRefused,
    Refusal,
    Reminder,
)


async def read(file: Path) -> int:
    """Add the reminders of a CSV file; the exit status is 1 if lines are wrong.

    Raises:
        OSError: the file cannot be read.
        StoreError: nothing was kept.
    """
    async with opened_copy() as api:
        lists = await api.lists()
    try:
        answer = await change(ImportReminders(decoded(_raw(file))))
    except (ListFault, Refusal) as error:
        return _refused(lists, file, error, "refused")
    if not answer.added:
        tell(lists.words.say("nothing_added"))
        return 0
    titles = lists.words.say("next_title").join(each.title for each in answer.added)
    tell(lists.words.say("added", count=len(answer.added), what=titles))
    return 0


async def look_through(file: Path, *, is_asked_next: bool = False) -> int:
    """Say what a CSV file would add, and change nothing; the exit status is 1 as in `read`.

    `is_asked_next`: it is asked about right after this: how to read it in is left out, and nothing
    to add is 1, too.
    """
    async with opened_copy() as api:
        lists = await api.lists()
        try:
            looked = await api.look_through(decoded(_raw(file)))
        except (ListFault, Refusal) as error:
            return _refused(lists, file, error, "would_refuse")
    for each in looked:
        key = "would_add" if each.is_new else "would_be_doubled"
        tell(lists.words.say(key, line=each.line, what=_described(lists, each.made)))
    count = sum(each.is_new for each in looked)
    if not count:
        tell(lists.words.say("check_nothing"))
        return int(is_asked_next)
    key = "check_count" if is_asked_next else "check_done"
    tell(lists.words.say(key, count=count, file=str(file)))
    return 0


async def template(out: Path | None) -> None:
    """Write a list to begin with; raises OSError."""
    async with opened_copy() as api:
        lists = await api.lists()
    put(lists.template(), out, is_list=True)


async def add(cells: dict[str, str], *, is_check: bool) -> int:
    """Add one reminder, told by the cells of a list; the exit status is 1 if it is refused.

    A dose that is not usual is asked about on a terminal, as it is by voice.

    Raises:
        StoreError: nothing was kept.
    """
    filled = {column: cell for column, cell in cells.items() if cell}
    async with opened_copy() as api:
        lists = await api.lists()
        try:
            wish = lists.wish(filled)
            try:
                made, first_at = await api.check(wish)
            except DoseUnlikelyRefused as refusal:
                if is_check or not _is_right(lists, refusal):
                    raise
                wish = lists.wish({**filled, "confirmed": "yes"})
                made, first_at = await api.check(wish)
        except (ListFault, Refusal) as error:
            return _not_added(lists, error)
    what = _described(lists, made)
    if first_at is not None:
        at = datetime.fromtimestamp(first_at, tzlocal.get_localzone())
        first = lists.words.say("first_at", at=f"{at:%Y-%m-%d %H:%M}")
        what = lists.words.say("described", what=what, first=first)
    if is_check:
        tell(lists.words.say("would_add_one", what=what))
        return 0
    try:
        await change(AddReminder(wish))
    except Refusal as refusal:
        return _not_added(lists, refusal)
    tell(lists.words.say("added_one", what=what))
    return 0


async def fault_of(cells: dict[str, str], column: str) -> str:
    """Say what is wrong with one cell alone; empty: nothing, as far as a cell alone can tell.

    `cells`: of which the title, the kind and this column are looked at.
    """
    alone = {"title": cells["title"], "kind": cells["kind"], "times": "08:00"}
    if not cells[column]:
        return ""
    async with opened_copy() as api:
        lists = await api.lists()
        try:
            await api.check(lists.wish({**alone, column: cells[column]}))
        except DoseUnlikelyRefused:
            return ""  # asked about once all of it is known
        except ListFault as error:
            return lists.words.fault(error)
        except Refusal as error:
            return lists.words.refusal(error)
    return ""


async def is_by_meals(cells: dict[str, str]) -> bool:
    """Tell whether times of a list are told by meals, which says how they go with food."""
    async with opened_copy() as api:
        lists = await api.lists()
        try:
            wish = lists.wish({name: cells[name] for name in ("title", "kind", "times")})
        except (ListFault, Refusal):
            return False
    return wish.schedule is not None and any(each.anchor for each in wish.schedule.times)


def _raw(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _described(lists: Lists, reminder: Reminder) -> str:
    what = lists.in_words.dosage(reminder)
    return lists.words.say("description", title=reminder.title, what=what)


def _is_right(lists: Lists, refusal: DoseUnlikelyRefused) -> bool:
    """Ask whether a dose that is not usual is right; on no terminal nobody can say so."""
    if not sys.stdin.isatty():
        return False
    tell(lists.words.asked(refusal))
    try:
        return lists.words.is_confirmed(sys.stdin.readline(), "")
    except ListFault:
        return False


def _not_added(lists: Lists, error: ListFault | Refusal) -> int:
    if isinstance(error, ListFault):
        why = lists.words.fault(error)
    elif isinstance(error, DoseUnlikelyRefused):
        why = lists.words.say("as_option", why=lists.words.unlikely(error))
    else:
        why = lists.words.refusal(error)
    tell(lists.words.say("not_added", why=why))
    return 1


def _refused(lists: Lists, file: Path, error: ListFault | Refusal, key: str) -> int:
    match error:
        case ListRefused():
            why = error.lines
        case ListFault():
            why = (lists.words.fault(error),)
        case _:
            why = (lists.words.refusal(error),)
    for line in why:
        tell(f"{file}: {line}")
    tell(lists.words.say(key))
    return 1
