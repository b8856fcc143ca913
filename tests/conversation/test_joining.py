"""Sentences with pauses in them, in virtual time: what is acted on, and when Anban speaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.conversation.hold import Hold
from assistant.conversation.understanding import Interpretation
from assistant.events import (
    Capability,
    ChildDied,
    CryForHelpHeard,
    Heard,
    HoldSpeech,
    ResumeSpeech,
    Said,
    Say,
    SoundStarted,
    SpeechEnded,
    SpeechStarted,
    StopSpeaking,
    TurnTaken,
)
from assistant.runtime.bus import Bus
from tests.alarm.virtual_time import VirtualLoop
from tests.conversation.test_turns import (
    ScriptedAlarms,
    ScriptedLine,
    ScriptedMind,
    conversation,
)
from tests.homes import a_home

ONSET, PAUSE, WORDS = 0.15, 1.2, 0.1
"""Seconds until a beginning is told, an end is, and its words are."""
ANSWER_SECONDS = 1.0


@dataclass(frozen=True)
class Said_:  # noqa: N801  (beside the event of that name)
    """Somebody says this, so many seconds after the words before."""

    text: str
    after: float = 0.0
    lasts: float = 1.0
    addressed: bool = True
    faint: bool = False
    nears: bool = False
    """It began faint, and the speaker's voice came into it."""


@dataclass
class SlowMind(ScriptedMind):
    """Thinks for so long."""

    seconds: float = 0.05

    async def answer(self, thought: Interpretation, stages: dict[str, float]) -> str:
        await asyncio.sleep(self.seconds)
        return await super().answer(thought, stages)


@dataclass
class Mouth:
    """Speaks when it is not held, and notes what sounded and whom it talked over."""

    bus: Bus
    sounded: list[str] = field(default_factory=list)
    speaking: set[str] = field(default_factory=set)
    """Who of the people near is speaking."""
    talked_over: list[str] = field(default_factory=list)
    _held: bool = False
    _queue: list[Say] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.subscribe(Say, self._say)
        self.bus.subscribe(HoldSpeech, lambda _: self._hold(held=True))
        self.bus.subscribe(ResumeSpeech, lambda _: self._hold(held=False))
        self.bus.subscribe(StopSpeaking, self._stop)

    def _say(self, say: Say) -> None:
        self._queue.append(say)
        self._go_on()

    def _stop(self, stop: StopSpeaking) -> None:
        dropped = [say for say in self._queue if say.urgency.rank < stop.keep.rank]
        self._queue = [say for say in self._queue if say not in dropped]
        for say in dropped:
            self.bus.publish(Said(say.say_id, completed=False, spoken_text=""))

    def _hold(self, *, held: bool) -> None:
        self._held = held
        self._go_on()

    def _go_on(self) -> None:
        while self._queue and not self._held:
            say = self._queue.pop(0)
            self.sounded.append(say.text)
            self.talked_over += [f"{say.text} over {who}" for who in self.speaking]
            self.bus.publish(SoundStarted(say.say_id, ANSWER_SECONDS))
            asyncio.get_running_loop().call_later(
                ANSWER_SECONDS,
                self.bus.publish,
                Said(say.say_id, completed=True, spoken_text=say.text),
            )


@dataclass
class Result:
    """What came of it."""

    turns: list[str]
    sounded: list[str]
    talked_over: list[str]
    cries: int


