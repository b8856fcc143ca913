"""From sound to utterances: mute, voice activity, segmenter, pre-roll; no word is known here."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Final, Protocol

from assistant.ear.mute import MuteGate
from assistant.ear.segmenter import Edge, PreRoll, Segmenter, SegmenterSettings
from assistant.ear.sound import CHUNK_SECONDS, Chunker
from assistant.ear.vad import SPEECH_PROBABILITY, VoiceActivity
from assistant.events import SoundStarted, SoundStopped, new_id
from assistant.settings import EarSettings

_ONSET_SPAN_SECONDS: Final = 0.4
"""The longest that a beginning may take, gaps included; it is kept on top of the pre-roll."""


class UtteranceSink(Protocol):
    """Who takes the utterances; called in the thread that feeds the listener."""

    def started(self, utterance_id: str) -> None:
        """Somebody began to speak."""

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        """The next chunk of the utterance, from its pre-roll to the pause that ends it."""

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        """The utterance is over."""

    def listened(self, seconds: float) -> None:
        """So much sound was heard while not muted, speech or not."""


class Listener:
    """Takes sound in order; everything but `sounding` belongs to one thread."""

    def __init__(
        self, settings: EarSettings, sink: UtteranceSink, mute_tail_seconds: float | None = None
    ) -> None:
        self._sink = sink
        self._chunker = Chunker()
        self._gate = MuteGate() if mute_tail_seconds is None else MuteGate(mute_tail_seconds)
        self._voice = VoiceActivity()
        self._segmenter = Segmenter(
            SegmenterSettings(settings.pause_seconds, settings.utterance_limit_seconds)
        )
        self._preroll = PreRoll(settings.preroll_seconds + _ONSET_SPAN_SECONDS)
        self._told: SimpleQueue[SoundStarted | SoundStopped] = SimpleQueue()
        self._utterance_id = ""
        self._deaf = False

    def sounding(self, event: SoundStarted | SoundStopped) -> None:
        """What the mouth does; from any thread, heeded from the next chunk on."""
        self._told.put(event)

    def feed(self, pcm: bytes) -> None:
        """Sound of any length (16 kHz, mono, int16)."""
        for chunk in self._chunker.feed(pcm):
            if self._is_deaf():
                continue
            self._hear(chunk)
            self._sink.listened(CHUNK_SECONDS)

    def break_off(self) -> None:
        """The sound was broken off: end the utterance with what was heard of it."""
        if self._segmenter.flush() is not None:
            self._end()
        self._preroll.take()
        self._chunker.clear()
        self._voice.reset()

    def _is_deaf(self) -> bool:
        while True:
            try:
                event = self._told.get_nowait()
            except Empty:
                break
            if isinstance(event, SoundStarted):
                self._gate.started(event.say_id, event.duration_seconds)
            else:
                self._gate.stopped(event.say_id)
        was, self._deaf = self._deaf, self._gate.advance(CHUNK_SECONDS)
        if self._deaf and not was:
            if self._segmenter.flush() is not None:
                self._end()
            self._preroll.take()
            self._voice.reset()
        return self._deaf

    def _hear(self, chunk: bytes) -> None:
        probability = self._voice(chunk)
        is_speech = probability is None or probability >= SPEECH_PROBABILITY
        edge = self._segmenter.process(CHUNK_SECONDS, probability)
        if edge is Edge.STARTED:
            self._utterance_id = new_id()
            self._sink.started(self._utterance_id)
            for earlier in self._preroll.take():
                self._sink.audio(earlier, is_speech=True)
        if edge is None and not self._segmenter.in_utterance:
            self._preroll.add(chunk, CHUNK_SECONDS)
            return
        self._sink.audio(chunk, is_speech=is_speech)
        if edge in {Edge.ENDED, Edge.CUT}:
            self._end()

    def _end(self) -> None:
        self._sink.ended(self._utterance_id, self._segmenter.utterance_seconds)
