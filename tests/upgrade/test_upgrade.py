"""A data folder of before the rooms were moved (see `make_before.py`) is opened and goes on."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
import tzlocal

from assistant.core import Core, CoreOptions, running
from assistant.events import AlarmAcknowledged, Say
from assistant.home.questions import Ending
from assistant.settings import EmergencySettings, Settings
from assistant.store import Database
from assistant.store.schema import VERSIONS_TABLE, core_scripts
from simulators.webhook import WebhookReceiver
from tests.asking import call
from tests.reminders.home import VirtualClock
from tests.waiting import until

BEFORE = Path(__file__).parent / "before"
SECRET = "of-this-home"
FALL, FIRE = "fee5d6a065d84d5cbe3853aca1bd8b90", "8880b71298a1488cb876f888020abb19"
NOON = datetime.fromisoformat("2026-11-30T12:00:00+08:00").timestamp()


@pytest.fixture(autouse=True)
def _shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the folder was written."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    tzlocal.reload_localzone()
    yield
    monkeypatch.undo()
    time.tzset()
    tzlocal.reload_localzone()


@pytest.fixture
def daughter() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(SECRET.encode()) as receiver:
        yield receiver


@pytest.fixture
def folder(tmp_path: Path, daughter: WebhookReceiver) -> Path:
    """The folder as it was left, with the daughter's receiver at her address."""
    home = tmp_path / "home"
    home.mkdir()
    with closing(sqlite3.connect(home / "anban.sqlite")) as connection:
        connection.executescript((BEFORE / "anban.sql").read_text("utf-8"))
    people = (BEFORE / "contacts.json").read_text("utf-8")
    address = "http://127.0.0.1:9/alarm/token5"
    assert people.count(address) == 1
    (home / "contacts.json").write_text(people.replace(address, daughter.url), "utf-8")
    return home


@dataclass
class Home:
    core: Core
    clock: VirtualClock
    told: list[object]

    def said(self) -> str:
        return " ".join(event.text for event in self.told if isinstance(event, Say))

    async def at(self, hour: int, minute: int = 0) -> None:
        """Let it be this time of the day; nobody answers what is asked until then."""
        self.core.speech.questions.answer(Ending.SILENCE)
        self.clock.move(NOON + (hour - 12) * 3600 + minute * 60)

    def states(self) -> dict[str, str]:
        alarms = self.core.alarms.store.open_alarms()
        return {alarm.alarm_id: alarm.state.value for alarm in alarms}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Home]:
    settings = replace(
        Settings(), elder_name="王奶奶", emergency=EmergencySettings(webhook_secret=SECRET)
    )
    clock = VirtualClock(NOON)
    told: list[object] = []
    options = CoreOptions(
        folder, settings, folder.parent / "cache", capabilities=frozenset(), clock=clock
    )
    async with running(options, lambda core: core.bus.listen(told.append)) as core:
        yield Home(core, clock, told)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=str)
            for (name,) in tables.fetchall()
        }


async def test_no_row_is_lost_or_changed(folder: Path) -> None:
    path = folder / "anban.sqlite"
    before = rows(path)
    for _ in range(2):
        database = Database(path)
        await database.open()
        assert database.set_aside is None
        await database.close()
        after = rows(path)
        versions = dict(after.pop(VERSIONS_TABLE))
        for name, kept in before.items():
            # A column that came since stands behind those of before.
            assert [row[: len(old)] for row, old in zip(after[name], kept, strict=True)] == kept
        assert versions == {feature: len(scripts) for feature, scripts in core_scripts().items()}


