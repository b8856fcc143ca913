"""A core that sends its robot to somebody, in a process that a test may kill.

`python -m tests.robot.core_process FOLDER PORT`
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from assistant.core import CoreOptions, running
from assistant.events import Capability, PeopleLocated, RobotReady
from assistant.robot.permission import CONSENT_FIELD, RobotControl
from assistant.settings import RobotSettings, Settings
from assistant.store import KeyedValues
from tests.asking import call
from tests.robot.parts import PERSON


async def main(folder: Path, port: str) -> None:
    robot = RobotSettings(port=port, dock_x_metres=0.5, dock_y_metres=2.0, dock_heading_degrees=0.0)
    options = CoreOptions(
        folder,
        replace(Settings(), robot=robot),
        folder / "cache",
        capabilities=frozenset({Capability.ROBOT}),
    )
    async with running(options) as core:
        found = asyncio.Event()
        core.bus.subscribe(RobotReady, lambda _: found.set())
        await KeyedValues.profile(core.database).set(CONSENT_FIELD, True)
        if not core.of(RobotControl).is_ready:  # it may have been found before this looked
            await found.wait()
        core.bus.publish(PeopleLocated((PERSON,)))
        await call(core.bus, "robot.move", motion="approach")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
