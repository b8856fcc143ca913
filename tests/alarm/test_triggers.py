"""From a cry to the human who closes it, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from pathlib import Path

import pytest

from assistant.alarm.callout import pause_seconds
from assistant.alarm.confirmation import ANSWER_SECONDS
from assistant.alarm.state import State
from assistant.events import CryForHelpHeard, DangerSensed, HelpPressed
from assistant.home.spoken import Address, Spoken
from assistant.safety import Cry
from assistant.settings import EmergencySettings
from tests.alarm.parts import (
    ARRIVE_SECONDS,
    REPLIES,
    TALK_SECONDS,
    Home,
    World,
    a_home,
    spoken,
)

TWO = {"大女儿": ["call:1", "text:1"], "老李": ["call:2", "text:2"]}
FINE = spoken("我没事", Address.WINDOW)
NO = spoken("不", Address.WINDOW)
YES = spoken("是", Address.WINDOW)
RING = spoken("要打", Address.WINDOW)
HERE = spoken("我来照顾她", Address.WINDOW)


def among(key: str, said: list[str], **slots: str) -> bool:
    """Whether one of a reply's wordings was said."""
    return any(w.format_map(slots) in said for w in REPLIES.wordings(key, "zh"))


async def test_people_are_called_and_written_to_in_order_until_one_acknowledges(
    tmp_path: Path,
) -> None:
    world = World({"call:1": ["no_answer"], "call:2": ["busy", "acknowledged"]})
    async with a_home(tmp_path, world, TWO) as home:
        began = asyncio.get_running_loop().time()
        home.cry()
        await home.after(26)
        assert world.addresses() == ["text:1", "call:1", "text:2", "call:2"]
        assert world.tries[0][0] == began, "the first one is reached at once"
        await home.after(60)
        assert world.addresses()[4:] == ["call:1", "call:2"], "delivered messages are not doubled"
        assert home.states() == ["acknowledged"]
        assert home.store.open_alarms()[0].acknowledged_by == "老李"
        await home.after(500)
        assert len(world.tries) == 6, "nobody is called any more"


async def test_the_elder_is_told_who_is_called_who_answers_and_who_comes(tmp_path: Path) -> None:
    world = World({"call:1": ["busy"], "call:2": ["acknowledged"]})
    async with a_home(tmp_path, world, TWO) as home:
        home.bus.publish(HelpPressed("red"))
        await home.after(20)
        said = home.said()
        assert among("cry_calling", said, contact="大女儿")
        assert among("calling_next", said, contact="老李", before="大女儿")
        assert among("contact_answered", said, contact="老李")
        assert among("put_through", said, contact="老李")
        before = len(home.said())
        await home.after(TALK_SECONDS - 10)
        assert len(home.said()) == before, "silent while they speak with each other"


async def test_it_never_gives_up_and_slows_down(tmp_path: Path) -> None:
    world = World({"call:1": ["busy"]})
    async with a_home(tmp_path, world, {"大女儿": ["call:1"]}) as home:
        home.cry()
        await home.after(3_600)
        times = [at for at, _, _ in world.tries]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(3 <= gap <= 7 for gap in gaps[:5])
        assert max(gaps) <= 65
        assert len(times) > 55
        assert home.states() == ["raised"]
        assert sum("120" in text for text in home.said()) > 20, "the number is told again and again"


@pytest.mark.parametrize("round_number", range(1, 200))
def test_pauses_never_shrink_nor_end(round_number: int) -> None:
    assert 3 <= pause_seconds(round_number) <= pause_seconds(round_number + 1) <= 60


@pytest.mark.parametrize("word", ["hangs", "raises", "unknown", "refused", "answered"])
async def test_whatever_a_channel_does_the_next_person_is_called(tmp_path: Path, word: str) -> None:
    world = World({"call:1": [word], "text:1": [word], "call:2": ["acknowledged"]})
    async with a_home(tmp_path, world, TWO) as home:
        home.cry()
        await home.after(200)
        assert home.states() == ["acknowledged"]


