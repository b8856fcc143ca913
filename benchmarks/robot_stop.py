"""From the word "stop" to the robot's wheels: `python -m benchmarks.robot_stop`.

A whole core with the robot's child and a simulated robot in a process of its own, on a
pseudo-terminal paced to 115,200 baud.  The clock starts where the core is told a hypothesis of the
ear, and ends where the robot's firmware halts its wheels; the stop's bytes were on the line before.
"""

import asyncio
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from assistant.core import Core, CoreOptions, running
from assistant.events import (
    Capability,
    ExpressRobot,
    Heard,
    PeopleLocated,
    RobotReady,
    new_id,
)
from assistant.robot.permission import CONSENT_FIELD
from assistant.services import AskForMotion
from assistant.settings import RobotSettings, Settings
from assistant.store import KeyedValues
from benchmarks import take_no_arguments
from benchmarks._robot_line import SLOW, Report, RobotProcess, Row, quantile

STOPS = 100
BUSY = 20
"""Changes of face and light that are asked for just before."""
ENDS = ((4.8, 2.0), (-1.8, 2.0))
"""Whom it is sent to by turns, in metres: it starts between them, and comes near neither."""
POLL_SECONDS = 0.002
ROLLING_SECONDS = 10.0


async def set_rolling(core: Core, robot: RobotProcess, number: int) -> bool:
    """Whether it rolls; on a machine that is busy with other things its line may fall silent."""
    core.bus.publish(PeopleLocated((ENDS[number % 2],)))
    answer = await core.bus.ask(AskForMotion("approach"))
    until = asyncio.get_running_loop().time() + ROLLING_SECONDS
    while answer.state == "moving" and asyncio.get_running_loop().time() < until:
        if await asyncio.to_thread(robot.is_rolling):
            return True
        await asyncio.sleep(POLL_SECONDS)
    await asyncio.sleep(POLL_SECONDS)
    return False


async def one_stop(core: Core, robot: RobotProcess, busy: int) -> float:
    """Milliseconds."""
    robot.halts()
    for _ in range(busy):
        core.bus.publish(ExpressRobot("happy", (0, 255, 0)))
    begun = asyncio.get_running_loop().time()
    core.bus.publish(Heard(new_id(), "停", "zh", is_final=False, addressed=False))
    async with asyncio.timeout(20):
        while not (halts := await asyncio.to_thread(robot.halts)):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
        while await asyncio.to_thread(robot.is_rolling):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
    return (halts[0] - begun) * 1000


async def stops(busy: int) -> Row:
    with RobotProcess(SLOW) as robot, tempfile.TemporaryDirectory() as folder:
        wanted = RobotSettings(port=str(robot.link), dock_heading_degrees=0.0)
        options = CoreOptions(
            Path(folder),
            replace(Settings(), robot=wanted, log_level="error"),
            Path(folder) / "cache",
            capabilities=frozenset({Capability.ROBOT}),
        )
        async with running(options) as core:
            found = asyncio.Event()
            core.bus.subscribe(RobotReady, lambda _: found.set())
            await KeyedValues.profile(core.database).set(CONSENT_FIELD, True)
            await found.wait()
            delays: list[float] = []
            while len(delays) < STOPS:
                if await set_rolling(core, robot, len(delays)):
                    delays.append(await one_stop(core, robot, busy))
    behind = f", behind {busy} changes of face and light" if busy else ""
    return Row(
        f"“停” on a partial hypothesis → wheels halted{behind}: median (95 %, most) of {STOPS}",
        f"{statistics.median(delays):.1f} ms ({quantile(delays, 0.95):.1f}, {max(delays):.1f})",
        "≤ 100 ms to the bytes",
    )


def main() -> None:
    report = Report(
        "robot_stop",
        "Robot, from the word to the wheels",
        "python -m benchmarks.robot_stop",
        f"Core, robot's child and simulated robot are processes of their own; {SLOW} baud.",
    )
    report.add(asyncio.run(stops(0)))
    report.add(asyncio.run(stops(BUSY)))


if __name__ == "__main__":
    take_no_arguments(__doc__)
    main()
