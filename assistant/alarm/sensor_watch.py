"""Turns what perception tells into what may be an emergency, and tells when it is blind.

The elder is asked first, always: a sensor errs.  That a sensor is blind is told, for then nobody is
watched over.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Final

from assistant.events import (
    Capability,
    ChildDied,
    DangerSensed,
    PeopleLocated,
    Ready,
    Sensed,
    Urgency,
)
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.services.findings import CheckResult, found
from perception.events import (
    BathroomLong,
    FallDetected,
    LyingOnFloor,
    MountingDoubted,
    MountingFound,
    NoMotion,
    SensorTroubled,
    Stumbled,
    Unsure,
)

log = logging.getLogger(__name__)

REASONS: Final = {
    FallDetected.__name__: "fall",
    LyingOnFloor.__name__: "fall",
    NoMotion.__name__: "no_motion",
    BathroomLong.__name__: "bathroom",
}
STUMBLES_SECONDS: Final = 86_400.0
"""How long a stumble is told by doctor and self-test."""
_MOST_STUMBLES: Final = 100
_DOUBTS: Final = {
    Unsure.TURNED: "by people's walks it hangs upside down, on its side or on the ceiling, and was "
    "told otherwise: no fall can be seen so; hang it upright, or set tilt_degrees under [radar]",
    Unsure.NO_FEET: "what it sees of people does not reach from feet to head, so its height cannot "
    "be checked",
    Unsure.NOBODY_WALKED: "",
}
"""What to say if people's walks do not tell how it hangs."""
_CHILD: Final = Capability.SENSES.value
_OF_THE_DAY: Final = frozenset({NoMotion.__name__})
"""Who sleeps does not move; while it lasts perception tells it again, until the elder wakes."""
BLIND_SECONDS: Final = 600.0
"""How long a radar may be silent before it is told: unplugged to dust, it is soon back."""
ASLEEP_SECONDS: Final = 900.0
"""How soon it is looked again while the elder sleeps: nobody is woken for it."""


class SensorWatch(Feature):
    """Turns sensor facts into possible alarms, and tells when the sensor is blind."""

    def __init__(self, home: Home) -> None:
        self._bus = bus = home.bus
        self._speech, self._memory, self._replies = home.speech, home.memory, home.replies
        self._is_asleep = home.presence.is_asleep
        self._has_radar = Capability.SENSES in home.capabilities and bool(home.settings.radar.port)
        self._clock = home.clock
        self._stumbles: deque[float] = deque(maxlen=_MOST_STUMBLES)
        """When somebody went down and was up again: no alarm, yet falls often begin with it."""
        self._hangs = ""
        """What people's walks say of its height, until the next start; empty if the told one is
        right."""
        self._hangs_wrong = False
        """Whether they say that it hangs so that no fall can be seen."""
        self._problem = "it has sent nothing yet"
        """Why nothing is seen; empty while something is."""
        self._tells: asyncio.TimerHandle | None = None
        """The task that tells the elder if nothing is seen for long."""
        self._is_told = False
        bus.subscribe(Sensed, self._sensed)
        bus.subscribe(PeopleLocated, lambda _: self._sees())
        bus.subscribe(ChildDied, self._child_died)
        bus.subscribe(Ready, self._child_ready)

    async def findings(self) -> list[CheckResult]:
        """How the radar is, for doctor and self-test; nothing if there is none."""
        if not self._has_radar:
            return []
        is_well = not self._problem and not self._hangs_wrong
        return [found("radar", is_well=is_well, detail=self._problem or self._what_it_sees())]

    def _what_it_sees(self) -> str:
        since = self._clock.now() - STUMBLES_SECONDS
        many = sum(at > since for at in self._stumbles)
        stumbled = f"stumbles in the last day, up again at once: {many}" if many else ""
        return "; ".join(part for part in ("it sees the room", stumbled, self._hangs) if part)

    async def stop(self) -> None:
        """Stop: say nothing any more."""
        self._wait()

    def _sensed(self, sensed: Sensed) -> None:
        kind = sensed.kind
        if kind == SensorTroubled.__name__:
            reason = str(sensed.values.get("reason", "no reason told"))
            log.error("%s: %s", sensed.sensor, reason)
            self._is_blind(reason)
            return
        self._sees()
        if kind == MountingFound.__name__:
            self._hangs, self._hangs_wrong = _how_it_hangs(sensed.values), False
        if kind == MountingDoubted.__name__:
            why = Unsure(str(sensed.values["why"]))
            self._hangs, self._hangs_wrong = _DOUBTS[why], why is Unsure.TURNED
        if kind == Stumbled.__name__:
            self._stumbles.append(self._clock.now())
        if kind in REASONS and not (kind in _OF_THE_DAY and self._is_asleep()):
            self._bus.publish(DangerSensed(REASONS[kind], sensed.sensor, sensed.place))

    # ------------------------------------------------------------------- whether it sees

    def _child_died(self, died: ChildDied) -> None:
        if died.name == _CHILD:
            self._is_blind(f"its child process ended: {died.reason}")

    def _child_ready(self, ready: Ready) -> None:
        if ready.name == _CHILD:  # it sees, or says itself that it does not
            self._problem = ""
            self._wait()

    def _is_blind(self, problem: str) -> None:
        self._problem = problem
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
        self._problem = ""
        self._wait()
        if self._is_told and not self._is_asleep():
            self._is_told = False
            self._say("sensor_sees_again")

    def _say(self, key: str) -> None:
        self._speech.say(self._replies.render(key, self._memory.lang), Urgency.REMINDER)


def _how_it_hangs(values: Mapping[str, object]) -> str:
    height, told = (float(str(values[key])) for key in ("height_metres", "told_metres"))
    return (
        f"by people's walks it hangs {height:.2f} m high, not {told:.2f} m, "
        f"so set height_metres = {height:.2f} under [radar]"
    )