async def test_the_open_alarm_goes_on_calling_out(folder: Path, daughter: WebhookReceiver) -> None:
    async with opened(folder) as home:
        assert home.states() == {FALL: "raised"}
        await until(lambda: any(FALL in json.dumps(each) for each in daughter.events.values()))
        assert daughter.forged == 0
        assert not [each for each in daughter.events.values() if FIRE in json.dumps(each)]
        store, people = home.core.alarms.store, home.core.ways.people.all
        await until(lambda: "delivered" in {each.outcome for each in store.attempts(FALL)})
        outcomes = [attempt.outcome for attempt in store.attempts(FALL)]
        assert outcomes[0] == "failed", "what was tried before is remembered"
        await call(
            home.core.bus, "alarms.acknowledge", alarm_id=FALL, contact_id=people[0].contact_id
        )
        await until(lambda: bool([e for e in home.told if isinstance(e, AlarmAcknowledged)]))
    async with opened(folder) as again:
        assert again.states() == {FALL: "acknowledged"}
    with closing(sqlite3.connect(folder / "anban.sqlite")) as connection:
        journal = connection.execute("SELECT alarm_id, state FROM journal ORDER BY entry")
        assert [*journal][:3] == [(FIRE, "raised"), (FIRE, "closed"), (FALL, "raised")]


async def test_reminders_come(folder: Path, daughter: WebhookReceiver) -> None:
    async with opened(folder) as home:
        ask = partial(call, home.core.bus)
        await ask("alarms.close", alarm_id=FALL, who="大女儿")
        listed = await ask("reminders.list")
        assert [each["title"] for each in listed] == ["降压药", "华法林", "给花浇水"]
        states = {(each["title"], each["slot"]): each["state"] for each in await today(home)}
        assert states == {
            ("降压药", "07:30"): "taken",
            ("华法林", "08:00"): "unknown",
            ("给花浇水", "16:00"): "planned",
            ("降压药", "19:30"): "planned",
        }
        # The word that was owed to the family.
        await until(lambda: "华法林" in str([*daughter.events.values()]))

        home.told.clear()
        await home.at(16)
        await until(lambda: "浇水" in home.said())
        await home.at(19, 30)
        await until(lambda: "降压药" in home.said())
        taken = await ask("reminders.taken", which="降压药")
        assert taken["taken"][0]["left"] == {"amount": "28", "unit": "tablet", "days": 14}


async def today(home: Home) -> list[dict[str, str]]:
    answer = await call(home.core.bus, "reminders.today")
    assert isinstance(answer, list)
    return answer


async def test_medicines_stock_and_adherence_are_there(folder: Path) -> None:
    async with opened(folder) as home:
        ask = partial(call, home.core.bus)
        left = {
            title: (await ask("reminders.left", which=title))["left"]
            for title in ("降压药", "华法林")
        }
        assert left == {
            "降压药": {"amount": "29", "unit": "tablet", "days": 14},
            "华法林": {"amount": "7", "unit": "tablet", "days": 14},
        }
        doses = await ask("reminders.adherence", weeks=1)
        assert sum(week["taken"] for week in doses) == 1


async def test_contacts_profile_and_what_skills_kept_are_there(
    folder: Path, daughter: WebhookReceiver
) -> None:
    async with opened(folder) as home:
        people = home.core.ways.people
        assert people.problems == ()
        assert [(each.name, each.called, each.hours) for each in people.all] == [
            ("大女儿", ("女儿",), ""),
            ("儿子", (), "08:00-22:00"),
        ]
        assert people.all[0].channels == (daughter.url, "tel:+8613800138000")
        ask = partial(call, home.core.bus)
        assert await ask("profile.all") == {"birthday": "1941-03-05", "allergies": ["青霉素"]}
        assert sorted(await ask("storage.keys", skill="tea")) == ["cups", "kinds"]
        assert await ask("storage.get", skill="tea", key="cups") == 3
        kinds = await ask("storage.get", skill="tea", key="kinds")
        assert kinds == {"绿茶": 2, "red": [1, None]}
        assert await ask("storage.get", skill="meals", key="last") == "粥"
        state = await ask("home.state")
        assert (state["lang"], state["volume"]) == ("zh", 0.95)
        found = await home.core.features.findings()
        assert "memory_lost" not in {finding.part for finding in found}


async def test_it_goes_on_again_and_again(folder: Path) -> None:
    for cups in (3, 4, 5):
        async with opened(folder) as home:
            look = await call(home.core.bus, "storage.look", skill="tea", key="cups")
            assert look["value"] == cups
            kept = await call(
                home.core.bus,
                "storage.swap",
                skill="tea",
                key="cups",
                mark=look["mark"],
                value=cups + 1,
            )
            assert kept
