"""Writes `before/`: a data folder as the commit before the rooms were moved (5f0a16c) left it.

The folder is written by that commit's own code, in a process that ends like in a power cut: an
alarm is open, a try to reach the daughter has failed and the next one is on its way.  It was made
with

    git worktree add /tmp/before 5f0a16c
    cd /tmp/before
    TZ=Asia/Shanghai PYTHONPATH=. CHECKOUT/.venv/bin/python CHECKOUT/tests/upgrade/make_before.py

(`CHECKOUT`: this checkout, whose libraries that commit uses).  The database is kept as the SQL that
makes it.  Nothing listens on the daughter's port: the test puts a receiver there.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

MORNING = datetime.fromisoformat("2026-11-30T07:00:00+08:00").timestamp()
HERE = Path(__file__).parent / "before"
DAUGHTER = "http://127.0.0.1:9/alarm/token5"
PILL: dict[str, Any] = {
    "title": "降压药",
    "kind": "medicine",
    "amount": {"amount": "1", "unit": "tablet"},
    "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "07:30"}, {"at": "19:30"}]},
}
OTHERS: list[dict[str, Any]] = [
    {
        "title": "华法林",
        "kind": "medicine",
        "amount": {"amount": "1/2", "unit": "tablet"},
        "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "08:00"}]},
        "risk": "anticoagulant",
    },
    {
        "title": "给花浇水",
        "kind": "task",
        "schedule": {"rrule": "FREQ=WEEKLY;BYDAY=MO,TH", "times": [{"at": "16:00"}]},
    },
]


class Clock:
    """Of the reminders: it stands until it is moved."""

    def __init__(self) -> None:
        self.at = MORNING
        self._moved = asyncio.Event()

    def now(self) -> float:
        return self.at

    def move(self, hour: int, minute: int) -> None:
        self.at = MORNING + (hour - 7) * 3600 + minute * 60
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self, until: float | None, woken: asyncio.Event) -> None:
        while not woken.is_set() and (until is None or self.at < until):
            waits = [asyncio.ensure_future(event.wait()) for event in (woken, self._moved)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()


async def live(folder: Path) -> None:
    """Some hours of a home; it does not return."""
    from assistant.care.contacts import new_contact  # type: ignore[import-not-found]

    from assistant.core import CoreOptions, running
    from assistant.events import AskElder, CryForHelpHeard, ElderAnswered
    from assistant.settings import EmergencySettings, Settings

    settings = replace(
        Settings(), elder_name="王奶奶", emergency=EmergencySettings(webhook_secret="of-this-home")
    )
    clock = Clock()
    options = CoreOptions(folder, settings, folder, capabilities=frozenset(), clock=clock)
    async with running(options) as core:
        call = core.bus.call
        core.care.people.add(new_contact("大女儿", ["女儿"], [DAUGHTER, "tel:+8613800138000"]))
        core.care.people.add(new_contact("儿子", [], ["tel:+8613900139000"], "08:00-22:00"))
        await call("profile.set", field="birthday", value="1941-03-05")
        await call("profile.set", field="allergies", value=["青霉素"])
        await call("voice.adjust", direction="louder")
        await call("storage.set", skill="tea", key="cups", value=3)
        await call("storage.set", skill="tea", key="kinds", value={"绿茶": 2, "red": [1, None]})
        await call("storage.set", skill="meals", key="last", value="粥")

        for each in (PILL, *OTHERS):
            assert "refused" not in await call("reminders.add", reminder=each)
        for title, amount in (("降压药", "30"), ("华法林", "7")):
            given = {"amount": amount, "unit": "tablet"}
            assert "refused" not in await call("reminders.refill", which=title, amount=given)
        clock.move(7, 30)
        await until(lambda: told(core, "announced"))
        assert "refused" not in await call("reminders.taken", which="降压药")
        core.bus.subscribe(
            AskElder, lambda asked: core.bus.publish(ElderAnswered(asked.question_id, "silence"))
        )
        clock.move(8, 0)  # nobody takes the other one
        await until(lambda: told(core, "announced"))
        for minute in range(0, 240, 5):
            clock.move(8, minute)
            await asyncio.sleep(0.05)
        await until(lambda: told(core, "unknown"))  # and the family is owed a word of it

        core.bus.publish(CryForHelpHeard("着火了", "fire", 0.0))
        await until(lambda: bool(core.care.book.open_alarms()))
        (fire,) = core.care.book.open_alarms()
        await call("alarms.close", alarm_id=fire.alarm_id, who="大女儿")
        core.bus.publish(CryForHelpHeard("救命", "fall", 0.0))
        await until(lambda: tries(core) >= 1)
        os._exit(9)


def told(core: Any, state: str) -> bool:
    """Whether an occurrence is in this state."""
    with closing(sqlite3.connect(core.options.home / "anban.sqlite")) as connection:
        sql = "SELECT count(*) FROM occurrence WHERE state = ?"
        return bool(connection.execute(sql, (state,)).fetchone()[0])


def tries(core: Any) -> int:
    """How many tries to reach somebody for the open alarm have ended."""
    return sum(
        attempt.ended_at is not None
        for alarm in core.care.book.open_alarms()
        for attempt in core.care.book.attempts(alarm.alarm_id)
    )


async def until(is_so: Any) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110  (what is awaited has no event to wait on)
            await asyncio.sleep(0.02)


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(live(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        assert subprocess.run([sys.executable, __file__, folder], check=False).returncode == 9
        HERE.mkdir(exist_ok=True)
        with closing(sqlite3.connect(home / "anban.sqlite")) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            lines = [*connection.iterdump(), f"PRAGMA user_version = {version};"]
        (HERE / "anban.sql").write_text("\n".join(lines) + "\n", "utf-8")
        for file in sorted(home.iterdir()):
            if file.suffix == ".json":
                (HERE / file.name).write_bytes(file.read_bytes())


if __name__ == "__main__":
    main()
