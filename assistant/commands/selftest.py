"""`anban selftest`: the running Anban tests itself now; and what the last test and drill found."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.commands.told import told
from assistant.drill.store import last_drill
from assistant.runtime.home_folder import socket_path
from assistant.runtime.link import Link
from assistant.selftest.store import last_run
from assistant.services import RunSelftest
from assistant.services.findings import CheckResult, Verdict
from assistant.settings import home_folder

_NAMES: Final = {
    "console": "page server",
    "ear": "listening",
    "memory": "stored data",
    "mouth": "speaking",
    "senses": "radar program",
}
"""Parts whose name says nothing to a family."""
TEST_SECONDS: Final = 180.0
_COLOURS: Final = {Verdict.WELL: "green", Verdict.POOR: "yellow", Verdict.BROKEN: "red"}


async def test_now(*, with_chime: bool) -> int:
    """Test now; 1 if something is not well.

    Raises:
        LinkError: no Anban runs here.
        ServiceError: it is no moment for it, with the reason.
    """
    console = Console()
    async with Link("selftest", (), socket_path(home_folder())) as link:
        with console.status(told("Anban tests itself")):
            findings = await link.request(RunSelftest(with_chime=with_chime), TEST_SECONDS)
    console.print(table_of(findings, "Anban's self-test"))
    return 0 if all(finding.is_well for finding in findings) else 1


def show_last() -> int:
    """Show what was found last; 1 if something is not well, or there was no test yet."""
    return 0 if print_last(Console(), home_folder()) else 1


def print_last(console: Console, home: Path) -> bool:
    """Show the last self-test and the last drill; whether the test found all well."""
    path = home / "anban.sqlite"
    run = drill = None
    if path.exists():
        # A home that was never started with this version has no such tables.
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database,
        ):
            run, drill = last_run(database), last_drill(database)
    if run is None:
        console.print(
            told("No self-test yet: made every day mid-morning, or now by `anban selftest`.")
        )
    else:
        console.print(table_of(run.findings, f"last self-test, {_when(run.ended_at)}"))
    if drill is None:
        console.print(told("No drill yet: `anban drill` tries a cry from each room and each call."))
    else:
        cut_off = "" if drill.ended_at is not None else ", not ended"
        title = f"last drill, {_when(drill.begun_at)}{cut_off}"
        console.print(table_of(drill.findings, title))
    return run is not None and all(finding.is_well for finding in run.findings)


def table_of(findings: Iterable[CheckResult], title: str) -> Table:
    """Findings as a table."""
    table = Table(told("part"), "", told("what was found"), title=told(title))
    for finding in findings:
        part = Text(f"{named(finding.part)} {finding.subject}".strip(), overflow="fold")
        verdict = Text(told(finding.verdict), _COLOURS[finding.verdict])
        # Without it, Chinese is cut off: there is no blank at which it could break.
        table.add_row(part, verdict, Text(told(finding.detail), overflow="fold"))
    return table


def named(part: str) -> str:
    """Name a part for people, in the language of the home."""
    return told(_NAMES.get(part, part.replace("_", " ") if told(part) == part else part))


def _when(at: float | None) -> str:
    return f"{datetime.fromtimestamp(at or 0.0).astimezone():%Y-%m-%d %H:%M}"
