"""A `Robot` on simulated robots over real pseudo-terminals, for both protocols."""

import asyncio
import math

import pytest

from robot_io import (
    BumperPressed,
    ButtonPressed,
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
    RobotFound,
    RobotLost,
    RobotStoppedItself,
    load_driver,
)
from robot_io.errors import DriverError
from robot_io.simulator import Protocol, Simulator, living_room

BOTH = pytest.mark.parametrize("protocol", list(Protocol))


class Home:
    """A simulator and a robot on it."""

    def __init__(self, protocol=Protocol.ANBAN):
        room = living_room()
        room.person = None
        self.simulator = Simulator(protocol=protocol, room=room)
        self.body = self.simulator.body
        self.body.docked = False
        self.body.x = 1.5
        self.protocol = protocol

    async def __aenter__(self):
        self.simulator.start()
        self.robot = await Robot.connect(str(self.simulator.link), self.protocol.value)
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


@BOTH
async def test_drive_ends_by_itself(protocol):
    async with Home(protocol) as home:
        end = await home.robot.drive(0.15, 0.0, 0.8)
        assert end.finished
        await home.until(lambda: not home.body.is_moving, "standing still")
        assert 0.03 < home.body.x - 1.5 < 0.15


@BOTH
async def test_stop_ends_a_motion_at_once(protocol):
    async with Home(protocol) as home:
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        assert home.robot.stop()
        assert (await drive).reason is EndReason.STOPPED
        await home.until(lambda: not home.body.is_moving, "standing still")
        # And it may be told anew.
        assert (await home.robot.drive(-0.1, 0.0, 0.3)).finished


@BOTH
async def test_cancelling_a_motion_stops_the_robot(protocol):
    async with Home(protocol) as home:
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        drive.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drive
        await home.until(lambda: not home.body.is_moving, "standing still")


@BOTH
async def test_a_newer_motion_replaces_the_older(protocol):
    async with Home(protocol) as home:
        first = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        second = await home.robot.drive(-0.15, 0.0, 0.4)
        assert second.finished
        assert (await first).reason is EndReason.REPLACED


@BOTH
async def test_turn_and_approach_keep_their_distance(protocol):
    async with Home(protocol) as home:
        assert (await home.robot.turn(math.radians(30))).finished
        assert home.body.heading == pytest.approx(math.radians(30), abs=0.15)
        heading, start = home.body.heading, (home.body.x, home.body.y)
        assert (await home.robot.approach(Point(1.35, -0.4), keep_metres=1.2)).finished
        target_x = start[0] + 1.35 * math.cos(heading) + 0.4 * math.sin(heading)
        target_y = start[1] + 1.35 * math.sin(heading) - 0.4 * math.cos(heading)
        distance = math.dist((target_x, target_y), (home.body.x, home.body.y))
        assert distance == pytest.approx(1.2, abs=0.12)
        bearing = math.atan2(target_y - home.body.y, target_x - home.body.x) - home.body.heading
        assert abs(bearing) < 0.2


async def test_a_robot_that_is_late_to_begin_a_step_is_not_taken_for_stopped():
    async with Home(Protocol.CREATE2) as home:
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


@BOTH
async def test_a_bumper_stops_holds_and_is_told(protocol):
    async with Home(protocol) as home:
        told = []

        async def listen():
            async for event in home.robot.events():
                told.append(event)  # noqa: PERF401 - one by one, as they come

        listening = asyncio.create_task(listen())
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        home.order("bump left")
        end = await drive
        assert end.reason is EndReason.BUMPER
        await home.until(lambda: not home.body.is_moving, "standing still")
        with pytest.raises(RefusedError, match="released"):
            await home.robot.drive(0.1, 0.0, 1.0)
        await home.robot.release()
        with pytest.raises(RefusedError, match="back off"):
            await home.robot.drive(0.1, 0.0, 1.0)
        assert (await home.robot.drive(-0.1, 0.0, 0.3)).finished
        listening.cancel()
        assert RobotStoppedItself(EndReason.BUMPER) in told
        assert BumperPressed(left=True, right=False) in told


@BOTH
async def test_stairs_stop_a_robot(protocol):
    async with Home(protocol) as home:
        home.body.x, home.body.y = 4.9, 0.3
        home.body.heading = 0.0
        end = await home.robot.drive(0.15, 0.0, 20.0)
        assert end.reason is EndReason.CLIFF
        await home.until(lambda: not home.body.is_moving, "standing still")
        assert home.body.x < 5.2