async def test_an_unknown_outcome_is_tried_again_with_the_same_id(tmp_path: Path) -> None:
    world = World({"text:1": ["unknown", "unknown", "delivered"], "call:1": ["busy"]})
    async with a_home(tmp_path, world, {"大女儿": ["call:1", "text:1"]}) as home:
        home.cry()
        await home.after(60)
        ids = [m.attempt_id for _, address, m in world.tries if address == "text:1"]
        assert len(ids) == 3
        assert len(set(ids)) == 1
        calls = [m.attempt_id for _, address, m in world.tries if address == "call:1"]
        assert len(set(calls)) == len(calls) > 3


async def test_one_broken_address_takes_nobody_else_away(tmp_path: Path) -> None:
    people = {"甲": ["broken:1", "call:1"], "乙": ["broken:2"], "丙": ["call:3"]}
    world = World({"call:1": ["busy"], "call:3": ["acknowledged"]})
    async with a_home(tmp_path, world, people) as home:
        home.cry()
        await home.after(30)
        assert home.states() == ["acknowledged"]


@pytest.mark.parametrize(
    ("contacts", "key"),
    [({}, "nobody_to_call"), ({"甲": ["broken:1"]}, "no_way_to_call")],
)
async def test_where_nothing_works_it_says_so_at_once_and_goes_on(
    tmp_path: Path, contacts: dict[str, list[str]], key: str
) -> None:
    async with a_home(tmp_path, World(), contacts) as home:
        home.cry()
        await home.after(1)
        first = (
            home.emergency.answer_cry(Cry("x", "other")) if not contacts else ""
        )  # as the turn says it
        assert among(key, [first, *home.said()], number="120")
        assert not any("还在打电话" in text for text in home.said())
        home.people.add(_contact("邻居", "call:9"))
        home.world.scripts["call:9"] = ["acknowledged"]
        await home.after(120)
        assert home.states() == ["acknowledged"], "a contact entered meanwhile is called"


def _contact(name: str, address: str):  # type: ignore[no-untyped-def]
    from assistant.people.contacts import new_contact

    return new_contact(name, [], [address])


