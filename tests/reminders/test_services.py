"""The services as a skill asks for them: JSON in, JSON out, every no typed."""

from __future__ import annotations

import json

import pytest

from assistant.reminders import ReminderServices
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
    call = served.bus.call
    added = await call("reminders.add", reminder=PILL)
    amount = {"amount": "10", "unit": "tablet"}
    assert await call("reminders.refill", which="降压药", amount=amount) == {
        "left": {"amount": "10", "unit": "tablet", "days": 10}
    }
    (today,) = await call("reminders.today")
    assert (today["title"], today["state"], today["is_left"]) == ("降压药", "planned", True)
    served.clock.move(at("2026-11-23T07:30"))
    await served.step()
    snoozed = await call("reminders.snooze", minutes=5)
    assert [each["state"] for each in snoozed["snoozed"]] == ["snoozed"]
    served.answer("silence")
    served.clock.move(at("2026-11-23T07:35"))
    await served.step()
    taken = await call("reminders.taken", which="将压药")  # heard by its sound
    assert taken["taken"][0]["left"] == {"amount": "9", "unit": "tablet", "days": 9}
    again = await call("reminders.taken")
    assert again == {
        "refused": "already_taken",
        "title": "降压药",
        "taken_at": at("2026-11-23T07:35"),
    }
    changed = await call(
        "reminders.change",
        which=added["reminder_id"],
        changes={"amount": {"amount": "2", "unit": "tablet"}},
    )
    assert changed["amount"]["amount"] == "2"
    assert (await call("reminders.left", which="降压药"))["left"]["days"] == 4
    assert json.loads(json.dumps(await call("reminders.list")))[0]["title"] == "降压药"
    await call("reminders.remove", which="降压药")
    assert await call("reminders.list") == []


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
    answer = await served.bus.call(f"reminders.{service}", **arguments)
    assert answer["refused"] == code
    assert await served.bus.call("reminders.list") == []
