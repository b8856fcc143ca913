"""What waits for the recogniser: bounded, and when it must forget, silence goes first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assistant.ear.recognizer import SpeechModel
from assistant.ear.sound import BYTES_PER_SECOND

LIMIT_SECONDS: Final = 20.0
"""Words older than this help nobody; the sound of them is 640 kB."""


@dataclass(frozen=True, slots=True)
class Begin:
    """An utterance starts."""

    utterance_id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next sound of the utterance."""

    pcm: bytes
    is_speech: bool


@dataclass(frozen=True, slots=True)
class Finish:
    """The utterance is over."""

    spoken_until: float | None = None
    """The second of its sound from which on only voices fainter than the speaker's sounded."""


@dataclass(frozen=True, slots=True)
class UseModel:
    """Another model, from the next utterance on."""

    model: SpeechModel


@dataclass(frozen=True, slots=True)
class TellDrained:
    """All sound before this was recognised: say so."""

    tell: Callable[[], None]


Job = Begin | Piece | Finish | UseModel | TellDrained


class Backlog:
    """A queue of jobs between the thread that listens and the one that recognises."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS, *, may_drop: bool = True) -> None:
        """If `may_drop` is false, whoever puts waits while the backlog is full."""
        self._limit_bytes = int(limit_seconds * BYTES_PER_SECOND)
        self._may_drop = may_drop
        self._jobs: deque[Job] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._dropped_silence_bytes = 0
        self._dropped_speech_bytes = 0

    def put(self, job: Job) -> None:
        """Add a job; a piece of sound may push out older ones, other jobs never go."""
        with self._changed:
            if isinstance(job, Piece):
                while self._bytes >= self._limit_bytes and not self._closed:
                    if self._may_drop:
                        self._drop_one()
                    else:
                        self._changed.wait()
                self._bytes += len(job.pcm)
            self._jobs.append(job)
            self._changed.notify_all()

    def take(self) -> Job | None:
        """The next job, waiting for it; None once closed."""
        with self._changed:
            while not self._jobs and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            job = self._jobs.popleft()
            if isinstance(job, Piece):
                self._bytes -= len(job.pcm)
            self._changed.notify_all()
            return job

    def close(self) -> None:
        """Nothing is taken any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def waiting_seconds(self) -> float:
        """How much sound waits."""
        return self._bytes / BYTES_PER_SECOND

    def dropped_seconds(self) -> tuple[float, float]:
        """Seconds of silence and of speech that were dropped since this was last asked."""
        with self._changed:
            dropped = self._dropped_silence_bytes, self._dropped_speech_bytes
            self._dropped_silence_bytes = self._dropped_speech_bytes = 0
        return dropped[0] / BYTES_PER_SECOND, dropped[1] / BYTES_PER_SECOND

    def _drop_one(self) -> None:
        """The oldest silence, else the oldest speech."""
        pieces = ((i, job) for i, job in enumerate(self._jobs) if isinstance(job, Piece))
        first_speech: tuple[int, Piece] | None = None
        for index, piece in pieces:
            if not piece.is_speech:
                self._dropped_silence_bytes += len(piece.pcm)
                self._remove(index, piece)
                return
            first_speech = first_speech or (index, piece)
        if first_speech is not None:
            self._dropped_speech_bytes += len(first_speech[1].pcm)
            self._remove(*first_speech)

    def _remove(self, index: int, piece: Piece) -> None:
        del self._jobs[index]
        self._bytes -= len(piece.pcm)
