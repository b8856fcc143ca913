"""The way of one turn: who is speaking, what is expected next, and who answers.

Every hypothesis passes the safety lane at once.  A finished sentence that was meant for Anban
then waits for its turn: first the open question, then the reflexes (which need no other process
than the core), then the dialogue; where that is not there, an honest word.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol

from assistant import second_net
from assistant.bus import Bus
from assistant.events import (
    AskElder,
    CryForHelpHeard,
    ElderAnswered,
    Heard,
    HoldSpeech,
    ResumeSpeech,
    SpeechStarted,
    StopRobot,
    TurnTaken,
    Urgency,
)
from assistant.home import DIRECTIONS, HomeMemory
from assistant.language import NoWordsError, Replies, TextTooLongError, clean
from assistant.mind import Mind, MindError, Thought
from assistant.safety import REST_SECONDS, UNSPECIFIC, Cry, Judgement, judge
from assistant.second_net import HELP, SecondNet
from assistant.speech import Speech
from assistant.tasks import Tasks

log = logging.getLogger(__name__)

CRY_PATIENCE_SECONDS: Final = 2.0
"""How long an answer to a cry waits for the end of the sentence."""
_FALLBACK: Final = "nlu_fallback"
_SKILL: Final = "general"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a turn comes to, before it is told."""

    intent: str
    reply: str
    lane: str
    confidence: float = 1.0
    skill: str = _SKILL
    entities: tuple[dict[str, Any], ...] = ()


