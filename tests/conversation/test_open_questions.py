"""Who asked what, in which order, and whose the next bare yes or no is; in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from assistant.alarm.pending_question import Asked, PendingQuestion
from assistant.conversation.hearing import Hearing
from assistant.conversation.implied_cry import ImpliedCries
from assistant.conversation.safety_lane import SafetyLane
from assistant.conversation.turns import Turns
from assistant.conversation.understanding import Interpretation
from assistant.core.services import Services
from assistant.events import (
    AlarmClosed,
    AlarmOpened,
    AskElder,
    Capability,
    ElderAnswered,
    Heard,
    Said,
    SoundStarted,
    TurnTaken,
)
from assistant.home.camera_privacy import CameraPrivacy
from assistant.home.questions import Ending, Question, Rank
from assistant.home.reaction import Reaction
from assistant.home.speech import Speech
from assistant.home.spoken import Spoken
from assistant.runtime.bus import Bus
from tests.alarm.virtual_time import VirtualLoop
from tests.conversation.test_turns import ScriptedAlarms, ScriptedLine, ScriptedMind
from tests.homes import REPLIES, a_home

YES: Final = {"zh": ("是的", "好的", "对", "嗯"), "en": ("yes", "ok", "yes please", "sure")}
NO: Final = {"zh": ("不用", "不", "没有", "算了"), "en": ("no", "no thanks", "not now", "nope")}
SMALL_TALK: Final = "你好呀"
WORDS: Final = {
    "吃药了吗？": "reminder",
    "要听故事吗？": "skill",
    "您没事吧？": "sensor",
    "[general_story]": "form",
}
"""The questions that can be put again, by their words; the form's are the scripted dialogue's."""

# What happens, one word each, and what becomes of every yes in it:
#   reminder, robot, call, skill   it asks, and is heard (robot and call: as the answer of a turn)
#   reminder… skill…               it asks, and its words still wait to sound
#   heard                          now they sound
#   form, done                     a form of the dialogue asks; it has all that it needs
#   chat                           a turn whose answer holds a question that nobody keeps
#   time                           a turn whose answer holds none
#   alarm, help?, over             an alarm opens, asks whether help is needed, ends
#   30s                            so much time passes
#   fine                           the elder says "I am fine", which is a yes to a sensor's alone
#   yes                            the elder says so
TABLE: Final = {
    # One question.
    "nothing yes": ["dialogue"],
    "reminder yes": ["reminder"],
    "robot yes": ["robot"],
    "call yes": ["call"],
    "skill yes": ["skill"],
    "form yes": ["dialogue"],
    "reminder yes yes": ["reminder", "dialogue"],
    "reminder 59s yes": ["reminder"],
    "reminder 61s yes": ["dialogue"],
    "call 31s yes": ["dialogue"],
    "reminder time yes": ["reminder"],
    # What was not heard is not answered.
    "reminder… yes": ["dialogue"],
    "reminder… heard yes": ["reminder"],
    "form reminder… yes": ["dialogue"],
    "form reminder… heard yes": ["reminder"],
    "skill… yes heard yes": ["dialogue", "skill"],
    # A sensor asks whether all is well.
    "sensor yes": ["sensor"],
    "sensor fine": ["sensor"],
    "sensor fine yes": ["sensor", "dialogue"],
    "reminder fine yes": ["dialogue", "reminder"],
    "reminder sensor yes yes": ["sensor", "dialogue"],
    "sensor reminder yes": ["sensor"],
    "robot sensor yes": ["robot"],
    "form sensor yes yes": ["sensor", "again form"],
    "sensor alarm over fine": ["dialogue"],
    # Two of a kind: the newer one.
    "reminder reminder yes yes": ["reminder", "dialogue"],
    "skill skill yes yes": ["skill", "dialogue"],
    "robot robot yes yes": ["robot", "dialogue"],
    # A form, and somebody who asks by himself.
    "form reminder yes": ["reminder"],
    "form reminder yes yes": ["reminder", "again form"],
    "form reminder yes yes yes": ["reminder", "again form", "dialogue"],
    "form reminder 61s yes yes": ["again form", "dialogue"],
    "form reminder yes done yes": ["reminder", "dialogue"],
    "form reminder yes 121s yes": ["reminder", "dialogue"],
    "form skill yes yes yes": ["skill", "again form", "dialogue"],
    # What the elder's own words led to was heard last.
    "reminder form yes": ["dialogue"],
    "reminder form done yes yes": ["again reminder", "reminder"],
    "reminder form done 61s yes": ["dialogue"],
    "reminder 50s form done yes 50s yes": ["again reminder", "reminder"],
    "reminder call yes": ["call"],
    "reminder call yes yes yes": ["call", "again reminder", "reminder"],
    "reminder call 31s yes": ["again reminder"],
    "reminder chat yes yes": ["again reminder", "reminder"],
    "reminder robot yes": ["robot"],
    "reminder robot yes yes": ["robot", "dialogue"],
    "skill form yes done yes yes": ["dialogue", "again skill", "skill"],
    "form robot yes yes": ["robot", "again form"],
    # Who is less urgent does not ask by himself meanwhile.
    "reminder skill yes": ["reminder"],
    "robot reminder yes": ["robot"],
    "robot skill yes": ["robot"],
    "call skill yes": ["call"],
    # An alarm ends what was asked; what it asks comes first.
    "reminder alarm yes": ["dialogue"],
    "reminder alarm over yes": ["dialogue"],
    "form alarm over yes": ["dialogue"],
    "robot alarm over yes": ["dialogue"],
    "call alarm over yes": ["dialogue"],
    "skill alarm over yes": ["dialogue"],
    "reminder alarm help? yes": ["alarm"],
    "reminder alarm help? yes over yes": ["alarm", "dialogue"],
    "reminder alarm help? over yes": ["dialogue"],
    "reminder alarm help? over reminder yes": ["reminder"],
    "reminder alarm help? 21s yes": ["dialogue"],
    "alarm help? skill yes": ["alarm"],
    "alarm help? robot yes": ["alarm"],
    "alarm help? reminder yes": ["alarm"],
    "alarm help? chat yes": ["alarm"],
    "alarm skill yes": ["dialogue"],
    "alarm reminder yes": ["dialogue"],
    "alarm call yes": ["call"],
    "alarm help? call yes": ["alarm"],
    "alarm robot yes": ["robot"],
    "alarm robot help? yes yes": ["alarm", "dialogue"],
    "alarm help? help? yes yes": ["alarm", "dialogue"],
}


class Alarms(ScriptedAlarms):
    """Alarms with the real question of the alarm room."""

    pending: PendingQuestion
    log: list[str]

    def is_answered_by(self, spoken: Spoken) -> bool:
        is_yes_or_no = spoken.judgement.reflex in {"affirm", "deny"}
        return self.pending.asked is Asked.HELP and is_yes_or_no

    def take_answer(self, spoken: Spoken) -> Reaction:
        self.log.append("alarm")
        self.pending.close()
        return Reaction()


class Dialogue(ScriptedMind):
    """A dialogue that answers small talk with a question."""

    async def think(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> Interpretation:
        if text == SMALL_TALK:
            return Interpretation(text, "general_chat", 0.99, ())
        return await super().think(text, alternatives, stages)

    async def answer(self, thought: Interpretation, stages: dict[str, float]) -> str:
        reply = await super().answer(thought, stages)
        return "您今天好吗？" if thought.text == SMALL_TALK else reply


@dataclass
class Room:
    """One home without children, and who got which answer."""

    bus: Bus
    speech: Speech
    turns: Turns
    hearing: Hearing
    understanding: Dialogue
    alarms: Alarms
    log: list[str] = field(default_factory=list)
    count: int = 0

    async def play(self, script: str, word: str, *, is_typed: bool) -> None:
        for step in script.split():
            await self._step(step, word, is_typed=is_typed)

    async def _step(self, step: str, word: str, *, is_typed: bool) -> None:
        name = step.rstrip("…")
        match name:
            case "nothing":
                return
            case "reminder":
                self._ask(Question(Rank.REMINDER, "吃药了吗？"), name)
            case "robot":
                self._ask(Question(Rank.ROBOT, "我能走动吗？", is_said=True), name)
            case "call":
                self._ask(Question(Rank.CALL, "", 30.0, is_said=True), name)
            case "sensor":
                self._ask(Question(Rank.SENSOR, "您没事吧？"), name)
            case "fine":
                await self._say("我没事", is_typed=is_typed)
            case "skill":
                self.bus.publish(AskElder("要听故事吗？"))
            case "form":
                self.understanding.next_form = "medication_plan_form"
                await self.turns.take("再讲个故事")
                self.understanding.next_form = ""
            case "done":
                self.understanding.form = ""
            case "chat":
                await self.turns.take(SMALL_TALK)
            case "time":
                await self.turns.take("几点了")
            case "alarm":
                self.alarms.is_open = True
                self.bus.publish(AlarmOpened("a"))
            case "help?":
                self.alarms.pending.put()
            case "over":
                self.alarms.is_open = False
                self.alarms.pending.close()
                self.bus.publish(AlarmClosed("a", "closed", "Mei"))
            case "heard":
                self._sound()
            case "yes":
                await self._say(word, is_typed=is_typed)
            case _:
                await asyncio.sleep(float(step.removesuffix("s")))
        if not step.endswith("…") and name not in {"yes", "fine"}:
            self._sound()

    def _ask(self, question: Question, name: str) -> None:
        def answered(ending: Ending, _text: str) -> None:
            if ending in {Ending.YES, Ending.NO}:
                self.log.append(name)

        self.speech.questions.ask(question, answered)

    def _sound(self) -> None:
        """Let all sound that waits to."""
        for waiting in list(self.speech._waiting.values()):
            say_id, text = waiting.say.say_id, waiting.say.text
            self.bus.publish(SoundStarted(say_id, 1.0))
            self.bus.publish(Said(say_id, completed=True, spoken_text=text))

    async def _say(self, word: str, *, is_typed: bool) -> None:
        before, asked = len(self.log), len(self.understanding.asked)
        if is_typed:
            await self.turns.take(word)
        else:
            self.count += 1
            uid = f"u{self.count}"
            self.bus.publish(Heard(uid, word, "zh", is_final=False, addressed=True))
            await asyncio.sleep(0.1)
            answered = [each for each in self.log[before:] if each != "alarm"]
            assert not answered, "half a sentence answered"
            said = Heard(uid, word, "zh", is_final=True, addressed=True, raw_text=word)
            self.bus.publish(said)
            await self.hearing.finish()
        if len(self.understanding.asked) > asked:
            self.log.append("dialogue")


async def _play(folder: Path, lang: str, script: str, word: str, *, is_typed: bool) -> list[str]:
    home = a_home(folder, lang=lang, capabilities=frozenset({Capability.MOUTH}))
    bus, memory, speech = home.bus, home.memory, home.speech
    await home.database.open()
    services = Services(home)
    understanding, alarms = Dialogue(), Alarms(speech)
    alarms.pending = PendingQuestion(speech.questions)
    lane = SafetyLane(bus, alarms, ScriptedLine())
    implied_cries = ImpliedCries(understanding, alarms)  # type: ignore[arg-type]
    adjust = services.adjust_voice
    camera = CameraPrivacy(home)
    turns = Turns(bus, memory, speech, REPLIES, understanding, adjust, lane, implied_cries, camera)  # type: ignore[arg-type]
    hearing = Hearing(bus, speech, lane, implied_cries, turns, adjust)
    room = Room(bus, speech, turns, hearing, understanding, alarms)
    alarms.log = room.log

    def skill_answered(answered: ElderAnswered) -> None:
        if answered.answer in {"yes", "no"}:
            room.log.append("skill")

    def asked_again(turn: TurnTaken) -> None:
        if turn.lane == "question" and turn.reply:
            (who,) = [who for text, who in WORDS.items() if text in turn.reply]
            room.log.append(f"again {who}")

    bus.subscribe(ElderAnswered, skill_answered)
    bus.subscribe(TurnTaken, asked_again)
    await room.play(script, word, is_typed=is_typed)
    await home.database.close()
    return room.log


def play(folder: Path, lang: str, script: str, word: str, *, is_typed: bool) -> list[str]:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_play(folder, lang, script, word, is_typed=is_typed))


@pytest.mark.parametrize("is_typed", [True, False], ids=["typed", "heard"])
@pytest.mark.parametrize("script", TABLE)
def test_an_answer_belongs_to_the_question_heard_last(
    tmp_path: Path, script: str, *, is_typed: bool
) -> None:
    assert play(tmp_path, "zh", script, "是的", is_typed=is_typed) == TABLE[script]


@pytest.mark.parametrize("is_yes", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "script",
    [
        "reminder yes",
        "form reminder yes yes",
        "reminder form done yes yes",
        "reminder alarm help? yes over yes",
        "reminder skill yes",
        "alarm robot yes",
    ],
)
def test_every_yes_and_no_of_both_languages_counts_alike(
    tmp_path: Path, script: str, lang: str, *, is_yes: bool
) -> None:
    for number, word in enumerate((YES if is_yes else NO)[lang]):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert play(folder, lang, script, word, is_typed=True) == TABLE[script], word
