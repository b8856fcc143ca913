"""`anban reminders`: what the elder is reminded of, and how it went; for families and integrators.

Parses only; the work lies in `reminder_list`, which is imported when it is needed.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

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
    file: Annotated[Path, typer.Argument(help="A CSV file as `export csv` writes it; - reads it.")],
) -> None:
    """Add the reminders of a file: all of them, or none and every bad line named."""
    from assistant.commands.reminder_list import read  # noqa: PLC0415

    raise typer.Exit(asyncio.run(read(file)))


@app.command()
def remove(
    which: Annotated[str, typer.Argument(help="Its name or its id, as `list` shows them.")],
) -> None:
    """Let a reminder come no more."""
    from assistant.commands.reminder_list import forget  # noqa: PLC0415

    raise typer.Exit(asyncio.run(forget(which)))
