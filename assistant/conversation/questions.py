"""The question that is held open: a bare yes or no is its answer, silence closes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from assistant.events import AlarmOpened, AskElder, ElderAnswered
from assistant.home.speech import Speech
from assistant.runtime.bus import Bus


@dataclass(slots=True)
class _Open:
    asked: AskElder
    until: asyncio.TimerHandle
    is_overtaken: bool = False
    """Whether a form of the dialogue has asked since: a bare yes or no is about that."""


class Questions:
    """At most one is open; a new one closes it."""

    def __init__(self, bus: Bus, speech: Speech) -> None:
        self._bus, self._speech = bus, speech
        self._open: _Open | None = None
        bus.subscribe(AskElder, self._ask)
        # A yes on the floor is no answer to "have you taken it?".
        bus.subscribe(AlarmOpened, lambda _: self.close("silence"))

    def is_next(self, form: str) -> bool:
        """Whether a bare yes or no answers it; `form`: what waits in the dialogue, or nothing."""
        return self._open is not None and not (self._open.is_overtaken and form)

    def overtake(self) -> None:
        """Note that a form of the dialogue asks now."""
        if self._open is not None:
            self._open.is_overtaken = True

    def close(self, answer: str, text: str = "") -> None:
        """Close it, and tell what was answered, as in `ElderAnswered`."""
        if self._open is None:
            return
        question, self._open = self._open, None
        question.until.cancel()
        self._bus.publish(ElderAnswered(question.asked.question_id, answer, text))

    def _ask(self, asked: AskElder) -> None:
        self.close("silence")
        loop = asyncio.get_running_loop()
        until = loop.call_later(asked.open_seconds, self.close, "silence")
        self._open = _Open(asked, until)
        if asked.text:
            self._speech.say(asked.text, asked.urgency, asked.question_id)
