"""What Anban says: what has not come to its end yet, and what was said last.

The mouth is a child and may die: what matters (reminders, alarms) is handed to it again when it
is back; an answer that was cut off is not, its moment has passed.

After Anban spoke the elder needs no wake phrase for a while, and nor does a television.  So only
what invites an answer opens that window: a question, the answer to what was understood, a reminder.
What merely tells of something does not, nor does small talk; and where twice in a row nothing was
asked for, the window is closed.
"""

from __future__ import annotations

import asyncio
from typing import Final

from assistant.events import ChildDied, Listen, Ready, Said, Say, StopSpeaking, Unsay, Urgency
from assistant.home.memory import HomeMemory
from assistant.runtime.bus import Bus

_CONVERSATION: Final = frozenset({Urgency.ANSWER, Urgency.REMINDER})
"""The urgencies that invite an answer. Chat is said by itself, and an alarm tells what is being
done: they invite none unless they ask for one."""
IDLE_TURNS_LIMIT: Final = 2
"""After how many turns that asked for nothing it is clear that nobody speaks to Anban."""


class Speech:
    """The core's side of speaking."""

    def __init__(
        self, bus: Bus, memory: HomeMemory, follow_up_seconds: float, *, has_mouth: bool
    ) -> None:
        self._bus, self._memory = bus, memory
        self._follow_up_seconds = follow_up_seconds
        self._has_mouth = has_mouth
        self._waiting: dict[str, Say] = {}
        self._uninviting: set[str] = set()
        self._invites = False
        """Whether something that was said since the last silence invites an answer."""
        self._idle_turns = 0
        self.last_text = ""
        self._silent = asyncio.Event()
        self._silent.set()
        bus.subscribe(Say, self._saying)
        bus.subscribe(Said, self._said)
        bus.subscribe(ChildDied, self._child_died)
        bus.subscribe(Ready, self._child_ready)
        bus.serve("speech.last", self._serve_last)
        bus.serve("speech.stop", self._serve_stop)

    def say(self, text: str, urgency: Urgency = Urgency.ANSWER) -> str:
        """Speak in the language of the home; the id of the `Say`."""
        say = Say(text, self._memory.lang, urgency)
        self._bus.publish(say)
        return say.say_id

    def unsay(self, say_id: str) -> None:
        """Do not say it, or no further: it is no longer true."""
        if self._waiting.pop(say_id, None) is not None:
            self._bus.publish(Unsay(say_id))
            self._uninviting.discard(say_id)
            self._fall_silent()

    def answer(self, text: str, *, is_idle: bool, is_goodbye: bool = False) -> None:
        """Answer a turn; an idle one was not understood, or was small talk or a goodbye."""
        self._idle_turns = self._idle_turns + 1 if is_idle else 0
        say = Say(text, self._memory.lang)
        if is_idle and self._has_mouth:
            self._uninviting.add(say.say_id)
        self._bus.publish(say)
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

    def _saying(self, say: Say) -> None:
        self.last_text = say.text
        if self._has_mouth:
            self._waiting[say.say_id] = say
            self._silent.clear()

    def _said(self, said: Said) -> None:
        say = self._waiting.pop(said.say_id, None)
        if say is None:
            return
        self._invites = self._invites or self._is_inviting(say)
        self._uninviting.discard(say.say_id)
        self._fall_silent()

    def _fall_silent(self) -> None:
        if self._waiting:
            return
        self._silent.set()
        if self._invites:
            self._bus.publish(Listen(self._follow_up_seconds))
        self._invites = False

    def _is_inviting(self, say: Say) -> bool:
        if say.say_id in self._uninviting:
            return False
        return say.urgency in _CONVERSATION or asks(say.text)

    def _child_died(self, died: ChildDied) -> None:
        if died.name == "mouth":
            self._waiting = {
                say_id: say
                for say_id, say in self._waiting.items()
                if say.urgency.rank >= Urgency.REMINDER.rank
            }
            self._uninviting &= set(self._waiting)
            if not self._waiting:
                self._silent.set()

    def _child_ready(self, ready: Ready) -> None:
        if ready.name == "mouth":
            last = self.last_text
            for say in list(self._waiting.values()):
                self._bus.publish(say)
            self.last_text = last

    async def _serve_last(self) -> dict[str, str]:
        return {"text": self.last_text}

    async def _serve_stop(self) -> None:
        self.stop()


def asks(text: str) -> bool:
    """Whether a text holds a question."""
    return "?" in text or "？" in text
