"""What is to be said and did not come to its end yet, and what was said last.

The mouth is a child and may die: what matters (reminders, alarms) is handed to it again when it
is back; an answer that was cut off is not, its moment has passed.
"""

from __future__ import annotations

import asyncio

from assistant.bus import Bus
from assistant.events import ChildDied, Listen, Ready, Said, Say, StopSpeaking, Unsay, Urgency
from assistant.home import HomeMemory


class Speech:
    """The core's side of speaking."""

    def __init__(
        self, bus: Bus, memory: HomeMemory, follow_up_seconds: float, *, has_mouth: bool
    ) -> None:
        self._bus, self._memory = bus, memory
        self._follow_up_seconds = follow_up_seconds
        self._has_mouth = has_mouth
        self._waiting: dict[str, Say] = {}
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
            if not self._waiting:
                self._silent.set()

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
        if self._waiting.pop(said.say_id, None) and not self._waiting:
            self._silent.set()
            self._bus.publish(Listen(self._follow_up_seconds))

    def _child_died(self, died: ChildDied) -> None:
        if died.name == "mouth":
            self._waiting = {
                say_id: say
                for say_id, say in self._waiting.items()
                if say.urgency.rank >= Urgency.REMINDER.rank
            }
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
