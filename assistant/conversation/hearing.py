"""What is done with every hypothesis of the ear: at once, or in its turn.

Cries, answers to an alarm and "stop" are acted on before the sentence is over: a cry when it stood
for `REST_SECONDS`, at once if it was repeated.  One that the final text takes back becomes a
question.  A finished sentence that was meant for Anban waits for its turn, any other goes to the
second net.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Final

from assistant.conversation.hold import Hold
from assistant.conversation.implied_cry import ImpliedCries
from assistant.conversation.joining import Joining, Sentence
from assistant.conversation.safety_lane import Deed, SafetyLane
from assistant.conversation.turns import AdjustVoice, Turns
from assistant.events import Heard, StopRobot, Urgency
from assistant.home.memory import DIRECTIONS
from assistant.home.speech import Speech
from assistant.home.spoken import Address, Spoken
from assistant.runtime.bus import Bus
from assistant.runtime.tasks import Tasks
from assistant.safety import REST_SECONDS, UNSPECIFIC, Cry, Judgement, judge

CRY_PATIENCE_SECONDS: Final = 2.0
"""How long an answer to a cry waits for the end of the sentence."""
SURE_BY_TINY: Final = 0.97
"""The mean confidence from which on what the tiny model heard was said. It knows a few hundred
phrases, and hears them in all talk, mostly below this; synthetic cries lie above (`python -m
benchmarks.overheard`)."""
CALLED_SECONDS: Final = 15.0
"""How long after the wake phrase alone a sentence to Anban is said by whoever called it."""


@dataclass(slots=True)
class _Utterance:
    """What is known of the utterance that is being heard."""

    utterance_id: str = ""
    cry: Cry | None = None
    """The cry that was acted on."""
    cried_at: float = 0.0
    """When the cry was acted on; Unix time, seconds."""
    stopped: bool = False
    halted: bool = False
    """Whether the robot was told to stand still: a stop needs no wake phrase, and no end of
    sentence."""
    answered: bool = False
    """Whether it was about an open alarm, or was asked about."""
    latest: tuple[Heard, Judgement] | None = None
    standing: asyncio.TimerHandle | None = None
    """Runs while every hypothesis holds a cry."""
    rest: asyncio.TimerHandle | None = None
    """Runs while no new hypothesis comes."""


class Hearing:
    """Decides what is done with every hypothesis of the ear."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        lane: SafetyLane,
        implied_cries: ImpliedCries,
        turns: Turns,
        adjust_voice: AdjustVoice,
    ) -> None:
        self._bus, self._speech = bus, speech
        self._lane, self._implied_cries = lane, implied_cries
        self._turns, self._adjust_voice = turns, adjust_voice
        self._utterance = _Utterance()
        self._called_until = float("-inf")
        self._tasks = Tasks("a turn")
        self._hold, self._joining = Hold(bus), Joining(bus)
        bus.subscribe(Heard, self._heard)

    async def finish(self) -> None:
        """Wait for the turns under way."""
        await self._tasks.finish()

    def _heard(self, heard: Heard) -> None:
        utterance = self._current(heard.utterance_id)
        judgement = judge(
            heard.raw_text or heard.text,
            is_final=heard.is_final,
            is_tiny=heard.by_tiny_model,
            lang=heard.lang,
        )
        if not _is_understood(heard):
            judgement = replace(judgement, cry=None, doubt=None)
        utterance.latest = heard, judgement
        if utterance.rest is not None:
            utterance.rest.cancel()
            utterance.rest = None
        if judgement.cry is None and utterance.standing is not None:
            utterance.standing.cancel()
            utterance.standing = None
        if judgement.reflex == "stop" and not utterance.halted:
            utterance.halted = True
            self._bus.publish(StopRobot())
        if heard.is_final:
            self._over(utterance, heard, judgement)
        else:
            self._so_far(utterance, heard, judgement)

    def _so_far(self, utterance: _Utterance, heard: Heard, judgement: Judgement) -> None:
        loop = asyncio.get_running_loop()
        if judgement.cry is not None and (judgement.is_repeated or utterance.cry is not None):
            self._act(utterance, heard, judgement)
        elif judgement.cry is not None:
            if utterance.standing is None:
                utterance.standing = loop.call_later(REST_SECONDS, self._stood, utterance)
        elif judgement.waits or self._lane.is_answer(self._spoken(heard, judgement)):
            utterance.rest = loop.call_later(REST_SECONDS, self._rested, utterance, heard)
        elif judgement.reflex == "stop" and not utterance.stopped and self._speech.is_speaking:
            utterance.stopped = True
            self._speech.stop()

    def _over(self, utterance: _Utterance, heard: Heard, judgement: Judgement) -> None:
        if utterance.standing is not None:
            utterance.standing.cancel()
        self._act(utterance, heard, judgement)
        if utterance.cry is not None and judgement.cry is None and not utterance.answered:
            self._lane.take_back(utterance.cried_at)
        if judgement.reflex == "stop" and not utterance.stopped and self._speech.is_speaking:
            utterance.stopped = not utterance.answered
            if utterance.stopped:
                self._speech.stop()
        self._finished(heard, utterance, judgement.reflex)

    def _current(self, utterance_id: str) -> _Utterance:
        if self._utterance.utterance_id != utterance_id:
            self._utterance = _Utterance(utterance_id)
        return self._utterance

    def _stood(self, utterance: _Utterance) -> None:
        if utterance.latest is not None:
            self._act(utterance, *utterance.latest)

    def _rested(self, utterance: _Utterance, heard: Heard) -> None:
        judgement = judge(heard.raw_text or heard.text, is_final=True, lang=heard.lang)
        if judgement.cry is not None or self._lane.is_answer(self._spoken(heard, judgement)):
            self._act(utterance, heard, judgement)

    def _spoken(self, heard: Heard, judgement: Judgement) -> Spoken:
        """Give the words with to whom they were said.

        An answer to an alarm may stand after the wake phrase.
        """
        address = self._address(heard)
        text = heard.text if heard.addressed else heard.raw_text or heard.text
        if address is Address.NAMED and judgement.cry is None:
            judgement = judge(
                text, is_final=heard.is_final, is_tiny=heard.by_tiny_model, lang=heard.lang
            )
        return Spoken(text, judgement, address, heard.lang)

    def _address(self, heard: Heard) -> Address:
        """Tell to whom it was said; the wake phrase may also have come just before, alone."""
        if not heard.addressed:
            return Address.ROOM
        is_called = asyncio.get_running_loop().time() < self._called_until
        is_named = heard.raw_text not in {"", heard.text}
        if heard.text and heard.raw_text.startswith(heard.text):
            is_named = False  # what follows is what a television said
        return Address.NAMED if is_named or is_called else Address.WINDOW

    def _act(self, utterance: _Utterance, heard: Heard, judgement: Judgement) -> None:
        """Let the safety lane act, once in an utterance: "I'm fine" may not count as said twice."""
        cry = judgement.cry
        if utterance.cry is not None and cry is not None:
            if utterance.cry.reason == UNSPECIFIC != cry.reason:
                utterance.cry = cry  # "救命，我摔倒了": now it is known which help
                self._lane.tell(cry)
            return
        if utterance.answered or (utterance.cry is not None and judgement.doubt is not None):
            return
        cried_at = time.time()
        spoken = self._spoken(heard, judgement)
        if self._lane.waits(spoken):
            return  # the turn that follows asks, unless the dialogue understands something else
        text = heard.raw_text or heard.text if cry is not None else spoken.text
        taken = self._lane.take(spoken)
        if taken is None:
            return
        if cry is None:
            utterance.answered = True
            if taken.deed in {Deed.ASKED, Deed.TOLD}:
                self._turns.told_of_help(text, taken)
            return
        utterance.cry, utterance.cried_at = cry, cried_at
        self._turns.told_of_help(text, taken)
        # Let the elder speak on for a moment, then answer whatever else sounds.
        asyncio.get_running_loop().call_later(CRY_PATIENCE_SECONDS, self._hold.let_speak)

    def _finished(self, heard: Heard, utterance: _Utterance, reflex: str | None) -> None:
        # "Stop" needs no wake phrase while Anban speaks, nor do "louder" and its like.
        meant = (
            heard.addressed
            or utterance.stopped
            or (bool(reflex) and self._speech.is_speaking)
            or self._joining.goes_on(heard.utterance_id)
        )
        if utterance.cry is not None or utterance.answered or self._lane.is_conversation:
            self._resume(heard)
        elif not meant:
            self._resume(heard)
            if heard.text.strip() and _is_understood(heard):
                self._tasks.spawn(self._implied_cries.overhear(heard.text, heard.alternatives))
        elif not heard.text.strip():
            self._called_until = asyncio.get_running_loop().time() + CALLED_SECONDS
            self._turns.called()
            self._resume(heard)
        else:
            self._tasks.spawn(self._take(heard, reflex, self._address(heard)))

    async def _take(self, heard: Heard, reflex: str | None, address: Address) -> None:
        try:
            if reflex in DIRECTIONS and self._speech.is_speaking:
                await self._adjust_voice(reflex or "")  # and the story goes on, louder
                return
            said = Sentence(
                heard.utterance_id, heard.text, heard.alternatives, address, heard.by_tiny_model
            )
            sentence = await self._joining.whole(said, reflex)
            if sentence is None:  # what came after it has taken it along
                return
            if self._speech.is_speaking and not self._joining.keeps_answer(sentence):
                self._speech.stop(keep=Urgency.REMINDER)
            turn = await self._turns.take(
                sentence.text,
                sentence.alternatives,
                sentence.address,
                by_tiny_model=sentence.by_tiny_model,
            )
            self._joining.taken(sentence, turn)
        finally:
            self._resume(heard)

    def _resume(self, heard: Heard) -> None:
        self._joining.over(heard.utterance_id)
        self._hold.release(heard.utterance_id)


def _is_understood(heard: Heard) -> bool:
    """Whether these words were said, as far as can be told.

    What was said to Anban is answered all the same, and asked about if it may be a cry.
    """
    is_sure = heard.confidence is not None and heard.confidence >= SURE_BY_TINY
    return is_sure or not (heard.by_tiny_model and heard.is_final)
