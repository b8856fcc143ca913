"""What perception tells, as the rest of the house understands it: which of it may be an emergency.

The elder is asked first, always: a sensor errs.  That a sensor is blind is told, for then nobody is
watched over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from assistant.bus import Bus
from assistant.events import (
    Capability,
    ChildDied,
    DangerSensed,
    PeopleLocated,
    Ready,
    Sensed,
    Urgency,
)
from assistant.home import HomeMemory
from assistant.language import Replies
from assistant.speech import Speech

log = logging.getLogger(__name__)

REASONS: Final = {
    "FallDetected": "fall",
    "LyingOnFloor": "fall",
    "NoMotion": "no_motion",
    "BathroomLong": "bathroom",
}
_CHILD: Final = Capability.SENSES.value
_OF_THE_DAY: Final = frozenset({"NoMotion"})
"""Who sleeps does not move; while it lasts perception tells it again, until the elder wakes."""
BLIND_SECONDS: Final = 600.0
"""A radar that was unplugged to dust, or that is found again, is not worth a word."""
ASLEEP_SECONDS: Final = 900.0
"""Nobody is woken for it: how soon it is looked again."""


class Sensing:
    """Of one home."""

    def __init__(
        self,
        bus: Bus,
        speech: Speech,
        memory: HomeMemory,
        replies: Replies,
        is_asleep: Callable[[], bool],
    ) -> None:
        self._bus, self._speech, self._memory, self._replies = bus, speech, memory, replies
        self._is_asleep = is_asleep
        self._tells: asyncio.TimerHandle | None = None
        """Runs while nothing is seen, until that is told."""
        self._is_told = False
        bus.subscribe(Sensed, self._sensed)
        bus.subscribe(PeopleLocated, lambda _: self._sees())
        bus.subscribe(ChildDied, lambda died: self._is_blind() if died.name == _CHILD else None)
        # It sees, or says itself that it does not.
        bus.subscribe(Ready, lambda ready: self._wait() if ready.name == _CHILD else None)

    def stop(self) -> None:
        """Say nothing any more."""
        self._wait()

    def _sensed(self, sensed: Sensed) -> None:
        kind = sensed.kind
        if kind == "SensorTroubled":
            log.error("%s: %s", sensed.sensor, sensed.values.get("reason", ""))
            self._is_blind()
            return
        self._sees()
        if kind in REASONS and not (kind in _OF_THE_DAY and self._is_asleep()):
            self._bus.publish(DangerSensed(REASONS[kind], sensed.sensor, sensed.place))

    # ------------------------------------------------------------------- whether it sees

    def _is_blind(self) -> None:
        if self._tells is None and not self._is_told:
            self._tell_later(BLIND_SECONDS)

    def _tell_later(self, seconds: float) -> None:
        self._tells = asyncio.get_running_loop().call_later(seconds, self._tell)

    def _tell(self) -> None:
        if self._is_asleep():
            self._tell_later(ASLEEP_SECONDS)
        else:
            self._tells, self._is_told = None, True
            self._say("sensor_blind")

    def _wait(self) -> None:
        if self._tells is not None:
            self._tells.cancel()
            self._tells = None

    def _sees(self) -> None:
        self._wait()
        if self._is_told and not self._is_asleep():
            self._is_told = False
            self._say("sensor_sees_again")

    def _say(self, key: str) -> None:
        self._speech.say(self._replies.render(key, self._memory.lang), Urgency.REMINDER)
