"""Signs of a stroke: asked while the calls go out, and told to whoever helps."""

from __future__ import annotations

from pathlib import Path

from assistant.events import CryForHelpHeard, PutThroughChanged, SignAsked
from assistant.home.spoken import Address
from assistant.safety import Cry, judge
from tests.alarm.parts import REPLIES, Home, World, a_home, spoken

ONE = {"大女儿": ["call:1", "text:1"], "老李": ["call:2"]}
STEP_SECONDS = 1.0


async def answer(home: Home, *answers: str) -> None:
    for text in answers:
        await home.after(STEP_SECONDS)
        assert home.emergency.hear(text, judge(text, is_final=True)), f"nothing waits for {text}"
    await home.after(STEP_SECONDS)


async def test_answers_are_told_to_everybody_who_is_reached_after_them(tmp_path: Path) -> None:
    world = World({"call:1": ["busy", "no_answer"], "call:2": ["no_answer"]})
    async with a_home(tmp_path, world, ONE) as home:
        home.cry("stroke")
        await home.after(STEP_SECONDS)
        assert world.addresses()[0] == "text:1", "no call waits for the questions"
        await answer(home, "是", "不是", "今天天汽真好", "吃早饭那会儿")
        await home.after(60)
        first, last = world.tries[0][2].text, world.tries[-1][2].text
        assert "嘴歪" not in first
        assert REPLIES.render("signs_face_yes", "zh") in last
        assert REPLIES.render("signs_arm_no", "zh") in last
        assert REPLIES.render("signs_speech_no", "zh") in last
        assert "吃早饭那会儿" in last
        counted = {e.sign: e.counts for e in home.told if isinstance(e, SignAsked)}
        assert counted == {"face": True, "arm": False, "speech": False, "time": False}
        journal = " ".join(why for _, why in await home.journal())
        assert "face: counts as a sign" in journal
        assert "早饭" not in journal, "the elder's words are kept nowhere"


async def test_silence_and_unclear_answers_count_as_signs(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("stroke")
        await answer(home, "嗯那个怎么说呢", "咕噜咕噜")
        await home.after(120)
        counted = {e.sign: e.counts for e in home.told if isinstance(e, SignAsked)}
        assert counted == {"face": True, "arm": True, "speech": True, "time": False}
        alarm = home.store.open_alarms()[0]
        told = home.announcer.signs.told(alarm.alarm_id, "en")
        assert REPLIES.render("signs_speech_silence", "en") in told


async def test_other_alarms_ask_nothing_and_a_known_reason_begins_it(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("other")
        await home.after(STEP_SECONDS)
        assert not home.emergency.hear("是", judge("是", is_final=True))
        home.cry("stroke")
        await answer(home, "是")
        assert len(home.store.open_alarms()) == 1


async def test_a_cry_in_an_answer_is_a_sign(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("stroke")
        await answer(home, "不是")
        home.cry("stroke")  # "右胳膊抬不起来了"
        await home.after(STEP_SECONDS)
        counted = {e.sign: e.counts for e in home.told if isinstance(e, SignAsked)}
        assert counted == {"face": False, "arm": True}


async def test_it_is_silent_once_somebody_speaks_with_the_elder_or_all_is_well(
    tmp_path: Path,
) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("stroke")
        await home.after(STEP_SECONDS)
        alarm = home.store.open_alarms()[0]
        home.bus.publish(PutThroughChanged(alarm.alarm_id, "大女儿", is_open=True))
        await home.after(STEP_SECONDS)
        assert not home.emergency.hear("是", judge("是", is_final=True))
        home.bus.publish(PutThroughChanged(alarm.alarm_id, "大女儿", is_open=False))
        for text in ("我没事", "不用了"):
            home.emergency.take_answer(spoken(text, Address.WINDOW))
            await home.after(STEP_SECONDS)
        assert home.store.open_alarms() == ()
        assert not any(isinstance(e, SignAsked) for e in home.told)


def signs(home: Home) -> dict[str, bool]:
    return {e.sign: e.counts for e in home.told if isinstance(e, SignAsked)}


def asked(home: Home, sign: str) -> int:
    sentence = REPLIES.render("signs_sentence", "zh")
    wordings = REPLIES.wordings(f"signs_ask_{sign}", "zh")
    texts = {text.replace("{sentence}", sentence) for text in wordings}
    return sum(text in texts for text in home.said())


async def test_a_no_to_a_sign_does_not_refuse_the_ambulance(tmp_path: Path) -> None:
    """Nor the other way round: while the number is asked about, no sign is."""
    async with a_home(tmp_path, World({"tel:120": ["no_answer"]}), ONE) as home:
        home.cry("stroke")
        await home.after(STEP_SECONDS)
        assert asked(home, "face") == 1
        cry = Cry("打120", "other", service="ambulance", number="120")
        home.bus.publish(CryForHelpHeard("打120", "other", 0.0, service="ambulance", number="120"))
        home.emergency.answer_cry(cry)
        await home.after(STEP_SECONDS)
        assert asked(home, "arm") == 0, "one question at a time"
        no = spoken("不是", Address.WINDOW)
        assert not home.emergency.hear(no.text, no.judgement)
        assert home.emergency.is_answered_by(no)
        home.emergency.take_answer(no)
        await home.after(STEP_SECONDS)
        assert asked(home, "arm") == 1
        assert not home.emergency.is_answered_by(no), "the number was refused before"
        await answer(home, "不是")
        assert signs(home) == {"face": True, "arm": False}


async def test_a_sign_that_another_question_came_after_is_asked_again(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("stroke")
        await home.after(STEP_SECONDS)
        home.emergency.take_answer(spoken("我到了", Address.ROOM))
        await home.after(STEP_SECONDS)
        no = spoken("没有", Address.WINDOW)
        assert not home.emergency.hear(no.text, no.judgement), "this is about who is there"
        home.emergency.take_answer(no)
        await home.after(STEP_SECONDS)
        assert asked(home, "face") == 2
        await answer(home, "不是")
        assert signs(home) == {"face": False}


async def test_two_questions_that_nobody_answers_end_both(tmp_path: Path) -> None:
    async with a_home(tmp_path, World(), ONE) as home:
        home.cry("stroke")
        await home.after(STEP_SECONDS)
        home.emergency.take_answer(spoken("我到了", Address.ROOM))
        await home.after(300)
        assert signs(home) == {"face": True, "arm": True, "speech": True, "time": False}
