"""The services as a skill asks for them: JSON in, JSON out, every no typed."""

from __future__ import annotations

import json
from functools import partial

import pytest

from assistant.reminders import ReminderServices
from tests.asking import call
from tests.reminders.home import Home
from tests.reminders.test_scheduler import at

PILL = {
    "title": "降压药",
    "kind": "medicine",
    "amount": {"amount": "1", "unit": "tablet"},
    "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "07:30"}]},
}


@pytest.fixture
async def served(home: Home) -> Home:
    ReminderServices(home.api).register(home.bus)
    return home


async def test_a_day_with_the_services(served: Home) -> None:
    ask = partial(call, served.bus)
    added = await ask("reminders.add", reminder=PILL)
    amount = {"amount": "10", "unit": "tablet"}
    assert await ask("reminders.refill", which="降压药", amount=amount) == {
        "left": {"amount": "10", "unit": "tablet", "days": 10}
    }
    (today,) = await ask("reminders.today")
    assert (today["title"], today["state"], today["is_left"]) == ("降压药", "planned", True)
    served.clock.move(at("2026-11-23T07:30"))
    await served.step()
    snoozed = await ask("reminders.snooze", minutes=5)
    assert [each["state"] for each in snoozed["snoozed"]] == ["snoozed"]
    served.answer("silence")
    served.clock.move(at("2026-11-23T07:35"))
    await served.step()
    taken = await ask("reminders.taken", which="将压药")  # heard by its sound
    assert taken["taken"][0]["left"] == {"amount": "9", "unit": "tablet", "days": 9}
    again = await ask("reminders.taken")
    assert again == {
        "refused": "already_taken",
        "title": "降压药",
        "taken_at": at("2026-11-23T07:35"),
    }
    changed = await ask(
        "reminders.change",
        which=added["reminder_id"],
        changes={"amount": {"amount": "2", "unit": "tablet"}},
    )
    assert changed["amount"]["amount"] == "2"
    assert (await ask("reminders.left", which="降压药"))["left"]["days"] == 4
    assert json.loads(json.dumps(await ask("reminders.list")))[0]["title"] == "降压药"
    await ask("reminders.remove", which="降压药")
    assert await ask("reminders.list") == []


@pytest.mark.parametrize(
    ("service", "arguments", "code"),
    [
        ("add", {"reminder": {}}, "invalid"),
        ("add", {"reminder": []}, "invalid"),
        ("add", {"reminder": {**PILL, "surprise": 1}}, "invalid"),
        ("add", {"reminder": {**PILL, "amount": {"amount": "-3", "unit": "tablet"}}}, "invalid"),
        ("add", {"reminder": {**PILL, "amount": {"amount": "1/0", "unit": "tablet"}}}, "invalid"),
        (
            "add",
            {"reminder": {**PILL, "amount": {"amount": "24", "unit": "tablet"}}},
            "dose_unlikely",
        ),
        (
            "add",
            {"reminder": {**PILL, "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "25:00"}]}}},
            "invalid",
        ),
        ("remove", {"which": 7}, "invalid"),
        ("remove", {"which": "nobody"}, "unknown"),
        ("taken", {}, "nothing_open"),
        ("snooze", {"minutes": -1}, "invalid"),
        ("snooze", {"minutes": "x"}, "invalid"),
    ],
)
async def test_every_no_is_typed(
    served: Home, service: str, arguments: dict[str, object], code: str
) -> None:
    answer = await call(served.bus, f"reminders.{service}", **arguments)
    assert answer["refused"] == code
    assert await call(served.bus, "reminders.list") == []