class Alarms(second_net.Alarms, Protocol):
    """What the core knows of alarms: `care.Emergency`."""

    @property
    def is_line_open(self) -> bool:
        """Whether the elder speaks with somebody on the telephone."""

    def reply_to_cry(self, cry: Cry) -> str:
        """The truth about who is being called now; empty where it is asked about first."""

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether this answered a question about signs, which takes whatever is said."""


class Line(Protocol):
    """What the core knows of calls that the elder asked for: `care.calls.Calls`."""

    @property
    def is_under_way(self) -> bool:
        """Whether somebody is being rung or spoken with."""

    def hang_up(self) -> bool:
        """End the call."""


@dataclass(slots=True)
class _Utterance:
    """What is known of the utterance that is being heard."""

    utterance_id: str = ""
    cry: Cry | None = None
    stopped: bool = False
    halted: bool = False
    """The robot was told to stand still: a stop needs no wake phrase, and no end of sentence."""
    answered: bool = False
    """It was about an open alarm."""
    rest: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _OpenQuestion:
    asked: AskElder
    until: asyncio.TimerHandle
    is_overtaken: bool = False
    """A form of the dialogue has asked since: a bare yes or no is about that."""


AdjustVoice = Callable[[str], Awaitable[dict[str, Any]]]


class Turns:
    """Takes what was heard and what skills ask; gives what is to be said."""

    def __init__(
        self,
        bus: Bus,
        memory: HomeMemory,
        speech: Speech,
        replies: Replies,
        mind: Mind,
        adjust_voice: AdjustVoice,
        alarms: Alarms | None = None,
        line: Line | None = None,
    ) -> None:
        self._bus, self._memory, self._speech = bus, memory, speech
        self._replies, self._mind = replies, mind
        self._adjust_voice = adjust_voice
        self._alarms, self._line = alarms, line
        self._second_net = SecondNet(mind, alarms) if alarms is not None else None
        self._utterance = _Utterance()
        self._question: _OpenQuestion | None = None
        self._one_at_a_time = asyncio.Lock()
        self._tasks = Tasks("a turn")
        bus.subscribe(SpeechStarted, lambda _: bus.publish(HoldSpeech()))
        bus.subscribe(Heard, self._heard)
        bus.subscribe(AskElder, self._ask)
        bus.serve("turn", self._serve_turn)

    async def take(self, text: str, alternatives: tuple[str, ...] = ()) -> TurnTaken:
        """One turn: understand, answer, tell.

        Text that is no sentence (empty, too long, only signs) is answered for kindly.
        """
        async with self._one_at_a_time:
            began = time.monotonic()
            stages: dict[str, float] = {}
            answer = await self._decide(text, alternatives, stages)
            stages["whole_turn"] = time.monotonic() - began
            turn = self._tell(text, answer, stages)
            if answer.reply and answer.lane != "safety":  # a cry was answered before all else
                self._speech.say(answer.reply)
            return turn

    async def finish(self) -> None:
        """Wait for the turns under way."""
        await self._tasks.finish()

    # ------------------------------------------------------------------------- hearing

    def _heard(self, heard: Heard) -> None:
        utterance = self._current(heard.utterance_id)
        judgement = judge(heard.raw_text or heard.text, is_final=heard.is_final)
        if utterance.rest is not None:
            utterance.rest.cancel()
            utterance.rest = None
        if judgement.reflex == "stop" and not utterance.halted:
            utterance.halted = True
            self._bus.publish(StopRobot())
        if judgement.cry is not None:
            self._cry_once(utterance, judgement.cry, heard)
        elif heard.is_final and self._is_about_alarm(judgement):
            self._answer_alarm(utterance, judgement)
        elif heard.is_final and (
            self._is_for_the_line(judgement) or self._answers_signs(heard, judgement)
        ):
            utterance.answered = True
        elif judgement.waits or self._is_about_alarm(judgement):
            loop = asyncio.get_running_loop()
            utterance.rest = loop.call_later(REST_SECONDS, self._rested, utterance, heard)
        elif judgement.reflex == "stop" and not utterance.stopped and self._speech.is_speaking:
            utterance.stopped = True
            self._speech.stop()
        if heard.is_final:
            self._finished(heard, utterance, judgement.reflex)

    def _rested(self, utterance: _Utterance, heard: Heard) -> None:
        judgement = judge(heard.raw_text or heard.text, is_final=True)
        if judgement.cry is not None:
            self._cry_once(utterance, judgement.cry, heard)
        elif self._is_about_alarm(judgement):
            self._answer_alarm(utterance, judgement)

    @property
    def _is_conversation(self) -> bool:
        """Whether what is heard is said to, or by, somebody on the telephone."""
        return self._alarms is not None and self._alarms.is_line_open

    def _is_for_the_line(self, judgement: Judgement) -> bool:
        """Whether it ends a call that rings or stands; done where it does."""
        if self._line is None or not self._line.is_under_way:
            return False
        ends = judgement.hang_up or (
            not self._is_conversation and (judgement.fine or judgement.reflex == "stop")
        )
        return ends and self._line.hang_up()

    def _answers_signs(self, heard: Heard, judgement: Judgement) -> bool:
        return (
            self._alarms is not None
            and bool(heard.text.strip())
            and self._alarms.hear(heard.text, judgement)
        )

    def _is_about_alarm(self, judgement: Judgement) -> bool:
        return self._alarms is not None and self._alarms.is_answered_by(judgement)

    def _answer_alarm(self, utterance: _Utterance, judgement: Judgement) -> None:
        """Once in an utterance: "I'm fine" said once may not count as said twice."""
        if self._alarms is not None and not utterance.answered:
            utterance.answered = True
            self._alarms.take_answer(judgement)

    def _finished(self, heard: Heard, utterance: _Utterance, reflex: str | None) -> None:
        # "Stop" needs no wake phrase while Anban speaks, nor do "louder" and its like.
        meant = heard.addressed or utterance.stopped or (bool(reflex) and self._speech.is_speaking)
        if utterance.cry is not None or utterance.answered or self._is_conversation:
            self._resume()
        elif not meant:
            self._resume()
            if self._second_net is not None and heard.text.strip():
                self._tasks.spawn(self._second_net.overhear(heard.text, heard.alternatives))
        elif not heard.text.strip():
            self._speech.say_aside(self._render("wake_answer"))
            self._resume()
        else:
            self._tasks.spawn(self._take_heard(heard, reflex))

    async def _take_heard(self, heard: Heard, reflex: str | None) -> None:
        try:
            if reflex in DIRECTIONS and self._speech.is_speaking:
                await self._adjust_voice(reflex or "")  # and the story goes on, louder
                return
            if self._speech.is_speaking:
                self._speech.stop(keep=Urgency.REMINDER)
            await self.take(heard.text, heard.alternatives)
        finally:
            self._resume()

    def _current(self, utterance_id: str) -> _Utterance:
        if self._utterance.utterance_id != utterance_id:
            self._utterance = _Utterance(utterance_id)
        return self._utterance

    def _cry_once(self, utterance: _Utterance, cry: Cry, heard: Heard) -> None:
        before, text = utterance.cry, heard.raw_text or heard.text
        if before is None:
            utterance.cry = cry
            self._tell(text, _answer_to_help(self._cry(cry)), {})
            # Let the elder speak on for a moment, then answer whatever else sounds.
            asyncio.get_running_loop().call_later(CRY_PATIENCE_SECONDS, self._resume)
        elif before.reason == UNSPECIFIC and cry.reason != UNSPECIFIC:
            utterance.cry = cry  # "救命，我摔倒了": now it is known which help
            self._bus.publish(_heard_cry(cry))

    def _resume(self) -> None:
        self._bus.publish(ResumeSpeech())

    def _cry(self, cry: Cry) -> str:
        self._bus.publish(_heard_cry(cry))
        reply = self._alarms.reply_to_cry(cry) if self._alarms else self._render("cry_heard")
        if reply:  # none where a contact speaks with the elder already
            self._speech.say(reply, Urgency.ALARM)
        return reply

    # ------------------------------------------------------------------------ deciding

    async def _decide(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> _Answer:
        try:
            plain = clean(text)
        except TextTooLongError:
            return _Answer(_FALLBACK, self._render("too_long"), "honest", confidence=0.0)
        except NoWordsError:
            return _Answer(_FALLBACK, self._render("no_words"), "honest", confidence=0.0)
        judgement = judge(plain, is_final=True)
        if judgement.reflex == "stop":  # typed: what was heard did it long before
            self._bus.publish(StopRobot())
        if judgement.cry is not None:
            return _answer_to_help(self._cry(judgement.cry))
        if self._alarms is not None and self._alarms.is_answered_by(judgement):
            self._alarms.take_answer(judgement)
            return _Answer("emergency_cancel", "", "safety", skill="emergency")
        if self._is_for_the_line(judgement):
            return _Answer("emergency_cancel", "", "safety", skill="emergency")
        if self._alarms is not None and self._alarms.hear(plain, judgement):
            return _answer_to_help("")
        if judgement.reflex in {"affirm", "deny"} and self._is_question_next():
            return self._close_question(judgement.reflex or "", plain)
        try:
            return await self._think(plain, alternatives, stages)
        except MindError as error:
            if judgement.reflex is not None:
                return await self._reflex(judgement.reflex)
            log.warning("a sentence could not be understood: %s", error)
            return _Answer(_FALLBACK, self._render(error.reply_key), "honest", confidence=0.0)
        except Exception as error:  # noqa: BLE001  (no fault of ours may leave the elder unanswered)
            # Where, but not what: its message may hold words that were said.
            at = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a sentence was not answered: %s at %s:%s",
                type(error).__name__,
                at.filename,
                at.lineno,
            )
            return _Answer(_FALLBACK, self._render("dialogue_down"), "honest", confidence=0.0)

    async def _think(
        self, text: str, alternatives: tuple[str, ...], stages: dict[str, float]
    ) -> _Answer:
        thought: Thought = await self._mind.think(text, alternatives, stages)
        if self._second_net is not None and self._second_net.takes(thought):
            return _Answer(
                thought.intent, "", "safety", confidence=thought.confidence, skill="emergency"
            )
        if thought.intent in {"general_affirm", "general_deny"} and self._is_question_next():
            return self._close_question(thought.intent.removeprefix("general_"), text)
        form = self._mind.form
        reply = await self._mind.answer(thought, stages)
        if self._question is not None and self._mind.form:
            self._question.is_overtaken = True
        intent = thought.intent
        if intent == _FALLBACK and form:  # no intent of its own, but what the form had asked for
            intent = form.removesuffix("_form")
        skill = _SKILL if intent == _FALLBACK else intent.partition("_")[0]
        return _Answer(
            intent,
            reply,
            "dialogue",
            confidence=thought.confidence,
            skill=skill,
            entities=thought.entities,
        )

    async def _reflex(self, name: str) -> _Answer:
        """What the core can do with the dialogue down."""
        reply = ""
        if name in DIRECTIONS:
            adjusted = await self._adjust_voice(name)
            reply = self._render("at_limit" if adjusted["at_limit"] else name)
        elif name == "stop":
            self._speech.stop()
            reply = self._render("stopped")
        elif name == "repeat":
            reply = self._speech.last_text or self._render("nothing_to_repeat")
        else:  # a yes or no to nothing
            reply = self._render("dialogue_down")
        return _Answer(f"general_{name}", reply, "reflex")

    # ----------------------------------------------------------------------- questions

    def _ask(self, asked: AskElder) -> None:
        self._drop_question("silence")
        loop = asyncio.get_running_loop()
        until = loop.call_later(asked.open_seconds, self._drop_question, "silence")
        self._question = _OpenQuestion(asked, until)
        if asked.text:
            self._speech.say(asked.text, asked.urgency)

    def _is_question_next(self) -> bool:
        """Whether a bare yes or no answers the open question."""
        question = self._question
        return question is not None and not (question.is_overtaken and self._mind.form)

    def _close_question(self, reflex: str, text: str) -> _Answer:
        self._drop_question({"affirm": "yes", "deny": "no"}[reflex], text)
        return _Answer(f"general_{reflex}", "", "question")

    def _drop_question(self, answer: str, text: str = "") -> None:
        if self._question is None:
            return
        question, self._question = self._question, None
        question.until.cancel()
        self._bus.publish(ElderAnswered(question.asked.question_id, answer, text))

    def _tell(self, text: str, answer: _Answer, stages: dict[str, float]) -> TurnTaken:
        turn = TurnTaken(
            text=text,
            intent=answer.intent,
            confidence=round(answer.confidence, 4),
            skill=answer.skill,
            reply=answer.reply,
            entities=answer.entities,
            lane=answer.lane,
            stage_seconds={name: round(value, 4) for name, value in stages.items()},
        )
        self._bus.publish(turn)
        return turn

    def _render(self, key: str) -> str:
        return self._replies.render(key, self._memory.lang)

    # ------------------------------------------------------------------------- services

    async def _serve_turn(self, text: str) -> dict[str, Any]:
        turn = await self.take(text)
        return {field.name: getattr(turn, field.name) for field in fields(turn)}


def _answer_to_help(reply: str) -> _Answer:
    return _Answer(HELP, reply, "safety", skill="emergency")


def _heard_cry(cry: Cry) -> CryForHelpHeard:
    return CryForHelpHeard(
        cry.phrase, cry.reason, time.time(), cry.is_at_once, cry.service, cry.number
    )
