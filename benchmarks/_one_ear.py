"""The ear in one thread, with sound as its clock: the parts of `assistant.ear.ear` as they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.ear.attention import Attention
from assistant.ear.heard import attend
from assistant.ear.listener import AllSaid, Attend, Listener
from assistant.ear.recognizer import SpeechModel
from assistant.ear.sound import BYTES_PER_SECOND, CHUNK_BYTES
from assistant.ear.worker import Hypothesis, Recognition
from assistant.events import Heard
from assistant.settings import EarSettings


@dataclass(frozen=True, slots=True)
class Told:
    """What the ear told of an utterance, and when in the sound."""

    heard: Heard
    at_seconds: float
    began_seconds: float
    """When the utterance began to be heard: its words' times count from there."""


@dataclass
class OneEar:
    """Feed it sound; it keeps every final hypothesis."""

    model: SpeechModel
    settings: EarSettings = field(default_factory=EarSettings)
    told: list[Told] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.attention = Attention(
            self.settings.wake_phrases,
            wake_required=self.settings.wake_required,
            follow_up_seconds=self.settings.follow_up_seconds,
        )
        self._recognition = Recognition(
            self.model, self.settings.low_confidence, self._recognized, self._rested
        )
        self._listener = Listener(self.settings, self, neared=self.neared)
        self._heard_bytes = 0
        self._began = 0.0

    def feed(self, pcm: bytes) -> None:
        """Sound, a chunk at a time."""
        for start in range(0, len(pcm), CHUNK_BYTES):
            chunk = pcm[start : start + CHUNK_BYTES]
            self.seconds += len(chunk) / BYTES_PER_SECOND
            self._listener.feed(chunk)

    # ------------------------------------------------------------- as the ear does it

    def started(self, utterance_id: str) -> None:
        self._heard_bytes = 0
        self._recognition.begin(utterance_id)
        self.attention.started(utterance_id, is_faint=self._listener.is_faint)
        self._attend(utterance_id)

    def neared(self, utterance_id: str) -> None:
        self.attention.started(utterance_id)
        self._attend(utterance_id)

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        self._heard_bytes += len(chunk)
        self._began = self.seconds - self._heard_bytes / BYTES_PER_SECOND
        self._recognition.accept(chunk)

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        self.attention.ended(utterance_id)
        self.attention.may_go_on(utterance_id)
        self._recognition.finish(spoken_until=self._listener.spoken_until)

    def listened(self, seconds: float) -> None:
        self.attention.listened(seconds)

    def _recognized(self, hypothesis: Hypothesis) -> None:
        heard, _ = attend(self.attention, hypothesis)
        if heard.is_final:
            self.told.append(Told(heard, self.seconds, self._began))
        else:
            self._attend(heard.utterance_id)

    def _rested(self, utterance_id: str) -> None:
        if self.attention.is_addressed(utterance_id):
            self._listener.tell(AllSaid(utterance_id))

    def _attend(self, utterance_id: str) -> None:
        if self.attention.is_addressed(utterance_id):
            self._listener.tell(Attend(utterance_id))
