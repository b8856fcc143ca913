"""A home with a simulated robot on a real pseudo-terminal, and the core that moves it."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.core import Core, CoreOptions, running
from assistant.events import Capability, PeopleLocated, RobotMoved, RobotReady, Say
from assistant.robot.permission import CONSENT_FIELD
from assistant.settings import RadarSettings, RobotSettings, Settings
from assistant.store import KeyedValues
from robot_io.simulator import Simulator
from tests.asking import call
from tests.waiting import until

PERSON = (4.2, 1.8)
"""In the simulator's living room; its charger is at (0.5, 2.0) and looks along x."""


@dataclass
class House:
    core: Core
    simulator: Simulator
    told: list[object]

    @property
    def body(self) -> Any:
        return self.simulator.body

    def of(self, *kinds: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kinds)]

    def said(self) -> list[str]:
        return [say.text for say in self.of(Say)]

    async def consent(self, *, may_move: bool = True) -> None:
        await KeyedValues.profile(self.core.database).set(CONSENT_FIELD, may_move)

    async def ask(self, motion: str, place: str = "") -> str:
        answer = await call(self.core.bus, "robot.move", motion=motion, place=place)
        return str(answer["state"])

    def locate(self, *places: tuple[float, float]) -> None:
        self.core.bus.publish(PeopleLocated(places or (PERSON,)))

    async def ended(self) -> RobotMoved:
        count = len(self.of(RobotMoved))
        await until(lambda: len(self.of(RobotMoved)) > count, "a motion ended")
        moved: RobotMoved = self.of(RobotMoved)[-1]
        return moved

    def distance_to(self, place: tuple[float, float]) -> float:
        return math.dist((self.body.x, self.body.y), place)


@asynccontextmanager
async def a_house(
    folder: Path, radar: RadarSettings | None = None, *, has_robot: bool = True
) -> AsyncIterator[House]:
    with Simulator() as simulator:
        settings = replace(
            Settings(),
            radar=radar or RadarSettings(),
            robot=RobotSettings(
                port=str(simulator.link) if has_robot else "",
                dock_x_metres=0.5,
                dock_y_metres=2.0,
                dock_heading_degrees=0.0,
            ),
        )
        capabilities = frozenset({Capability.ROBOT, Capability.SENSES})
        options = CoreOptions(folder, settings, folder / "cache", capabilities=capabilities)
        told: list[object] = []
        # Listening from the first moment: the robot may be found while the rest still starts.
        async with running(options, lambda core: core.bus.listen(told.append)) as core:
            # The simulator is a thread of this process: what warms up would keep it silent for
            # longer than the link allows.
            await core.settled()
            house = House(core, simulator, told)
            if has_robot:
                await until(lambda: house.of(RobotReady), "the robot was found")
            yield house
