"""Where an utterance begins and ends: counters over time and speech, without any sound.

Speech begins an utterance once there was enough of it; a pause long enough for an elder ends it,
or its length does.  What is unknown (the detector is warming up) counts as neither speech nor
silence.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from assistant.ear.vad import SPEECH_PROBABILITY

EPSILON_SECONDS: Final = 1e-6
"""Chunks are added up in floating point; a sum this near to its mark has reached it."""


class Edge(Enum):
    """What happened to the utterance at this chunk."""

    STARTED = auto()
    ENDED = auto()
    """By a pause."""
    CUT = auto()
    """By its length; speech may go on in the next one."""


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """The marks of the counters."""

    pause_seconds: float
    """Silence that ends an utterance."""
    limit_seconds: float
    """The longest utterance, its first speech and its pauses included."""
    onset_seconds: float = 0.12
    """Speech that begins one: a door that slams is shorter, a "stop" or "嗯" is longer."""
    onset_gap_seconds: float = 0.1
    """Silence that makes a beginning void."""
    resume_seconds: float = 0.06
    """Speech that breaks a pause; a click is shorter."""
    start_probability: float = SPEECH_PROBABILITY
    stay_probability: float = SPEECH_PROBABILITY - 0.15
    """Within an utterance a quieter voice still counts (the authors' own hysteresis)."""


class Segmenter:
    """Feed it every chunk in turn; it tells the edges."""

    def __init__(self, settings: SegmenterSettings) -> None:
        self._settings = settings
        self.in_utterance = False
        self.utterance_seconds = 0.0
        """From the first to the last speech of the utterance under way, or of the last one."""
        self._clear()

    def process(self, seconds: float, probability: float | None) -> Edge | None:
        """Count one chunk of this length, with its probability of speech (None: unknown)."""
        if self.in_utterance:
            return self._within(seconds, probability)
        return self._before(seconds, probability)

    def flush(self) -> Edge | None:
        """The sound was broken off: an utterance under way ends here."""
        was = self.in_utterance
        self._clear()
        return Edge.ENDED if was else None

    def _clear(self) -> None:
        self.in_utterance = False
        self._speech_seconds = 0.0
        self._silence_seconds = 0.0
        self._elapsed_seconds = 0.0

    def _before(self, seconds: float, probability: float | None) -> Edge | None:
        settings = self._settings
        if self._speech_seconds > 0:
            self._elapsed_seconds += seconds
        if probability is None:
            return None
        if probability < settings.start_probability:
            self._silence_seconds += seconds
            if _reached(self._silence_seconds, settings.onset_gap_seconds):
                self._clear()
            return None
        if self._speech_seconds == 0:
            self._elapsed_seconds = seconds
        self._silence_seconds = 0.0
        self._speech_seconds += seconds
        if not _reached(self._speech_seconds, settings.onset_seconds):
            return None
        self.in_utterance = True
        self._speech_seconds = 0.0
        self.utterance_seconds = self._elapsed_seconds
        return Edge.STARTED

    def _within(self, seconds: float, probability: float | None) -> Edge | None:
        settings = self._settings
        self._elapsed_seconds += seconds
        if probability is not None:
            if probability >= settings.stay_probability:
                self._speech_seconds += seconds
                if _reached(self._speech_seconds, settings.resume_seconds):
                    self._silence_seconds = 0.0
                    self.utterance_seconds = self._elapsed_seconds
            else:
                self._speech_seconds = 0.0
                self._silence_seconds += seconds
        if _reached(self._silence_seconds, settings.pause_seconds):
            self._clear()
            return Edge.ENDED
        if _reached(self._elapsed_seconds, settings.limit_seconds):
            self.utterance_seconds = self._elapsed_seconds
            self._clear()
            return Edge.CUT
        return None


class PreRoll:
    """The last sound before an utterance began, so that no first syllable is lost."""

    def __init__(self, seconds: float) -> None:
        self._limit_seconds = seconds
        self._held: deque[tuple[bytes, float]] = deque()
        self._held_seconds = 0.0

    def add(self, chunk: bytes, seconds: float) -> None:
        """Keep a chunk; the oldest that are no longer needed go."""
        self._held.append((chunk, seconds))
        self._held_seconds += seconds
        while self._held and _reached(self._held_seconds - self._held[0][1], self._limit_seconds):
            self._held_seconds -= self._held.popleft()[1]

    def take(self) -> list[bytes]:
        """All that is held, oldest first; it is empty after that."""
        chunks = [chunk for chunk, _ in self._held]
        self._held.clear()
        self._held_seconds = 0.0
        return chunks


def _reached(seconds: float, mark: float) -> bool:
    return seconds >= mark - EPSILON_SECONDS
