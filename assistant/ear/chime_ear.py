"""Hears Anban's own chime, while the ear is deaf to everything that the home itself sounds.

The sound is kept for as long as it was asked for, looked through in a thread of its own, and
forgotten: only numbers leave.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from assistant.ear.sound import SAMPLE_RATE_HZ
from assistant.events import ChimeLookedFor, ListenForChime
from assistant.runtime.chime import find

LONGEST_SECONDS: Final = 10.0
"""Whatever was asked for: 320 kB."""

log = logging.getLogger(__name__)


class ChimeEar:
    """One request at a time; a newer one takes the place of the one before."""

    def __init__(self, tell: Callable[[ChimeLookedFor], None]) -> None:
        """`tell` is called in a thread of its own."""
        self._tell = tell
        self._lock = threading.Lock()
        self._asked: ListenForChime | None = None
        self._wanted_bytes = 0
        self._pcm = bytearray()

    def listen(self, asked: ListenForChime) -> None:
        """Keep the sound from now on."""
        seconds = min(max(asked.seconds, 0.0), LONGEST_SECONDS)  # nan becomes 0
        with self._lock:
            self._asked = asked
            self._wanted_bytes = round(seconds * SAMPLE_RATE_HZ) * 2
            self._pcm = bytearray()

    def feed(self, pcm: bytes) -> None:
        """Sound of any length (16 kHz, mono, int16), from the thread that listens."""
        with self._lock:
            if self._asked is None:
                return
            self._pcm += pcm
            if len(self._pcm) < self._wanted_bytes:
                return
            asked, recording = self._asked, bytes(self._pcm)
            self._asked, self._pcm = None, bytearray()
        work = threading.Thread(
            target=self._look, args=(asked.say_id, recording), name="chime", daemon=True
        )
        work.start()

    def _look(self, say_id: str, recording: bytes) -> None:
        found = find(np.frombuffer(recording, "<i2"), SAMPLE_RATE_HZ)
        delay = round(found.at_seconds, 3) if found.is_heard else None
        log.info("the chime was %s", "heard" if found.is_heard else "not heard")
        self._tell(ChimeLookedFor(say_id, found.is_heard, found.level_dbfs, found.share, delay))
