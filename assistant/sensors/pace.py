"""How many facts a sensor may tell: what is beyond waits, but for what is dangerous."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from sensor_io.facts import ALARMING, Fact, kind_of

BURST: Final = 50
"""How many may come at once: all that a receiver of many devices knows at its start."""
PER_SECOND: Final = 5.0


class Pace:
    """Holds up whoever tells too much; may be used from any thread."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._left, self._at = float(BURST), clock()

    def wait(self, fact: Fact) -> None:
        """Block until this fact may be told; one that is dangerous waits for nobody."""
        if kind_of(fact) in ALARMING:
            return
        with self._lock:
            now = self._clock()
            self._left = min(self._left + (now - self._at) * PER_SECOND, BURST) - 1.0
            self._at, lacking = now, -self._left
        if lacking > 0:
            self._sleep(lacking / PER_SECOND)
