"""What becomes of something said: every handle comes to one end, whatever the mouth does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.events import (
    ChildDied,
    Listen,
    Ready,
    Said,
    Say,
    SoundStarted,
    StopSpeaking,
    Unsay,
    Urgency,
)
from assistant.home.memory import HomeMemory
from assistant.home.speech import GIVE_UP_SECONDS, Speech
from assistant.home.speech_handle import SpeechHandle, SpeechState
from assistant.runtime.bus import Bus
from assistant.settings import Settings
from assistant.store import Database, KeyedValues

DIED = ChildDied("mouth", "was killed", 0.2)
READY = Ready("mouth")


@dataclass
class Home:
    bus: Bus
    speech: Speech
    handle: SpeechHandle
    told: list[object] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [event for event in self.told if isinstance(event, kind)]

    def sounds(self, seconds: float = 2.0) -> None:
        self.bus.publish(SoundStarted(self.handle.say_id, seconds))

    def said(self, *, completed: bool = False, error: str = "") -> None:
        self.bus.publish(Said(self.handle.say_id, completed, "", error))


Step = Callable[[Home], object]

BEGINS: Step = lambda home: home.sounds()  # noqa: E731
WHOLE: Step = lambda home: home.said(completed=True)  # noqa: E731
BROKEN_OFF: Step = lambda home: home.said()  # noqa: E731
NO_SPEAKER: Step = lambda home: home.said(error="no speaker")  # noqa: E731
TAKEN_BACK: Step = lambda home: home.speech.unsay(home.handle)  # noqa: E731
MOUTH_DIES: Step = lambda home: home.bus.publish(DIED)  # noqa: E731
MOUTH_IS_BACK: Step = lambda home: home.bus.publish(READY)  # noqa: E731
EAR_DIES: Step = lambda home: home.bus.publish(ChildDied("ear", "was killed", 0.2))  # noqa: E731
OTHER_ENDS: Step = lambda home: home.bus.publish(Said("another", False, "", "no"))  # noqa: E731

ANSWER, REMINDER, ALARM, CHAT = Urgency.ANSWER, Urgency.REMINDER, Urgency.ALARM, Urgency.CHAT
S = SpeechState

TABLE: list[tuple[str, Urgency, list[Step], SpeechState, bool]] = [
    # what happens, its urgency, steps, how it stands after them, whether it began
    ("nothing yet", ANSWER, [], S.WAITING, False),
    ("it sounds", ANSWER, [BEGINS], S.SOUNDING, True),
    ("heard whole", ANSWER, [BEGINS, WHOLE], S.HEARD, True),
    ("in two pieces", ANSWER, [BEGINS, BEGINS, WHOLE], S.HEARD, True),
    ("stopped, or displaced by an alarm", ANSWER, [BEGINS, BROKEN_OFF], S.CUT_OFF, True),
    ("displaced before it began", CHAT, [BROKEN_OFF], S.CUT_OFF, False),
    ("a reminder broken off by an alarm goes on", REMINDER, [BEGINS, BEGINS, WHOLE], S.HEARD, True),
    ("taken back in time", ALARM, [TAKEN_BACK], S.TAKEN_BACK, False),
    ("taken back too late", ALARM, [BEGINS, TAKEN_BACK], S.TAKEN_BACK, True),
    (
        "the mouth tells of it as well",
        ALARM,
        [TAKEN_BACK, BROKEN_OFF],
        S.TAKEN_BACK,
        False,
    ),
    ("taken back after its end", ALARM, [BEGINS, WHOLE, TAKEN_BACK], S.HEARD, True),
    ("no speaker", REMINDER, [NO_SPEAKER], S.FAILED, False),
    ("the speaker is lost in the middle", REMINDER, [BEGINS, NO_SPEAKER], S.FAILED, True),
    ("the mouth dies over small talk", CHAT, [BEGINS, MOUTH_DIES], S.FAILED, True),
    ("the mouth dies over an answer", ANSWER, [BEGINS, MOUTH_DIES], S.FAILED, True),
    ("the mouth dies before an answer", ANSWER, [MOUTH_DIES], S.FAILED, False),
    ("an answer does not come back", ANSWER, [MOUTH_DIES, MOUTH_IS_BACK, WHOLE], S.FAILED, False),
    ("the mouth dies over a reminder", REMINDER, [BEGINS, MOUTH_DIES], S.SOUNDING, True),
    ("the mouth dies before an alarm", ALARM, [MOUTH_DIES], S.WAITING, False),
    (
        "a reminder is said again by the next mouth",
        REMINDER,
        [BEGINS, MOUTH_DIES, MOUTH_IS_BACK, BEGINS, WHOLE],
        S.HEARD,
        True,
    ),
    ("taken back while there is no mouth", ALARM, [MOUTH_DIES, TAKEN_BACK], S.TAKEN_BACK, False),
    ("another child dies", ANSWER, [EAR_DIES], S.WAITING, False),
    ("something else ends", ANSWER, [OTHER_ENDS], S.WAITING, False),
    ("told twice", ANSWER, [BEGINS, WHOLE, BROKEN_OFF, NO_SPEAKER], S.HEARD, True),
    ("sound after the end", ANSWER, [BROKEN_OFF, BEGINS], S.CUT_OFF, False),
]


def speech_of(bus: Bus, folder: Path, *, has_mouth: bool = True) -> Speech:
    memory = HomeMemory(KeyedValues.home(Database(folder / "anban.db")), Settings(), "zh")
    return Speech(bus, memory, 6.0, has_mouth=has_mouth)


def a_home(folder: Path, urgency: Urgency, *, has_mouth: bool = True) -> Home:
    bus = Bus()
    speech = speech_of(bus, folder, has_mouth=has_mouth)
    told: list[object] = []
    bus.listen(told.append)
    return Home(bus, speech, speech.say("您该吃药了", urgency), told)


@pytest.mark.parametrize(
    ("urgency", "steps", "state", "has_begun"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
async def test_how_it_stands(
    tmp_path: Path, urgency: Urgency, steps: list[Step], state: SpeechState, *, has_begun: bool
) -> None:
    home = a_home(tmp_path, urgency)
    ends: list[SpeechState] = []
    home.handle.when_over(ends.append)
    waiting = asyncio.create_task(home.handle.end())
    for step in steps:
        step(home)
    assert (home.handle.state, home.handle.has_begun) == (state, has_begun)
    assert bool(home.handle.error) == (state is S.FAILED)
    assert home.handle.is_over == state.is_over
    assert home.speech.is_speaking != state.is_over
    if state.is_over:
        assert await waiting is state, "who waits is told"
        assert await home.handle.end() is state, "and so is who asks later"
        home.handle.when_over(ends.append)
        assert ends == [state, state]
    else:
        assert ends == []
        assert not waiting.done()
        waiting.cancel()


@pytest.mark.parametrize("urgency", list(Urgency))
async def test_where_nothing_sounds_nobody_waits(tmp_path: Path, urgency: Urgency) -> None:
    home = a_home(tmp_path, urgency, has_mouth=False)
    assert await home.handle.end() is S.NO_MOUTH
    assert not home.handle.has_begun
    assert [say.text for say in home.of(Say)] == ["您该吃药了"], "it is read"
    await home.speech.silence()


async def test_a_mouth_that_is_added_later_is_waited_for(tmp_path: Path) -> None:
    home = a_home(tmp_path, ANSWER, has_mouth=False)
    home.bus.publish(READY)
    home.handle = home.speech.say("您好")
    assert not home.handle.is_over
    home.said(completed=True)
    assert await home.handle.end() is S.HEARD


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("steps", [[], [BEGINS], [MOUTH_DIES], [BEGINS, MOUTH_DIES]])
async def test_no_wait_is_for_ever(tmp_path: Path, urgency: Urgency, steps: list[Step]) -> None:
    """A mouth that hangs, or dies and stays away."""

    home = a_home(tmp_path, urgency)
    began = asyncio.get_running_loop().time()
    for step in steps:
        step(home)
    assert await home.handle.end() is S.FAILED
    assert home.handle.error
    assert asyncio.get_running_loop().time() - began <= GIVE_UP_SECONDS + 2.0
    await home.speech.silence()
    (said,) = home.of(Said)
    assert (said.say_id, said.completed) == (home.handle.say_id, False), "others wait, too"
    home.bus.publish(READY)
    assert len(home.of(Say)) == 1, "nothing is said so much later"
    assert home.of(Listen) == [], "what nobody heard invites no answer"


async def test_who_speaks_for_long_is_not_given_up(tmp_path: Path) -> None:
    home = a_home(tmp_path, ANSWER)
    for _ in range(5):
        home.sounds(3.0)
        await asyncio.sleep(GIVE_UP_SECONDS)
    assert home.handle.state is S.SOUNDING
    home.said(completed=True)
    assert await home.handle.end() is S.HEARD
    assert home.of(Unsay) == []


async def test_a_mouth_that_hangs_is_told_not_to_say_it_any_more(tmp_path: Path) -> None:
    home = a_home(tmp_path, REMINDER)
    await home.handle.end()
    assert home.of(Unsay) == [Unsay(home.handle.say_id)]
    home.said(completed=True)
    assert home.handle.state is S.FAILED, "the first end counts"


async def test_two_identical_texts_are_two(tmp_path: Path) -> None:
    """Two reminders with one wording were mixed up."""
    bus = Bus()
    speech = speech_of(bus, tmp_path)
    first, second, third = (speech.say("您该吃药了", REMINDER) for _ in range(3))
    bus.publish(SoundStarted(second.say_id, 1.0))
    assert (first.has_begun, second.has_begun) == (False, True)
    bus.publish(Said(second.say_id, completed=True, spoken_text="您该吃药了"))
    assert (first.state, second.state, third.state) == (S.WAITING, S.HEARD, S.WAITING)
    speech.unsay(third)
    bus.publish(Said(first.say_id, completed=False, spoken_text="", error="no speaker"))
    assert (first.state, third.state) == (S.FAILED, S.TAKEN_BACK)


async def test_what_another_process_says_is_followed_by_its_id(tmp_path: Path) -> None:
    bus = Bus()
    speech = speech_of(bus, tmp_path)
    say = Say("从前有座山", "zh", CHAT)
    bus.publish(say)
    assert speech.is_speaking
    bus.publish(DIED)
    assert not speech.is_speaking
    handle = speech.say("您吃药了吗？", REMINDER, "question-7")
    assert handle.say_id == "question-7"
    assert speech.say("您吃药了吗？", REMINDER, "question-7") is handle, "again is the same"


async def test_nothing_is_kept_of_what_is_over(tmp_path: Path) -> None:
    home = a_home(tmp_path, ANSWER)
    home.said(completed=True)
    for end in (WHOLE, BROKEN_OFF, NO_SPEAKER, TAKEN_BACK, MOUTH_DIES):
        for _ in range(20):
            home.handle = home.speech.say("您好")
            end(home)
    assert home.speech._waiting == {}
    assert home.handle._callbacks == []


async def test_a_fault_of_one_who_waits_costs_nobody_else(tmp_path: Path) -> None:
    home = a_home(tmp_path, ANSWER)
    ends: list[SpeechState] = []

    def fault(_: SpeechState) -> None:
        raise RuntimeError("a programmer's mistake")

    home.handle.when_over(fault)
    home.handle.when_over(ends.append)
    home.said(completed=True)
    assert ends == [S.HEARD]
    assert not home.speech.is_speaking


async def test_whoever_stops_waiting_leaves_the_others_waiting(tmp_path: Path) -> None:
    home = a_home(tmp_path, ANSWER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await home.handle.end()
    waiting = asyncio.create_task(home.handle.end())
    home.said(completed=True)
    assert await waiting is S.HEARD


async def test_who_may_speak_next_is_told_when_it_is_silent(tmp_path: Path) -> None:
    """In the moment of its end, all that is known of speech knows of it."""
    home = a_home(tmp_path, REMINDER)
    seen: list[bool] = []
    home.handle.when_over(lambda _: seen.append(home.speech.is_speaking))
    home.said(completed=True)
    assert seen == [False]
    assert home.of(Listen) == [Listen(6.0)]
    assert home.of(StopSpeaking) == []
