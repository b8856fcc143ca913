"""The robot's child: `python -m assistant.robot`."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final

from assistant.events import (
    ExpressRobot,
    MoveRobot,
    PeopleLocated,
    Ready,
    Shutdown,
    StopRobot,
)
from assistant.robot.coordinates import Coordinates
from assistant.robot.executor import Executor
from assistant.runtime.child import follow_core, run_child
from assistant.runtime.link import Link
from assistant.services import GetDocked
from robot_io import Robot, RobotError, load_driver

NAME: Final = "robot"
WANTS: Final = (StopRobot, MoveRobot, ExpressRobot, PeopleLocated, Shutdown)


async def _serve(link: Link) -> None:
    """Do what the core asks, until it goes away, says `Shutdown`, or SIGTERM comes."""
    state = await link.home_state()
    logging.getLogger().setLevel(state.settings.log_level.upper())
    wanted = state.settings.robot
    coordinates = Coordinates(wanted)
    if docked := await link.request(GetDocked()):
        coordinates.stood_docked(docked.x_metres, docked.y_metres, docked.heading_radians)
    async with Robot(load_driver(wanted.driver).at(wanted.port)) as robot:
        executor = Executor(robot, coordinates, link.send)
        watching = asyncio.create_task(executor.watch())
        await asyncio.sleep(0)  # it listens before the robot is looked for
        robot.open()
        ready = Ready(NAME, f"looks for a robot at {wanted.port}")
        try:
            await follow_core(link, executor.take, watching, tell_ready=lambda: link.send(ready))
        finally:
            await executor.finish()


async def _main() -> None:
    async with Link(NAME, WANTS) as link:
        await _serve(link)


def main() -> None:
    """Run the child; a hopeless error is one line on stderr and status 1."""
    sys.exit(run_child(NAME, _main(), RobotError))


if __name__ == "__main__":
    main()