@BOTH
async def test_charger(protocol):
    async with Home(protocol) as home:
        home.body.x, home.body.docked = 0.5, True
        await home.until(lambda: home.robot.state.docked, "docked")
        with pytest.raises(RefusedError, match="undock first"):
            await home.robot.drive(0.1, 0.0, 1.0)
        assert (await home.robot.undock()).finished
        assert not home.body.docked
        assert (await home.robot.undock()).finished  # it is off already
        home.body.heading = math.pi
        end = await home.robot.dock()
        assert end.finished
        assert home.body.docked


async def test_places():
    async with Home() as home:
        assert "kitchen" in await home.robot.places()
        home.body.room.places["near"] = (1.7, 2.0)
        end = await home.robot.go_to("near")
        assert end.finished
        assert home.body.x == pytest.approx(1.7, abs=0.1)
        with pytest.raises(RefusedError, match="no place"):
            await home.robot.go_to("moon")


async def test_stop_ends_an_errand():
    async with Home() as home:
        going = asyncio.create_task(home.robot.go_to("kitchen"))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        home.robot.stop()
        assert (await going).reason is EndReason.STOPPED
        await home.until(lambda: not home.body.is_moving, "standing still")


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
    async with Home(Protocol.CREATE2) as home:
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


@BOTH
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 99.0, -99.0])
async def test_beyond_the_limits_is_refused_with_the_limit(protocol, value):
    async with Home(protocol) as home:
        robot = home.robot
        for refused in (
            robot.drive(value, 0.0, 1.0),
            robot.drive(0.0, value, 1.0),
            robot.drive(0.1, 0.0, -1.0 if value == -99.0 else value),
            robot.turn(value),
            robot.approach(Point(value, 0.0)),
            robot.approach(Point(2.0, 0.0), keep_metres=value),
            robot.follow(lambda: None, keep_metres=value),
        ):
            with pytest.raises(LimitError, match="limit"):
                await refused
        assert home.body.moved_metres == 0


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


async def test_a_stuck_wheel_is_noticed():
    async with Home() as home:
        home.order("stick left")
        end = await home.robot.drive(0.2, 0.0, 20.0)
        assert end.reason is EndReason.STUCK


async def test_a_lifted_robot_stops():
    async with Home() as home:
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        home.order("lift on")
        assert (await drive).reason is EndReason.LIFTED


@pytest.mark.parametrize("fault", ["unplug", "reboot", "freeze 1.2"])
async def test_lost_and_found_again(fault):
    async with Home() as home:
        told = asyncio.Queue()

        async def listen():
            async for event in home.robot.events():
                await told.put(event)

        listening = asyncio.create_task(listen())
        drive = asyncio.create_task(home.robot.drive(0.15, 0.0, 30.0))
        await home.until(lambda: home.body.speed > 0.05, "moving")
        home.order(fault)
        end = await drive
        assert end.reason in (EndReason.DISCONNECTED, EndReason.HEARTBEAT)
        assert isinstance(await asyncio.wait_for(told.get(), 5), RobotLost)
        if fault == "unplug":
            with pytest.raises(LinkError):
                await home.robot.drive(0.1, 0.0, 1.0)
            home.order("plug")
        while not isinstance(await asyncio.wait_for(told.get(), 5), RobotFound):
            pass
        await home.until(lambda: home.robot.state is not None, "a state")
        await home.until(lambda: not home.body.is_moving, "standing still")
        assert (await home.robot.drive(-0.1, 0.0, 0.3)).finished
        listening.cancel()


async def test_its_button_is_told():
    async with Home() as home:
        events = home.robot.events()
        told = asyncio.create_task(anext(events))
        await home.until(lambda: True)
        home.order("button")
        assert await asyncio.wait_for(told, 5) == ButtonPressed()


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


@BOTH
async def test_a_create2_is_no_anban_robot_and_the_other_way(protocol, monkeypatch):
    monkeypatch.setattr("robot_io.drivers.anban.PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr("robot_io.drivers.create2._PATIENCE_SECONDS", 0.3)
    other = Protocol.ANBAN if protocol is Protocol.CREATE2 else Protocol.CREATE2
    with Simulator(protocol=protocol) as simulator:
        with pytest.raises(LinkError.__base__, match="does not answer as"):
            await Robot.connect(str(simulator.link), other.value, timeout_seconds=1.0)
        assert simulator.body.moved_metres == 0
