"""One turn of the conversation: safety, then the open question, then the dialogue.

First the safety lane, then the open question, then the dialogue; if that is not there the
reflexes (which need no other process than the core), and an honest word.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from assistant.conversation.implied_cry import CANCEL, HELP, ImpliedCries, outweighs
from assistant.conversation.safety_lane import Deed, SafetyLane, Taken
from assistant.conversation.skill_questions import SkillQuestions
from assistant.conversation.understanding import Interpretation, Understanding, UnderstandingError
from assistant.events import AlarmOpened, StopRobot, TurnTaken
from assistant.home.camera_privacy import CameraPrivacy, wish_in
from assistant.home.memory import DIRECTIONS, HomeMemory
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.speech import Speech, asks
from assistant.home.spoken import Address, Spoken
from assistant.language import NoWordsError, Replies, TextTooLongError, clean
from assistant.runtime.bus import Bus
from assistant.runtime.faults import log_location
from assistant.safety import Judgement, judge
from assistant.services import Adjusted, TakeTurn

log = logging.getLogger(__name__)

_FALLBACK: Final = "nlu_fallback"
_SKILL: Final = "general"
_GOODBYE: Final = "general_goodbye"
_IDLE_INTENTS: Final = frozenset(
    {_FALLBACK, _GOODBYE, "general_affirm", "general_deny", "general_greeting", "general_thanks"}
)
"""The intents that ask for nothing: not understood, small talk, and a yes or no to nothing."""
STATUS: Final = "emergency_status"
"""The intent of a question about how it stands with an alarm."""
_INTENTS: Final = {Deed.CRIED: HELP, Deed.ASKED: HELP, Deed.TOLD: STATUS}
_YES_OR_NO: Final = {"general_affirm": Ending.YES, "general_deny": Ending.NO}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a turn comes to, before it is told."""

    intent: str
    reply: str
    lane: str
    confidence: float = 1.0
    skill: str = _SKILL
    entities: tuple[dict[str, Any], ...] = ()
    is_idle: bool = False
    """As in `TurnTaken`."""


AdjustVoice = Callable[[str], Awaitable[Adjusted]]


