"""The mouth holds back while somebody speaks.

It is held by utterance, so that the end of one does not let it talk over the next.
"""

from __future__ import annotations

import asyncio
from typing import Final

from assistant.events import ChildDied, HoldSpeech, ResumeSpeech, SpeechStarted
from assistant.runtime.bus import Bus

CHAIN_SECONDS: Final = 10.0
"""How long utterance upon utterance holds the mouth, and the last for as long again as the mouth
lets one: a television talks without end, and an alarm must get through."""


class Hold:
    """Holds the mouth back while somebody is speaking."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._holding: set[str] = set()
        self._since = 0.0
        bus.subscribe(SpeechStarted, self._started)
        bus.subscribe(ChildDied, self._child_died)

    def release(self, utterance_id: str) -> None:
        """Let the mouth go on unless another utterance is under way: this one was dealt with."""
        self._holding.discard(utterance_id)
        if not self._holding:
            self._bus.publish(ResumeSpeech())

    def let_speak(self) -> None:
        """Let the mouth go on, whoever speaks: what it has to say matters more."""
        self._holding.clear()
        self._bus.publish(ResumeSpeech())

    def _started(self, started: SpeechStarted) -> None:
        if started.is_faint or started.utterance_id in self._holding:
            return
        now = asyncio.get_running_loop().time()
        if not self._holding:
            self._since = now
        if now - self._since <= CHAIN_SECONDS:
            self._holding.add(started.utterance_id)
            self._bus.publish(HoldSpeech())

    def _child_died(self, died: ChildDied) -> None:
        if died.name == "ear" and self._holding:
            self.let_speak()
