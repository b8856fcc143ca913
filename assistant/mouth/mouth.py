"""What is said next: requests of the core, by urgency, each ended by exactly one `Said`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from assistant.events import (
    Chime,
    HoldSpeech,
    ResumeSpeech,
    Said,
    Say,
    SetVoice,
    SpeakerBack,
    SpeakerLost,
    StopSpeaking,
    Unsay,
    Urgency,
)
from assistant.mouth.delivery import KEPT, CannotSoundError, Delivery
from assistant.mouth.floor import Floor
from assistant.mouth.player import Player
from assistant.mouth.speech_queue import SpeechQueue, Utterance
from assistant.mouth.synthesizer import SynthesisError, Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ, VOICES
from assistant.runtime.chime import chime
from assistant.runtime.tasks import race

FADE_OUT_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


class Mouth:
    """Takes the core's requests by `take`, and says what waits for as long as `run` runs."""

    def __init__(
        self, device: str, synthesizer: Synthesizer, tell: Callable[[object], None], voice: SetVoice
    ) -> None:
        self.player = Player(device, self._speaker_changed)
        self._tell = tell
        self._floor = Floor(self.player)
        self._delivery = Delivery(self.player, self._floor, synthesizer, tell, voice)
        self._queue = SpeechQueue()
        self._changed = asyncio.Event()
        self._current: Utterance | None = None
        self._keep_current = True
        self._ending = ""

    def take(self, request: object) -> None:
        """Do what a request of the core asks; returns at once."""
        match request:
            case Say():
                self._say(Utterance(request, time.monotonic()))
            case Chime(say_id=say_id):
                nothing = Say("", "", Urgency.CHAT, say_id)
                sound = chime(SAMPLE_RATE_HZ)
                self._say(Utterance(nothing, time.monotonic(), sound=sound))
            case StopSpeaking(keep=keep):
                self._drop(self._queue.drop_below(keep))
                if self._current is not None:
                    self._floor.owe_gap()
                    self._interrupt(keep=self._current.urgency.rank >= keep.rank)
            case Unsay(say_id=say_id):
                self._drop(self._queue.drop(say_id))
                if self._current is not None and self._current.say.say_id == say_id:
                    self._interrupt(keep=False)
            case HoldSpeech():
                self._floor.hold()
            case ResumeSpeech():
                self._floor.resume()
            case SetVoice():
                self._delivery.voice = request

    async def run(self) -> None:
        """Keep a speaker open and say what comes, until cancelled.

        Raises:
            SpeakerHungError: only a new process helps.
        """
        await race(self.player.run(), self._say_all())

    async def finish(self, error: str) -> None:
        """Fade out, and end all that was not said with this reason."""
        self._ending = error
        self._drop(self._queue.drop_all(), error)
        if self._current is not None:
            self._interrupt(keep=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FADE_OUT_SECONDS):
                while self._current is not None:
                    self._changed.clear()
                    await self._changed.wait()
        if self._current is not None:
            self._drop([self._current], error)

    def _say(self, utterance: Utterance) -> None:
        say, current = utterance.say, self._current
        if self._queue.holds(say.say_id) or (current and current.say.say_id == say.say_id):
            return  # the core hands over again what it is not sure of
        if self.player.lost_reason and say.urgency.rank < KEPT.rank:
            self._drop([utterance], self.player.lost_reason)
        else:
            self._queue.put(utterance)
            self._changed.set()
            if current is not None and say.urgency.rank > current.urgency.rank:
                self._interrupt(keep=current.urgency.rank >= KEPT.rank)

    def _interrupt(self, *, keep: bool) -> None:
        """Break off what is being said; one reason to drop it outweighs others to keep it."""
        self._keep_current = self._keep_current and keep
        self._delivery.interrupt()

    async def _say_all(self) -> None:
        while True:
            while not self._queue:
                self._changed.clear()
                await self._changed.wait()
            self._current = utterance = self._queue.take()
            self._keep_current = True
            completed, error = await self._deliver(utterance)
            self._current = None
            self._changed.set()
            if completed or error or not self._keep_current:
                self._end(utterance, completed, error or ("" if completed else self._ending))
            else:
                self._queue.put(utterance)

    async def _deliver(self, utterance: Utterance) -> tuple[bool, str]:
        """Whether it was said to its end, and why it cannot be."""
        try:
            return await self._delivery.say(utterance), ""
        except (CannotSoundError, SynthesisError) as problem:
            return False, str(problem)
        except Exception as problem:  # noqa: BLE001 - one bad text must not silence the rest
            # No traceback and no message: either may hold what was to be said.
            _log.error("a text could not be spoken: %s", type(problem).__name__)
            return False, f"it could not be spoken ({type(problem).__name__})"

    def _drop(self, utterances: Iterable[Utterance], error: str = "") -> None:
        for utterance in utterances:
            self._end(utterance, completed=False, error=error)

    def _end(self, utterance: Utterance, completed: bool, error: str) -> None:
        voice = VOICES.get(utterance.say.lang)
        joiner = voice.sentence_joiner if voice else ""
        self._tell(Said(utterance.say.say_id, completed, joiner.join(utterance.spoken), error))

    def _speaker_changed(self, change: SpeakerLost | SpeakerBack) -> None:
        self._tell(change)
        if isinstance(change, SpeakerLost):
            self._drop(self._queue.drop_below(KEPT), change.reason)
