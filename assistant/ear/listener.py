"""From sound to utterances: mute, voice activity, segmenter, pre-roll; no word is known here.

What is found out elsewhere (what the mouth does, that an utterance is meant for Anban, that no more
words come in it) is told from other threads and heeded from the next chunk on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from assistant.ear.loudness import SpeakerLevel
from assistant.ear.mute import MuteGate
from assistant.ear.segmenter import Edge, PreRoll, Segmenter, SegmenterSettings
from assistant.ear.sound import CHUNK_SECONDS, Chunker
from assistant.ear.vad import SPEECH_PROBABILITY, VoiceActivity
from assistant.events import SoundStarted, SoundStopped, new_id
from assistant.settings import EarSettings

_ONSET_SECONDS: Final = 0.15
"""Speech that begins an utterance: with less a cat began one, with more no fewer noises did
(22 minutes of them, benchmarks/ear_rooms), and short words began to be missed."""
_ONSET_SPAN_SECONDS: Final = 0.4
"""The longest that a beginning may take, gaps included; it is kept on top of the pre-roll."""
_RECENT_SECONDS: Final = 0.5
"""What is heard again when a nearer voice comes in: the time in which it was found, and a bit."""
SPEAKER_SECONDS: Final = 6.0
"""How long after an utterance that was meant for Anban its speaker's level is remembered."""


@dataclass(frozen=True, slots=True)
class Attend:
    """The utterance is meant for Anban."""

    utterance_id: str


@dataclass(frozen=True, slots=True)
class AllSaid:
    """No word has come in the utterance for longer than a pause."""

    utterance_id: str


class UtteranceSink(Protocol):
    """Who takes the utterances; called in the thread that feeds the listener."""

    def started(self, utterance_id: str) -> None:
        """Somebody began to speak."""

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        """The next chunk of the utterance, from its pre-roll to the pause that ends it."""

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        """The utterance is over; `duration_seconds`: from its first to its last speech."""

    def listened(self, seconds: float) -> None:
        """Count sound that was heard while not muted, speech or not."""


