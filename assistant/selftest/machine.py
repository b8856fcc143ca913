"""Looks at the machine itself: disk, memory, clock, mains, battery; all of it blocks."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil

from assistant.reminders.factory import EARLIEST_NOW
from assistant.services.findings import CheckResult, Verdict, found

LEAST_FREE_BYTES: Final = 500_000_000
CLOCK_SECONDS: Final = 120.0
"""How far a clock may be off: a medicine two minutes late is on time."""
LOW_BATTERY_PERCENT: Final = 25.0


def look_at_disk(home: Path) -> CheckResult:
    """Check whether there is room for what must be recorded."""
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free < LEAST_FREE_BYTES:
        return CheckResult("disk", Verdict.BROKEN, f"{detail}; make room, alarms must be recorded")
    return CheckResult("disk", Verdict.WELL, detail)


def look_at_memory(home: Path) -> CheckResult:
    """Check whether the database is sound."""
    path = home / "anban.sqlite"
    if not path.exists():
        return CheckResult("memory", Verdict.WELL, "none yet; made at the first start")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            (verdict,) = database.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict == "ok":
        return CheckResult("memory", Verdict.WELL, str(path))
    detail = f"{path}: {verdict}; at the next start it is set aside and a new one begun"
    return CheckResult("memory", Verdict.BROKEN, detail)


def look_at_clock(now: float, last_known: float | None, offsets: Iterable[float]) -> CheckResult:
    """Check whether the clock can be right.

    Args:
        now: Unix time, seconds.
        last_known: the latest time that this home has already seen; None: never looked.
        offsets: of servers that were asked, how many seconds they are ahead of this clock.
    """
    told = sorted(offsets, key=abs)
    if told:  # the best of them: one server may be wrong itself
        is_well = abs(told[0]) <= CLOCK_SECONDS
        detail = f"{abs(told[0]):.0f} s off, by the clock of a server"
        return found(
            "clock",
            is_well=is_well,
            detail=detail if is_well else f"{detail}; set it: `timedatectl set-ntp true`",
        )
    if now < EARLIEST_NOW:
        return found("clock", is_well=False, detail="it was never set; `timedatectl set-time`")
    if last_known is not None and now < last_known - CLOCK_SECONDS:
        before = datetime.fromtimestamp(last_known).astimezone()
        detail = f"it is earlier than it was at {before:%Y-%m-%d %H:%M}; set it by `timedatectl`"
        return found("clock", is_well=False, detail=detail)
    return found("clock", is_well=True, detail="plausible; no server was there to compare it with")


def look_at_power() -> Iterator[CheckResult]:
    """Check mains and battery, if this machine has a battery that can be read."""
    try:
        battery = psutil.sensors_battery()
    except OSError:  # a container that shows no power supplies
        battery = None
    if battery is None:
        return
    percent = f"battery {battery.percent:.0f} %"
    if battery.power_plugged is not None:
        detail = percent if battery.power_plugged else f"no mains power, {percent}; plug it in"
        yield found("mains", is_well=bool(battery.power_plugged), detail=detail)
    is_low = battery.percent < LOW_BATTERY_PERCENT and not battery.power_plugged
    yield found("battery", is_well=not is_low, detail=f"{percent}{'; charge it' if is_low else ''}")