async def test_fine_is_asked_back_once_and_the_second_one_ends_it(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.cry()
        await home.after(3)
        home.emergency.take_answer(FINE)
        await home.after(3)
        assert home.states() == ["raised"], "it still calls"
        assert among("ask_back", home.said())
        assert home.emergency.is_answered_by(FINE)
        home.emergency.take_answer(FINE)
        await home.after(3)
        assert home.states() == []
        assert "call:1" in world_hung_up(home.world)
        tried = len(home.world.tries)
        await home.after(1_000)
        assert len(home.world.tries) == tried


def world_hung_up(world: World) -> list[str]:
    return world.hung_up


async def test_a_bare_no_long_after_the_question_means_something_else(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        assert not home.emergency.is_answered_by(FINE), "no alarm is open"
        home.cry()
        await home.after(3)
        assert not home.emergency.is_answered_by(NO)
        home.emergency.take_answer(FINE)
        await home.after(30)
        assert not home.emergency.is_answered_by(NO)


async def test_needed_after_all_starts_the_count_again(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.cry()
        await home.after(1)
        for words in (FINE, YES, FINE):
            home.emergency.take_answer(words)
            await home.after(1)
        assert home.states() == ["raised"]


async def test_once_somebody_was_reached_only_a_human_closes_it(tmp_path: Path) -> None:
    world = World({"call:1": ["answered"]})
    async with a_home(tmp_path, world, {"大女儿": ["call:1"]}) as home:
        home.cry()
        await home.after(2)
        for _ in range(3):
            home.emergency.take_answer(FINE)
            await home.after(1)
        assert home.states() == ["delivered"]
        assert await home.emergency.controller.close(home.store.open_alarms()[0].alarm_id, "大女儿")
        await home.after(1)
        assert home.states() == []
        assert not await home.emergency.controller.close("no such alarm", "x")


async def test_acknowledged_but_nobody_came_calls_out_again(tmp_path: Path) -> None:
    world = World({"call:1": ["acknowledged", "busy"]})
    async with a_home(tmp_path, world, {"大女儿": ["call:1", "text:1"]}) as home:
        home.cry()
        await home.after(ARRIVE_SECONDS - 10)
        assert world.addresses() == ["text:1", "call:1"]
        await home.after(60)
        assert home.states() == ["raised"]
        assert world.addresses().count("call:1") > 2
        assert among("nobody_came", home.said())


async def test_the_contact_closes_it_after_speaking(tmp_path: Path) -> None:
    world = World({"call:1": ["closes"]})
    async with a_home(tmp_path, world, {"大女儿": ["call:1"]}) as home:
        home.cry()
        await home.after(TALK_SECONDS + 30)
        assert home.states() == []
        await home.after(ARRIVE_SECONDS * 2)
        assert len(world.tries) == 1


async def test_a_helper_beside_the_elder_stops_the_calls_then_closes(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.cry()
        await home.after(2)
        for _ in range(2):
            home.emergency.take_answer(HERE)
            await home.after(2)
        assert home.states() == ["acknowledged"]
        for _ in range(2):
            home.emergency.take_answer(HERE)
            await home.after(2)
        assert home.states() == []


async def test_a_cry_during_the_talk_with_the_contact_calls_nobody_else(tmp_path: Path) -> None:
    world = World({"call:1": ["acknowledged"]})
    async with a_home(tmp_path, world, TWO) as home:
        home.cry()
        await home.after(20)
        for reason in ("fall", "chest_pain", "other"):  # also what the contact asks
            home.cry(reason)
        assert not home.emergency.is_answered_by(HERE), "the contact's voice is not in the room"
        assert home.emergency.answer_cry(Cry("x", "other")) == ""
        await home.after(5)
        assert home.states() == ["acknowledged"]
        assert sum("said in the call" in why for _, why in await home.journal()) == 3
        await home.after(TALK_SECONDS)
        home.cry()
        await home.after(5)
        assert home.states() == ["raised"], "after the talk it is a new cry"


class TestSensed:
    """What a sensor saw is asked about first."""

    async def test_silence_calls_within_ninety_seconds_and_asks_twice(self, tmp_path: Path) -> None:
        async with a_home(tmp_path, World(), TWO) as home:
            began = asyncio.get_running_loop().time()
            home.bus.publish(DangerSensed("fall", "radar", "浴室"))
            await home.after(1)
            assert home.states() == ["confirming"]
            await home.after(100)
            questions = REPLIES.wordings("ask_whether_well", "zh")
            assert sum(text in questions for text in home.said()) == 2
            assert home.world.tries[0][0] - began < 90
            message = home.world.tries[0][2]
            assert message.is_automatic
            assert "浴室" in message.text
            assert home.kinds().count("SetVoice") == 2, "louder, and back again"

    async def test_one_clear_fine_cancels(self, tmp_path: Path) -> None:
        async with a_home(tmp_path, World(), TWO) as home:
            home.bus.publish(DangerSensed("fall", "radar"))
            await home.after(5)
            home.emergency.take_answer(spoken("我没事", Address.NAMED))
            await home.after(500)
            assert home.states() == []
            assert home.world.tries == []

    async def test_yes_to_needing_help_calls_at_once(self, tmp_path: Path) -> None:
        async with a_home(tmp_path, World(), TWO) as home:
            home.bus.publish(DangerSensed("fall", "radar"))
            await home.after(5)
            assert home.emergency.is_answered_by(YES)
            home.emergency.take_answer(YES)
            await home.after(1)
            assert home.states() == ["raised"]
            assert home.world.tries

    async def test_a_cry_meanwhile_raises_the_same_alarm(self, tmp_path: Path) -> None:
        async with a_home(tmp_path, World(), TWO) as home:
            home.bus.publish(DangerSensed("fall", "radar"))
            home.bus.publish(DangerSensed("fall", "radar"))
            await home.after(5)
            home.cry("other")
            await home.after(1)
            assert home.states() == ["raised"]


async def test_a_hundred_cries_at_once_are_one_alarm_of_each_kind_and_none_is_lost(
    tmp_path: Path,
) -> None:
    reasons = ["fall", "fire", "chest_pain", "gas"]
    async with a_home(tmp_path, World(), TWO) as home:
        for number in range(100):
            home.cry(reasons[number % 4])
        await home.after(2)
        kept = Counter(alarm.reason for alarm in home.store.open_alarms())
        assert kept == Counter(reasons)
        journal = await home.journal()
        assert len(journal) >= 100
        called = {m.reason for _, address, m in home.world.tries if address == "call:1"}
        assert called == set(reasons)


async def test_the_kind_of_help_replaces_the_bare_cry(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.cry("other")
        home.cry("fall")
        await home.after(1)
        assert [a.reason for a in home.store.open_alarms()] == ["fall"]


async def test_the_emergency_number_is_rung_only_with_consent_and_last(tmp_path: Path) -> None:
    world = World({"call:1": ["busy"], "tel:120": ["acknowledged"]})
    consent = EmergencySettings(may_ring_number=True, address="长安街1号", door_code="2580#")
    async with a_home(tmp_path, world, {"甲": ["call:1"]}, consent) as home:
        home.cry()
        await home.after(60)
        assert world.addresses() == ["call:1", "tel:120"]
        assert home.states() == ["acknowledged"]
    other = World({"call:1": ["busy"]})
    async with a_home(tmp_path / "b", other, {"甲": ["call:1"]}) as home:
        home.cry()
        await home.after(600)
        assert set(other.addresses()) == {"call:1"}


async def test_an_open_alarm_goes_on_after_a_restart(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "text:1": ["hangs", "delivered"]})
    async with a_home(tmp_path, world, {"甲": ["call:1", "text:1"]}) as home:
        home.cry()
        await home.after(10)
    async with a_home(tmp_path, world, {}) as home:
        assert [a.state for a in home.store.open_alarms()] == [State.RAISED]
        await home.after(1)
        by_address: dict[str, set[str]] = {}
        for _, address, message in world.tries:
            by_address.setdefault(address, set()).add(message.attempt_id)
        assert world.addresses() == ["text:1", "call:1"] * 2
        assert all(len(ids) == 1 for ids in by_address.values()), "cut off: the same id again"


async def test_the_time_to_arrive_survives_a_restart(tmp_path: Path) -> None:
    world = World({"call:1": ["acknowledged", "busy"]})
    async with a_home(tmp_path, world, {"甲": ["call:1"]}) as home:
        home.cry()
        await home.after(100)
    async with a_home(tmp_path, world, {}) as home:
        await home.after(ARRIVE_SECONDS - 30)
        assert home.states() == ["acknowledged"]
        await home.after(60)
        assert home.states() == ["raised"]


async def test_who_was_written_to_is_told_that_it_is_over(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.cry()
        await home.after(3)
        for _ in range(2):
            home.emergency.take_answer(FINE)
            await home.after(3)
        texts = [m.text for _, address, m in home.world.tries if address == "text:1"]
        assert len(texts) == 2
        assert "取消" in texts[1]
        assert "text:2" not in home.world.addresses(), "who was told nothing is told nothing"


async def test_who_takes_it_on_is_told_what_a_helper_needs(tmp_path: Path) -> None:
    known = EmergencySettings(door_code="2580#", health="青霉素过敏")
    world = World({"call:1": ["acknowledged"]})
    async with a_home(tmp_path, world, TWO, known) as home:
        home.cry()
        await home.after(30)
        texts = [m.text for _, address, m in world.tries if address == "text:1"]
        assert "2580#" not in texts[0]
        assert "2580#" in texts[1]
        assert "青霉素过敏" in texts[1]
        assert all("2580#" not in m.text for _, address, m in world.tries if address == "text:2")


async def test_whoever_takes_it_on_is_told_medicines_and_allergies(tmp_path: Path) -> None:
    world = World({"call:1": ["acknowledged"]})
    contacts = {"大女儿": ["call:1", "text:1"]}
    async with a_home(
        tmp_path, world, contacts, medicines=("华法林",), allergies=("青霉素",)
    ) as home:
        home.cry()
        await home.after(30)
        told = world.tries[-1][2].text
        assert world.addresses()[-1] == "text:1"
        assert "华法林" in told
        assert "青霉素" in told
        assert "华法林" not in world.tries[0][2].text, "only whoever helps is told"


async def test_what_may_be_a_cry_is_asked_once_and_silence_raises_it(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.emergency.doubt("我坐这地上半个钟头了腿不听话")
        await home.after(ANSWER_SECONDS - 1)
        assert home.states() == ["confirming"]
        assert among("ask_whether_help", home.said(), contact="大女儿")
        await home.after(2)
        assert home.states() == ["raised"]
        assert home.store.open_alarms()[0].reason == "fall"
        assert among("alarm_calling", home.said(), contact="大女儿"), "told who is called now"
        assert len([text for text in home.said() if "没事" in text]) == 1, "asked once"


async def test_a_centre_reads_of_the_alarm_and_of_nothing_after_it(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "scaip:centre": ["delivered"]})
    people = {"大女儿": ["call:1", "text:1"], "接警中心": ["scaip:centre"]}
    async with a_home(tmp_path, world, people) as home:
        home.cry()
        await home.after(60)
        home.emergency.take_answer(spoken("我没事", Address.NAMED))
        await home.after(1)
        home.emergency.take_answer(spoken("我没事", Address.NAMED))
        await home.after(5)
        assert home.states() == []
        assert world.addresses().count("text:1") == 2, "the alarm, and that it is over"
        assert world.addresses().count("scaip:centre") == 1


async def test_what_was_merely_overheard_ends_by_silence_and_is_raised_by_a_yes(
    tmp_path: Path,
) -> None:
    world = World()
    async with a_home(tmp_path, world, TWO) as home:
        home.emergency.doubt("你快想想办法叫人", is_sure=False)
        await home.after(ANSWER_SECONDS + 5)
        assert home.states() == []
        assert world.tries == []
        home.emergency.doubt("你快想想办法叫人", is_sure=False)
        await home.after(3)
        home.emergency.take_answer(YES)
        await home.after(3)
        assert home.states() == ["raised"]


async def test_what_was_overheard_and_then_seen_is_raised_by_silence(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.emergency.doubt("我坐这地上半个钟头了腿不听话", is_sure=False)
        await home.after(3)
        home.bus.publish(DangerSensed("fall", "radar", "浴室"))
        await home.after(ANSWER_SECONDS + 5)
        assert home.states() == ["raised"]


async def test_what_was_no_cry_ends_at_one_word_to_anban(tmp_path: Path) -> None:
    answer = spoken("不用了", Address.NAMED)
    world = World()
    async with a_home(tmp_path, world, TWO) as home:
        home.emergency.doubt("我的腿有点不听话")
        await home.after(3)
        assert home.emergency.is_answered_by(answer)
        home.emergency.take_answer(answer)
        await home.after(600)
        assert home.states() == []
        assert world.tries == []


async def test_yes_or_the_same_again_raises_what_was_asked_about(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.emergency.doubt("你快想想办法叫人")
        await home.after(3)
        home.emergency.take_answer(YES)
        await home.after(1)
        assert home.states() == ["raised"]
        assert not among("call_goes_on", home.said()), "it only begins"
    async with a_home(tmp_path / "second", World(), TWO) as home:
        home.emergency.doubt("你快想想办法叫人")
        await home.after(3)
        home.emergency.doubt("我说你叫人来呀")
        await home.after(1)
        assert home.states() == ["raised"]


ASKED_120 = Cry("打120", "other", service="ambulance", number="120")


def ask_for_120(home: Home) -> str:
    """As the turn does it."""
    home.bus.publish(CryForHelpHeard("打120", "other", 0.0, service="ambulance", number="120"))
    return home.emergency.answer_cry(ASKED_120)


async def test_the_number_is_rung_first_once_the_elder_agreed(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "tel:120": ["no_answer", "answered"]})
    async with a_home(tmp_path, world, TWO) as home:
        said = ask_for_120(home)
        assert "120" in said
        assert "大女儿" in said, "the family is called at once, whatever the answer"
        await home.after(10)
        assert "tel:120" not in world.addresses(), "not without a yes"
        assert "120" in world.tries[0][2].text, "the family knows what was asked for"
        home.emergency.take_answer(RING)
        await home.after(1)
        assert world.addresses()[-1] == "tel:120"
        assert world.hung_up == ["call:1"], "the one who did not answer yet is given up for it"
        await home.after(100)
        assert world.addresses().count("tel:120") == 2, "tried again with every round"
        assert world.tries[-1][2].attempt_id


@pytest.mark.parametrize("answer", [NO, None])
async def test_the_number_is_not_rung_without_consent(
    tmp_path: Path, answer: Spoken | None
) -> None:
    world = World({"tel:120": ["no_answer"]})
    async with a_home(tmp_path, world, TWO) as home:
        ask_for_120(home)
        await home.after(5)
        if answer is not None:
            assert home.emergency.is_answered_by(answer)
            home.emergency.take_answer(answer)
        await home.after(300)
        assert "tel:120" not in world.addresses()
        assert home.states() == ["raised"], "no to the number is not: I am fine"
        assert not home.world.agreed


async def test_with_the_setting_it_is_rung_at_once(tmp_path: Path) -> None:
    world = World({"tel:120": ["answered"], "call:1": ["no_answer"]})
    settings = EmergencySettings(may_ring_number=True)
    async with a_home(tmp_path, world, TWO, settings) as home:
        assert "要我现在就打" not in ask_for_120(home)
        await home.after(2)
        assert "tel:120" in world.addresses()


async def test_what_cannot_be_rung_is_said(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        assert REPLIES.render("number_out_of_reach", "zh", number="120") in ask_for_120(home)
        assert not home.emergency.is_answered_by(NO), "nothing was asked"


async def test_consent_outlives_a_restart_and_ends_with_the_alarm(tmp_path: Path) -> None:
    world = World({"tel:120": ["no_answer"], "call:1": ["no_answer"]})
    async with a_home(tmp_path, world, TWO) as home:
        ask_for_120(home)
        await home.after(3)
        home.emergency.take_answer(RING)
        await home.after(2)
    again = World({"tel:120": ["no_answer"], "call:1": ["no_answer"]})
    async with a_home(tmp_path, again, {}) as home:
        await home.after(120)
        assert "tel:120" in again.addresses()
        first, second = world.tries[-1][2], next(m for _, a, m in again.tries if a == "tel:120")
        assert first.attempt_id == second.attempt_id, "a try that was cut off keeps its id"
        await home.emergency.controller.close(home.store.open_alarms()[0].alarm_id, "test")
        await home.after(5)
        assert not again.agreed


async def test_when_they_come_is_told_and_the_alarm_waits_for_it(tmp_path: Path) -> None:
    world = World({"call:1": ["no_answer"], "text:1": ["delivered"]})
    async with a_home(tmp_path, world, TWO) as home:
        home.cry()
        await home.after(5)
        alarm, (first, second) = home.store.open_alarms()[0], home.people.all
        controller = home.emergency.controller
        assert not await controller.comes(alarm.alarm_id, first.contact_id, 40), "not theirs"
        await controller.acknowledge(alarm.alarm_id, first.contact_id)
        assert not await controller.comes(alarm.alarm_id, second.contact_id, 40)
        assert await controller.comes(alarm.alarm_id, first.contact_id, 40)
        assert among("contact_comes_in", home.said(), contact="大女儿", minutes="40")
        await home.after(ARRIVE_SECONDS + 600)
        assert home.states() == ["acknowledged"]
        await home.after(3_000 - ARRIVE_SECONDS)
        assert home.states() == ["raised"], "nobody said that all is well"


async def test_a_message_that_hangs_does_not_hold_up_the_number(tmp_path: Path) -> None:
    world = World({"tel:120": ["no_answer"], "text:1": ["hangs"]})
    async with a_home(tmp_path, world, {"大女儿": ["text:1"]}) as home:
        ask_for_120(home)
        await home.after(3)
        home.emergency.take_answer(RING)
        await home.after(1)
        assert world.addresses() == ["text:1", "tel:120"]


async def test_a_cry_that_was_taken_back_is_asked_about_and_silence_calls_again(
    tmp_path: Path,
) -> None:
    world = World({"call:1": ["hangs"], "call:2": ["busy"]})
    async with a_home(tmp_path, world, TWO) as home:
        before = time.time()
        home.cry()
        await home.after(2)
        assert world.addresses() == ["text:1", "call:1"]
        home.emergency.take_back(before)
        await home.after(2)
        assert home.states() == ["confirming"]
        assert world.hung_up == ["call:1"], "the call that was begun is stopped"
        assert among("ask_whether_help", home.said(), contact="大女儿")
        tries = len(world.tries)
        await home.after(20)
        assert len(world.tries) == tries
        await home.after(ANSWER_SECONDS)
        assert home.states() == ["raised"]
        assert len(world.tries) > tries


async def test_to_be_fine_ends_what_was_taken_back(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["hangs"]}), TWO) as home:
        home.cry()
        await home.after(2)
        home.emergency.take_back(0.0)
        await home.after(8)
        home.emergency.take_answer(spoken("我没事", Address.NAMED))
        await home.after(100)
        assert home.states() == []


async def test_what_is_taken_back_at_once_calls_nobody(tmp_path: Path) -> None:
    world = World({})
    async with a_home(tmp_path, world, TWO) as home:
        home.cry()
        home.emergency.take_back(0.0)
        await home.after(10)
        assert home.states() == ["confirming"]
        assert "call:1" not in world.addresses()


async def test_only_what_that_sentence_began_is_taken_back(tmp_path: Path) -> None:
    world = World({"call:1": ["hangs"]})
    async with a_home(tmp_path, world, TWO) as home:
        home.bus.publish(HelpPressed("red"))
        await home.after(2)
        home.cry("other")
        home.emergency.take_back(0.0)
        await home.after(2)
        assert home.states() == ["raised"], "a pressed alarm is no matter of words"
        assert world.hung_up == []


async def test_what_reached_somebody_is_not_taken_back(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["acknowledged"]}), TWO) as home:
        home.cry()
        await home.after(15)
        home.emergency.take_back(0.0)
        await home.after(2)
        assert home.states() == ["acknowledged"]


async def test_the_same_doubt_while_it_calls_out_is_answered(tmp_path: Path) -> None:
    """The tiny model makes a doubt of each cry: whoever calls again is not left in silence."""
    async with a_home(tmp_path, World(), TWO) as home:
        home.emergency.doubt("我起不来了")
        await home.after(3)
        home.emergency.take_answer(YES)
        await home.after(20)
        before = len(home.said())
        home.emergency.doubt("我起不来了")
        await home.after(1)
        assert len(home.said()) == before + 1
        assert home.states() == ["raised"]
