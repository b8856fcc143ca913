"""One day otherwise, pauses, and taking back: the series itself is never touched."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from assistant.events import Say
from assistant.reminders import ReminderServices
from tests.asking import call
from tests.reminders.home import Home
from tests.reminders.test_scheduler import at

WARFARIN = {
    "title": "warfarin",
    "kind": "medicine",
    "amount": {"amount": "1", "unit": "tablet"},
    "schedule": {"rrule": "FREQ=DAILY", "times": [{"at": "18:00"}]},
}


@pytest.fixture
async def served(home: Home) -> Home:
    """Monday 2026-11-23, six in the morning; warfarin every day at 18:00."""
    ReminderServices(home.api).register(home.bus)
    await call(home.bus, "reminders.add", reminder=WARFARIN)
    await call(
        home.bus, "reminders.refill", which="warfarin", amount={"amount": "10", "unit": "tablet"}
    )
    return home


async def due_on(home: Home, *days: str) -> list[str]:
    """When doses were announced from now through these days, each announced one being taken."""
    seen: list[str] = []
    for day in days:
        await home.until(at(f"{day}T23:59"), lambda _: "yes")
        today = await call(home.bus, "reminders.today")
        due = [datetime.fromtimestamp(item["due_at"], home.zone) for item in today]
        seen += [f"{each:%d %H:%M}" for each in due]
    return seen


DAYS = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26")
USUAL = ["23 18:00", "24 18:00", "25 18:00", "26 18:00"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ({"day": "2026-11-23", "at": "2026-11-23T19:00"}, ["23 19:00", *USUAL[1:]]),
        ({"day": "2026-11-24", "at": "2026-11-24T09:00"}, [USUAL[0], "24 09:00", *USUAL[2:]]),
        ({"day": "2026-11-24", "is_left_out": True}, [USUAL[0], *USUAL[2:]]),
        ({"day": "2026-11-23", "is_left_out": True}, USUAL[1:]),
        ({"day": "2026-11-26", "is_left_out": True}, USUAL[:3]),
        ({"day": "2026-11-24", "amount": {"amount": "2", "unit": "tablet"}}, USUAL),
    ],
)
async def test_one_day_is_otherwise_and_the_series_goes_on(
    served: Home, day: dict[str, Any], expected: list[str]
) -> None:
    changed = await call(served.bus, "reminders.on_day", which="warfarin", day=day)
    assert changed["schedule"]["rrule"] == "FREQ=DAILY"
    assert await due_on(served, *DAYS) == expected
    left = (await call(served.bus, "reminders.left", which="warfarin"))["left"]
    doses = len(expected) + ("amount" in day)
    assert left["amount"] == str(10 - doses), "each dose is counted once, with its own amount"


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ({"day": "2026-11-22", "is_left_out": True}, "not_that_day"),
        ({"day": "2026-11-24", "slot": "07:00", "is_left_out": True}, "not_that_day"),
        ({"day": "2026-11-23", "at": "2026-11-23T05:00"}, "never_comes"),
        ({"day": "2026-11-23", "at": "2026-11-26T05:00"}, "invalid"),
        ({"day": "2026-11-23", "at": "2026-11-24T18:00"}, "passes_next"),
    ],
)
async def test_what_cannot_be_on_a_day_is_refused(
    served: Home, day: dict[str, Any], code: str
) -> None:
    answer = await call(served.bus, "reminders.on_day", which="warfarin", day=day)
    assert answer["refused"] == code
    assert await due_on(served, *DAYS) == USUAL


async def test_a_dose_that_was_announced_is_moved(served: Home) -> None:
    await served.until(at("2026-11-23T18:05"), lambda _: None)
    moved = {"day": "2026-11-23", "at": "2026-11-23T21:00"}
    await call(served.bus, "reminders.on_day", which="warfarin", day=moved)
    (item,) = await call(served.bus, "reminders.today")
    assert (item["state"], item["due_at"]) == ("planned", at("2026-11-23T21:00"))
    assert await due_on(served, *DAYS[:2]) == ["23 21:00", "24 18:00"]


async def test_a_dose_that_was_taken_is_not_moved(served: Home) -> None:
    await served.until(at("2026-11-23T18:05"), lambda _: "yes")
    moved = {"day": "2026-11-23", "at": "2026-11-23T21:00"}
    answer = await call(served.bus, "reminders.on_day", which="warfarin", day=moved)
    assert answer["refused"] == "already_taken"


async def test_a_dose_that_was_left_out_cannot_come_back_once_its_time_is_past(
    served: Home,
) -> None:
    left_out = {"day": "2026-11-23", "is_left_out": True}
    other_dose = {"day": "2026-11-23", "amount": {"amount": "2", "unit": "tablet"}}
    await call(served.bus, "reminders.on_day", which="warfarin", day=left_out)
    await served.until(at("2026-11-23T19:00"), lambda _: None)
    answer = await call(served.bus, "reminders.on_day", which="warfarin", day=other_dose)
    assert answer["refused"] == "never_comes"
    assert await due_on(served, *DAYS[:2]) == USUAL[1:2]


async def test_of_two_times_a_day_one_is_asked_for(served: Home) -> None:
    twice = {**WARFARIN["schedule"], "times": [{"at": "08:00"}, {"at": "20:00"}]}  # type: ignore[dict-item]
    await call(served.bus, "reminders.change", which="warfarin", changes={"schedule": twice})
    moved = {"day": "2026-11-24", "at": "2026-11-24T09:00"}
    answer = await call(served.bus, "reminders.on_day", which="warfarin", day=moved)
    assert answer["refused"] == "which_time"
    assert list(answer["due"]) == ["08:00", "20:00"]
    await call(served.bus, "reminders.on_day", which="warfarin", day={**moved, "slot": "08:00"})
    assert await due_on(served, *DAYS[:2]) == ["23 08:00", "23 20:00", "24 09:00", "24 20:00"]


async def test_an_exception_outlives_a_power_cut_and_a_change_of_the_dose(served: Home) -> None:
    moved = {"day": "2026-11-24", "at": "2026-11-24T09:00"}
    await call(served.bus, "reminders.on_day", which="warfarin", day=moved)
    two = {"amount": {"amount": "2", "unit": "tablet"}}
    await call(served.bus, "reminders.change", which="warfarin", changes=two)
    await served.again()
    ReminderServices(served.api).register(served.bus)
    assert await due_on(served, *DAYS[:3]) == ["23 18:00", "24 09:00", "25 18:00"]


async def test_a_pause_ends_and_its_end_is_told_once(served: Home) -> None:
    paused = await call(served.bus, "reminders.pause", which=["warfarin"], until="2026-11-25T00:00")
    assert [each["title"] for each in paused["paused"]] == ["warfarin"]
    assert await due_on(served, *DAYS) == ["25 18:00", "26 18:00"]


async def test_a_pause_without_an_end_waits_for_a_word(served: Home) -> None:
    await served.until(at("2026-11-23T18:05"), lambda _: None)
    await call(served.bus, "reminders.pause", which=[])
    (item,) = await call(served.bus, "reminders.today")
    assert (item["state"], item["reason"]) == ("skipped", "paused")
    assert await due_on(served, "2026-11-24", "2026-11-25") == []
    await call(served.bus, "reminders.resume", which=["warfarin"])
    assert await due_on(served, "2026-11-26") == ["26 18:00"]
    answer = await call(served.bus, "reminders.resume", which=["warfarin"])
    assert answer["refused"] == "not_paused"


PAUSED_TWO_DAYS: dict[str, Any] = {"which": ["warfarin"], "until": "2026-11-25T00:00"}
FROM_WEDNESDAY = {**PAUSED_TWO_DAYS, "since": "2026-11-25T00:00", "until": "2026-11-28T00:00"}


@pytest.mark.parametrize(
    ("service", "arguments", "days"),
    [
        ("today", {}, 10),
        ("pause", PAUSED_TWO_DAYS, 12),
        ("pause", FROM_WEDNESDAY, 13),
        ("pause", {**PAUSED_TWO_DAYS, "since": "2026-12-10", "until": "2026-12-20"}, 10),
        ("pause", {"which": ["warfarin"]}, None),
        ("on_day", {"which": "warfarin", "day": {"day": "2026-11-24", "is_left_out": True}}, 11),
        (
            "on_day",
            {
                "which": "warfarin",
                "day": {"day": "2026-11-24", "amount": {"amount": "3", "unit": "tablet"}},
            },
            8,
        ),
    ],
)
async def test_the_stock_lasts_by_the_days_that_come(
    served: Home, service: str, arguments: dict[str, Any], days: int | None
) -> None:
    assert "refused" not in await call(served.bus, f"reminders.{service}", **arguments)
    assert (await call(served.bus, "reminders.left", which="warfarin"))["left"]["days"] == days


async def test_what_was_counted_by_mistake_is_open_again(served: Home) -> None:
    await served.until(at("2026-11-23T18:02"), lambda _: "yes")
    back = await call(served.bus, "reminders.not_taken")
    assert [each["state"] for each in back["not_taken"]] == ["snoozed"]
    left = (await call(served.bus, "reminders.left", which="warfarin"))["left"]
    assert left["amount"] == "10"
    assert await due_on(served, "2026-11-23") == ["23 18:00"]
    (item,) = await call(served.bus, "reminders.today")
    assert item["state"] == "taken"
    assert (await call(served.bus, "reminders.left", which="warfarin"))["left"]["amount"] == "9"


async def test_what_was_not_taken_after_its_time_is_told_to_the_family(served: Home) -> None:
    await served.until(at("2026-11-23T18:02"), lambda _: "yes")
    served.clock.move(at("2026-11-23T23:30"))
    await served.step()
    await call(served.bus, "reminders.not_taken", which="warfarin")
    await served.step()
    (item,) = await call(served.bus, "reminders.today")
    assert (item["state"], item["reason"]) == ("skipped", "not taken")
    assert served.family.told == [(item["occurrence_id"],)]


async def test_what_was_not_taken_after_all_rests_in_the_pause_said_since(served: Home) -> None:
    await served.until(at("2026-11-23T17:30"), lambda _: None)
    await call(served.bus, "reminders.taken", which="warfarin")
    await call(served.bus, "reminders.pause", which=["warfarin"])
    await call(served.bus, "reminders.not_taken", which="warfarin")
    assert await due_on(served, "2026-11-23", "2026-11-24") == []
    await call(served.bus, "reminders.resume", which=["warfarin"])
    assert await due_on(served, "2026-11-25") == ["25 18:00"]


async def test_undoing_a_late_dose_keeps_the_record_of_those_missed(served: Home) -> None:
    """A week without power: what was missed is written down at the moment the dose is taken."""
    served.clock.move(at("2026-11-29T18:30"))
    await served.step()
    before = await call(served.bus, "reminders.adherence")
    await call(served.bus, "reminders.taken", which="warfarin")
    await call(served.bus, "reminders.take_back")
    assert await call(served.bus, "reminders.adherence") == before


DEEDS: list[tuple[str, dict[str, Any], str]] = [
    ("change", {"which": "warfarin", "changes": {"title": "aspirin"}}, "changed"),
    ("remove", {"which": "warfarin"}, "removed"),
    ("remove_all", {"which": ["warfarin"]}, "removed"),
    ("pause", {"which": []}, "paused"),
    (
        "on_day",
        {"which": "warfarin", "day": {"day": "2026-11-23", "is_left_out": True}},
        "on_day",
    ),
    ("skip", {"which": "warfarin"}, "skipped"),
    ("snooze", {"which": "warfarin"}, "snoozed"),
    ("taken", {"which": "warfarin"}, "taken"),
    ("add", {"reminder": {**WARFARIN, "title": "aspirin"}}, "added"),
]


@pytest.mark.parametrize(("service", "arguments", "kind"), DEEDS)
@pytest.mark.parametrize("hour", ["17:30", "18:01"])
async def test_the_last_deed_is_taken_back(
    served: Home, service: str, arguments: dict[str, Any], kind: str, hour: str
) -> None:
    ask = partial(call, served.bus)
    await served.until(at(f"2026-11-23T{hour}"), lambda _: None)
    before = await ask("reminders.list")
    states = [(item["slot"], item["state"]) for item in await ask("reminders.today")]
    if (await ask(f"reminders.{service}", **arguments)).get("refused"):
        assert (service, hour) == ("snooze", "17:30")
        return
    back = await ask("reminders.take_back")
    assert back["kind"] == kind
    assert await ask("reminders.list") == before
    assert [(item["slot"], item["state"]) for item in await ask("reminders.today")] == states
    assert (await ask("reminders.left", which="warfarin"))["left"]["amount"] == "10"
    assert await ask("reminders.take_back") == {"refused": "nothing_done"}
    assert await due_on(served, *DAYS) == USUAL


async def test_a_deed_of_long_ago_is_not_taken_back(served: Home) -> None:
    await call(served.bus, "reminders.remove", which="warfarin")
    served.clock.move(served.clock.at + 3601)
    assert await call(served.bus, "reminders.take_back") == {"refused": "nothing_done"}
    assert await call(served.bus, "reminders.list") == []
    assert not served.seen(Say)
