"""Whoever moves the robot may die at any moment: it stands still, and nobody holds its line."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from robot_io.link import open_port
from robot_io.session import SILENCE_SECONDS
from robot_io.simulator import Simulator
from robot_io.simulator.simulator import BAUD

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 180  # only what hangs takes so long


async def test_a_core_that_is_killed_lets_the_robot_stand_still(tmp_path: Path) -> None:
    with Simulator() as simulator:
        core = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.robot.core_process", str(tmp_path)),
            str(simulator.link),
            cwd=ROOT,
        )
        body = simulator.body
        async with asyncio.timeout(WAIT_SECONDS):
            while body.speed < 0.05:  # noqa: ASYNC110  (a robot's wheels raise no event)
                await asyncio.sleep(0.02)
            os.kill(core.pid, signal.SIGKILL)
            await core.wait()
            while body.is_moving:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        way = body.moved_metres
        await asyncio.sleep(2 * SILENCE_SECONDS)  # what a child that lived on would move in
        assert body.moved_metres == way
        open_port(str(simulator.link), BAUD).close()
