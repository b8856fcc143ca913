"""Who cannot come: others are called in their place, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.alarm.followup import MOST_TOLD_COMING
from assistant.alarm.source import VOICE
from assistant.alarm.state import DECLINED_SECONDS, Alarm, Declined, State, Trigger, change
from tests.alarm.parts import Home, World, a_home
from tests.alarm.test_true_words import stated
from tests.alarm.virtual_time import VirtualLoop
from tests.waiting import until

PEOPLE = {"大女儿": ["call:1"], "老李": ["call:2"], "社区": ["call:3", "text:3"]}
NOW = 1_000_000.0
RAISED = Alarm("a", "fall", VOICE, "", NOW, State.RAISED)
MINE = replace(RAISED, state=State.ACKNOWLEDGED, acknowledged_by="大女儿", expected_at=NOW + 60)


def declined(alarm: Alarm, who: str, at: float = NOW) -> Alarm | None:
    changed = change(alarm, Trigger.DECLINED, at, 1_200.0, who)
    return changed.alarm if changed else None


async def cannot(home: Home, name: str) -> bool:
    (contact,) = [each for each in home.people.all if each.name == name]
    alarm = home.store.open_alarms()[0]
    return await home.emergency.controller.declines(alarm.alarm_id, contact.contact_id)


async def take(home: Home, name: str) -> bool:
    (contact,) = [each for each in home.people.all if each.name == name]
    alarm = home.store.open_alarms()[0]
    return await home.emergency.controller.acknowledge(alarm.alarm_id, contact.contact_id)


def keys(home: Home, since: int = 0) -> list[str]:
    return [key for text in home.said()[since:] for key, _ in stated(text)]


# -------------------------------------------------------------------------- the state machine


@pytest.mark.parametrize("state", [each for each in State if each.is_open])
def test_it_is_noted_in_every_open_alarm_and_changes_no_state(state: State) -> None:
    alarm = replace(MINE, state=state)
    after = declined(alarm, "老李")
    assert after is not None
    assert (after.state, after.declined) == (state, (Declined("老李", NOW),))
    assert after.acknowledged_by == alarm.acknowledged_by


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_it_means_nothing_once_it_is_over(state: State) -> None:
    assert declined(replace(RAISED, state=state), "老李") is None


def test_whoever_took_it_on_sends_it_out_again() -> None:
    after = declined(replace(MINE, declined=(Declined("老李", NOW - 5),)), "大女儿")
    assert after is not None
    assert (after.state, after.generation, after.acknowledged_by) == (State.RAISED, 1, "")
    assert after.expected_at is None
    assert after.given_up_by == "大女儿"
    assert after.cannot_come(NOW) == {"老李", "大女儿"}, "minutes ago one could not come either"


def test_it_counts_once_while_it_holds_and_everybody_is_called_again_after_that() -> None:
    once = declined(RAISED, "老李")
    assert once is not None
    assert declined(once, "老李", NOW + DECLINED_SECONDS - 1) is None
    assert once.cannot_come(NOW + DECLINED_SECONDS) == frozenset()
    again = declined(once, "老李", NOW + DECLINED_SECONDS)
    assert again is not None
    assert len(again.declined) == 1
    assert once.cannot_come(NOW - 60) == frozenset(), "the clock was set back: better called"


@pytest.mark.parametrize("trigger", [Trigger.NOBODY_CAME, Trigger.CRIED])
def test_an_alarm_that_goes_out_again_asks_everybody_again(trigger: Trigger) -> None:
    before = replace(MINE, declined=(Declined("老李", NOW),), given_up_by="老李")
    changed = change(before, trigger, NOW, 1_200.0)
    assert changed is not None
    assert changed.alarm.declined == ()
    assert changed.alarm.given_up_by == ""


def test_whoever_can_after_all_takes_it_on() -> None:
    alarm = replace(RAISED, declined=(Declined("老李", NOW), Declined("社区", NOW)))
    changed = change(alarm, Trigger.ACKNOWLEDGED, NOW, 1_200.0, "老李")
    assert changed is not None
    assert [each.who for each in changed.alarm.declined] == ["社区"]


# ------------------------------------------------------------------------------ the call-out


async def test_the_telephone_stops_ringing_and_the_next_person_is_called_at_once(
    tmp_path: Path,
) -> None:
    world = World({f"call:{number}": ["no_answer"] for number in (1, 2, 3)})
    async with a_home(tmp_path, world, PEOPLE) as home:
        home.cry()
        await until(lambda: world.addresses() == ["call:1"])
        assert await cannot(home, "大女儿")
        await until(lambda: "call:2" in world.addresses())
        assert world.hung_up == ["call:1"]
        assert world.tries[-1][0] - world.tries[0][0] < 25, "not only after it rang in vain"
        await home.after(400)
        assert world.addresses().count("call:1") == 1
        assert world.addresses().count("call:2") > 3


async def test_between_two_rounds_the_next_one_begins_at_once(tmp_path: Path) -> None:
    world = World({f"call:{number}": ["busy"] for number in (1, 2, 3)})
    async with a_home(tmp_path, world, PEOPLE) as home:
        home.cry()
        await home.after(300)  # rounds are a minute apart now
        before = len(world.tries)
        await until(lambda: len(world.tries) > before)
        await home.after(1)
        count, now = len(world.tries), asyncio.get_running_loop().time()
        assert await cannot(home, "大女儿")
        await until(lambda: len(world.tries) > count)
        assert world.tries[count][0] - now < 5
        assert world.tries[count][1] == "call:2"


async def test_their_other_telephone_does_not_ring_either(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "call:2": ["no_answer"]})
    async with a_home(
        tmp_path, world, {"大女儿": ["call:1", "call:11"], "老李": ["call:2"]}
    ) as home:
        home.cry()
        await until(lambda: world.addresses() == ["call:1"])
        await cannot(home, "大女儿")
        await home.after(200)
        assert "call:11" not in world.addresses()


async def test_if_nobody_can_come_everybody_is_called_and_the_elder_is_told(
    tmp_path: Path,
) -> None:
    world = World({f"call:{number}": ["no_answer"] for number in (1, 2, 3)})
    async with a_home(tmp_path, world, PEOPLE) as home:
        home.cry()
        await home.after(3)
        for name in ("大女儿", "老李"):
            assert await cannot(home, name)
            assert "nobody_can_come" not in keys(home)
        assert await cannot(home, "社区")
        assert keys(home).count("nobody_can_come") == 1
        (told,) = [
            text for text in home.said() if ("nobody_can_come", {"number": "120"}) in stated(text)
        ]
        assert "120" in told
        before = len(world.tries)
        await home.after(300)
        assert {"call:1", "call:2", "call:3"} <= set(world.addresses()[before:])


async def test_who_took_it_on_and_cannot_come_is_told_of_and_the_others_are_called(
    tmp_path: Path,
) -> None:
    world = World({f"call:{number}": ["no_answer"] for number in (1, 2, 3)})
    async with a_home(tmp_path, world, PEOPLE) as home:
        home.cry()
        await home.after(3)
        assert await take(home, "大女儿")
        await home.after(3)
        before, said = len(world.tries), len(home.said())
        assert await cannot(home, "大女儿")
        assert home.states() == ["raised"]
        await home.after(300)
        assert keys(home, said)[0] == "contact_cannot_come"
        assert "大女儿" in home.said()[said]
        assert {"call:2", "call:3"} <= set(world.addresses()[before:])
        assert "call:1" not in world.addresses()[before:]
        assert await take(home, "大女儿"), "after all"


async def test_a_message_that_was_answered_so_is_not_waited_for(tmp_path: Path) -> None:
    people = {"甲": ["text:1"], "乙": ["text:2"]}
    async with a_home(tmp_path, World(), people) as home:
        home.cry()
        await home.after(30)
        assert await cannot(home, "甲")
        since = len(home.said())
        await home.after(120)
        told = [slots.get("contact") for text in home.said()[since:] for _, slots in stated(text)]
        assert "乙" in told
        assert "甲" not in told, "it is not said that she has not answered"
        assert not {"no_way_to_call", "nobody_answered"} & set(keys(home, since))


async def test_it_counts_once_and_a_stranger_counts_for_nothing(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), PEOPLE) as home:
        home.cry()
        await home.after(1)
        assert [await cannot(home, "老李") for _ in range(3)] == [True, False, False]
        (alarm,), controller = home.store.open_alarms(), home.emergency.controller
        assert not await controller.declines(alarm.alarm_id, "nobody")
        assert not await controller.declines("no such alarm", home.people.all[0].contact_id)
        assert [why for _, why in await home.journal()].count("declined") == 1
        await controller.close(alarm.alarm_id, "老李")
        assert not await controller.declines(alarm.alarm_id, home.people.all[0].contact_id)


async def test_it_goes_out_again_with_the_reason_and_titles_tell_nothing_private(
    tmp_path: Path,
) -> None:
    world = World()
    async with a_home(tmp_path, world, {"甲": ["text:1"], "乙": ["text:2"]}) as home:
        home.cry()
        await home.after(10)
        await take(home, "甲")
        await home.after(10)
        assert await cannot(home, "甲")
        await home.after(10)
        alarm = home.store.open_alarms()[0]
        await home.emergency.controller.close(alarm.alarm_id, "乙")
        await home.after(10)
    told = [message for _, _, message in world.tries]
    assert any("甲接手以后说来不了" in message.text for message in told)
    assert not any("没有人确认没事" in message.text for message in told)
    afterwards = [message for message in told if not message.answer_hint]
    assert afterwards
    for message in afterwards:
        assert message.headline not in message.text
        assert len(message.headline) < 30
        assert "1234" not in message.headline


async def test_the_others_are_written_to_when_somebody_comes(tmp_path: Path) -> None:
    people = {"甲": ["text:1"], "乙": ["text:2"]}
    world = World()
    async with a_home(tmp_path, world, people) as home:
        home.cry()
        await home.after(10)
        alarm, contact = home.store.open_alarms()[0], home.people.all[0]
        await take(home, "甲")
        for _ in range(2):
            await home.emergency.controller.comes(alarm.alarm_id, contact.contact_id, 20)
        await home.after(10)
        told = {at: [m.text for _, to, m in world.tries if to == at] for at in ("text:1", "text:2")}
        assert not any("大约" in text for text in told["text:1"])
        coming = [text for text in told["text:2"] if "大约" in text]
        assert len(coming) == len(set(coming)) > 0, "once, if it is the same"
        assert coming[0].startswith("甲已经接手王奶奶的求助")
        for minutes in range(1, 30):
            await home.emergency.controller.comes(alarm.alarm_id, contact.contact_id, minutes)
            await home.after(1)
        often = [m.text for _, to, m in world.tries if to == "text:2" and "大约" in m.text]
        assert len(often) == MOST_TOLD_COMING


# ------------------------------------------------------------------------------ what is kept


def test_after_kill_9_it_still_holds(tmp_path: Path) -> None:
    """Killed as soon as it is known to have been taken: it was written before anything followed."""
    child = os.fork()
    if child == 0:
        with asyncio.Runner(loop_factory=VirtualLoop) as run:
            run.run(_decline_and_die(tmp_path))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with asyncio.Runner(loop_factory=VirtualLoop) as run:
        assert run.run(_whom_it_calls(tmp_path)) == {"call:2", "call:3", "text:3"}


async def _decline_and_die(folder: Path) -> None:
    world = World({f"call:{number}": ["no_answer"] for number in (1, 2, 3)})
    async with a_home(folder, world, PEOPLE) as home:
        home.cry()
        await until(lambda: world.addresses() == ["call:1"])
        alarm, contact = home.store.open_alarms()[0], home.people.all[0]
        home.emergency.controller._announcer.declined = lambda _: os.kill(
            os.getpid(), signal.SIGKILL
        )  # type: ignore[method-assign]
        await home.emergency.controller.declines(alarm.alarm_id, contact.contact_id)


async def _whom_it_calls(folder: Path) -> set[str]:
    world = World({f"call:{number}": ["no_answer"] for number in (1, 2, 3)})
    async with a_home(folder, world, {}) as home:
        await home.after(200)
        (alarm,) = home.store.open_alarms()
        assert alarm.cannot_come(time.time()) == {"大女儿"}
    return set(world.addresses())


@pytest.mark.parametrize(
    "text", ["", "no json", "{}", "[1]", '[["a"]]', '[["a", "b"]]', "[[1,2,3]]"]
)
async def test_what_cannot_be_read_of_it_costs_nobody_a_call(tmp_path: Path, text: str) -> None:
    world = World({"call:1": ["no_answer"]})
    async with a_home(tmp_path, world, PEOPLE) as home:
        home.cry()
        await home.after(1)
        await home.database.write(lambda c: c.execute("UPDATE alarm SET declined = ?", (text,)))
    again = World({"call:1": ["no_answer"]})
    async with a_home(tmp_path, again, {}) as home:
        await home.after(60)
        assert home.states() == ["raised"]
    assert "call:1" in again.addresses()
