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
    CameraPrivacyChanged,
    Capability,
    ChildDied,
    DangerSensed,
    PeopleLocated,
    Ready,
    Sensed,
    Urgency,
)
from assistant.home.camera_privacy import CameraPrivacy
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
    TroubleKind,
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
_RADAR: Final = "radar"
_CAMERA: Final = "camera"
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


class Sight:
    """Whether one sensor sees, and when the elder is told that it does not."""

    def __init__(self, home: Home, sensor: str, blind_key: str, sees_key: str) -> None:
        self.sensor = sensor
        self.problem = "it has sent nothing yet"
        """Why nothing is seen; empty while something is."""
        self._home = home
        self._blind_key, self._sees_key = blind_key, sees_key
        self._tells: asyncio.TimerHandle | None = None
        """The task that tells the elder if nothing is seen for long."""
        self._is_told = False

    def is_blind(self, problem: str, *, is_night: bool = False) -> None:
        """Nothing is seen for this reason; in the dark of a night nobody need do anything."""
        self.problem = problem
        if is_night:
            self.wait()
        elif self._tells is None and not self._is_told:
            self._tell_later(BLIND_SECONDS)

    def is_ready(self) -> None:
        """It is to be watched through: it sees, or says itself that it does not."""
        self.problem = ""
        self.wait()

    def sees(self) -> None:
        """Something was seen."""
        self.is_ready()
        if self._is_told and not self._home.presence.is_asleep():
            self._is_told = False
            self._say(self._sees_key)

    def wait(self) -> None:
        """Do not tell."""
        if self._tells is not None:
            self._tells.cancel()
            self._tells = None

    def _tell_later(self, seconds: float) -> None:
        self._tells = asyncio.get_running_loop().call_later(seconds, self._tell)

    def _tell(self) -> None:
        if self._home.presence.is_asleep():
            self._tell_later(ASLEEP_SECONDS)
        else:
            self._tells, self._is_told = None, True
            self._say(self._blind_key)

    def _say(self, key: str) -> None:
        home = self._home
        home.speech.say(home.replies.render(key, home.memory.lang), Urgency.REMINDER)


class SensorWatch(Feature):
    """Turns sensor facts into possible alarms, and tells when a sensor is blind."""

    def __init__(self, home: Home, privacy: CameraPrivacy) -> None:
        self._bus = bus = home.bus
        self._is_asleep = home.presence.is_asleep
        self._privacy = privacy
        self._clock = home.clock
        self._sights: dict[str, Sight] = {}
        if Capability.SENSES in home.capabilities:
            if home.settings.radar.port:
                self._sights[_RADAR] = Sight(home, _RADAR, "sensor_blind", "sensor_sees_again")
            if home.settings.camera.source:
                self._sights[_CAMERA] = Sight(home, _CAMERA, "camera_blind", "camera_sees_again")
        self._stumbles: deque[float] = deque(maxlen=_MOST_STUMBLES)
        """When somebody went down and was up again: no alarm, yet falls often begin with it."""
        self._hangs = ""
        """What people's walks say of its height, until the next start; empty if the told one is
        right."""
        self._hangs_wrong = False
        """Whether they say that it hangs so that no fall can be seen."""
        bus.subscribe(Sensed, self._sensed)
        bus.subscribe(PeopleLocated, lambda _: self._located())
        bus.subscribe(CameraPrivacyChanged, self._privacy_changed)
        bus.subscribe(ChildDied, self._child_died)
        bus.subscribe(Ready, self._child_ready)

    async def findings(self) -> list[CheckResult]:
        """How each sensor is, for doctor and self-test; nothing of one that is not there."""
        return [self._finding(sight) for sight in self._sights.values()]

    def _finding(self, sight: Sight) -> CheckResult:
        if sight.sensor == _CAMERA and self._privacy.is_private:
            return found(_CAMERA, is_well=True, detail="it was told not to look, and is closed")
        detail = sight.problem or self._what_it_sees(sight.sensor)
        hangs_wrong = sight.sensor == _RADAR and self._hangs_wrong
        return found(sight.sensor, is_well=not sight.problem and not hangs_wrong, detail=detail)

    def _what_it_sees(self, sensor: str) -> str:
        since = self._clock.now() - STUMBLES_SECONDS
        many = sum(at > since for at in self._stumbles)
        parts = ["it sees the room"]
        if sensor == _RADAR:
            parts += [f"stumbles in the last day, up again at once: {many}" if many else ""]
            parts += [self._hangs]
        return "; ".join(part for part in parts if part)

    async def stop(self) -> None:
        """Stop: say nothing any more."""
        for sight in self._sights.values():
            sight.wait()

    def _sensed(self, sensed: Sensed) -> None:
        kind = sensed.kind
        sight = self._sights.get(sensed.sensor)
        if kind == SensorTroubled.__name__:
            reason = str(sensed.values.get("reason", "no reason told"))
            log.error("%s: %s", sensed.sensor, reason)
            if sight is not None:
                is_night = sensed.values.get("kind") == TroubleKind.DARK
                sight.is_blind(reason, is_night=is_night)
            return
        if sight is not None:
            sight.sees()
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

    def _located(self) -> None:
        if _RADAR in self._sights:
            self._sights[_RADAR].sees()

    def _privacy_changed(self, changed: CameraPrivacyChanged) -> None:
        if changed.is_private and _CAMERA in self._sights:
            self._sights[_CAMERA].wait()

    def _child_died(self, died: ChildDied) -> None:
        if died.name == _CHILD:
            for sight in self._sights.values():
                if not (sight.sensor == _CAMERA and self._privacy.is_private):
                    sight.is_blind(f"its child process ended: {died.reason}")

    def _child_ready(self, ready: Ready) -> None:
        if ready.name == _CHILD:
            for sight in self._sights.values():
                sight.is_ready()


def _how_it_hangs(values: Mapping[str, object]) -> str:
    height, told = (float(str(values[key])) for key in ("height_metres", "told_metres"))
    return (
        f"by people's walks it hangs {height:.2f} m high, not {told:.2f} m, "
        f"so set height_metres = {height:.2f} under [radar]"
    )
