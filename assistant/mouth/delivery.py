"""Saying one utterance: each sentence is made ready while the one before it sounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from assistant.events import Say, SetVoice, SoundStarted, SoundStopped, Urgency
from assistant.language import normalise, split_for_speech
from assistant.mouth.floor import Floor
from assistant.mouth.pieces import cut, trim
from assistant.mouth.player import Outcome, Player
from assistant.mouth.speech_queue import Utterance
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ, VOICES
from assistant.runtime.tasks import race

Samples = npt.NDArray[np.int16]
Result = TypeVar("Result")

SENTENCE_SECONDS: Final = 4.5
"""Asked of the text splitter at `USUAL_RATE`: its estimate is of a quicker voice, and what still
sounds too long is cut at a quiet place of the sound."""
USUAL_RATE: Final = 160
KEPT: Final = Urgency.REMINDER
"""The urgency from which on nothing is dropped for being interrupted or for want of a speaker."""
STALE_SECONDS: Final = 600.0
"""A reminder that could not sound for so long is given up: hours late it would do harm."""


class CannotSoundError(RuntimeError):
    """The utterance ends here unsaid; the message says why."""


class _CutOff(Exception):  # noqa: N818 - a way out, not a fault
    """`interrupt` was called."""


class Delivery:
    """Says one utterance at a time; what sounded is counted on the utterance itself."""

    def __init__(
        self,
        player: Player,
        floor: Floor,
        synthesizer: Synthesizer,
        tell: Callable[[object], None],
        voice: SetVoice,
    ) -> None:
        self.voice = voice
        """Used from the next sentence on."""
        self._player = player
        self._floor = floor
        self._synthesizer = synthesizer
        self._tell = tell
        self._cut = asyncio.Event()
        self._ahead: tuple[object, asyncio.Task[list[Samples]]] | None = None

    async def say(self, utterance: Utterance) -> bool:
        """Say the sentences that have not sounded yet; false if `interrupt` came first.

        Raises:
            CannotSoundError: nothing to say, no speaker, or it was lost.
            SynthesisError: no voice could speak it.
        """
        self._cut.clear()
        try:
            if utterance.sound is not None:
                return await self._say_sentence(utterance, [utterance.sound])
            if not utterance.sentences:
                # In a thread: a text of 10,000 characters would stop the pulse.
                splitting = asyncio.to_thread(self._split, utterance.say)
                utterance.sentences = await self._unless_cut(splitting)
            while utterance.sounded < len(utterance.sentences):
                task = self._prepare(utterance, utterance.sounded)
                if await self._say_sentence(utterance, await self._unless_cut(task)):
                    utterance.sounded += 1
        except _CutOff:
            return False
        finally:
            self._forget_ahead()
        return True

    def interrupt(self) -> None:
        """Fade out, and let `say` return."""
        self._cut.set()
        self._player.stop()

    def _split(self, say: Say) -> tuple[str, ...]:
        if say.lang not in VOICES:
            known = ", ".join(VOICES)
            raise CannotSoundError(f"there is no voice for {say.lang!r}, but for {known}")
        limit = SENTENCE_SECONDS * self.voice.rate_words_per_minute / USUAL_RATE
        pieces = split_for_speech(say.text, say.lang, limit)
        sentences = tuple(piece for piece in pieces if any(sign.isalnum() for sign in piece))
        if not sentences:
            raise CannotSoundError("there is nothing in it that can be spoken")
        return sentences

    async def _say_sentence(self, utterance: Utterance, parts: list[Samples]) -> bool:
        """Say one sentence; false if the speaker was lost: the sentence is due again."""
        volume = self.voice.volume
        for part in parts:
            seconds = len(part) / SAMPLE_RATE_HZ
            await self._wait_for_speaker(utterance)
            await self._unless_cut(self._floor.take(seconds))
            if not self._player.is_open.is_set():
                return False
            self._tell(SoundStarted(utterance.say.say_id, seconds))
            if utterance.sounded + 1 < len(utterance.sentences):
                self._prepare(utterance, utterance.sounded + 1)
            try:
                outcome = await self._player.play(part, volume)
            finally:
                self._floor.sounded(seconds)
                self._tell(SoundStopped(utterance.say.say_id))
            if outcome is Outcome.STOPPED:
                raise _CutOff
            if outcome is Outcome.LOST:
                if utterance.urgency.rank < KEPT.rank:
                    raise CannotSoundError(self._player.lost_reason)
                return False
        return True

    async def _wait_for_speaker(self, utterance: Utterance) -> None:
        await self._unless_cut(self._player.settled.wait())
        if self._player.is_open.is_set():
            return
        patience = utterance.asked_at + STALE_SECONDS - time.monotonic()
        if utterance.urgency.rank < KEPT.rank:
            patience = 0.0
        try:
            async with asyncio.timeout(patience):
                await self._unless_cut(self._player.is_open.wait())
        except TimeoutError as error:
            raise CannotSoundError(self._player.lost_reason) from error

    def _prepare(self, utterance: Utterance, number: int) -> asyncio.Task[list[Samples]]:
        """The sound of a sentence, in the making or made."""
        key = (utterance.say.say_id, number, self.voice.rate_words_per_minute)
        if self._ahead is None or self._ahead[0] != key:
            self._forget_ahead()
            sound = self._synthesize(utterance.sentences[number], utterance.say.lang)
            self._ahead = (key, asyncio.create_task(sound))
        return self._ahead[1]

    def _forget_ahead(self) -> None:
        if self._ahead is not None:
            task = self._ahead[1]
            task.cancel()
            # Its error, if any, belongs to a sentence that will not be said.
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._ahead = None

    async def _synthesize(self, sentence: str, lang: str) -> list[Samples]:
        # In a thread: the first sentence loads the language's dictionaries, which takes a second.
        spoken = await asyncio.to_thread(normalise, sentence, lang)
        if not any(sign.isalnum() for sign in spoken):
            return []
        rate = self.voice.rate_words_per_minute
        return cut(trim(await self._synthesizer.synthesize(spoken, lang, rate)))

    async def _unless_cut(self, awaitable: Awaitable[Result]) -> Result:
        """The result, or `_CutOff` as soon as `interrupt` is called."""
        return await race(self._cut_off(), awaitable)

    async def _cut_off(self) -> NoReturn:
        await self._cut.wait()
        raise _CutOff
