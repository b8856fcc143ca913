"""What is particular to our drivers and to `Robot`; what any driver must do is test_suite.py."""

import asyncio
import math
import threading

import pytest

from robot_io import (
    ChimeName,
    EndReason,
    FaceName,
    LightPattern,
    LimitError,
    LinkError,
    NotSupportedError,
    Part,
    Point,
    RefusedError,
    Robot,
    load_driver,
)
from robot_io import robot as robot_module
from robot_io.errors import DriverError
from robot_io.simulator import Simulator, living_room

PROTOCOLS = ("anban", "create2")


class Home:
    """A simulator and a robot on it."""

    def __init__(self, protocol="anban"):
        room = living_room()
        room.person = None
        self.simulator = Simulator(protocol=protocol, room=room)
        self.body = self.simulator.body
        self.body.docked = False
        self.body.x = 1.5
        self.protocol = protocol

    async def __aenter__(self):
        self.simulator.start()
        self.robot = await Robot.connect(str(self.simulator.link), self.protocol)
        return self

    async def __aexit__(self, *_):
        await self.robot.close()
        self.simulator.close()

    async def until(self, condition, what="it"):
        """Wait for something in the simulated world; the robot's reports are the clock."""
        for _ in range(200):
            if condition():
                return
            await self.robot._wheels.next_state()
        raise AssertionError(f"{what} did not come about")

    def order(self, line):
        self.simulator.order(line)


async def test_a_robot_that_is_late_to_begin_a_step_is_not_taken_for_stopped():
    async with Home("create2") as home:
        home.order("delay 0.35")  # longer than a step lives
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 5.0))
        await home.until(lambda: home.robot.state.end is EndReason.FINISHED, "a step was over")
        home.order("delay 0")
        assert (await drive).finished
        assert home.body.x > 1.6


async def test_following_keeps_a_distance_and_says_when_it_lost_somebody(monkeypatch):
    monkeypatch.setattr("robot_io.steering.LOST_SECONDS", 0.3)
    async with Home() as home:
        positions = iter([Point(2.0, 0.0)] * 6)
        end = await home.robot.follow(lambda: next(positions, None), seconds=30)
        assert end.reason is EndReason.PERSON_LOST
        assert home.body.x > 1.51


async def test_expression():
    async with Home() as home:
        robot, body = home.robot, home.body
        await robot.face(FaceName.WORRIED)
        await robot.text("你还好吗？")
        await robot.light(255, 0, 0, LightPattern.BLINK)
        await robot.chime(ChimeName.ALARM)
        await robot.volume(70)
        await robot.look(0.3, -0.2)
        assert body.face == list(FaceName).index(FaceName.WORRIED)
        assert (body.text, body.light, body.chimes, body.volume) == (
            "你还好吗？",
            (255, 0, 0, 1),
            1,
            70,
        )
        await home.until(lambda: body.pan == 0.3 and body.tilt == -0.2, "looking")


async def test_expression_of_a_create2():
    async with Home("create2") as home:
        await home.robot.text("SOS")
        await home.robot.light(255, 0, 0)
        await home.robot.chime(ChimeName.ALARM)
        await home.until(lambda: home.body.chimes == 1, "the chime")
        assert home.body.text == "SOS"
        assert home.body.light == (255, 0, 0, 0)
        for refused in (home.robot.face(FaceName.HAPPY), home.robot.look(0.1, 0.0)):
            with pytest.raises(NotSupportedError, match="iRobot Create 2 has no"):
                await refused
        with pytest.raises(LimitError, match="4 ASCII"):
            await home.robot.text("你好")
        assert not home.robot.capabilities.parts & Part.DEAD_MAN


async def test_more_limits_are_refused():
    async with Home() as home:
        robot = home.robot
        for refused in (
            robot.look(math.nan, 0.0),
            robot.look(1.6, 0.0),
            robot.light(256, 0, 0),
            robot.volume(101),
            robot.text("字" * 41),
            robot.approach(Point(2.0, 0.0), keep_metres=0.3),
            robot.dock(seconds=math.nan),
        ):
            with pytest.raises(LimitError, match="limit"):
                await refused


async def test_people_ahead_slow_it_down_and_stop_it():
    async with Home() as home:
        home.robot.see_people([Point(0.45, 0.0)])
        end = await home.robot.drive(0.4, 0.0, 1.0)
        assert end.reason is EndReason.PERSON_CLOSE
        assert home.body.moved_metres == 0
        home.robot.see_people([Point(1.0, 1.0)])
        speeds = []
        home.robot._driver.state_listeners.append(lambda state: speeds.append(state.speed_mps))
        await home.robot.drive(0.4, 0.0, 1.0)
        assert 0 < max(speeds) <= 0.31


async def test_the_emergency_stop():
    async with Home() as home:
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        home.order("emergency on")
        assert (await drive).reason is EndReason.EMERGENCY_STOP
        with pytest.raises(RefusedError, match="emergency stop is pressed"):
            await home.robot.drive(0.1, 0.0, 1.0)
        await home.robot.face(FaceName.HAPPY)  # the rest still works
        home.order("emergency off")
        assert (await home.robot.drive(0.1, 0.0, 0.3)).finished


async def test_a_bad_line_costs_time_and_nothing_else():
    async with Home() as home:
        for fault in ("drop 0.01", "duplicate 0.01", "corrupt 0.01"):
            home.order(fault)
        shown = []
        home.body.on_show = lambda message: shown.append(message.text)
        for number in range(30):
            await home.robot.text(str(number))
        assert shown == [str(number) for number in range(30)]


async def test_who_is_not_there_is_named(tmp_path):
    with pytest.raises(LinkError, match="not plugged in"):
        await Robot.connect(str(tmp_path / "none"), timeout_seconds=0.2)
    with pytest.raises(DriverError, match="anban, create2"):
        await Robot.connect("/dev/null", "no-such-driver")


def test_drivers_are_entry_points():
    assert load_driver("anban").__name__ == "AnbanDriver"
    assert load_driver("create2").__name__ == "Create2Driver"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_create2_is_no_anban_robot_and_the_other_way(protocol, monkeypatch):
    monkeypatch.setattr("robot_io.drivers.anban.PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr("robot_io.drivers.create2._PATIENCE_SECONDS", 0.3)
    (other,) = {*PROTOCOLS} - {protocol}
    with Simulator(protocol=protocol) as simulator:
        with pytest.raises(LinkError.__base__, match="does not answer as"):
            await Robot.connect(str(simulator.link), other, timeout_seconds=1.0)
        assert simulator.body.moved_metres == 0


class HangingDriver(load_driver("anban")):
    """A package that takes a line for its own and never comes back."""

    forever = threading.Event()

    def wait_connected(self, timeout_seconds):
        self.forever.wait()

    def close(self):
        self.forever.wait()


async def test_a_driver_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(robot_module, "GRACE_SECONDS", 0.05)
    robot = Robot(HangingDriver.at("/dev/none", None))
    for waiting in (robot.wait_connected(0.05), robot.close()):
        with pytest.raises(LinkError, match="its package hangs"):
            await waiting
    HangingDriver.forever.set()
