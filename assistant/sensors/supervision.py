"""Whether each added sensor can be relied upon; one that cannot is told, but wakes nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from assistant.events import ChildDied, Ready, Urgency
from assistant.home.home import Home
from assistant.home.step_loop import StepLoop
from assistant.runtime.rights import SENSOR_PREFIX
from assistant.sensors.wording import Wording
from assistant.services.findings import CheckResult, found
from assistant.settings import SensorSettings
from sensor_io.facts import BatteryMeasured, DeviceLost, Fact

LOOK_SECONDS: Final = 60.0
BLIND_SECONDS: Final = 600.0
"""How long a sensor may be gone before that is told: unplugged to dust, it is soon back."""
BATTERY_LOW_PERCENT: Final = 20.0
"""As for pendants: about a week is left to change a coin cell."""
FLOOD_COUNT: Final = 300
FLOOD_SECONDS: Final = 10.0
"""More facts in so short a time than this are no facts; its program lets through a third of it."""
CALM_SECONDS: Final = 3_600.0
"""How long after a flood, or rubbish, that is still told."""
MOST_DEVICES: Final = 100


@dataclass(slots=True)
class Watched:
    """What is known of one sensor."""

    settings: SensorSettings
    heard_at: float
    """When it last told anything; Unix time, seconds."""
    dead: str = "its program is being started"
    """Why its program does not run; empty while it does."""
    lost: dict[str, str] = field(default_factory=dict)
    """Its devices that cannot be reached, and why."""
    low: dict[str, float] = field(default_factory=dict)
    """The charge of devices whose battery is low, in percent."""
    misbehaved: str = ""
    misbehaved_at: float = 0.0
    bad_since: float | None = None
    """Since when it cannot be relied upon; None: it can."""
    is_told: bool = False
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=FLOOD_COUNT))
    """When its last facts came."""


class Supervision:
    """Looks once a minute at every sensor."""

    def __init__(
        self,
        home: Home,
        sensors: Mapping[str, SensorSettings],
        wording: Wording,
        put_down: Callable[[str], object],
    ) -> None:
        """`put_down` ends the program of a sensor; it is started again."""
        self._home, self._wording, self._put_down = home, wording, put_down
        now = home.clock.now()
        self._watched = {name: Watched(settings, now) for name, settings in sensors.items()}
        self._loop = StepLoop("the watch over sensors", self._look, home.clock, LOOK_SECONDS)
        home.bus.subscribe(ChildDied, self._died)
        home.bus.subscribe(Ready, self._ready)

    def start(self) -> None:
        """Look from now on."""
        self._loop.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._loop.stop()

    def floods(self, name: str) -> bool:
        """Count what a sensor told; whether it is too much, so that its program was ended."""
        watched, now = self._watched[name], self._home.clock.now()
        recent = watched.recent
        recent.append(now)
        if len(recent) < FLOOD_COUNT or now - recent[0] > FLOOD_SECONDS:
            return False
        recent.clear()
        self._misbehaves(watched, "it told far more than anybody can use, and was ended for it")
        self._put_down(name)
        return True

    def rubbish(self, name: str, problem: str) -> None:
        """Note that a sensor told what is no fact."""
        self._misbehaves(self._watched[name], f"it told what is no fact: {problem}")

    def invents(self, name: str) -> None:
        """Note that a sensor tells of more than can be: what is beyond is not acted upon."""
        problem = "it tells of more devices at once than can be, and not all of them are heeded"
        self._misbehaves(self._watched[name], problem)

    def is_lost(self, name: str, device: str) -> bool:
        """Whether a sensor, or one device of it, has told nothing for long and cannot."""
        watched, now = self._watched.get(name), self._home.clock.now()
        if watched is None or device in watched.lost or "" in watched.lost:
            return True
        is_dead = bool(watched.dead) and now - watched.heard_at >= BLIND_SECONDS
        return is_dead or _is_silent(watched, now)

    def heard(self, name: str, fact: Fact) -> None:
        """Note what a fact says of the sensor itself."""
        watched = self._watched[name]
        watched.heard_at = self._home.clock.now()
        if isinstance(fact, DeviceLost):
            if len(watched.lost) < MOST_DEVICES:
                watched.lost[fact.device] = fact.reason or "it cannot be reached"
            return
        watched.lost.pop(fact.device, None)
        if not fact.device:  # the sensor as a whole
            watched.lost.clear()
        if isinstance(fact, BatteryMeasured):
            if fact.value > BATTERY_LOW_PERCENT:
                watched.low.pop(fact.device, None)
            elif len(watched.low) < MOST_DEVICES:
                watched.low[fact.device] = fact.value

    def findings(self) -> list[CheckResult]:
        """Say how every sensor is, for doctor and self-test."""
        now = self._home.clock.now()
        found_all = []
        for name, watched in self._watched.items():
            problem = _problem(watched, now) or _warning(watched, now)
            detail = problem or "heard of, or not overdue yet"
            place = watched.settings.place or name
            found_all.append(found("sensor", is_well=not problem, detail=detail, subject=place))
        return found_all

    def _misbehaves(self, watched: Watched, problem: str) -> None:
        watched.misbehaved, watched.misbehaved_at = problem, self._home.clock.now()

    def _died(self, died: ChildDied) -> None:
        if watched := self._of_child(died.name):
            watched.dead = f"its program ended: {died.reason}"

    def _ready(self, ready: Ready) -> None:
        if watched := self._of_child(ready.name):
            watched.dead = ""

    def _of_child(self, child: str) -> Watched | None:
        is_sensor = child.startswith(SENSOR_PREFIX)
        return self._watched.get(child.removeprefix(SENSOR_PREFIX)) if is_sensor else None

    async def _look(self) -> float | None:
        now = self._home.clock.now()
        for name, watched in self._watched.items():
            self._look_at(name, watched, now)
        return now + LOOK_SECONDS

    def _look_at(self, name: str, watched: Watched, now: float) -> None:
        if not _problem(watched, now):
            watched.bad_since = None
            if watched.is_told and not self._home.presence.is_asleep():
                watched.is_told = False
                self._say("sensor_is_back", name, watched)
            return
        watched.bad_since = now if watched.bad_since is None else watched.bad_since
        is_due = _is_silent(watched, now) or now - watched.bad_since >= BLIND_SECONDS
        if is_due and not watched.is_told and not self._home.presence.is_asleep():
            watched.is_told = True
            self._say("sensor_is_gone", name, watched)

    def _say(self, key: str, name: str, watched: Watched) -> None:
        text = self._wording.said(key, place=watched.settings.place or name)
        self._home.speech.say(text, Urgency.REMINDER)


def _problem(watched: Watched, now: float) -> str:
    """Why a sensor cannot be relied upon; empty if it can."""
    if watched.dead:
        return watched.dead
    if watched.lost:
        device, reason = next(iter(watched.lost.items()))
        return f"{device}: {reason}" if device else reason
    if _is_silent(watched, now):
        return f"silent for more than {watched.settings.silent_minutes} minutes"
    return ""


def _warning(watched: Watched, now: float) -> str:
    """What somebody should see to, although it works."""
    if watched.misbehaved and now - watched.misbehaved_at < CALM_SECONDS:
        return watched.misbehaved
    if watched.low:
        device, percent = next(iter(watched.low.items()))
        return f"{device} battery at {percent:.0f} %; change it".strip()
    return ""


def _is_silent(watched: Watched, now: float) -> bool:
    limit = watched.settings.silent_minutes * 60.0
    return bool(limit) and now - watched.heard_at > limit