class Listener:
    """Takes sound in order; what is told comes from any thread, all else belongs to one."""

    def __init__(
        self,
        settings: EarSettings,
        sink: UtteranceSink,
        mute_tail_seconds: float | None = None,
        neared: Callable[[str], None] | None = None,
    ) -> None:
        """`neared`: told once when the speaker's voice comes into an utterance that began faint."""
        self._sink, self._neared = sink, neared
        self._chunker = Chunker()
        self._gate = MuteGate() if mute_tail_seconds is None else MuteGate(mute_tail_seconds)
        self._voice = VoiceActivity()
        self._speaker = SpeakerLevel()
        self._speaker_seconds = 0.0
        self._marks = SegmenterSettings(
            settings.pause_seconds, settings.utterance_limit_seconds, _ONSET_SECONDS
        )
        self._segmenter = Segmenter(self._marks)
        self._preroll = PreRoll(settings.preroll_seconds + _ONSET_SPAN_SECONDS)
        self._told: SimpleQueue[SoundStarted | SoundStopped | Attend | AllSaid] = SimpleQueue()
        self._utterance_id = ""
        self._utterance_seconds = 0.0
        self._recent: deque[bytes] = deque(maxlen=round(_RECENT_SECONDS / CHUNK_SECONDS))
        self._near_seconds = self._nearer_seconds = 0.0
        self.is_faint = False
        """The utterance holds only voices that are far below who spoke to Anban just now."""
        self.spoken_until: float | None = None
        """The second of its sound from which on only fainter voices sounded in the utterance that
        ended; None if they did not end it."""
        self._deaf = False

    def sounding(self, event: SoundStarted | SoundStopped) -> None:
        """What the mouth does; from any thread, heeded from the next chunk on."""
        self._told.put(event)

    def tell(self, news: Attend | AllSaid) -> None:
        """What is known of an utterance; from any thread, heeded from the next chunk on."""
        self._told.put(news)

    def feed(self, pcm: bytes) -> None:
        """Sound of any length (16 kHz, mono, int16)."""
        for chunk in self._chunker.feed(pcm):
            if self._is_deaf():
                continue
            self._hear(chunk)
            self._sink.listened(CHUNK_SECONDS)

    def break_off(self) -> None:
        """The sound was broken off: end the utterance with what was heard of it."""
        self._stop_hearing()
        self._chunker.clear()

    def _stop_hearing(self) -> None:
        if self._segmenter.flush() is not None:
            self._end()
        self._preroll.take()
        self._voice.reset()

    def _is_deaf(self) -> bool:
        while True:
            try:
                self._heed(self._told.get_nowait())
            except Empty:
                break
        was, self._deaf = self._deaf, self._gate.advance(CHUNK_SECONDS)
        if self._deaf and not was:
            self._stop_hearing()
            # Whoever answers Anban may be further away, or speak more softly, than who woke it.
            self._speaker.forget()
        return self._deaf

    def _heed(self, news: SoundStarted | SoundStopped | Attend | AllSaid) -> None:
        match news:
            case SoundStarted():
                self._gate.started(news.say_id, news.duration_seconds)
            case SoundStopped():
                self._gate.stopped(news.say_id)
            case Attend() if self._is_under_way(news.utterance_id):
                if not self._segmenter.is_attended:
                    self._speaker.attend()
                self._segmenter.attend()
            case AllSaid() if self._is_under_way(news.utterance_id):
                self._segmenter.flush()
                self._end()

    def _is_under_way(self, utterance_id: str) -> bool:
        return self._segmenter.in_utterance and utterance_id == self._utterance_id

    def _hear(self, chunk: bytes) -> None:
        probability = self._voice(chunk)
        is_speech = probability is None or probability >= SPEECH_PROBABILITY
        self._follow_speaker(is_speech=is_speech)
        edge = self._segmenter.process(CHUNK_SECONDS, probability, is_faint=self._speaker.is_faint)
        if edge is Edge.STARTED:
            self._begin(self._preroll.take())
        elif edge is None and self._has_nearer_voice(is_speech=is_speech):
            self._end()
            self._segmenter.restart()
            self._begin(list(self._recent))
        self._recent.append(chunk)
        if edge is None and not self._segmenter.in_utterance:
            self._preroll.add(chunk, CHUNK_SECONDS)
            return
        self._utterance_seconds += CHUNK_SECONDS
        self._sink.audio(chunk, is_speech=is_speech)
        self._look_for_speaker(is_speech=is_speech)
        if edge in {Edge.ENDED, Edge.CUT, Edge.OUTTALKED}:
            others_seconds = self._segmenter.outtalked_seconds
            self._end(self._utterance_seconds - others_seconds if others_seconds else None)

    def _has_nearer_voice(self, *, is_speech: bool) -> bool:
        """Whether somebody near begins to speak while others, such as a television, talk.

        The recogniser begins anew: what others said before is no part of that sentence.
        """
        is_nearer = (
            is_speech
            and self._segmenter.in_utterance
            and not self._segmenter.is_attended
            and self._speaker.is_nearer
        )
        self._nearer_seconds = self._nearer_seconds + CHUNK_SECONDS if is_nearer else 0.0
        return self._nearer_seconds >= self._marks.near_seconds

    def _begin(self, earlier: list[bytes]) -> None:
        self._utterance_id = new_id()
        self.is_faint, self._near_seconds = self._speaker.is_faint_onset, 0.0
        self._speaker.begin()
        self._nearer_seconds = 0.0
        self._sink.started(self._utterance_id)
        self._utterance_seconds = len(earlier) * CHUNK_SECONDS
        for chunk in earlier:
            self._sink.audio(chunk, is_speech=True)

    def _end(self, spoken_until: float | None = None) -> None:
        self.spoken_until = spoken_until
        self._sink.ended(self._utterance_id, self._segmenter.utterance_seconds)

    def _follow_speaker(self, *, is_speech: bool) -> None:
        is_spoken_to = self._segmenter.is_attended
        level = self._voice.level_db
        self._speaker.hear(level, is_speech=is_speech, is_spoken_to=is_spoken_to)
        if is_spoken_to:
            self._speaker_seconds = SPEAKER_SECONDS
        elif self._speaker_seconds > 0:
            self._speaker_seconds -= CHUNK_SECONDS
            if self._speaker_seconds <= 0:
                self._speaker.forget()

    def _look_for_speaker(self, *, is_speech: bool) -> None:
        if not self.is_faint:
            return
        is_near = is_speech and not self._speaker.is_faint
        self._near_seconds = self._near_seconds + CHUNK_SECONDS if is_near else 0.0
        if self._near_seconds >= self._marks.near_seconds:
            self.is_faint = False
            if self._neared is not None:
                self._neared(self._utterance_id)
