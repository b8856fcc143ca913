"""What Anban says: what has not come to its end yet, and what was said last.

Whoever says something holds a `SpeechHandle`, and can wait for its end.  What other processes say
(`Say`) is followed in the same way; they see its end as a `Said` with their `say_id`.

The mouth is a child and may die: what matters (reminders, alarms) is handed to it again when it
is back; an answer that was cut off is not, its moment has passed.  A mouth that stays away is
given up on, so that everything said comes to an end, and nothing is said hours late.

After Anban spoke the elder needs no wake phrase for a while, and nor does a television.  So only
what invites an answer opens that window: a question, the answer to what was understood, a reminder.
What merely tells of something does not, nor does small talk; and where twice in a row nothing was
asked for, the window is closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

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
    new_id,
)
from assistant.home.memory import HomeMemory
from assistant.home.questions import OpenQuestions
from assistant.home.speech_handle import SpeechHandle, SpeechState
from assistant.runtime.bus import Bus

log = logging.getLogger(__name__)

_CONVERSATION: Final = frozenset({Urgency.ANSWER, Urgency.REMINDER})
"""The urgencies that invite an answer. Chat is said by itself, and an alarm tells what is being
done: they invite none unless they ask for one."""
IDLE_TURNS_LIMIT: Final = 2
"""After so many turns that asked for nothing, nobody is speaking to Anban."""
GIVE_UP_SECONDS: Final = 660.0
"""So long after the last sound of it a text is given up.  The mouth itself gives up what it could
not sound for 600 s (`mouth.delivery.STALE_SECONDS`), and knows the reason: it comes first."""
_MOUTH: Final = "mouth"


@dataclass(slots=True)
class _Waiting:
    """What did not come to its end yet."""

    say: Say
    handle: SpeechHandle
    is_inviting: bool
    give_up: asyncio.TimerHandle


class Speech:
    """The core's side of speaking."""

    def __init__(
        self, bus: Bus, memory: HomeMemory, follow_up_seconds: float, *, has_mouth: bool
    ) -> None:
        """`has_mouth`: one is going to be started; without it nothing said is waited for."""
        self._bus, self._memory = bus, memory
        self._follow_up_seconds = follow_up_seconds
        self._has_mouth = has_mouth
        self._waiting: dict[str, _Waiting] = {}
        """By the id of the `Say`."""
        self._invites = False
        """Whether something that was said since the last silence invites an answer."""
        self._idle_turns = 0
        self.last_text = ""
        self._silent = asyncio.Event()
        self._silent.set()
        self.questions = OpenQuestions(bus, self.say)
        """What the elder was asked and has not answered yet."""
        bus.subscribe(Say, self._saying)
        bus.subscribe(SoundStarted, self._sounds)
        bus.subscribe(Said, self._said)
        bus.subscribe(ChildDied, self._child_died)
        bus.subscribe(Ready, self._child_ready)
        bus.serve("speech.last", self._serve_last)
        bus.serve("speech.stop", self._serve_stop)

    def say(self, text: str, urgency: Urgency = Urgency.ANSWER, say_id: str = "") -> SpeechHandle:
        """Speak in the language of the home.

        Args:
            text: sentences, as the elder is to hear them.
            urgency: what it interrupts, and what interrupts it.
            say_id: of whoever asked for it in another process, and knows it by this id.
        """
        return self._say(Say(text, self._memory.lang, urgency, say_id or new_id()))

    def unsay(self, handle: SpeechHandle) -> None:
        """Do not say it, or no further: it is no longer true."""
        if self._forget(handle.say_id) is not None:
            self._bus.publish(Unsay(handle.say_id))
            self._fall_silent()
            handle.finish(SpeechState.TAKEN_BACK)

    def answer(self, text: str, *, is_idle: bool, is_goodbye: bool = False) -> None:
        """Answer a turn; an idle one was not understood, or was small talk or a goodbye."""
        self._idle_turns = self._idle_turns + 1 if is_idle else 0
        self._say(Say(text, self._memory.lang), is_idle=is_idle)
        if is_goodbye or self._idle_turns >= IDLE_TURNS_LIMIT:
            self._bus.publish(Listen(0.0))

    def say_aside(self, text: str) -> None:
        """Say what nobody would want repeated, such as "I am here"."""
        before = self.last_text
        self.say(text)
        self.last_text = before

    def stop(self, keep: Urgency = Urgency.ALARM) -> None:
        """Be silent now, but for what is at least as urgent as `keep`."""
        self._bus.publish(StopSpeaking(keep))

    async def silence(self) -> None:
        """Wait until nothing sounds nor waits to sound."""
        await self._silent.wait()

    @property
    def is_speaking(self) -> bool:
        """Whether anything sounds or waits to sound."""
        return bool(self._waiting)

    def _say(self, say: Say, *, is_idle: bool = False) -> SpeechHandle:
        handle = self._follow(say, is_idle=is_idle)
        self._bus.publish(say)
        return handle

    def _follow(self, say: Say, *, is_idle: bool = False) -> SpeechHandle:
        """The handle of what is being said; again is the same."""
        known = self._waiting.get(say.say_id)
        if known is not None:
            return known.handle
        handle = SpeechHandle(say.say_id)
        if not self._has_mouth:
            handle.finish(SpeechState.NO_MOUTH)
            return handle
        is_inviting = not is_idle and _is_inviting(say)
        give_up = self._give_up_in(GIVE_UP_SECONDS, say.say_id)
        self._waiting[say.say_id] = _Waiting(say, handle, is_inviting, give_up)
        self._silent.clear()
        return handle

    def _saying(self, say: Say) -> None:
        """Somebody says something: this object itself, or a child."""
        self.last_text = say.text
        self._follow(say)

    def _sounds(self, sound: SoundStarted) -> None:
        waiting = self._waiting.get(sound.say_id)
        if waiting is not None:
            waiting.handle.begin()
            waiting.give_up.cancel()
            seconds = sound.duration_seconds + GIVE_UP_SECONDS
            waiting.give_up = self._give_up_in(seconds, sound.say_id)

    def _said(self, said: Said) -> None:
        waiting = self._forget(said.say_id)
        if waiting is None:
            return
        self._invites = self._invites or waiting.is_inviting
        self._fall_silent()
        if said.completed:
            waiting.handle.finish(SpeechState.HEARD)
        elif said.error:
            waiting.handle.finish(SpeechState.FAILED, said.error)
        else:
            waiting.handle.finish(SpeechState.CUT_OFF)

    def _fall_silent(self) -> None:
        if self._waiting:
            return
        self._silent.set()
        if self._invites:
            self._bus.publish(Listen(self._follow_up_seconds))
        self._invites = False

    # ---------------------------------------------------------------- a mouth that is gone

    def _child_died(self, died: ChildDied) -> None:
        if died.name != _MOUTH:
            return
        passed = [
            say_id
            for say_id, waiting in self._waiting.items()
            if waiting.say.urgency.rank < Urgency.REMINDER.rank
        ]
        self._lose(passed, "the mouth died")

    def _child_ready(self, ready: Ready) -> None:
        if ready.name == _MOUTH:
            self._has_mouth = True
            last = self.last_text
            for waiting in list(self._waiting.values()):
                self._bus.publish(waiting.say)
            self.last_text = last

    def _give_up_in(self, seconds: float, say_id: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._mouth_is_silent, say_id)

    def _mouth_is_silent(self, say_id: str) -> None:
        log.error("the mouth did not come to the end of what it was to say; it is given up")
        self._bus.publish(Unsay(say_id))  # hours late it would do harm
        self._lose([say_id], "the mouth did not say it in time")

    def _lose(self, say_ids: Iterable[str], error: str) -> None:
        """End it in the mouth's place, for all who wait for its `Said`."""
        lost = [waiting for each in say_ids if (waiting := self._forget(each)) is not None]
        if not self._waiting:  # what was not heard invites no answer
            self._invites = False
            self._silent.set()
        for waiting in lost:
            waiting.handle.finish(SpeechState.FAILED, error)
            self._bus.publish(Said(waiting.say.say_id, False, "", error))

    def _forget(self, say_id: str) -> _Waiting | None:
        waiting = self._waiting.pop(say_id, None)
        if waiting is not None:
            waiting.give_up.cancel()
        return waiting

    async def _serve_last(self) -> dict[str, str]:
        return {"text": self.last_text}

    async def _serve_stop(self) -> None:
        self.stop()


def asks(text: str) -> bool:
    """Whether a text holds a question."""
    return "?" in text or "？" in text


def _is_inviting(say: Say) -> bool:
    """Whether the elder may answer without a wake phrase."""
    return say.urgency in _CONVERSATION or asks(say.text)
