"""Whole turns as lists of events: what is heard goes in, what is told comes out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation.conversation import Conversation
from assistant.conversation.hearing import Hearing
from assistant.conversation.implied_cry import OVERHEARD_CONFIDENCE
from assistant.conversation.turns import Turns
from assistant.conversation.understanding import Interpretation, UnderstandingError
from assistant.core.services import Services
from assistant.events import (
    AlarmOpened,
    AskElder,
    Capability,
    CryForHelpHeard,
    ElderAnswered,
    Heard,
    HoldSpeech,
    Listen,
    ResumeSpeech,
    Said,
    Say,
    SetVoice,
    SoundStarted,
    SpeechStarted,
    StopSpeaking,
    TurnTaken,
    Urgency,
)
from assistant.home import home as of_core
from assistant.home.camera_privacy import CameraPrivacy
from assistant.home.reaction import Reaction
from assistant.home.speech import Speech
from assistant.home.spoken import Address, Spoken
from assistant.runtime.bus import Bus
from assistant.safety import REST_SECONDS, Cry, Judgement
from assistant.settings import CameraSettings, Settings
from tests.homes import REPLIES, a_home, features


@dataclass
class ScriptedMind:
    """A dialogue that knows a few sentences; with `down`, none."""

    down: str = ""
    asked: list[str] = field(default_factory=list)
    form: str = ""
    silence_seconds: float = 120.0
    next_form: str = ""
    """That its next answer begins."""
    confidence: float = 0.99

    async def think(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> Interpretation:
        if self.down == "faulty":
            raise KeyError(text)
        if self.down:
            raise UnderstandingError(self.down, "scripted")
        intents = {
            "几点了": "general_time",
            "我肚子疼": "medication_query",
            "对的呀": "general_affirm",
            "再讲个故事": "general_story",
            "我这儿缺个帮手": "emergency_help",
            "电视里的老太太我这儿缺个帮手": "emergency_help",
            "误会误会": "emergency_cancel",
            "这事就翻篇了": "emergency_cancel",
            "挂了吧": "emergency_cancel",
        }
        for reading in (text, *alternatives):
            if reading in intents:
                return Interpretation(reading, intents[reading], self.confidence, ())
        return Interpretation(text, "nlu_fallback", 0.3, ())

    def forget(self) -> None:
        self.form = ""

    async def answer(self, thought: Interpretation, stages: dict[str, float]) -> str:
        self.asked.append(thought.text)
        self.form = self.next_form or self.form
        return f"[{thought.intent}]"


@dataclass
class ScriptedAlarms:
    """Alarms that tell what they were asked; `asks` while a question of theirs is open."""

    speech: Speech
    asks: bool = False
    is_open: bool = False
    is_line_open: bool = False
    awaits_cry: bool = False
    doubted: list[tuple[str, bool]] = field(default_factory=list)
    answers: list[Spoken] = field(default_factory=list)
    taken_back: list[float] = field(default_factory=list)

    def take_back(self, since: float) -> None:
        self.taken_back.append(since)

    def answer_cry(self, cry: Cry) -> str:
        reply = f"[{cry.reason}]"
        self.speech.say(reply, Urgency.ALARM)
        return reply

    def doubt(self, text: str, *, is_sure: bool, lang: str = "") -> Reaction:
        self.doubted.append((text, is_sure))
        return Reaction()

    def hear(self, text: str, judgement: Judgement) -> bool:
        return False

    def is_answered_by(self, spoken: Spoken) -> bool:
        judgement = spoken.judgement
        return self.asks and (judgement.fine or judgement.reflex in {"affirm", "deny"})

    def take_answer(self, spoken: Spoken) -> Reaction:
        self.answers.append(spoken)
        return Reaction()


@dataclass
class ScriptedLine:
    is_under_way: bool = False
    hung_up: int = 0

    def hang_up(self) -> bool:
        self.hung_up += 1
        return self.is_under_way


@dataclass
class Home:
    """The core without children."""

    bus: Bus
    speech: Speech
    turns: Turns
    hearing: Hearing
    understanding: ScriptedMind
    alarms: ScriptedAlarms
    line: ScriptedLine
    told: list[object]

    def hear(
        self,
        text: str,
        *,
        final: bool = True,
        addressed: bool = True,
        raw: str = "",
        uid: str = "u1",
    ) -> None:
        self.bus.publish(
            Heard(uid, text, "zh", is_final=final, addressed=addressed, raw_text=raw or text)
        )

    def ask(self, text: str, question_id: str) -> None:
        """Let a skill ask, and the elder hear it."""
        self.bus.publish(AskElder(text, question_id=question_id))
        self.bus.publish(SoundStarted(question_id, 1.0))

    async def settle(self) -> list[object]:
        """Everything told since the last look, without what was put in."""
        await self.hearing.finish()
        told = [event for event in self.told if not isinstance(event, Heard)]
        self.told.clear()
        return told


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    base = a_home(tmp_path, capabilities=frozenset({Capability.MOUTH}))
    await base.database.open()
    understanding = ScriptedMind()
    alarms, line = ScriptedAlarms(base.speech), ScriptedLine()
    both = conversation(base, understanding, alarms, line)
    told: list[object] = []
    base.bus.listen(told.append)
    yield Home(base.bus, base.speech, both.turns, both.hearing, understanding, alarms, line, told)
    await base.database.close()


def conversation(
    base: of_core.Home, mind: ScriptedMind, alarms: ScriptedAlarms, line: ScriptedLine
) -> Conversation:
    """The conversation as the core builds it, but with what it talks to scripted."""
    adjust_voice = features(base, "services").of(Services).adjust_voice
    camera = CameraPrivacy(base)
    return Conversation(base, mind, alarms, line, adjust_voice, camera)  # type: ignore[arg-type]


def kinds(events: list[object]) -> list[str]:
    return [type(event).__name__ for event in events]


def only(events: list[object], kind: type) -> Any:
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]


def said(home: Home, events: list[object]) -> None:
    """The mouth came to the end of everything."""
    for event in events:
        if isinstance(event, Say):
            home.bus.publish(Said(event.say_id, completed=True, spoken_text=event.text))


async def test_a_question_is_answered_and_the_follow_up_window_opens(home: Home) -> None:
    home.bus.publish(SpeechStarted("u1"))
    home.hear("几点", final=False)
    home.hear("几点了")
    events = await home.settle()
    assert kinds(events) == ["SpeechStarted", "HoldSpeech", "TurnTaken", "Say", "ResumeSpeech"]
    turn = only(events, TurnTaken)
    assert (turn.intent, turn.skill, turn.lane, turn.reply) == (
        "general_time",
        "general",
        "dialogue",
        "[general_time]",
    )
    assert only(events, Say).text == "[general_time]"
    said(home, events)
    assert kinds(await home.settle()) == ["Said", "Listen"]


async def test_what_fills_a_form_is_told_as_the_form(home: Home) -> None:
    home.understanding.form = "general_introduce_form"
    turn = await home.turns.take("三月五号")
    assert (turn.intent, turn.skill) == ("general_introduce", "general")


async def test_what_was_not_meant_for_anban_is_not_answered(home: Home) -> None:
    home.hear("几点了", addressed=False)
    assert kinds(await home.settle()) == ["ResumeSpeech"]
    assert home.understanding.asked == []


async def test_a_bare_wake_phrase_is_answered_but_not_repeated_later(home: Home) -> None:
    home.hear("", raw="小安小安")
    events = await home.settle()
    assert only(events, Say).text in REPLIES.wordings("wake_answer", "zh")
    assert home.speech.last_text == ""


async def test_another_reading_is_taken_where_the_first_is_not_understood(home: Home) -> None:
    home.bus.publish(
        Heard("u1", "鸡点了", "zh", is_final=True, addressed=True, alternatives=("几点了",))
    )
    events = await home.settle()
    assert only(events, TurnTaken).intent == "general_time"
    assert home.understanding.asked == ["几点了"]


async def test_a_repeated_cry_fires_on_the_partial_once_and_before_everything(home: Home) -> None:
    home.hear("救命救命", final=False, addressed=False)
    assert "CryForHelpHeard" in kinds(await home.settle()), "it need not stand"
    home.hear("救命救命我摔倒了", final=False, addressed=False)
    home.hear("救命救命我摔倒了", addressed=False)
    events = await home.settle()
    # Once more where it becomes known which help is needed.
    assert kinds(events) == ["CryForHelpHeard", "ResumeSpeech"]
    assert only(events, CryForHelpHeard).reason == "fall"
    assert home.understanding.asked == []


async def test_a_cry_is_answered_as_an_alarm(home: Home) -> None:
    home.hear("救命", addressed=False)
    events = await home.settle()
    assert kinds(events) == ["CryForHelpHeard", "Say", "TurnTaken", "ResumeSpeech"]
    assert only(events, Say).urgency is Urgency.ALARM
    assert only(events, TurnTaken).intent == "emergency_help"


async def test_a_cry_calls_when_it_stood_for_half_a_second(home: Home) -> None:
    cried = asyncio.Event()
    home.bus.subscribe(CryForHelpHeard, lambda _: cried.set())
    home.hear("救命", final=False, addressed=False)
    assert not cried.is_set()
    home.hear("救命我", final=False, addressed=False)
    async with asyncio.timeout(60):
        await cried.wait()


async def test_a_cry_that_the_next_words_take_back_calls_nobody(home: Home) -> None:
    home.hear("救命", final=False, addressed=False)
    home.hear("就明天", final=False, addressed=False)
    await asyncio.sleep(REST_SECONDS * 1.2)
    home.hear("就明天吧", addressed=False)
    assert kinds(await home.settle()) == ["ResumeSpeech"]
    assert home.alarms.taken_back == []


async def test_a_mild_doubt_said_to_anban_falls_where_the_dialogue_understands(home: Home) -> None:
    home.hear("我肚子疼")
    told = await home.settle()
    assert home.alarms.doubted == []
    assert only(told, TurnTaken).intent == "medication_query"


@pytest.mark.parametrize(
    ("confidence", "down", "addressed"),
    [(0.5, "", True), (0.99, "dialogue_down", True), (0.99, "faulty", True), (0.99, "", False)],
)
async def test_a_mild_doubt_is_asked_about_otherwise(
    home: Home, confidence: float, down: str, addressed: bool
) -> None:
    home.understanding.confidence, home.understanding.down = confidence, down
    home.hear("我肚子疼", addressed=addressed)
    await home.settle()
    assert len(home.alarms.doubted) == 1


async def test_a_serious_doubt_waits_for_no_dialogue(home: Home) -> None:
    home.hear("我摔了一跤腰疼得厉害", final=True)
    assert home.alarms.doubted or "CryForHelpHeard" in kinds(await home.settle())


async def test_in_an_open_alarm_no_doubt_waits(home: Home) -> None:
    home.alarms.is_open = True
    home.hear("我肚子疼")
    assert len(home.alarms.doubted) == 1


@pytest.mark.parametrize("text", ["就明天吧", ""])
async def test_a_cry_that_the_final_text_takes_back_is_asked_about(home: Home, text: str) -> None:
    before = time.time()
    home.hear("救命救命", final=False, addressed=False)
    home.hear(text, addressed=False)
    assert "CryForHelpHeard" in kinds(await home.settle())
    (since,) = home.alarms.taken_back
    assert before <= since <= time.time()


async def test_what_a_tiny_model_heard_is_asked_about_and_calls_nobody(home: Home) -> None:
    for text, final in (("救命救命", False), ("救命救命我摔倒了", True)):
        home.bus.publish(
            Heard(
                *("u1", text, "zh"),
                is_final=final,
                addressed=False,
                confidence=0.98 if final else None,
                by_tiny_model=True,
            )
        )
    assert "CryForHelpHeard" not in kinds(await home.settle())
    assert home.alarms.doubted == [("救命救命我摔倒了", True)]


@pytest.mark.parametrize("confidence", [None, 0.1, 0.9])
@pytest.mark.parametrize("is_addressed", [False, True])
async def test_what_a_tiny_model_heard_badly_calls_nobody_and_in_the_room_asks_nobody(
    home: Home, confidence: float | None, is_addressed: bool
) -> None:
    home.bus.publish(
        Heard(
            *("u1", "救命救命我摔倒了", "zh"),
            is_final=True,
            addressed=is_addressed,
            confidence=confidence,
            by_tiny_model=True,
        )
    )
    assert "CryForHelpHeard" not in kinds(await home.settle())
    assert len(home.alarms.doubted) == is_addressed


@pytest.mark.parametrize(
    "text",
    ["救命", "我有点难受", "昨天我摔倒了", "别打120", "我没事", "今天天气怎么样", "火锅真香"],
)
async def test_what_is_typed_is_taken_as_what_is_heard(home: Home, text: str) -> None:
    def done() -> tuple[object, ...]:
        alarms = home.alarms
        answers = [answer.judgement for answer in alarms.answers]
        return list(alarms.doubted), answers, alarms.taken_back

    home.alarms.asks = True
    home.hear(text, addressed=True)
    heard = [type(e).__name__ for e in await home.settle() if isinstance(e, CryForHelpHeard)]
    by_ear = done()
    home.alarms.doubted.clear()
    home.alarms.answers.clear()
    await home.turns.take(text)
    typed = [type(e).__name__ for e in await home.settle() if isinstance(e, CryForHelpHeard)]
    assert (typed, done()) == (heard, by_ear)


@pytest.mark.parametrize("down", ["", "starting", "dialogue_down", "dialogue_slow"])
async def test_a_cry_is_heard_whatever_the_dialogue_does(home: Home, down: str) -> None:
    home.understanding.down = down
    home.hear("我起不来了", addressed=False)
    assert only(await home.settle(), CryForHelpHeard).reason == "fall"
    turn = await home.turns.take("我起不来了")
    events = await home.settle()
    assert turn.lane == "safety"
    assert kinds(events) == ["CryForHelpHeard", "Say", "TurnTaken"]


async def test_a_doubtful_cry_waits_for_rest_or_the_end(home: Home) -> None:
    home.hear("帮帮我", final=False, addressed=False)
    assert kinds(await home.settle()) == []
    home.hear("帮帮我选个菜", final=False, addressed=False)
    home.hear("帮帮我选个菜", addressed=False)
    assert kinds(await home.settle()) == ["ResumeSpeech"]
    cried = asyncio.Event()
    home.bus.subscribe(CryForHelpHeard, lambda _: cried.set())
    home.hear("帮帮我", final=False, addressed=False, uid="u2")
    async with asyncio.timeout(60):
        await cried.wait()


async def test_stop_works_on_the_partial_without_a_wake_phrase(home: Home) -> None:
    home.speech.say("一个很长的故事")
    await home.settle()
    home.hear("停", final=False, addressed=False)
    events = await home.settle()
    assert kinds(events) == ["StopRobot", "StopSpeaking"]
    assert only(events, StopSpeaking).keep is Urgency.ALARM
    home.hear("停", addressed=False)
    assert "TurnTaken" in kinds(await home.settle())


async def test_where_nothing_sounds_a_stop_is_for_the_robot_alone(home: Home) -> None:
    home.hear("停", final=False, addressed=False)
    home.hear("停", addressed=False)
    assert kinds(await home.settle()) == ["StopRobot", "ResumeSpeech"], "once"


@pytest.mark.parametrize("words", ["别动", "站住", "别过来", "don't move", "stop right there"])
async def test_words_that_mean_only_the_robot_stop_it(home: Home, words: str) -> None:
    home.hear(words, final=False, addressed=False)
    assert kinds(await home.settle()) == ["StopRobot"]


async def test_louder_in_a_story_lets_the_story_go_on(home: Home) -> None:
    home.speech.say("一个很长的故事")
    await home.settle()
    home.hear("大声点", addressed=False)
    events = await home.settle()
    assert kinds(events) == ["SetVoice", "ResumeSpeech"]
    assert only(events, SetVoice).volume > Settings().mouth.volume


async def test_a_new_question_ends_the_old_answer(home: Home) -> None:
    home.speech.say("一个很长的故事")
    await home.settle()
    home.hear("几点了")
    events = await home.settle()
    assert kinds(events) == ["StopSpeaking", "TurnTaken", "Say", "ResumeSpeech"]
    assert only(events, StopSpeaking).keep is Urgency.REMINDER


@pytest.mark.parametrize(
    ("down", "key"),
    [
        ("starting", "starting"),
        ("dialogue_down", "dialogue_down"),
        ("dialogue_slow", "dialogue_slow"),
    ],
)
async def test_without_the_dialogue_the_answer_is_honest(home: Home, down: str, key: str) -> None:
    home.understanding.down = down
    turn = await home.turns.take("几点了")
    assert turn.reply in REPLIES.wordings(key, "zh")
    assert (turn.intent, turn.lane) == ("nlu_fallback", "honest")


@pytest.mark.parametrize("down", ["starting", "dialogue_down"])
async def test_without_the_dialogue_reflexes_still_work(home: Home, down: str) -> None:
    home.understanding.down = down
    louder = await home.turns.take("大声点")
    assert (louder.intent, louder.lane) == ("general_louder", "reflex")
    await home.turns.take("停")
    events = await home.settle()
    assert "SetVoice" in kinds(events)
    assert "StopSpeaking" in kinds(events)


async def test_a_fault_leaves_nobody_without_an_answer(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.understanding.down = "faulty"
    turn = await home.turns.take("我的安眠药呢")
    assert turn.reply in REPLIES.wordings("dialogue_down", "zh")
    assert "KeyError" in caplog.text
    assert "安眠药" not in caplog.text


async def test_repeat_without_the_dialogue_repeats_the_last_answer(home: Home) -> None:
    home.understanding.down = "dialogue_down"
    assert (await home.turns.take("再说一遍")).reply in REPLIES.wordings("nothing_to_repeat", "zh")
    home.speech.say("降压药在柜子里")
    assert (await home.turns.take("再说一遍")).reply == "降压药在柜子里"


async def test_louder_has_an_end_and_says_so(home: Home) -> None:
    home.understanding.down = "dialogue_down"
    replies = [(await home.turns.take("大声点")).reply for _ in range(6)]
    assert replies[-1] in REPLIES.wordings("at_limit", "zh")
    voices = [event for event in await home.settle() if isinstance(event, SetVoice)]
    assert voices[-1].volume == 1.0


@pytest.mark.parametrize(("text", "answer"), [("好的", "yes"), ("不用了", "no"), ("对的呀", "yes")])
async def test_the_open_question_comes_before_the_dialogue(
    home: Home, text: str, answer: str
) -> None:
    home.ask("要听故事吗？", "q1")
    home.hear(text)
    events = await home.settle()
    assert only(events, ElderAnswered) == ElderAnswered("q1", answer, text)
    assert home.understanding.asked == []


async def test_a_yes_is_about_whatever_was_asked_last(home: Home) -> None:
    """A read-back that came after another question: its yes must not answer that one."""
    home.ask("要听故事吗？", "q1")
    home.understanding.form = "medication_plan_form"
    assert (await home.turns.take("几点了")).lane == "dialogue"
    assert (await home.turns.take("对的呀")).lane == "dialogue"
    assert not any(isinstance(event, ElderAnswered) for event in await home.settle())
    home.understanding.form = ""
    again = await home.turns.take("对的呀")
    assert "要听故事吗？" in again.reply, "nobody knows what this yes is about"
    assert not any(isinstance(event, ElderAnswered) for event in await home.settle())
    assert (await home.turns.take("对的呀")).lane == "question"
    answered = next(e for e in await home.settle() if isinstance(e, ElderAnswered))
    assert (answered.question_id, answered.answer) == ("q1", "yes")


async def test_a_new_question_closes_the_old_one_as_unanswered(home: Home) -> None:
    home.ask("一？", "q1")
    home.ask("二？", "q2")
    assert only(await home.settle(), ElderAnswered) == ElderAnswered("q1", "silence")


async def test_an_unanswered_question_closes_by_itself(home: Home) -> None:
    answered: asyncio.Queue[ElderAnswered] = asyncio.Queue()
    home.bus.subscribe(ElderAnswered, answered.put_nowait)
    home.bus.publish(AskElder("一？", question_id="q1", open_seconds=0.01))
    assert await asyncio.wait_for(answered.get(), 60) == ElderAnswered("q1", "silence")


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "\x00\x01", "/", "x" * 10_000, "！？。"])
async def test_what_is_no_sentence_is_answered_kindly(home: Home, text: str) -> None:
    turn = await home.turns.take(text)
    assert turn.intent == "nlu_fallback"
    assert turn.reply
    assert home.understanding.asked == []


async def test_a_slash_never_runs_an_intent(home: Home) -> None:
    await home.turns.take("/general_stop")
    assert home.understanding.asked == ["general_stop"]


async def test_events_of_the_mouth_open_the_window_only_when_all_is_said(home: Home) -> None:
    for say_id in ("1", "2"):
        home.bus.publish(Say("好", "zh", say_id=say_id))
    home.bus.publish(Said("1", completed=True, spoken_text="好"))
    assert Listen(10.0) not in await home.settle()
    home.bus.publish(Said("2", completed=True, spoken_text="好"))
    assert Listen(10.0) in await home.settle()


async def test_holding_and_resuming_are_balanced(home: Home) -> None:
    home.bus.publish(SpeechStarted("u1"))
    home.hear("")
    events = await home.settle()
    assert [e for e in events if isinstance(e, (HoldSpeech, ResumeSpeech))] == [
        HoldSpeech(),
        ResumeSpeech(),
    ]


@pytest.fixture
def alarms(home: Home) -> ScriptedAlarms:
    return home.alarms


@pytest.fixture
def line(home: Home) -> ScriptedLine:
    return home.line


@pytest.mark.parametrize("addressed", [True, False])
async def test_a_cry_that_only_the_dialogue_understands_is_asked_about(
    home: Home, alarms: ScriptedAlarms, *, addressed: bool
) -> None:
    home.hear("我这儿缺个帮手", addressed=addressed)
    told = await home.settle()
    assert alarms.doubted == [("我这儿缺个帮手", True)]
    assert home.understanding.asked == [], "no skill is asked"
    lanes = [event.lane for event in told if isinstance(event, TurnTaken)]
    assert lanes == (["safety"] if addressed else [])


async def test_what_is_only_told_of_or_not_understood_surely_is_no_cry(
    home: Home, alarms: ScriptedAlarms
) -> None:
    home.hear("电视里的老太太我这儿缺个帮手", addressed=False)
    await home.settle()
    home.understanding.confidence = OVERHEARD_CONFIDENCE - 0.01
    home.hear("我这儿缺个帮手", addressed=False, uid="u2")
    await home.settle()
    home.understanding.down = "dialogue_down"
    home.hear("我这儿缺个帮手", addressed=False, uid="u3")
    assert not any(isinstance(event, Say) for event in await home.settle())
    assert alarms.doubted == []


async def test_what_was_overheard_and_is_not_quite_sure_is_asked_about_only(
    home: Home, alarms: ScriptedAlarms
) -> None:
    home.understanding.confidence = OVERHEARD_CONFIDENCE
    home.hear("我这儿缺个帮手", addressed=False)
    await home.settle()
    home.hear("我这儿缺个帮手", addressed=True, uid="u2")
    await home.settle()
    assert [is_sure for _, is_sure in alarms.doubted] == [False, True]


@pytest.mark.parametrize(
    ("raw", "addressed", "address"),
    [
        ("小安我没事", True, Address.NAMED),
        ("我没事", True, Address.WINDOW),
        ("我没事", False, Address.ROOM),
        ("", False, Address.ROOM),
    ],
)
async def test_an_alarm_is_told_to_whom_an_answer_was_said(
    home: Home, alarms: ScriptedAlarms, raw: str, addressed: bool, address: Address
) -> None:
    alarms.asks = True
    home.hear("我没事", raw=raw, addressed=addressed)
    await home.settle()
    assert [(a.text, a.judgement.fine, a.address) for a in alarms.answers] == [
        ("我没事", True, address)
    ]


async def test_what_follows_the_wake_phrase_alone_is_said_to_anban(
    home: Home, alarms: ScriptedAlarms
) -> None:
    alarms.asks = True
    home.hear("", raw="小安")
    home.hear("我没事", uid="u2")
    await home.settle()
    assert [answer.address for answer in alarms.answers] == [Address.NAMED]


async def test_a_form_and_a_question_end_where_an_alarm_opens(home: Home) -> None:
    home.understanding.form = "medication_add_form"
    home.ask("要听故事吗？", "q1")
    home.bus.publish(AlarmOpened("a"))
    assert home.understanding.form == ""
    home.hear("是的")
    told = await home.settle()
    answers = [event.answer for event in told if isinstance(event, ElderAnswered)]
    assert answers == ["silence"], "a yes on the floor is no answer to it"


async def test_what_is_only_guessed_to_be_fine_does_not_count_as_said_by_name(
    home: Home, alarms: ScriptedAlarms
) -> None:
    alarms.asks = True
    home.hear("这事就翻篇了", raw="小安这事就翻篇了")
    await home.settle()
    assert [(a.judgement.fine, a.address) for a in alarms.answers] == [(True, Address.WINDOW)]


async def test_no_form_begins_while_an_alarm_is_open(home: Home, alarms: ScriptedAlarms) -> None:
    alarms.is_open, home.understanding.next_form = True, "medication_add_form"
    home.hear("几点了")
    told = await home.settle()
    assert home.understanding.form == ""
    said = [event.text for event in told if isinstance(event, Say)]
    assert said == [REPLIES.render("after_the_alarm", "zh")]


async def test_an_answer_in_other_words_reaches_an_open_alarm(
    home: Home, alarms: ScriptedAlarms
) -> None:
    alarms.asks = True
    home.hear("误会误会", addressed=False)
    await home.settle()
    assert [answer.judgement.fine for answer in alarms.answers] == [True]
    home.hear("挂了吧", uid="u2")
    told = await home.settle()
    assert len(alarms.answers) == 1, "to hang up is not to be fine"
    assert any(isinstance(event, TurnTaken) and event.lane == "dialogue" for event in told)


async def test_in_a_call_nothing_is_a_command_but_hanging_up(
    home: Home, alarms: ScriptedAlarms, line: ScriptedLine
) -> None:
    alarms.is_line_open = line.is_under_way = True
    for number, text in enumerate(("几点了", "再讲个故事", "不用了", "我这儿缺个帮手", "停")):
        home.hear(text, uid=f"u{number}")
    told = await home.settle()
    assert home.understanding.asked == []
    assert alarms.doubted == []
    assert line.hung_up == 0
    assert not any(isinstance(event, Say | TurnTaken) for event in told)
    home.hear("救命", uid="u7")
    home.hear("那我挂了啊", uid="u8", addressed=False)
    told = await home.settle()
    assert any(isinstance(event, CryForHelpHeard) for event in told)
    assert line.hung_up == 1


@pytest.mark.parametrize("text", ["别打了", "停", "挂了吧"])
async def test_a_call_that_still_rings_is_given_up_at_a_word(
    home: Home, line: ScriptedLine, text: str
) -> None:
    line.is_under_way = True
    home.hear(text)
    await home.settle()
    assert line.hung_up == 1


@pytest.mark.parametrize("down", ["", "dialogue_down", "faulty"])
@pytest.mark.parametrize(("said", "is_private"), [("别看我", True), ("可以看了", False)])
async def test_the_camera_obeys_whatever_else_is_down(
    tmp_path: Path, down: str, said: str, *, is_private: bool
) -> None:
    base = a_home(tmp_path, Settings(camera=CameraSettings("/dev/video0")))
    await base.database.open()
    alarms, line = ScriptedAlarms(base.speech), ScriptedLine()
    camera = CameraPrivacy(base)
    await camera.start()
    adjust_voice = features(base, "services").of(Services).adjust_voice
    mind = ScriptedMind(down=down)
    both = Conversation(base, mind, alarms, line, adjust_voice, camera)  # type: ignore[arg-type]
    turn = await both.turns.take(said)
    await base.database.close()
    assert camera.is_private is is_private
    key = "camera_hidden" if is_private else "camera_looks"
    assert turn.reply in REPLIES.wordings(key, "zh")
    assert mind.asked == []


async def test_without_a_camera_that_is_said_and_nothing_is_kept(home: Home) -> None:
    turn = await home.turns.take("别看我")
    assert turn.reply in REPLIES.wordings("camera_none", "zh")
    assert "CameraPrivacyChanged" not in kinds(home.told)