def play(folder: Path, script: list[Said_], understanding: ScriptedMind | None = None) -> Result:
    """Say it all to a core without children."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_play(folder, script, understanding or SlowMind()))


async def _play(folder: Path, script: list[Said_], understanding: ScriptedMind) -> Result:
    base = a_home(folder, capabilities=frozenset({Capability.MOUTH}))
    bus, database = base.bus, base.database
    await database.open()
    mouth = Mouth(bus)
    alarms = ScriptedAlarms(base.speech)
    hearing = conversation(base, understanding, alarms, ScriptedLine()).hearing
    taken: list[TurnTaken] = []
    cries: list[CryForHelpHeard] = []
    bus.subscribe(TurnTaken, taken.append)
    bus.subscribe(CryForHelpHeard, cries.append)
    loop = asyncio.get_running_loop()
    at = loop.time()
    for number, said in enumerate(script):
        at += said.after
        speak(loop, bus, mouth, f"u{number}", said, at)
        at += said.lasts
    await asyncio.sleep(at - loop.time() + 30.0)
    await hearing.finish()
    await database.close()
    return Result([turn.text for turn in taken], mouth.sounded, mouth.talked_over, len(cries))


def speak(
    loop: asyncio.AbstractEventLoop, bus: Bus, mouth: Mouth, uid: str, said: Said_, at: float
) -> None:
    """As the ear tells it."""
    end = at + said.lasts
    if not said.faint:
        loop.call_at(at + ONSET, mouth.speaking.add, uid)
        loop.call_at(end, mouth.speaking.discard, uid)
    loop.call_at(at + ONSET, bus.publish, SpeechStarted(uid, said.faint or said.nears))
    if said.nears:
        loop.call_at(at + ONSET + 0.05, bus.publish, SpeechStarted(uid))
    loop.call_at(end + PAUSE, bus.publish, SpeechEnded(uid, said.lasts))
    heard = Heard(uid, said.text, "zh", is_final=True, addressed=said.addressed, raw_text=said.text)
    loop.call_at(end + PAUSE + WORDS, bus.publish, heard)


S = Said_


@pytest.mark.parametrize(
    ("script", "turns"),
    [
        ([S("几点了")], ["几点了"]),
        # A pause of 1.5 s within a sentence, at any place of it.
        ([S("再讲个"), S("故事", 1.5)], ["再讲个故事"]),
        ([S("小明上次"), S("讲的那段", 1.5), S("再讲一遍", 1.5)], ["小明上次讲的那段再讲一遍"]),
        ([S("call the"), S("doctor", 1.5)], ["call the doctor"]),
        ([S("我"), S("想听故事", 1.3)], ["我想听故事"]),
        ([S("把电视"), S("大声点", 1.5)], ["把电视大声点"]),
        # It went on before a wake phrase was asked for again, whatever the ear took it for.
        ([S("再讲个"), S("故事", 1.5, addressed=False)], ["再讲个故事"]),
        ([S("再讲个"), S("故事", 1.5, nears=True)], ["再讲个故事"]),
        # Words that cannot be the end are waited for longer.
        ([S("提醒我"), S("吃药", 2.7)], ["提醒我吃药"]),
        ([S("remind me to"), S("take my pills", 2.7)], ["remind me to take my pills"]),
        ([S("明天早上"), S("叫我", 2.7)], ["明天早上叫我"]),
        ([S("不要"), S("讲故事", 1.5)], ["不要讲故事"]),
        ([S("don't"), S("call her", 1.5)], ["don't call her"]),
        # Two sentences remain two.
        ([S("几点了"), S("再讲个故事", 6.0)], ["几点了", "再讲个故事"]),
        # What takes back comes in the place of what waits, and nothing is done first.
        ([S("再讲个故事"), S("算了", 1.5)], ["算了"]),
        ([S("再讲个故事"), S("停", 1.5)], ["停"]),
        ([S("再讲个故事"), S("不用了", 1.5)], ["不用了"]),
        # A yes neither joins nor takes back.
        ([S("再讲个故事"), S("好的", 1.5)], ["再讲个故事", "好的"]),
        # A television, a cough and a neighbour are no part of it.
        ([S("几点了"), S("今天的天气", 1.4, faint=True, addressed=False)], ["几点了"]),
        ([S("几点了"), S("今天的天气", 1.4, lasts=20, faint=True, addressed=False)], ["几点了"]),
        ([S("几点了"), S("", 1.5, addressed=False)], ["几点了"]),
        ([S("今天的天气", addressed=False), S("几点了", 1.5)], ["几点了"]),
        # Nobody speaks without end to Anban.
        (
            [S("一"), S("二", 1.5), S("三", 1.5), S("四", 1.5)],
            ["一二三", "四"],
        ),
    ],
)
def test_what_is_acted_on(tmp_path: Path, script: list[Said_], turns: list[str]) -> None:
    result = play(tmp_path, script)
    assert result.turns == turns
    assert result.talked_over == []


def test_half_a_sentence_that_was_not_understood_is_joined(tmp_path: Path) -> None:
    """The dialogue is slow, and the rest begins before its answer sounded."""
    script = [S("再讲个"), S("故事", 2.2)]
    result = play(tmp_path, script, SlowMind(seconds=2.0))
    assert result.turns == ["再讲个", "再讲个故事"]
    assert result.sounded == ["[general_story]"], "the answer to the half is not said"
    assert result.talked_over == []


def test_what_was_acted_on_is_not_acted_on_twice(tmp_path: Path) -> None:
    script = [S("几点了"), S("再讲个故事", 2.2)]
    result = play(tmp_path, script, SlowMind(seconds=2.0))
    assert result.turns == ["几点了", "再讲个故事"]
    assert result.sounded == ["[general_time]", "[general_story]"], "both are told"
    assert result.talked_over == []


def test_a_no_after_it_was_acted_on_is_not_lost(tmp_path: Path) -> None:
    result = play(tmp_path, [S("几点了"), S("算了", 2.2)], SlowMind(seconds=2.0))
    assert result.turns == ["几点了", "算了"]


def test_a_cry_waits_for_nothing_and_the_sentence_before_it_is_not_lost(tmp_path: Path) -> None:
    result = play(tmp_path, [S("几点了"), S("救命我摔倒了", 1.5)])
    assert result.cries >= 1
    assert set(result.turns) == {"救命我摔倒了", "几点了"}


@pytest.mark.parametrize("pause", [0.3, 1.3, 1.5, 1.7, 2.0, 2.5, 3.0, 4.0])
@pytest.mark.parametrize("thinking", [0.05, 1.0, 3.0])
def test_anban_never_talks_over_the_elder(tmp_path: Path, pause: float, thinking: float) -> None:
    """Whenever the rest begins, unless Anban was speaking already."""
    script = [S("几点了"), S("再讲个故事", max(pause, PAUSE), lasts=3.0)]
    assert play(tmp_path, script, SlowMind(seconds=thinking)).talked_over == []


# ------------------------------------------------------------------------------ the hold


@pytest.mark.parametrize(
    ("steps", "held"),
    [
        ("+a", True),
        ("+a -a", False),
        ("+a +b -a", True),
        ("+a +b -a -b", False),
        ("+a +b -b -a", False),
        ("+a +a -a", False),
        ("~a", False),
        ("+a ~b -a", False),
        ("+a ~b +b -a", True),
        ("+a !", False),
        ("+a +b ear", False),
        # A television talks on and on: an alarm must get through.
        ("+a 9 +b -a 9 +c -b", False),
    ],
)
def test_the_mouth_is_held_by_utterance(steps: str, *, held: bool) -> None:
    async def run() -> bool:
        bus = Bus()
        state = [False]
        bus.subscribe(HoldSpeech, lambda _: state.append(True))
        bus.subscribe(ResumeSpeech, lambda _: state.append(False))
        hold = Hold(bus)
        for step in steps.split():
            match step[0]:
                case "+":
                    bus.publish(SpeechStarted(step[1:]))
                case "~":
                    bus.publish(SpeechStarted(step[1:], is_faint=True))
                case "-":
                    hold.release(step[1:])
                case "!":
                    hold.let_speak()
                case "e":
                    bus.publish(ChildDied("ear", "aborted", 0.0))
                case _:
                    await asyncio.sleep(float(step))
        return state[-1]

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(run()) is held
