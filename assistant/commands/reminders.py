"""`anban reminders`: what the elder is reminded of, and how it went; for families and integrators.

Parses only; the work lies in `reminder_list`, which is imported when it is needed.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.explained import HomeGroup

app = typer.Typer(cls=HomeGroup, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class Form(StrEnum):
    """What reminders are written as."""

    FHIR = "fhir"
    CALENDAR = "calendar"
    CSV = "csv"


@app.command("list")
def list_reminders(*, json: Json = False) -> None:
    """Show every reminder."""
    from assistant.commands.reminder_list import show  # noqa: PLC0415

    asyncio.run(show(as_json=json))


@app.command()
def today(*, json: Json = False) -> None:
    """Show what is due today, and what became of it."""
    from assistant.commands.reminder_list import show_today  # noqa: PLC0415

    asyncio.run(show_today(as_json=json))


@app.command()
def adherence(
    weeks: Annotated[int, typer.Option(min=1, max=520, help="This week included.")] = 4,
    *,
    json: Json = False,
) -> None:
    """Show how regularly each medicine was taken, week by week."""
    from assistant.commands.reminder_list import show_adherence  # noqa: PLC0415

    asyncio.run(show_adherence(weeks, as_json=json))


@app.command()
def export(
    form: Annotated[Form, typer.Argument(help="FHIR R4B with every dose, iCalendar, or CSV.")],
    out: Annotated[Path | None, typer.Option(help="A file; else it is printed.")] = None,
) -> None:
    """Write all reminders."""
    from assistant.commands.reminder_list import write  # noqa: PLC0415

    asyncio.run(write(form.value, out))


@app.command("import")
def read_in(
    file: Annotated[Path, typer.Argument(help="A CSV file of Excel, WPS or ours; - reads it.")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say what would happen.")] = False,
) -> None:
    """Add the reminders of a file: all of them, or none and every bad line named."""
    from assistant.commands.reminder_lists import look_through, read  # noqa: PLC0415

    raise typer.Exit(asyncio.run(look_through(file) if check else read(file)))


@app.command()
def template(
    out: Annotated[Path | None, typer.Option(help="A file; else it is printed.")] = None,
) -> None:
    """Write a CSV file to fill in, with examples, in the language of the home."""
    from assistant.commands.reminder_lists import template as write_template  # noqa: PLC0415

    asyncio.run(write_template(out))


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="The medicine, or what to remind of.")],
    times: Annotated[list[str] | None, typer.Argument(help="08:00 18:30, 晚饭后.")] = None,
    *,
    dose: Annotated[str, typer.Option(help='1片, "half a tablet", 10ml.')] = "",
    strength: Annotated[str, typer.Option(help="How much is in each: 500mg.")] = "",
    days: Annotated[str, typer.Option(help='周一、周四, "every other day"; else daily.')] = "",
    once: Annotated[str, typer.Option(help='Only once: "2026-12-24 08:00".')] = "",
    food: Annotated[str, typer.Option(help="饭前, 饭后, before, with, after.")] = "",
    start: Annotated[str, typer.Option("--from", help="The first day: 2026-12-24.")] = "",
    until: Annotated[str, typer.Option(help="The last day.")] = "",
    least_hours: Annotated[str, typer.Option(help="As needed: hours between two.")] = "",
    daily_most: Annotated[str, typer.Option(help="As needed: the most in 24 hours.")] = "",
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
    task: Annotated[bool, typer.Option("--task", help="It is no medicine.")] = False,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="The dose is right.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what would happen.")] = False,
) -> None:
    """Add one reminder: a medicine, or with --task something to do."""
    from assistant.commands.reminder_lists import add as add_one  # noqa: PLC0415

    cells = {
        "title": title,
        "kind": "task" if task else "medicine",
        "amount": dose,
        "strength": strength,
        "times": ";".join(times or ()),
        "rrule": days,
        "at": once,
        "food": food,
        "start": start,
        "until": until,
        "least_hours": least_hours,
        "daily_most": daily_most,
        "note": note,
        "confirmed": "yes" if confirmed else "",
    }
    raise typer.Exit(asyncio.run(add_one(cells, is_check=check)))


@app.command()
def remove(
    which: Annotated[str, typer.Argument(help="Its name or its id; empty with --all.")] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Let a reminder, or all of them, come no more."""
    from assistant.commands.reminder_changes import forget, forget_all  # noqa: PLC0415

    if bool(which) == everything:
        raise typer.BadParameter("say which one, or --all")
    raise typer.Exit(asyncio.run(forget_all() if everything else forget(which)))


Which = Annotated[str, typer.Argument(help="Its name or its id, as `list` shows them.")]


@app.command("on-day")
def on_day(
    which: Which,
    day: Annotated[str, typer.Argument(help="2026-12-24: only this day is otherwise.")],
    *,
    skip: Annotated[bool, typer.Option("--skip", help="It does not come.")] = False,
    at: Annotated[str, typer.Option(help="When it comes instead: 09:30.")] = "",
    slot: Annotated[str, typer.Option(help="Which of its times that day: 08:00.")] = "",
    amount: Annotated[str, typer.Option(help='How much is taken instead: "2 tablet".')] = "",
) -> None:
    """Let one day be otherwise; the reminder itself stays as it is."""
    from assistant.commands.reminder_changes import alter_day  # noqa: PLC0415

    if not (skip or at or amount):
        raise typer.BadParameter("say --skip, --at or --amount")
    raise typer.Exit(
        asyncio.run(alter_day(which, day, is_skipped=skip, at=at, slot=slot, amount=amount))
    )


@app.command()
def pause(
    which: Annotated[str, typer.Argument(help="Its name or its id; empty: all.")] = "",
    until: Annotated[str, typer.Option(help="2026-12-24: from then on it comes again.")] = "",
) -> None:
    """Let a reminder, or all of them, not come for a time."""
    from assistant.commands.reminder_changes import suspend  # noqa: PLC0415

    raise typer.Exit(asyncio.run(suspend(which, until)))


@app.command()
def resume(
    which: Annotated[str, typer.Argument(help="Its name or its id; empty: all.")] = "",
) -> None:
    """End a pause."""
    from assistant.commands.reminder_changes import go_on  # noqa: PLC0415

    raise typer.Exit(asyncio.run(go_on(which)))


@app.command()
def undo() -> None:
    """Take back what was done last, by voice or here, within an hour."""
    from assistant.commands.reminder_changes import take_back  # noqa: PLC0415

    raise typer.Exit(asyncio.run(take_back()))
