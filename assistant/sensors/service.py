"""The sensors of added packages: a child each, and what becomes of what they tell."""

from __future__ import annotations

import logging
import re
import sys
from typing import Final

from assistant.events import SensorTold, Urgency
from assistant.home.home import Home
from assistant.runtime.feature import Feature
from assistant.runtime.home_folder import run_folder
from assistant.runtime.link import SOCKET_VARIABLE
from assistant.runtime.rights import SENSOR_PREFIX
from assistant.runtime.supervisor import ChildSpec
from assistant.sensors.course import Course, Recorded
from assistant.sensors.own_settings import environment_of
from assistant.sensors.rules import rules_of
from assistant.sensors.supervision import Supervision
from assistant.sensors.wording import Wording
from assistant.services.findings import CheckResult, lasting
from assistant.settings import SensorRule, SensorSettings, Settings
from sensor_io.facts import Fact, fact_of, kind_of, values_of

log = logging.getLogger(__name__)

NAME: Final = re.compile(r"[a-z0-9_-]{1,40}")
MOST_PLACE_CHARACTERS: Final = 40
LATE_SECONDS: Final = 600.0
"""How long ago a fact may have been noticed; more is a clock that is wrong."""
TEST_SECONDS: Final = 60.0


class AddedSensors(Feature):
    """Runs every sensor of the settings, and takes what they tell."""

    def __init__(self, home: Home, recorded: Recorded) -> None:
        """`recorded` waits at most so many seconds until the alarms are on the disk."""
        self._home = home
        settings = home.settings
        self._sensors = usable(settings)
        self.wording = Wording(lambda: home.memory.lang, settings.elder_name, home.zone)
        rules, self._problems = problems_of(settings)
        self.course = Course(home, rules, self.wording, recorded)
        self._supervision = Supervision(
            home,
            self._sensors,
            self.wording,
            lambda name: home.supervisor.restart(f"{SENSOR_PREFIX}{name}"),
        )
        self.course.too_many = self._supervision.invents
        self.course.is_lost = self._supervision.is_lost
        self._tested_at = float("-inf")
        home.bus.subscribe(SensorTold, self._told)

    async def start(self) -> None:
        """Go on with what was open, and run every sensor; the supervisor ends them."""
        for problem in self._problems:
            log.error("%s", problem)
        await self.course.start()
        self._supervision.start()
        for name, settings in self._sensors.items():
            self._home.supervisor.start(self._child(name, settings))

    async def stop(self) -> None:
        """Stop; what is open goes on at the next start."""
        await self._supervision.stop()
        await self.course.stop()

    async def findings(self) -> list[CheckResult]:
        """Say how every sensor is, and which of the settings cannot be used."""
        wrong = [lasting("sensor_settings", problem) for problem in self._problems]
        return wrong + self._supervision.findings()

    def _child(self, name: str, settings: SensorSettings) -> ChildSpec:
        child = f"{SENSOR_PREFIX}{name}"
        environment = {
            SOCKET_VARIABLE: str(self._home.bus.path),
            **environment_of(name, settings),
        }
        command = (sys.executable, "-m", "assistant.sensors")
        output = run_folder(self._home.folder) / f"{child}.log"
        return ChildSpec(child, command, environment, output=output)

    def _told(self, told: SensorTold) -> None:
        settings = self._sensors.get(told.sensor)
        if settings is None or self._supervision.floods(told.sensor):
            return
        try:
            fact = fact_of(told.kind, told.values)
        except ValueError as error:
            self._supervision.rubbish(told.sensor, str(error))
            return
        self._supervision.heard(told.sensor, fact)
        place = _place_of(told.sensor, settings, fact)
        if fact.is_test:
            self._tested(place)
        else:
            self.course.take(told.sensor, place, self._in_time(fact))

    def _in_time(self, fact: Fact) -> Fact:
        """Give a fact with a time that can be: what its clock says counts within bounds."""
        now = self._home.clock.now()
        at = min(max(fact.at, now - LATE_SECONDS), now)
        return fact_of(kind_of(fact), values_of(fact) | {"at": at})

    def _tested(self, place: str) -> None:
        """Say that a device was tried: whoever pressed it waits for a sign."""
        now = self._home.clock.now()
        if now - self._tested_at >= TEST_SECONDS:
            self._tested_at = now
            self._home.speech.say(self.wording.said("tested", place=place), Urgency.REMINDER)


def usable(settings: Settings) -> dict[str, SensorSettings]:
    """Give the sensors of the settings that can be run."""
    return {n: each for n, each in settings.sensors.items() if not _problem(n, each)}


def problems_of(settings: Settings) -> tuple[dict[str, SensorRule], list[str]]:
    """Give the rules of a home, and what of its lines about sensors cannot be used."""
    rules, problems = rules_of(settings.sensor_rules, settings.sensors.keys())
    named = ((f"sensors.{n}", _problem(n, each)) for n, each in settings.sensors.items())
    return rules, problems + [f"{where}: {problem}" for where, problem in named if problem]


def _problem(name: str, settings: SensorSettings) -> str:
    if not NAME.fullmatch(name):
        return "a name is of small letters, digits, - and _, at most 40"
    return "" if settings.driver else "it lacks driver; anban sensors list shows what is installed"


def _place_of(name: str, settings: SensorSettings, fact: Fact) -> str:
    """Give the place of a fact: what the family wrote goes before what a device calls itself."""
    of_device = settings.places.get(fact.device, "")
    place = of_device or settings.place or fact.place or fact.device or name
    return place[:MOST_PLACE_CHARACTERS]
