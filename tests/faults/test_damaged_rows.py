"""A row that cannot be read costs itself: what stands beside it goes on, and the family is told."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from assistant.people.contacts import People, new_contact
from simulators.webhook import WebhookReceiver
from tests.asking import call
from tests.faults.parts import SECRET, a_home
from tests.waiting import until

BODIES = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    '"text"',
    '{"reminder_id": 7}',
    '{"reminder_id": "x", "title": null, "schedule": "never"}',
    "\ufffd" * 50,
    "[" * 5_000,
]


async def add(folder: Path, *titles: str) -> None:
    async with a_home(folder) as home:
        for title in titles:
            await call(
                home.core.bus,
                "reminders.add",
                reminder={
                    "title": title,
                    "kind": "task",
                    "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "08:00"}]},
                },
            )


def change(folder: Path, sql: str, *values: object) -> int:
    with closing(sqlite3.connect(folder / "anban.sqlite")) as database, database:
        return database.execute(sql, values).rowcount


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:20] or "empty")
async def test_a_damaged_reminder_costs_no_other(tmp_path: Path, body: str) -> None:
    await add(tmp_path, "浇花", "喂猫")
    assert change(tmp_path, "UPDATE reminder SET body = ? WHERE body LIKE '%浇花%'", body) == 1
    with WebhookReceiver(SECRET.encode()) as daughter:
        People(tmp_path).add(new_contact("大女儿", [], [daughter.url]))
        async with a_home(tmp_path) as home:
            kept = await call(home.core.bus, "reminders.list")
            assert "喂猫" in json.dumps(kept, ensure_ascii=False)
            await call(home.core.bus, "reminders.today")
            await until(lambda: "坏了一部分" in json.dumps(daughter.events, ensure_ascii=False))


@pytest.mark.parametrize(
    ("column", "value"), [("day", "yesterday"), ("state", "dreamt"), ("family", 99), ("day", "")]
)
async def test_a_damaged_occurrence_costs_no_other(
    column: str, value: object, tmp_path: Path
) -> None:
    await add(tmp_path, "浇花", "喂猫")
    sql = (
        f"UPDATE occurrence SET {column} = ? WHERE rowid = (SELECT min(o.rowid) FROM occurrence o "
        "JOIN reminder r USING (reminder_id) WHERE r.body LIKE '%浇花%')"
    )
    assert change(tmp_path, sql, value) == 1
    async with a_home(tmp_path) as home:
        assert "喂猫" in json.dumps(await call(home.core.bus, "reminders.list"), ensure_ascii=False)
        await call(home.core.bus, "reminders.today")


@pytest.mark.parametrize(
    ("name", "value"),
    [("volume", '"loud"'), ("volume", "99"), ("rate", "{}"), ("lang", '["zh"]'), ("rate", "{")],
)
async def test_a_damaged_setting_of_the_home_costs_itself(
    name: str, value: str, tmp_path: Path
) -> None:
    async with a_home(tmp_path):
        pass
    change(tmp_path, "INSERT OR REPLACE INTO home_state VALUES (?, ?)", name, value)
    async with a_home(tmp_path) as home:
        assert home.core.memory.lang == "zh"
        assert 0.2 <= home.core.memory.volume <= 1.0
        assert 100 <= home.core.memory.rate_words_per_minute <= 240


async def test_an_open_alarm_of_an_unknown_state_goes_on(tmp_path: Path) -> None:
    async with a_home(tmp_path):
        pass
    columns = "alarm_id, reason, source, place, opened_at, state, asked_count, denied_count"
    for number, state in enumerate(["raised", "pondering"]):
        values = (f"a{number}", "fall", "voice", "", time.time(), state, 0, 0, 0, "")
        change(
            tmp_path,
            f"INSERT INTO alarm ({columns}, was_reached, acknowledged_by) "
            f"VALUES ({', '.join('?' * len(values))})",
            *values,
        )
    with WebhookReceiver(SECRET.encode()) as daughter:
        People(tmp_path).add(new_contact("大女儿", [], [daughter.url]))
        async with a_home(tmp_path) as home:
            assert len(home.core.alarms.store.open_alarms()) == 2
            await until(lambda: len(daughter.events) >= 2)
