"""An alarm that goes out again is told to everybody again, at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assistant.alarm.state import State
from assistant.events import HelpPressed
from assistant.settings import EmergencySettings
from tests.alarm.parts import REPLIES, Home, World, a_home

TWO = {"大女儿": ["text:1"], "老李": ["text:2", "call:2"]}
ARRIVE_SECONDS = 60.0


async def again_by_cry(home: Home) -> None:
    home.cry()


async def again_by_button(home: Home) -> None:
    home.bus.publish(HelpPressed("red"))


async def again_by_time(home: Home) -> None:
    await home.after(ARRIVE_SECONDS)


async def again_by_lateness(home: Home) -> None:
    alarm, contact = home.store.open_alarms()[0], home.people.all[0]
    await home.emergency.controller.comes(alarm.alarm_id, contact.contact_id, 1)
    await home.after(60 + 600)


AGAIN = [again_by_cry, again_by_button, again_by_time, again_by_lateness]


async def take_on(home: Home) -> None:
    alarm, contact = home.store.open_alarms()[0], home.people.all[0]
    assert await home.emergency.controller.acknowledge(alarm.alarm_id, contact.contact_id)


async def cry_again(home: Home) -> None:
    """A cry that somebody takes on, and another one."""
    home.cry()
    await home.after(2)
    await take_on(home)
    home.cry()


def ids(world: World, address: str) -> list[str]:
    """Of messages that tell of the alarm, not of what comes after it."""
    return [m.attempt_id for _, at, m in world.tries if at == address and m.answer_hint]


@pytest.mark.parametrize("again", AGAIN)
async def test_each_time_messages_go_out_at_once_with_ids_of_their_own(
    tmp_path: Path, again: Callable[[Home], Awaitable[None]]
) -> None:
    world = World({"call:2": ["no_answer"]})
    async with a_home(tmp_path, world, TWO, arrive_seconds=ARRIVE_SECONDS) as home:
        home.cry()
        await home.after(2)
        for times in (2, 3):
            await take_on(home)
            await home.after(1)
            assert home.states() == ["acknowledged"]
            await again(home)
            await home.after(1)
            assert home.states() == ["raised"]
            for address in ("text:1", "text:2"):
                assert len(set(ids(world, address))) == len(ids(world, address)) == times
        alarm = home.store.open_alarms()[0]
        assert alarm.generation == 2
        assert alarm.acknowledged_by == ""
        sentence = REPLIES.render("alarm_again", "zh")
        told = [m.text for _, at, m in world.tries if at == "text:1" and m.answer_hint]
        assert [sentence in text for text in told] == [False, True, True]


async def test_a_message_that_hangs_since_before_holds_up_no_new_one(tmp_path: Path) -> None:
    world = World({"text:1": ["hangs", "unknown", "delivered"], "call:2": ["no_answer"]})
    async with a_home(tmp_path, world, TWO) as home:
        await cry_again(home)
        await home.after(40)
        first, second, third = ids(world, "text:1")[:3]
        assert first != second, "what became of the first one is another matter"
        assert second == third, "of unknown outcome: the same again"


async def test_within_one_call_out_a_delivered_message_is_not_doubled(tmp_path: Path) -> None:
    world = World({"call:2": ["busy"]})
    async with a_home(tmp_path, world, TWO) as home:
        await cry_again(home)
        await home.after(300)
        assert len(ids(world, "text:1")) == 2
        home.cry()  # nobody has taken it on since: it goes on as it does
        await home.after(60)
        assert len(ids(world, "text:1")) == 2


async def test_it_outlives_a_restart(tmp_path: Path) -> None:
    world = World({"call:2": ["no_answer"]})
    async with a_home(tmp_path, world, TWO) as home:
        await cry_again(home)
        await home.after(2)
        assert len(ids(world, "text:1")) == 2
    async with a_home(tmp_path, world, {}) as home:
        assert home.store.open_alarms()[0].generation == 1
        await home.after(30)
        assert len(ids(world, "text:1")) == 2, "those of this time were delivered"
        await take_on(home)
        home.cry()
        await home.after(2)
        assert len(ids(world, "text:1")) == 3


async def test_the_public_number_is_told_again_too(tmp_path: Path) -> None:
    world = World({"text:1": ["delivered"], "tel:120": ["answered"]})
    consent = EmergencySettings(may_ring_number=True)
    async with a_home(tmp_path, world, {"大女儿": ["text:1"]}, consent) as home:
        home.cry()
        await home.after(60)
        assert len(ids(world, "tel:120")) == 1, "its lines are not for repeats"
        await take_on(home)
        await home.after(1)
        home.cry()
        await home.after(10)
        assert len(set(ids(world, "tel:120"))) == 2


async def test_whoever_takes_it_on_again_is_told_again_what_a_helper_needs(tmp_path: Path) -> None:
    world = World({"call:2": ["no_answer"]})
    known = EmergencySettings(door_code="2580#")
    async with a_home(tmp_path, world, TWO, known) as home:
        home.cry()
        for _ in range(2):
            await home.after(2)
            await take_on(home)
            await home.after(2)
            home.cry()
        await home.after(2)
        details = [m for _, at, m in world.tries if at == "text:1" and "2580#" in m.text]
        assert len({m.attempt_id for m in details}) == len(details) == 2
        await take_on(home)
        await home.after(2)
    before = len(world.tries)
    async with a_home(tmp_path, world, {}) as home:
        await home.after(10)
        assert [a.state for a in home.store.open_alarms()] == [State.ACKNOWLEDGED]
        assert len(world.tries) == before, "not once more for each start"
