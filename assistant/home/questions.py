"""The questions that wait for an answer: whose a bare yes or no is, and what becomes of the rest.

An answer belongs to the question that the elder heard last, and to no other.  Whoever is more
urgent may ask in between; what is less urgent does not ask meanwhile.  A question that was heard
before another one is never answered by a bare yes or no: it is put again first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from assistant.events import AlarmClosed, AlarmOpened, Urgency, new_id
from assistant.home.speech_handle import SpeechHandle, SpeechState
from assistant.runtime.bus import Bus

OPEN_SECONDS: Final = 60.0
"""How long a question waits for its answer, unless its owner says otherwise."""


class Rank(IntEnum):
    """Who asks; the higher may ask while the question of a lower one is open."""

    DIALOGUE = 1
    """A form of the dialogue: what a command of the elder's still lacks."""
    SKILL = 2
    """A skill, by itself."""
    CALL = 3
    """Whether to ring somebody."""
    REMINDER = 4
    """Whether a dose was taken."""
    SENSOR = 5
    """Whether all is well, after what an added sensor told."""
    ROBOT = 6
    """Whether the robot may move: a yes that was meant for another must not set it rolling."""
    ALARM = 7
    """Whether help is needed, and all else that is asked in an alarm."""


class Ending(StrEnum):
    """What became of a question."""

    YES = "yes"
    NO = "no"
    SILENCE = "silence"
    """Nobody answered in time."""
    GAVE_WAY = "gave_way"
    """Another question took its place, or an alarm was opened."""
    CLOSED = "closed"
    """Its owner needs no answer any more."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the elder."""

    rank: Rank
    text: str
    """Its words; empty if only another knows them: then it cannot be put again."""
    open_seconds: float = OPEN_SECONDS
    is_said: bool = False
    """Whether it is being said already: as the answer of a turn, or by the alarm's own voice."""
    urgency: Urgency = Urgency.ANSWER
    question_id: str = field(default_factory=new_id)
    """Also the `say_id` of its words."""


Answered = Callable[[Ending, str], object]
"""What an owner does with the ending, and with the words of a yes or no."""


class OpenQuestion:
    """The handle of one question that was asked."""

    def __init__(
        self,
        question: Question,
        spoken: SpeechHandle | None,
        over: Callable[[OpenQuestion, Ending, str], None],
    ) -> None:
        """`over` ends it in the list it stands in."""
        self.question = question
        self.ending: Ending | None = None
        """None while it is open."""
        self.is_overtaken = False
        """Whether the elder heard another question after it: it must be put again."""
        self._spoken, self._over = spoken, over
        self._ended = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.ending is None

    @property
    def is_heard(self) -> bool:
        """Whether the elder heard at least its beginning: what came before answers another."""
        spoken = self._spoken
        return (
            spoken is None
            or spoken.has_begun
            or spoken.state in {SpeechState.HEARD, SpeechState.NO_MOUTH}
        )

    def close(self) -> None:
        """Take it back: its owner is not told."""
        self._over(self, Ending.CLOSED, "")

    async def end(self) -> Ending:
        """Wait until it is over."""
        await self._ended.wait()
        return self.ending or Ending.CLOSED

    # ------------------------------------------------------------ for `OpenQuestions` alone

    def finish(self, ending: Ending) -> None:
        """Note what became of it."""
        self.ending = ending
        self._ended.set()


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: OpenQuestion
    answered: Answered
    timer: asyncio.TimerHandle


