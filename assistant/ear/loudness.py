"""How loud the sound is: against the room, and against who is speaking."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from assistant.ear.sound import CHUNK_SECONDS

SILENCE_DB: Final = -10.0
"""The level of digital silence; all levels are in dB over one step of the samples."""
_ROOM_CHUNKS: Final = round(4.0 / CHUNK_SECONDS)
"""The room's own level is looked for in so much of the past: longer than any sentence's pauses."""
_ROOM_SHARE: Final = 0.2
"""The quietest fifth of the past is the room without anybody speaking."""
_SMOOTH_CHUNKS: Final = 8
"""Voices are compared over a quarter of a second: about a syllable, so that a consonant counts
as part of it."""
_ONSET_CHUNKS: Final = 4
"""How many chunks begin an utterance: what was before them is silence."""
_SPEAKER_CHUNKS: Final = round(2.0 / CHUNK_SECONDS)
"""When somebody is found to be speaking to Anban, this much of the past was that voice."""
_SPEAKER_SHARE: Final = 0.8
"""A voice is as loud as its loudest fifth: the vowels, whatever stands between them."""
FAINTER_DB: Final = 6.0
"""A voice this much below the speaker's is another one.  Within a sentence people keep their level
to about 5 dB; a television at the usual distance is 10 dB or more below (benchmarks/ear_rooms)."""


def level_db(chunk: bytes) -> float:
    """The mean power of a chunk."""
    samples = np.frombuffer(chunk, "<i2").astype(np.float32)
    return _to_db(float(np.mean(samples * samples)))


class RoomLevel:
    """The level of the room while nobody speaks, followed as it changes."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_ROOM_CHUNKS)

    def __call__(self, level: float) -> float:
        """Take the level of the next chunk; the room's, in dB."""
        self._levels.append(level)
        return sorted(self._levels)[int(len(self._levels) * _ROOM_SHARE)]


class SpeakerLevel:
    """How loud the voice is that speaks to Anban, and whether what sounds now is as near."""

    def __init__(self) -> None:
        self._powers: deque[float] = deque(maxlen=_SMOOTH_CHUNKS)
        self._voices: deque[float] = deque(maxlen=_SPEAKER_CHUNKS)
        self._speaker: list[float] = []
        self._reference: float | None = None
        self._level = SILENCE_DB

    @property
    def is_faint(self) -> bool:
        """Whether what sounds is well below the speaker's voice; never while none is known."""
        return self._is_below(self._level)

    @property
    def is_faint_onset(self) -> bool:
        """The same of a beginning, which is shorter."""
        return self._is_below(self._level_of(_ONSET_CHUNKS))

    @property
    def is_nearer(self) -> bool:
        """Whether what sounds is well above all that spoke for the last two seconds of speech."""
        before = sorted(self._voices)
        return (
            len(before) == _SPEAKER_CHUNKS
            and self._level > FAINTER_DB + before[int(len(before) * _SPEAKER_SHARE)]
        )

    def hear(self, level: float, *, is_speech: bool, is_spoken_to: bool) -> None:
        """Take the level of the next chunk; `is_spoken_to`: the speaker's sentence is under way."""
        self._powers.append(10 ** (level / 10))
        self._level = self._level_of(_SMOOTH_CHUNKS)
        if not is_speech:
            return
        self._voices.append(self._level)
        if is_spoken_to:
            self._speaker.append(self._level)
            self._settle()

    def attend(self) -> None:
        """Who spoke last is the speaker from now on."""
        self._speaker = list(self._voices)
        self._settle()

    def begin(self) -> None:
        """An utterance begins: what sounded before it is no part of it."""
        self._voices.clear()

    def forget(self) -> None:
        """The speaker may have gone."""
        self._speaker = []
        self._reference = None

    def _level_of(self, chunks: int) -> float:
        powers = list(self._powers)[-chunks:]
        return _to_db(sum(powers) / max(len(powers), 1))

    def _is_below(self, level: float) -> bool:
        return self._reference is not None and level < self._reference - FAINTER_DB

    def _settle(self) -> None:
        if self._speaker:
            self._reference = sorted(self._speaker)[int(len(self._speaker) * _SPEAKER_SHARE)]


def _to_db(power: float) -> float:
    return 10.0 * float(np.log10(power + 10 ** (SILENCE_DB / 10)))
