"""A core in which days pass when a test says so."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import tzlocal

from assistant.core import Core, CoreOptions, running
from assistant.demo.room import FileRoom
from assistant.events import Capability, Say
from assistant.people.contacts import new_contact
from assistant.selftest.store import last_run
from assistant.services.findings import CheckResult
from assistant.settings import EmergencySettings, Settings
from simulators.webhook import WebhookReceiver
from tests.reminders.home import VirtualClock

SECRET = "webhooks-of-this-home"
DAY = datetime(2027, 3, 1, tzinfo=tzlocal.get_localzone())
NOWHERE = "http://127.0.0.1:1/alarm"


def at(clock: str, days: int = 0) -> float:
    hour, minute = map(int, clock.split(":"))
    return (DAY + timedelta(days=days, hours=hour, minutes=minute)).timestamp()


@dataclass
class Home:
    core: Core
    clock: VirtualClock
    folder: Path
    told: list[object]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "anban.sqlite")) as database:
            return database.execute(sql).fetchall()

    def days(self) -> dict[str, bool]:
        """By day, whether its test was made."""
        return {day[5:]: ended is not None for day, ended in self.rows(
            "SELECT day, ended_at FROM selftest ORDER BY day"
        )}  # fmt: skip

    def is_made(self, day: str) -> bool:
        return self.days().get(day, False)

    def found(self) -> dict[str, CheckResult]:
        with closing(sqlite3.connect(self.folder / "anban.sqlite")) as database:
            run = last_run(database)
        assert run is not None
        return {f"{f.part} {f.subject}".strip(): f for f in run.findings}

    def said(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Say)]

    def add(self, name: str, *addresses: str) -> None:
        self.core.ways.people.add(new_contact(name, [], addresses))


@asynccontextmanager
async def a_home(
    folder: Path,
    clock: VirtualClock,
    *,
    has_mouth: bool = False,
    **settings: Any,
) -> AsyncIterator[Home]:
    wanted = replace(
        Settings(),
        elder_name="王奶奶",
        emergency=EmergencySettings(webhook_secret=SECRET),
        **settings,
    )
    mouth = frozenset({Capability.MOUTH}) if has_mouth else frozenset[Capability]()
    options = CoreOptions(folder, wanted, folder / "cache", capabilities=mouth, clock=clock)
    if has_mouth:
        room_folder = folder / "room"
        room_folder.mkdir(parents=True, exist_ok=True)
        room = FileRoom(room_folder, fast=True)
        options = room.furnish(options)
    async with running(options) as core:
        told: list[object] = []
        core.bus.listen(told.append)
        if has_mouth:
            await core.children.ready("mouth")
        yield Home(core, clock, folder, told)
        if has_mouth:
            await room.close()


def daughter() -> WebhookReceiver:
    return WebhookReceiver(SECRET.encode())


def notices(receiver: WebhookReceiver) -> list[str]:
    """What a relative was told that is no alarm."""
    return [
        event["data"]["text"]
        for event in receiver.events.values()
        if event["type"] == "anban.notice"
    ]