class Turns:
    """Takes one turn after the other: what was heard or typed, and what is answered."""

    def __init__(
        self,
        bus: Bus,
        memory: HomeMemory,
        speech: Speech,
        replies: Replies,
        understanding: Understanding,
        adjust_voice: AdjustVoice,
        lane: SafetyLane,
        implied_cries: ImpliedCries,
        camera: CameraPrivacy,
    ) -> None:
        self._bus, self._memory, self._speech = bus, memory, speech
        self._replies, self._understanding = replies, understanding
        self._adjust_voice = adjust_voice
        self._lane, self._implied_cries = lane, implied_cries
        self._camera = camera
        self._questions = speech.questions
        SkillQuestions(bus, speech.questions)
        self._form: OpenQuestion | None = None
        """What a form of the dialogue asked last."""
        self._one_at_a_time = asyncio.Lock()
        bus.subscribe(
            AlarmOpened, lambda _: understanding.forget()
        )  # and with it a form that waits
        bus.serve(TakeTurn.answered_by(self._serve_turn))

    async def take(
        self,
        text: str,
        alternatives: tuple[str, ...] = (),
        address: Address = Address.NAMED,
        *,
        by_tiny_model: bool = False,
    ) -> TurnTaken:
        """Take one turn: understand, answer, tell.

        Text that is no sentence (empty, too long, only signs) is answered for kindly.  What a tiny
        model heard calls nobody by itself, however it is understood.
        """
        async with self._one_at_a_time:
            began = time.monotonic()
            stages: dict[str, float] = {}
            answer = await self._decide(text, alternatives, address, stages, is_tiny=by_tiny_model)
            stages["whole_turn"] = time.monotonic() - began
            turn = self._tell(text, answer, stages)
            if answer.reply and answer.lane != "safety":  # a cry was answered before all else
                is_goodbye = answer.is_idle and answer.intent == _GOODBYE
                self._speech.answer(answer.reply, is_idle=answer.is_idle, is_goodbye=is_goodbye)
            return turn

    def forget(self) -> None:
        """Begin a conversation of its own: nothing is asked any more, and nothing was said."""
        self._questions.give_way()
        self._speech.last_text = ""

    def told_of_help(self, text: str, taken: Taken) -> None:
        """Tell of a cry or a doubt, acted on before the turn and whatever turn is under way."""
        self._tell(text, _answer_of(taken), {})

    def called(self) -> None:
        """Answer a wake phrase with nothing after it."""
        self._speech.say_aside(self._render("wake_answer"))

    # ------------------------------------------------------------------------ deciding

    async def _decide(
        self,
        text: str,
        alternatives: tuple[str, ...],
        address: Address,
        stages: dict[str, float],
        *,
        is_tiny: bool,
    ) -> _Answer:
        try:
            plain = clean(text)
        except TextTooLongError:
            return _Answer(_FALLBACK, self._render("too_long"), "honest", 0.0, is_idle=True)
        except NoWordsError:
            return _Answer(_FALLBACK, self._render("no_words"), "honest", 0.0, is_idle=True)
        judgement = judge(plain, is_final=True, is_tiny=is_tiny, lang=self._memory.lang)
        if judgement.reflex == "stop":  # typed: what was heard did it long before
            self._bus.publish(StopRobot())
        spoken = Spoken(plain, judgement, address, self._memory.lang)
        waits = self._lane.waits(spoken)
        if not waits and (taken := self._lane.take(spoken)):
            return await _settled(taken)
        if answer := self._answer_question(self._answer_to(judgement), plain):
            return answer
        if (is_private := wish_in(plain, self._memory.lang)) is not None:
            return await self._camera_told(is_private=is_private)
        try:
            return await self._think(spoken, alternatives, stages)
        except UnderstandingError as error:
            if waits and (taken := self._lane.take(spoken)):
                return await _settled(taken)
            if judgement.reflex is not None:
                return await self._reflex(judgement.reflex)
            log.warning("a sentence could not be understood: %s", error)
            return _Answer(_FALLBACK, self._render(error.reply_key), "honest", 0.0, is_idle=True)
        except Exception as error:  # noqa: BLE001  (no fault of ours may leave the elder unanswered)
            if waits and (taken := self._lane.take(spoken)):
                return await _settled(taken)
            log.error("a sentence was not answered: %s", log_location(error))
            return _Answer(_FALLBACK, self._render("dialogue_down"), "honest", 0.0, is_idle=True)

    async def _think(
        self,
        spoken: Spoken,
        alternatives: tuple[str, ...],
        stages: dict[str, float],
    ) -> _Answer:
        text, address = spoken.text, spoken.address
        thought: Interpretation = await self._understanding.think(text, alternatives, stages)
        is_doubtful = self._lane.waits(spoken) and not outweighs(thought)
        if is_doubtful and (taken := self._lane.take(spoken)):
            return await _settled(taken)
        if reaction := self._implied_cries.takes(thought, address):
            reply = await reaction.settled()
            return _Answer(thought.intent, reply, "safety", thought.confidence, "emergency")
        if answer := self._answer_question(thought.intent, text):
            return answer
        form = self._understanding.form
        if form and thought.intent == _GOODBYE and address is Address.WINDOW:
            # It is no answer to a question, and a television says it all day long.
            return _Answer(thought.intent, "", "dialogue", thought.confidence, is_idle=True)
        asked_before = self._questions.current
        reply = await self._understanding.answer(thought, stages)
        self._hold_form(reply)
        is_other = self._questions.current is asked_before and thought.intent != _FALLBACK
        if is_other and asks(reply):  # whose question it is nobody here knows
            self._questions.overtake()
        if self._understanding.form and self._lane.is_alarm_open:
            self._understanding.forget()
            reply = self._render("after_the_alarm")
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
            # Within a form, or if one began, even a mere yes is an answer to something.
            is_idle=thought.intent in _IDLE_INTENTS and not form and not self._understanding.form,
        )

    async def _reflex(self, name: str) -> _Answer:
        """Do what the core can do with the dialogue down."""
        reply = ""
        if name in DIRECTIONS:
            adjusted = await self._adjust_voice(name)
            reply = self._render("at_limit" if adjusted.at_limit else name)
        elif name == "stop":
            self._speech.stop()
            reply = self._render("stopped")
        elif name == "repeat":
            reply = self._speech.last_text or self._render("nothing_to_repeat")
        else:  # a yes or no to nothing
            reply = self._render("dialogue_down")
        return _Answer(f"general_{name}", reply, "reflex")

    async def _camera_told(self, *, is_private: bool) -> _Answer:
        """Look no more, or again: with the core alone, whatever else is down."""
        if not self._camera.has_camera:
            key = "camera_none"
        elif await self._camera.switch(is_private=is_private):
            key = "camera_hidden" if is_private else "camera_looks"
        else:
            key = "camera_hidden_for_now" if is_private else "camera_looks"
        return _Answer("camera_privacy", self._render(key), "reflex")

    def _answer_to(self, judgement: Judgement) -> str:
        """Give the intent of a plain answer; "I'm fine" is a yes to "is all well?"."""
        asked = self._questions.current
        asks_whether_well = asked is not None and asked.question.rank is Rank.SENSOR
        is_yes = asks_whether_well and judgement.fine and judgement.reflex != "deny"
        return "general_affirm" if is_yes else f"general_{judgement.reflex}"

    def _answer_question(self, intent: str, text: str) -> _Answer | None:
        """Give a bare yes or no to the question that was heard last; None: the dialogue's turn.

        If something else was asked since, nobody knows what it is about: the question is put again.
        """
        ending = _YES_OR_NO.get(intent)
        if ending is None:
            return None
        if not self._understanding.form:
            self._close_form()
        asked = self._questions.current
        if asked is None:
            before = self._questions.again()
            if before is None:
                return None
            reply = self._render("asked_before", question=before.text)
            return _Answer(intent, reply, "question")
        if asked.question.rank is Rank.DIALOGUE:
            return None
        self._questions.answer(ending, text)
        return _Answer(intent, "", "question")

    def _hold_form(self, reply: str) -> None:
        """Hold open what a form asks with this reply, if one waits."""
        self._close_form()
        if self._understanding.form:
            seconds = self._understanding.silence_seconds
            question = Question(Rank.DIALOGUE, reply, seconds, is_said=True)
            self._form = self._questions.ask(question)

    def _close_form(self) -> None:
        if self._form is not None:
            self._form.close()
            self._form = None

    def _tell(self, text: str, answer: _Answer, stages: dict[str, float]) -> TurnTaken:
        turn = TurnTaken(
            text=text,
            intent=answer.intent,
            confidence=round(answer.confidence, 4),
            skill=answer.skill,
            reply=answer.reply,
            entities=answer.entities,
            lane=answer.lane,
            is_idle=answer.is_idle,
            stage_seconds={name: round(value, 4) for name, value in stages.items()},
        )
        self._bus.publish(turn)
        return turn

    def _render(self, key: str, **slots: str) -> str:
        return self._replies.render(key, self._memory.lang, **slots)

    # ------------------------------------------------------------------------- services

    async def _serve_turn(self, wish: TakeTurn) -> TurnTaken:
        return await self.take(wish.text)


async def _settled(taken: Taken) -> _Answer:
    """Wait a moment for what is said because of it, and give the answer with it."""
    return _answer_of(taken, await taken.reaction.settled() if taken.reaction else "")


def _answer_of(taken: Taken, said: str = "") -> _Answer:
    """Make the answer of what the safety lane did.

    `said`: what was said about it meanwhile.
    """
    intent = _INTENTS.get(taken.deed, CANCEL)
    return _Answer(intent, taken.reply or said, "safety", skill="emergency")
