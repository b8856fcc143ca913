"""Where an utterance begins and ends: counters over time and speech, without any sound.

Speech begins an utterance once there was enough of it; a pause long enough for an elder ends it,
or its length does.  What is unknown (the detector is warming up) counts as neither speech nor
silence.

A television never pauses.  Once an utterance is known to be meant for Anban (`attend`), voices that
are fainter than the speaker's no longer keep it open, and its length is limited more tightly.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from assistant.ear.vad import SPEECH_PROBABILITY

EPSILON_SECONDS: Final = 1e-6
"""Chunks are added up in floating point; a sum this near to its mark has reached it."""


TRAILED_SECONDS: Final = 0.4
"""Faint speech after the speaker's: less is the speaker's own last syllable, or its echo."""


class Edge(Enum):
    """What happened to the utterance at this chunk."""

    STARTED = auto()
    ENDED = auto()
    """The utterance ended by a pause."""
    OUTTALKED = auto()
    """The speaker fell silent, while fainter voices talked on."""
    CUT = auto()
    """The utterance was cut by its length; speech may go on in the next one."""


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
    others_seconds: float = 1.5
    """How long only fainter voices sound until the speaker has finished: a little more than a
    pause, since a speaker's own voice may drop for a moment."""
    near_seconds: float = 0.16
    """How long the speaker's voice must sound to be the speaker's; a television's loudest moments
    are shorter."""
    attended_limit_seconds: float = 12.0
    """The longest utterance from when it is known to be meant for Anban: nobody asks for longer,
    and what goes on is joined to it."""
    start_probability: float = SPEECH_PROBABILITY
    stay_probability: float = SPEECH_PROBABILITY - 0.15
    """Within an utterance a quieter voice still counts (the authors' own hysteresis)."""


class Segmenter:
    """Feed it every chunk in turn; it tells the edges."""

    def __init__(self, settings: SegmenterSettings) -> None:
        self._settings = settings
        self.in_utterance = self.is_attended = False
        self._limit_seconds = settings.limit_seconds
        self.utterance_seconds = 0.0
        """The time from the first to the last speech of the utterance under way, or of the last
        one."""
        self.outtalked_seconds = 0.0
        """How long fainter voices, and nobody else, talked at the end of the last one."""
        self._clear()

    def process(
        self, seconds: float, probability: float | None, *, is_faint: bool = False
    ) -> Edge | None:
        """Count one chunk.

        Args:
            seconds: Its length.
            probability: Of speech; None: unknown.
            is_faint: Whether it is well below the voice that speaks to Anban.
        """
        if self.in_utterance:
            return self._within(seconds, probability, is_faint=is_faint)
        return self._before(seconds, probability)

    def attend(self) -> None:
        """The utterance under way is meant for Anban."""
        if self.in_utterance and not self.is_attended:
            self.is_attended = True
            self._others_seconds = self._faint_seconds = 0.0
            self._limit_seconds = min(
                self._limit_seconds, self._elapsed_seconds + self._settings.attended_limit_seconds
            )

    def restart(self) -> None:
        """A nearer voice came in: the utterance under way ends, and another one has begun."""
        self._clear()
        self.in_utterance = True
        self._elapsed_seconds = self.utterance_seconds = self._settings.near_seconds

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
        self.is_attended = False
        self._others_seconds = self._faint_seconds = self._near_seconds = 0.0
        self._limit_seconds = self._settings.limit_seconds

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

    def _within(self, seconds: float, probability: float | None, *, is_faint: bool) -> Edge | None:
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
            self._count_others(
                seconds, is_speech=probability >= settings.stay_probability, is_faint=is_faint
            )
        if _reached(self._silence_seconds, settings.pause_seconds):
            is_trailed = self.is_attended and _reached(self._faint_seconds, TRAILED_SECONDS)
            self.outtalked_seconds = self._others_seconds if is_trailed else 0.0
            self._clear()
            return Edge.ENDED
        if self.is_attended and self._is_outtalked():
            self.outtalked_seconds = self._others_seconds
            self.utterance_seconds = self._elapsed_seconds - self.outtalked_seconds
            self._clear()
            return Edge.OUTTALKED
        if _reached(self._elapsed_seconds, self._limit_seconds):
            self.utterance_seconds = self._elapsed_seconds
            self.outtalked_seconds = 0.0
            self._clear()
            return Edge.CUT
        return None

    def _count_others(self, seconds: float, *, is_speech: bool, is_faint: bool) -> None:
        """Like a pause: a single loud moment of a fainter voice does not break it."""
        self._others_seconds += seconds
        self._faint_seconds += seconds if is_speech and is_faint else 0.0
        self._near_seconds = self._near_seconds + seconds if is_speech and not is_faint else 0.0
        if _reached(self._near_seconds, self._settings.near_seconds):
            self._others_seconds = self._faint_seconds = 0.0

    def _is_outtalked(self) -> bool:
        """What only trails off, a voice or its echo in the room, is left to end by its pause."""
        others_seconds = self._settings.others_seconds
        return _reached(self._others_seconds, others_seconds) and _reached(
            self._faint_seconds, others_seconds / 2
        )


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
