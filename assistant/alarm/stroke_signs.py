"""FAST in plain words: face, arm, speech and time, asked while the calls are going out already.

What the elder answers is told to whoever helps; nothing is concluded from it.  Silence and an
unclear answer count as signs: who cannot answer may be the one whom it concerns.  (FAST: Face Arm
Speech Test, Harbison et al., Stroke 2003, with the time of onset that a hospital asks for.)
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Final

from assistant.events import AlarmClosed, PutThroughChanged, SignAsked, Urgency
from assistant.home.memory import HomeMemory
from assistant.home.questions import Ending, OpenQuestion, Question, Rank
from assistant.home.speech import Speech
from assistant.language import Replies, rank_matches
from assistant.phrases import load, tokens_of
from assistant.runtime.bus import Bus
from assistant.safety import Judgement

SIGNS: Final = ("face", "arm", "speech", "time")
ANSWER_SECONDS: Final = 15.0
"""How long a question waits after it was said: time to lift both arms and to say so."""
WORDS_SECONDS: Final = 25.0
"""How long an answer is not waited for at most, because Anban itself speaks."""
SAID_AFTER: Final = 0.7
"""From which likeness in sound on a sentence was said after Anban; recognisers mishear a part."""
MOST_TIME_CHARACTERS: Final = 60
_IN_WORDS: Final = frozenset({"speech", "time"})


@dataclass(slots=True)
class _Asking:
    """What is known of one alarm; answers are kept in memory alone: they are the elder's words."""

    answers: dict[str, str] = field(default_factory=dict)
    """The answer to each sign: yes (a sign), no, unclear or silence; the time in the elder's
    words."""
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class _Sign:
    """A question that was put."""

    alarm_id: str
    sign: str
    asked: OpenQuestion


class StrokeSigns:
    """Asks for the signs once for each alarm, and tells what was answered."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        replies: Replies,
        memory: HomeMemory,
    ) -> None:
        self._bus, self._speech = bus, speech
        self._replies, self._memory = replies, memory
        self._alarms: dict[str, _Asking] = {}
        self._open: _Sign | None = None
        """The question that was put last."""
        bus.subscribe(AlarmClosed, lambda closed: self._forget(closed.alarm_id))
        bus.subscribe(PutThroughChanged, self._put_through)

    def begin(self, alarm_id: str) -> None:
        """Ask for the signs that were not asked yet; begun again, it asks nothing twice."""
        asking = self._alarms.setdefault(alarm_id, _Asking())
        if asking.task is None or asking.task.done():
            asking.task = asyncio.create_task(self._ask(alarm_id, asking), name="signs of a stroke")

    def stop(self) -> None:
        """Ask no more: the elder is fine, or a human speaks with them."""
        for asking in self._alarms.values():
            if asking.task is not None:
                asking.task.cancel()
        self._close()

    def hear(self, text: str, judgement: Judgement) -> bool:
        """Whether these words answered an open question; a yes may come without its words.

        "I can't" or a bare "not good" is no answer of "no": it is told as unclear.
        """
        put = self._open
        if put is None or put.asked is not self._speech.questions.current:
            return False
        sign = put.sign
        if not text and sign in _IN_WORDS:
            return False
        match sign:
            case _ if not text:
                answer = "yes" if judgement.reflex == "affirm" else "unclear"
            case "time":
                answer = text[:MOST_TIME_CHARACTERS]
            case "speech":
                likeness = rank_matches(text, [self._render("signs_sentence")], limit=1)[0].score
                answer = "no" if likeness >= SAID_AFTER else "unclear"
            case _:
                clear = load().signs.all_of(tokens_of(text))
                answer = clear.meaning if clear is not None else "unclear"
        self._alarms[put.alarm_id].answers[sign] = answer
        self._close()
        return True

    def told(self, alarm_id: str, lang: str) -> str:
        """Say what was asked and answered so far, for whoever helps; empty if nothing was."""
        asking = self._alarms.get(alarm_id)
        if asking is None or not asking.answers:
            return ""
        parts = [self._replies.render("signs_intro", lang)]
        for sign, answer in asking.answers.items():
            if sign == "time" and answer != "silence":
                parts.append(self._replies.render("signs_time_said", lang, words=answer))
            else:
                parts.append(self._replies.render(f"signs_{sign}_{answer}", lang))
        return " ".join(parts)

    async def _ask(self, alarm_id: str, asking: _Asking) -> None:
        for sign in SIGNS:
            if sign in asking.answers:
                continue
            while not await self._put(alarm_id, sign):
                pass  # another question of the alarm came in between: it is put again
            asking.answers.setdefault(sign, "silence")
            counts = sign != "time" and asking.answers[sign] != "no"
            self._bus.publish(SignAsked(alarm_id, sign, counts))
        self._speech.say(self._render("signs_thanks"), Urgency.ALARM)

    async def _put(self, alarm_id: str, sign: str) -> bool:
        """Ask for one sign and wait for its answer; False if another question took its place.

        A "no" to "can you lift both arms?" must not be one to "shall I ring 120?".
        """
        questions = self._speech.questions
        await questions.alarm_settled()
        sentence = self._render("signs_sentence")
        self._speech.say(self._render(f"signs_ask_{sign}", sentence=sentence), Urgency.ALARM)
        seconds = WORDS_SECONDS + ANSWER_SECONDS
        asked = questions.ask(Question(Rank.ALARM, "", seconds, is_said=True))
        if asked is None:  # nothing is more urgent than an alarm
            return True
        self._open = _Sign(alarm_id, sign, asked)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WORDS_SECONDS):
                await self._speech.silence()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asked.end() is not Ending.GAVE_WAY
        except TimeoutError:
            return True
        finally:
            asked.close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.asked.close()
            self._open = None

    def _put_through(self, changed: PutThroughChanged) -> None:
        if changed.is_open:
            self.stop()

    def _forget(self, alarm_id: str) -> None:
        asking = self._alarms.pop(alarm_id, None)
        if asking is not None and asking.task is not None:
            asking.task.cancel()
        if self._open is not None and self._open.alarm_id == alarm_id:
            self._close()

    def _render(self, key: str, **slots: str) -> str:
        return self._replies.render(key, self._memory.lang, **slots)
