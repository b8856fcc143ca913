"""A bench for drivers: a simulated robot on a pseudo-terminal, and `Robot` on the driver."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from types import TracebackType
from typing import Any, Final, Self

import pytest

from robot_io import Capabilities, Driver, Part, Robot, load_driver
from robot_io.driver import ENTRY_POINT_GROUP
from robot_io.errors import DriverError
from robot_io.simulator import NewFirmware, Simulator, living_room, load_firmware

LIMIT_SECONDS: Final = 90.0
"""How long something is waited for; no measure of speed."""
CONNECT_SECONDS: Final = 30.0
SPEED_MPS: Final = 0.15
"""How fast the suite drives, where the robot may be so fast."""


@dataclass(frozen=True, slots=True)
class DriverUnderTest:
    """A driver, and the simulated robot that speaks its bytes."""

    name: str
    driver: type[Driver]
    firmware: NewFirmware


def find(driver: str, simulator: str = "") -> DriverUnderTest:
    """Find a driver and its simulated robot.

    Args:
        driver: the name of an installed one, or `module:Class`.
        simulator: the same of its simulated robot; empty: the one of the name under which the
            driver is installed.

    Raises:
        DriverError: there is none, or it cannot be loaded; says what to do.
    """
    kind = _at(driver) if ":" in driver else load_driver(driver)
    if not (isinstance(kind, type) and issubclass(kind, Driver)):
        raise DriverError(f"{driver} is no subclass of robot_io.Driver")
    wanted = simulator or _name_of(driver)
    if ":" in simulator:
        return DriverUnderTest(driver, kind, _at(simulator))
    try:
        return DriverUnderTest(driver, kind, load_firmware(wanted))
    except DriverError as error:
        raise DriverError(
            f"{error}; name the simulated robot that speaks this driver's bytes with "
            "--anban-simulator module:function (docs/robot-drivers.md)"
        ) from error


def _name_of(driver: str) -> str:
    """The name under which a driver is installed, also if it was named `module:Class`."""
    points = entry_points(group=ENTRY_POINT_GROUP)
    return next((point.name for point in points if point.value == driver), driver)


def _at(place: str) -> Any:
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise DriverError(f"there is no {place}: {error}") from error


class Bench:
    """A simulated robot in the middle of a room with nobody in it, and a `Robot` on its port."""

    def __init__(self, tried: DriverUnderTest) -> None:
        room = living_room()
        room.person = None
        self.tried = tried
        self.simulator = Simulator(protocol=tried.firmware, room=room)
        self.body = self.simulator.body
        self.body.docked = False
        self.body.x = 1.5
        self.robot: Robot
        self.able: Capabilities
        """What the robot said it is when it was found."""

    async def __aenter__(self) -> Self:
        self.simulator.start()
        try:
            self.robot = Robot(self.tried.driver.at(str(self.simulator.link)))
            self.robot.open()
            self.able = await self.robot.wait_connected(CONNECT_SECONDS)
        except BaseException:
            self.simulator.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.robot.close()
        self.simulator.close()

    @property
    def speed(self) -> float:
        """How fast to drive, m/s."""
        return min(SPEED_MPS, self.able.speed_max_mps)

    def needs(self, *parts: Part) -> None:
        """Leave the test out for a robot that does not claim these parts."""
        for part in parts:
            if not self.able.parts & part:
                pytest.skip(f"{self.able.name} claims no {part.name}")

    def order(self, line: str) -> None:
        """Order something of the simulated robot (`robot_io.simulator.simulator.ORDERS`)."""
        self.simulator.order(line)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something of the simulated world, or of what the robot tells."""
        await until(condition, what)

    async def driving(self) -> asyncio.Task[Any]:
        """Begin a long drive, and give it once the robot moves."""
        drive = asyncio.create_task(self.robot.drive(self.speed, 0.0, 30.0))
        await self.until(lambda: self.body.speed > self.speed / 3 or drive.done(), "moving")
        if drive.done():
            pytest.fail(f"the drive ended at once: {await drive}")
        return drive

    async def stands(self) -> None:
        """Wait until the robot does not move any more."""
        await self.until(lambda: not self.body.is_moving, "standing still")

    async def connected(self) -> None:
        """Wait until the robot has told a state."""
        await self.until(lambda: self.robot.state is not None, "a state")


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something holds; the test fails, naming `what`, if it never does."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not condition():  # noqa: ASYNC110  (the simulated world raises no event)
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"{what} did not come about")


Scenario = Callable[[Bench], Awaitable[None]]


def on_a_bench(scenario: Scenario) -> Callable[[DriverUnderTest], None]:
    """Make a test of a scenario, played on a bench of its own."""

    def test(driver_under_test: DriverUnderTest) -> None:
        async def play() -> None:
            async with Bench(driver_under_test) as bench:
                await scenario(bench)

        asyncio.run(play())

    test.__name__ = getattr(scenario, "__name__", "test")
    test.__doc__, test.__module__ = scenario.__doc__, scenario.__module__
    return test
