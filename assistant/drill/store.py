"""Drills in the database: which rooms and which people were reached."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from assistant.services.findings import CheckResult, Verdict
from assistant.store.rows import readable

KEPT_DRILLS: Final = 50


@dataclass(frozen=True, slots=True)
class DrillRun:
    """One drill."""

    begun_at: float
    """When the drill began; Unix time, seconds."""
    ended_at: float | None
    """When the drill ended; None: it is still on, or was cut off."""
    findings: tuple[CheckResult, ...]
    """What was found: part `room` or `contact`, with the room or the person's channel as
    subject."""


def begin(connection: sqlite3.Connection, drill_id: str, now: float) -> None:
    """Write down that a drill begins."""
    connection.execute("INSERT OR IGNORE INTO drill VALUES (?, ?, NULL)", (drill_id, now))
    connection.execute(
        "DELETE FROM drill WHERE drill_id NOT IN "
        "(SELECT drill_id FROM drill ORDER BY begun_at DESC LIMIT ?)",
        (KEPT_DRILLS,),
    )


def note(connection: sqlite3.Connection, drill_id: str, finding: CheckResult, now: float) -> None:
    """Write down one room or one person's channel."""
    connection.execute(
        "INSERT OR REPLACE INTO drill_result VALUES (?, ?, ?, ?, ?, ?)",
        (drill_id, finding.part, finding.subject, finding.verdict.value, finding.detail, now),
    )


def end(connection: sqlite3.Connection, drill_id: str, now: float) -> None:
    """Write down that a drill is over."""
    connection.execute("UPDATE drill SET ended_at = ? WHERE drill_id = ?", (now, drill_id))


def last_drill(connection: sqlite3.Connection) -> DrillRun | None:
    """Read the newest drill."""
    row = connection.execute(
        "SELECT drill_id, begun_at, ended_at FROM drill ORDER BY begun_at DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    results = connection.execute(
        "SELECT kind, verdict, detail, subject FROM drill_result WHERE drill_id = ? ORDER BY at",
        (row[0],),
    )
    findings = tuple(readable(results, _finding, "drill_result"))
    return DrillRun(row[1], row[2], findings)


def _finding(row: tuple[str, str, str, str]) -> CheckResult:
    kind, verdict, detail, who = row
    return CheckResult(kind, Verdict(verdict), detail, who)
