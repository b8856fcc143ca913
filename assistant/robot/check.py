"""Whether the robot of the settings answers, asked by a program beside the core."""

from __future__ import annotations

import asyncio
from typing import Final

from assistant.services.findings import CheckResult, found
from assistant.settings import RobotSettings
from robot_io import Robot, RobotError

ANSWER_SECONDS: Final = 5.0


def robot_finding(wanted: RobotSettings) -> CheckResult:
    """Open its port and ask who it is; nothing moves.  Blocks for some seconds."""

    async def ask() -> str:
        connecting = Robot.connect(wanted.port, wanted.driver, timeout_seconds=ANSWER_SECONDS)
        async with await connecting as robot:
            able, state = robot.capabilities, robot.state
            battery = state.battery if state is not None else None
            told = "" if battery is None else f", battery {battery:.0%}"
            return f"{able.name} {able.firmware}".strip() + f" answers at {wanted.port}{told}"

    try:
        return found("robot", is_well=True, detail=asyncio.run(ask()))
    except RobotError as error:
        return found("robot", is_well=False, detail=str(error))
