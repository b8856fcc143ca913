"""\"Is anybody coming?\" is answered out of the alarm's journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.events import AlarmOpened, DangerSensed
from assistant.home.spoken import Address
from tests.alarm.parts import World, a_home, spoken
from tests.alarm.test_answers import say
from tests.alarm.test_triggers import TWO
from tests.alarm.test_true_words import stated

QUESTIONS = [
    *("有人来吗", "有没有人来啊", "谁来", "谁会来帮我", "什么时候到", "还要多久", "打通了没有"),
    *("你打电话了吗", "打了没有", "我女儿知道了吗", "救护车来了吗", "他们到哪儿了", "怎么还不来"),
    *("怎么还没人来", "联系上了吗", "有人接吗", "要等多长时间", "你给谁打了", "大夫什么时候到"),
    *("通知我儿子了没", "闺女会来吗", "人到哪了", "几点能到", "有消息吗", "还得等几分钟"),
    *("is anybody coming", "is somebody on the way", "who's coming", "how long will they be"),
    *(
        "did you call my daughter",
        "have you got through",
        "has anyone answered",
        "when will she be here",
    ),
    *("is help on its way", "are you still calling", "does my son know", "where is everybody"),
    *("is the ambulance coming", "how much longer", "did anybody pick up", "any news"),
    *("will someone come", "what's happening", "who did you ring", "are they nearly here"),
]
OTHERS = [
    *("我想喝水", "今天天气真好", "几点了", "讲个故事", "我冷", "把灯打开", "降压药一天几次"),
    *("what time is it", "i'm cold", "tell me a story", "i want some water", "turn on the light"),
]
STORY = "那天晚上他们一家人坐在一起吃饭等到半夜也没有人来敲门后来才知道路上下了大雪"


@pytest.mark.parametrize("text", QUESTIONS)
@pytest.mark.parametrize("address", Address)
async def test_it_is_answered_while_people_are_called(
    tmp_path: Path, text: str, address: Address
) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), TWO) as home:
        assert not home.emergency.is_answered_by(spoken(text, address)), "no alarm is open"
        home.cry()
        await home.after(3)
        before = len(home.said())
        assert await say(home, text, address)
        (answer,) = home.said()[before:]
        assert [key for key, _ in stated(answer)] == ["calling_now"]
        assert "大女儿" in answer


@pytest.mark.parametrize("text", OTHERS)
async def test_other_words_are_not_about_it(tmp_path: Path, text: str) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), TWO) as home:
        home.cry()
        await home.after(3)
        assert not await say(home, text, Address.NAMED)


async def test_nor_is_a_story_on_the_television(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), TWO) as home:
        home.cry()
        await home.after(3)
        assert not await say(home, STORY, Address.ROOM)


async def test_the_answer_is_what_is_so(tmp_path: Path) -> None:
    async with a_home(tmp_path, World({"call:1": ["no_answer"]}), TWO) as home:

        async def answer() -> str:
            before = len(home.said())
            await say(home, "有人来吗", Address.NAMED, 0.5)
            return stated(home.said()[before])[0][0]

        home.cry()
        await home.after(3)
        assert await answer() == "calling_now"
        alarm, contact = home.store.open_alarms()[0], home.people.all[0]
        await home.emergency.controller.acknowledge(alarm.alarm_id, contact.contact_id)
        assert await answer() == "contact_knows"
        await home.emergency.controller.comes(alarm.alarm_id, contact.contact_id, 10)
        assert await answer() == "contact_comes_in"


async def test_before_anybody_is_called_it_says_so(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.bus.publish(DangerSensed("fall", "radar"))
        await home.after(3)
        before = len(home.said())
        await say(home, "你打电话了吗", Address.NAMED, 0.5)
        assert home.said()[before].startswith("我还没有打电话")
        assert home.states() == ["confirming"]


async def test_everybody_is_told_that_an_alarm_is_open_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with a_home(tmp_path, World(), TWO) as home:
        home.bus.publish(DangerSensed("fall", "radar"))
        home.cry("fire")
        home.cry("fire")
        await home.after(3)
        opened = [event for event in home.told if isinstance(event, AlarmOpened)]
        assert len(opened) == 2
        fire = home.store.open_alarms()[1]
        contact = home.people.all[0].contact_id
        await home.emergency.controller.acknowledge(fire.alarm_id, contact)
    async with a_home(tmp_path, World(), {}) as home:
        await home.after(1)
        again = [event for event in home.told if isinstance(event, AlarmOpened)]
        assert {event.alarm_id for event in again} == {event.alarm_id for event in opened}
