"""The self-test in the database: what was found each day, and what somebody is still owed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

from assistant.selftest.trouble import Trouble, after
from assistant.services.findings import CheckResult, Verdict

KEPT_DAYS: Final = 60
MOST_BEGINS: Final = 3
"""How often Anban may die in the middle of a test on one day: after that it is left alone until
tomorrow."""
_TROUBLE = ", ".join(field.name for field in fields(Trouble))
_MARKS = ", ".join("?" * len(fields(Trouble)))


@dataclass(frozen=True, slots=True)
class DayRun:
    """One day's self-test."""

    day: str
    begun_at: float
    """When the test began; Unix time, seconds."""
    ended_at: float | None
    """When the test ended; None: it was cut off."""
    findings: tuple[CheckResult, ...] = ()


def is_done(connection: sqlite3.Connection, day: str) -> bool:
    """Whether this day needs no test any more."""
    sql = "SELECT ended_at IS NOT NULL OR begins >= ? FROM selftest WHERE day = ?"
    row = connection.execute(sql, (MOST_BEGINS, day)).fetchone()
    return row is not None and bool(row[0])


def begin(connection: sqlite3.Connection, day: str, now: float) -> float | None:
    """Write down that a test begins; gives the latest time that was known before."""
    (known,) = connection.execute("SELECT max(begun_at) FROM selftest").fetchone()
    # Days that have not come yet were written by a clock that was wrong.
    connection.execute("DELETE FROM selftest WHERE day > ?", (day,))
    connection.execute(
        "INSERT INTO selftest VALUES (?, ?, NULL, 1) "
        "ON CONFLICT (day) DO UPDATE SET begun_at = excluded.begun_at, begins = begins + 1",
        (day, now),
    )
    return None if known is None else float(known)


def abandon(connection: sqlite3.Connection, day: str) -> None:
    """Forget a test: something that matters more came."""
    connection.execute("UPDATE selftest SET begins = max(begins - 1, 0) WHERE day = ?", (day,))


def finish(
    connection: sqlite3.Connection, day: str, now: float, findings: Sequence[CheckResult]
) -> None:
    """Keep what was found, and what follows from it for family and elder."""
    connection.execute("UPDATE selftest SET ended_at = ? WHERE day = ?", (now, day))
    connection.execute("DELETE FROM selftest_finding WHERE day = ?", (day,))
    connection.executemany(
        "INSERT OR REPLACE INTO selftest_finding VALUES (?, ?, ?, ?, ?)",
        [(day, f.part, f.subject, f.verdict.value, f.detail) for f in findings],
    )
    save_troubles(connection, after(troubles(connection), findings, day))
    oldest = (date.fromisoformat(day) - timedelta(days=KEPT_DAYS)).isoformat()
    connection.execute("DELETE FROM selftest WHERE day <= ?", (oldest,))


def last_run(connection: sqlite3.Connection) -> DayRun | None:
    """Read the newest test that came to its end."""
    row = connection.execute(
        "SELECT day, begun_at, ended_at FROM selftest WHERE ended_at IS NOT NULL "
        "ORDER BY day DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    found = connection.execute(
        "SELECT part, verdict, detail, subject FROM selftest_finding WHERE day = ? ORDER BY rowid",
        (row[0],),
    )
    findings = tuple(
        CheckResult(part, Verdict(v), detail, which) for part, v, detail, which in found
    )
    day, begun_at, ended_at = row
    return DayRun(day, begun_at, ended_at, findings)


def troubles(connection: sqlite3.Connection) -> tuple[Trouble, ...]:
    """Read all that is not well, or was and somebody does not know yet that it is again."""
    rows = connection.execute(f"SELECT {_TROUBLE} FROM selftest_trouble ORDER BY rowid")  # noqa: S608
    names = [field.name for field in fields(Trouble)]
    return tuple(_trouble(dict(zip(names, row, strict=True))) for row in rows)


def _trouble(values: dict[str, Any]) -> Trouble:
    return Trouble(**{**values, "is_over": bool(values["is_over"])})


def save_troubles(connection: sqlite3.Connection, known: Iterable[Trouble]) -> None:
    """Put these troubles in the place of those before."""
    connection.execute("DELETE FROM selftest_trouble")
    sql = f"INSERT INTO selftest_trouble ({_TROUBLE}) VALUES ({_MARKS})"  # noqa: S608
    connection.executemany(sql, [astuple(trouble) for trouble in known])
