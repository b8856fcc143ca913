"""What `anban reminders` does.

It reads from a copy of the database, so that it works beside the Anban that runs and without it;
it writes through the one that runs, else by itself.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import tzlocal
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.commands.told import told
from assistant.home.home import Home
from assistant.medicines import Medicines
from assistant.reminders import ReminderApi, ReminderScheduler, ReminderServices
from assistant.reminders.in_words import InWords
from assistant.runtime.bus import Bus
from assistant.runtime.home_folder import AlreadyRunningError, lock_home, socket_path
from assistant.runtime.link import Link
from assistant.services import (
    DueItem,
    ListReminders,
    ListToday,
    Reminder,
    Request,
    Risk,
)
from assistant.services.codec import to_json
from assistant.services.doses import WeekOfMedicine
from assistant.services.reminder import DayException
from assistant.settings import home_folder, load, settings_file
from assistant.store import Database, StoreError

_DATABASE: Final = "anban.sqlite"
_WRITE_SECONDS: Final = 60.0
"""A list of a thousand reminders is planned and written in one transaction."""

R = TypeVar("R")


async def show(*, as_json: bool) -> None:
    """Print every reminder; raises StoreError."""
    async with reading() as (bus, api):
        kept = await bus.ask(ListReminders())
        words = (await api.lists()).in_words
    for reminder in kept:
        if as_json:
            tell(_json(reminder))
        else:
            _tell_row(line_of(reminder, words))
    if not kept and not as_json:
        tell(told("Nothing yet. Say it to Anban, or read in a list: anban reminders import FILE"))


async def show_today(*, as_json: bool) -> None:
    """Print today's occurrences with their states; raises StoreError."""
    async with reading() as (bus, _):
        items = await bus.ask(ListToday())
    for item in items:
        due = datetime.fromtimestamp(item.due_at).astimezone()
        state = ", ".join(told(each) for each in (item.state, item.reason) if each)
        tell(_json(item) if as_json else f"{due:%H:%M}  {item.title}: {state}")
    if not items and not as_json:
        tell(told("Nothing is due today."))


async def show_adherence(weeks: int, *, as_json: bool) -> None:
    """Print how each medicine was taken, by week; raises StoreError."""
    async with opened_copy() as api:
        found = await api.adherence(weeks)
    for week in found:
        if as_json:
            counts = asdict(week) | {"monday": week.monday.isoformat(), "planned": week.planned}
            tell(json.dumps(counts, ensure_ascii=False))
        else:
            tell(_week_line(week))
    if not found and not as_json:
        tell(told("No dose was due in these weeks."))


async def write(form: str, out: Path | None) -> None:
    """Write all reminders to a file or print them; raises StoreError, OSError."""
    async with opened_copy() as api:
        text = await api.export(form)
    put(text, out, is_list=form == "csv")


def put(text: str, out: Path | None, *, is_list: bool) -> None:
    """Write a text to a file or print it; raises OSError."""
    if out is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        # Without the mark, Excel takes a list for one in the code page of its Windows; the lines
        # of a calendar end as its standard wants, and are not ended anew.
        out.write_text(text, "utf-8-sig" if is_list else "utf-8", newline="")


# ------------------------------------------------------------------------------- ways in


async def change(request: Request[R]) -> R:
    """Ask the Anban that runs here, else do it in its place; raises what the request names."""
    home = home_folder()
    try:
        lock = lock_home(home)
    except AlreadyRunningError:
        async with Link("reminders", (), socket_path(home)) as link:
            return await link.request(request, _WRITE_SECONDS)
    with lock:
        async with _opened(lambda _: home / _DATABASE) as (bus, _):
            return await bus.ask(request)


@asynccontextmanager
async def opened_copy(lang: str | None = None) -> AsyncIterator[ReminderApi]:
    """The reminders over a copy of the database: nothing that they write is kept.

    `lang`: the language to speak instead of the home's.
    """
    async with _opened(copied, lang) as (_, api):
        yield api


@asynccontextmanager
async def reading() -> AsyncIterator[tuple[Bus, ReminderApi]]:
    """The services over a copy of the database: nothing that they write is kept."""
    async with _opened(copied) as opened:
        yield opened


@asynccontextmanager
async def _opened(
    place: Callable[[Path], Path], lang: str | None = None
) -> AsyncIterator[tuple[Bus, ReminderApi]]:
    """The services of reminders over a database; nothing is announced, and nobody told."""
    home = home_folder()
    settings = load(settings_file(home))
    with tempfile.TemporaryDirectory(prefix="anban-") as folder:
        database = Database(place(Path(folder)))
        await database.open()
        try:
            ours = Home.of(home, settings, lang=lang, database=database)
            await ours.memory.recall()
            api = ReminderApi(ReminderScheduler(ours), Medicines(ours))
            ReminderServices(api).register(ours.bus)
            yield ours.bus, api
        finally:
            await database.close()


def copied(folder: Path) -> Path:
    """A copy of the home's database as it is at this moment; raises StoreError."""
    home = home_folder() / _DATABASE
    copied = folder / _DATABASE
    if not home.exists():
        return copied  # empty, and the home is not touched
    try:
        with (
            sqlite3.connect(f"{home.as_uri()}?mode=ro", uri=True) as source,
            sqlite3.connect(copied) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise StoreError(f"{home} cannot be read: {error}") from error
    return copied


# --------------------------------------------------------------------------------- words


def _json(value: Reminder | DueItem) -> str:
    return json.dumps(to_json(value), ensure_ascii=False)


def line_of(reminder: Reminder, words: InWords) -> str:
    """A reminder as the list shows it, with what is otherwise from today on."""
    today = datetime.now(tzlocal.get_localzone())
    coming = [each for each in reminder.exceptions if each.day >= today.date()]
    pauses = [each for each in reminder.pauses if each.until is None or each.until > today]
    mark = f"  ({told(reminder.risk)})" if reminder.risk is not Risk.NORMAL else ""
    otherwise = words.otherwise([each for each in coming if each.is_left_out], pauses)
    moved = [_moved(each) for each in coming if not each.is_left_out]
    parts = [words.dosage(reminder), *otherwise, *moved]
    what = words.joined([part for part in parts if part])
    return f"{reminder.reminder_id}  {reminder.title}: {what}{mark}"


def _moved(each: DayException) -> str:
    parts = [str(each.day)]
    if each.at:
        parts.append(told(f"moved to {each.at:%H:%M}"))
    if each.amount:
        parts.append(f"{each.amount.amount} {each.amount.unit}")
    return " ".join(parts)


def _week_line(week: WeekOfMedicine) -> str:
    others: Sequence[tuple[str, int]] = (
        ("skipped", week.skipped),
        ("unanswered", week.unknown),
        ("could not be announced", week.missed),
    )
    taken = told(f"{week.monday}  {week.title}: taken {week.taken} of {week.planned}")
    return ", ".join([taken, *(told(f"{count} {name}") for name, count in others if count)])


def _tell_row(line: str) -> None:
    """Print a line; on a terminal it is broken, and the long id stands below."""
    if not sys.stdout.isatty():
        tell(line)
        return
    row = Table.grid(padding=(0, 1, 0, 0))
    reminder_id, _, rest = line.partition("  ")
    row.add_row("-", Text(rest, overflow="fold"))
    row.add_row("", Text(reminder_id, "dim"))
    Console().print(row)


def tell(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