class OpenQuestions:
    """Everything that the elder was asked and that waits for an answer, the newest last."""

    def __init__(self, bus: Bus, say: Callable[[str, Urgency, str], SpeechHandle]) -> None:
        """`say`: as `Speech.say`."""
        self._say = say
        self._waiting: list[_Waiting] = []
        self._alarms: set[str] = set()
        bus.subscribe(AlarmOpened, self._alarm_opened)
        bus.subscribe(AlarmClosed, lambda closed: self._alarms.discard(closed.alarm_id))

    @property
    def current(self) -> OpenQuestion | None:
        """The question that a bare yes or no answers: the last one heard, if none came after it."""
        heard = next((each.asked for each in reversed(self._waiting) if each.asked.is_heard), None)
        return None if heard is None or heard.is_overtaken else heard

    @property
    def ranks(self) -> frozenset[Rank]:
        """Who waits for an answer."""
        return frozenset(each.asked.question.rank for each in self._waiting)

    def ask(
        self, question: Question, answered: Answered = lambda _outcome, _text: None
    ) -> OpenQuestion | None:
        """Put a question, and hold it open; None: not now, something more urgent is asked.

        Args:
            question: what is asked.
            answered: is told what became of it, unless its owner closed it.
        """
        if not self._may_ask(question):
            return None
        for each in list(self._waiting):
            if _ends(each.asked.question, question):
                self._over(each.asked, Ending.GAVE_WAY)
        spoken = None
        if not question.is_said:
            spoken = self._say(question.text, question.urgency, question.question_id)
        asked = OpenQuestion(question, spoken, self._over)
        self._wait_for(asked, answered)
        return asked

    def answer(self, ending: Ending, text: str = "") -> bool:
        """Hand an answer to the owner of the current question; False if there is none."""
        asked = self.current
        if asked is not None:
            self._over(asked, ending, text)
        return asked is not None

    def again(self) -> Question | None:
        """Put the last question again that another one came after, for the caller to say.

        Its time begins anew.  None: there is none.
        """
        for each in reversed(self._waiting):
            asked = each.asked
            if asked.is_overtaken and asked.is_heard:
                each.timer.cancel()
                self._waiting.remove(each)
                asked.is_overtaken = False
                self._wait_for(asked, each.answered)
                return asked.question
        return None

    def overtake(self) -> None:
        """Note that the elder heard a question that nobody holds open here."""
        self._overtake(self._waiting)

    def give_way(self) -> None:
        """End all that is less than an alarm's."""
        for each in list(self._waiting):
            if each.asked.question.rank < Rank.ALARM:
                self._over(each.asked, Ending.GAVE_WAY)

    async def alarm_settled(self) -> None:
        """Wait until no question of an alarm is open; each of them ends by its own time."""
        while asked := next(
            (e.asked for e in self._waiting if e.asked.question.rank is Rank.ALARM), None
        ):
            await asked.end()

    def _overtake(self, waiting: Iterable[_Waiting]) -> None:
        for each in waiting:
            asked = each.asked
            # Whatever else was said, a yes after "do you need help?" is help.
            if asked.is_heard and asked.question.rank < Rank.ALARM:
                asked.is_overtaken = True

    def _may_ask(self, question: Question) -> bool:
        if question.rank is Rank.ALARM:
            return True
        highest = max(self.ranks, default=Rank.DIALOGUE)
        if question.is_said:  # the elder's own words led to it, and it is what they answer next
            return highest < Rank.ALARM
        return question.rank >= highest and not self._alarms

    def _wait_for(self, asked: OpenQuestion, answered: Answered) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(asked.question.open_seconds, self._over, asked, Ending.SILENCE)
        self._waiting.append(_Waiting(asked, answered, timer))

    def _over(self, asked: OpenQuestion, ending: Ending, text: str = "") -> None:
        index = next((i for i, each in enumerate(self._waiting) if each.asked is asked), None)
        if index is None:
            return
        ended = self._waiting.pop(index)
        ended.timer.cancel()
        if asked.is_heard:
            self._overtake(self._waiting[:index])
        asked.finish(ending)
        if ending is not Ending.CLOSED:
            ended.answered(ending, text)

    def _alarm_opened(self, opened: AlarmOpened) -> None:
        """A yes on the floor is no answer to "have you taken it?"."""
        self._alarms.add(opened.alarm_id)
        self.give_way()


def _ends(before: Question, after: Question) -> bool:
    """Whether a question is over once another is asked.

    It is put again instead, if that is possible and the elder still waits for it or it matters
    more than what took its place: a form waits on in the dialogue, and a dose is due all the same.
    """
    if after.rank is Rank.ALARM or before.rank == after.rank or not before.text:
        return True
    return before.rank is not Rank.DIALOGUE and before.rank < after.rank
