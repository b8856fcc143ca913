"""What every robot driver must do: `pytest --anban-driver module:Class`.

Each test says one rule of docs/robot-drivers.md.  What the robot does not claim to have is left out
(reported as skipped, with the part); what it claims must work.
"""

from __future__ import annotations

import asyncio
import math
import threading

import pytest

from anban_testing.robot.bench import Bench, DriverUnderTest, on_a_bench
from robot_io import (
    BumperPressed,
    ButtonPressed,
    ChimeName,
    EndReason,
    FaceName,
    LimitError,
    LinkError,
    NotSupportedError,
    Part,
    Point,
    RefusedError,
    Robot,
    RobotError,
    RobotEvent,
    RobotFound,
    RobotLost,
    RobotStoppedItself,
)
from robot_io.simulator import Simulator, load_firmware

# A thread of the driver or of the simulated robot that dies must not go unnoticed.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
_LOST = (EndReason.DISCONNECTED, EndReason.HEARTBEAT)
_OTHERS = ("anban", "create2")


# ------------------------------------------------------------------------------- finding it


@on_a_bench
async def test_it_says_what_it_is(bench: Bench) -> None:
    able = bench.robot.capabilities
    assert able.name
    assert able.parts & Part.WHEELS, "what has no wheels is no robot that drives"
    assert 0 < able.speed_max_mps < math.inf
    assert 0 < able.turn_max_radps < math.inf
    await bench.connected()
    assert bench.robot.statistics, "counts worth showing"


def test_a_robot_that_is_not_there_is_an_error(
    driver_under_test: DriverUnderTest, tmp_path: object
) -> None:
    driver = driver_under_test.driver.at(f"{tmp_path}/none")
    with pytest.raises(LinkError):
        _ = driver.capabilities
    assert driver.state is None
    assert not driver.stop(), "a stop that nobody can take is no error, and no success"
    driver.open()
    try:
        with pytest.raises(LinkError):
            driver.wait_connected(0.3)
    finally:
        driver.close()


def test_another_kind_of_robot_is_an_error(driver_under_test: DriverUnderTest) -> None:
    other = next(load_firmware(name) for name in _OTHERS if not _is(name, driver_under_test))
    with Simulator(protocol=other) as simulator:
        driver = driver_under_test.driver.at(str(simulator.link))
        driver.open()
        try:
            with pytest.raises(RobotError):
                driver.wait_connected(1.0)
        finally:
            driver.close()
        assert simulator.body.moved_metres == 0


def _is(name: str, tried: DriverUnderTest) -> bool:
    return load_firmware(name) is tried.firmware


@on_a_bench
async def test_its_port_is_let_go_and_the_next_program_drives_it(bench: Bench) -> None:
    await bench.connected()
    for _ in range(3):
        await bench.robot.drive(0.0, 0.1, 0.1)
    bench.robot.stop()
    await bench.robot.close()
    await bench.stands()
    bench.body.moved_metres = 0.0
    again = Robot(bench.tried.driver.at(str(bench.simulator.link)))
    again.open()
    try:
        await again.wait_connected(30.0)
        await bench.until(lambda: again.state is not None, "a state")
        assert (await again.drive(-bench.speed, 0.0, 0.3)).finished
        assert bench.body.moved_metres > 0, "the motions of another program are not ours"
    finally:
        await again.close()


# ----------------------------------------------------------------------------------- motions


@on_a_bench
async def test_a_drive_ends_by_itself(bench: Bench) -> None:
    end = await bench.robot.drive(bench.speed, 0.0, 0.8)
    assert end.finished, end.reason
    await bench.stands()
    assert 0.2 * bench.speed < bench.body.x - 1.5 < bench.speed


@on_a_bench
async def test_stop_ends_a_motion_at_once(bench: Bench) -> None:
    drive = await bench.driving()
    assert bench.robot.stop()
    assert (await drive).reason is EndReason.STOPPED
    await bench.stands()
    # And it may be told anew.
    assert (await bench.robot.drive(-bench.speed, 0.0, 0.3)).finished


@on_a_bench
async def test_stop_may_come_from_any_thread(bench: Bench) -> None:
    drive = await bench.driving()
    thread = threading.Thread(target=bench.robot.stop)
    thread.start()
    assert (await drive).reason is EndReason.STOPPED
    await bench.stands()
    await asyncio.to_thread(thread.join)


@on_a_bench
async def test_cancelling_a_motion_stops_the_robot(bench: Bench) -> None:
    drive = await bench.driving()
    drive.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drive
    await bench.stands()


@on_a_bench
async def test_closing_stops_the_robot(bench: Bench) -> None:
    drive = await bench.driving()
    await bench.robot.close()
    await bench.stands()
    assert not (await drive).finished


@on_a_bench
async def test_a_newer_motion_replaces_the_older(bench: Bench) -> None:
    first = await bench.driving()
    second = await bench.robot.drive(-bench.speed, 0.0, 0.4)
    assert second.finished, second.reason
    assert (await first).reason is EndReason.REPLACED


@on_a_bench
async def test_turn_and_approach_keep_their_distance(bench: Bench) -> None:
    body = bench.body
    assert (await bench.robot.turn(math.radians(30))).finished
    assert body.heading == pytest.approx(math.radians(30), abs=0.15)
    heading, start = body.heading, (body.x, body.y)
    assert (await bench.robot.approach(Point(1.35, -0.4), keep_metres=1.2)).finished
    target_x = start[0] + 1.35 * math.cos(heading) + 0.4 * math.sin(heading)
    target_y = start[1] + 1.35 * math.sin(heading) - 0.4 * math.cos(heading)
    distance = math.dist((target_x, target_y), (body.x, body.y))
    assert distance == pytest.approx(1.2, abs=0.12)
    bearing = math.atan2(target_y - body.y, target_x - body.x) - body.heading
    assert abs(bearing) < 0.2


@on_a_bench
async def test_beyond_the_limits_is_refused_with_the_limit(bench: Bench) -> None:
    robot = bench.robot
    for value in (math.nan, math.inf, -math.inf, 99.0, -99.0):
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
    driver = bench.tried.driver
    assert bench.body.moved_metres == 0, f"{driver.__name__} moved"


@on_a_bench
async def test_the_driver_itself_refuses_what_is_beyond_its_limits(bench: Bench) -> None:
    driver, able = bench.robot._driver, bench.robot.capabilities
    for speed, turn, seconds in (
        (able.speed_max_mps * 1.1, 0.0, 0.3),
        (0.0, able.turn_max_radps * 1.1, 0.3),
        (math.nan, 0.0, 0.3),
        (0.05, 0.0, math.nan),
        (0.05, 0.0, -1.0),
    ):
        with pytest.raises(LimitError, match="limit"):
            driver.drive(speed, turn, seconds)
    assert bench.body.moved_metres == 0


# ------------------------------------------------------------------------------ what is wrong


@on_a_bench
async def test_a_bumper_stops_holds_and_is_told(bench: Bench) -> None:
    bench.needs(Part.BUMPERS)
    told: list[RobotEvent] = []

    async def listen() -> None:
        async for event in bench.robot.events():
            told.append(event)  # noqa: PERF401  (one by one, as they come)

    listening = asyncio.create_task(listen())
    drive = await bench.driving()
    bench.order("bump left")
    assert (await drive).reason is EndReason.BUMPER
    await bench.stands()
    with pytest.raises(RefusedError, match="released"):
        await bench.robot.drive(0.1, 0.0, 1.0)
    await bench.robot.release()
    with pytest.raises(RefusedError, match="back off"):
        await bench.robot.drive(0.1, 0.0, 1.0)
    assert (await bench.robot.drive(-0.1, 0.0, 0.3)).finished
    listening.cancel()
    assert RobotStoppedItself(EndReason.BUMPER) in told
    assert BumperPressed(left=True, right=False) in told


@on_a_bench
async def test_stairs_stop_a_robot(bench: Bench) -> None:
    bench.needs(Part.CLIFF_SENSORS)
    bench.body.x, bench.body.y, bench.body.heading = 4.9, 0.3, 0.0
    assert (await bench.robot.drive(bench.speed, 0.0, 20.0)).reason is EndReason.CLIFF
    await bench.stands()
    assert bench.body.x < 5.2


@on_a_bench
async def test_a_lifted_robot_stops(bench: Bench) -> None:
    drive = await bench.driving()
    bench.order("lift on")
    end = await drive
    if end.reason is EndReason.STUCK:
        pytest.skip(f"{bench.robot.capabilities.name} does not sense that it is lifted")
    assert end.reason is EndReason.LIFTED


@on_a_bench
async def test_a_stuck_wheel_is_noticed(bench: Bench) -> None:
    bench.order("stick left")
    assert (await bench.robot.drive(bench.speed, 0.0, 20.0)).reason is EndReason.STUCK


@on_a_bench
async def test_its_button_is_told(bench: Bench) -> None:
    bench.needs(Part.BUTTON)
    await bench.connected()
    told = asyncio.ensure_future(anext(bench.robot.events()))
    await asyncio.sleep(0)  # it listens from now on
    bench.order("button")
    await bench.until(told.done, "the press of the button")
    assert await told == ButtonPressed()


# ----------------------------------------------------------------------------------- the line


async def _lose_and_find(bench: Bench, fault: str) -> None:
    told: list[RobotEvent] = []

    async def listen() -> None:
        async for event in bench.robot.events():
            told.append(event)  # noqa: PERF401  (one by one, as they come)

    async def until_told(kind: type[RobotEvent]) -> None:
        await bench.until(lambda: any(isinstance(each, kind) for each in told), f"{kind.__name__}")
        told.clear()

    listening = asyncio.create_task(listen())
    drive = await bench.driving()
    bench.order(fault)
    assert (await drive).reason in _LOST
    await until_told(RobotLost)
    if fault == "unplug":
        assert bench.robot.state is None, "what a lost robot last said is no state"
        with pytest.raises(LinkError):
            await bench.robot.drive(0.1, 0.0, 1.0)
        if not bench.able.parts & Part.DEAD_MAN:
            bench.body.halt()  # nothing but somebody's hands stops it now
        bench.order("plug")
    await until_told(RobotFound)
    await bench.connected()
    await bench.stands()
    assert (await bench.robot.drive(-bench.speed, 0.0, 0.3)).finished
    listening.cancel()


@on_a_bench
async def test_unplugged_and_plugged_in_again(bench: Bench) -> None:
    await _lose_and_find(bench, "unplug")


@on_a_bench
async def test_a_robot_that_restarts_is_found_again(bench: Bench) -> None:
    await _lose_and_find(bench, "reboot")


@on_a_bench
async def test_a_robot_that_hangs_is_lost_and_found_again(bench: Bench) -> None:
    await _lose_and_find(bench, "freeze 1.2")


@on_a_bench
async def test_a_robot_with_a_dead_man_stops_without_the_program(bench: Bench) -> None:
    bench.needs(Part.DEAD_MAN)
    drive = await bench.driving()
    bench.order("unplug")
    await bench.stands()
    assert (await drive).reason in _LOST


@on_a_bench
async def test_a_bad_line_costs_time_and_nothing_else(bench: Bench) -> None:
    for fault in ("drop", "duplicate", "corrupt"):
        bench.order(f"{fault} 0.005")
        for _ in range(3):
            try:
                await bench.robot.drive(bench.speed, 0.0, 0.3)
            except RobotError:
                await bench.connected()
        bench.robot.stop()
        await bench.stands()
        bench.order(f"{fault} 0")
    await bench.connected()
    assert (await bench.robot.drive(-bench.speed, 0.0, 0.3)).finished


# --------------------------------------------------------------------------- what it may have


@on_a_bench
async def test_the_charger(bench: Bench) -> None:
    bench.needs(Part.DOCKING)
    robot, body = bench.robot, bench.body
    body.x, body.docked = 0.5, True
    await bench.until(lambda: robot.state is not None and robot.state.docked, "docked")
    with pytest.raises(RefusedError, match="undock first"):
        await robot.drive(0.1, 0.0, 1.0)
    assert (await robot.undock()).finished
    assert not body.docked
    assert (await robot.undock()).finished, "it is off already"
    body.heading = math.pi
    assert (await robot.dock()).finished
    assert body.docked


@on_a_bench
async def test_places(bench: Bench) -> None:
    bench.needs(Part.NAVIGATION)
    assert "kitchen" in await bench.robot.places()
    bench.body.room.places["near"] = (1.7, 2.0)
    assert (await bench.robot.go_to("near")).finished
    assert bench.body.x == pytest.approx(1.7, abs=0.1)
    with pytest.raises(RefusedError, match="no place"):
        await bench.robot.go_to("moon")
    going = asyncio.create_task(bench.robot.go_to("kitchen"))
    await bench.until(lambda: bench.body.speed > 0.05, "moving")
    bench.robot.stop()
    assert (await going).reason is EndReason.STOPPED
    await bench.stands()


@on_a_bench
async def test_a_battery_that_it_claims_is_told(bench: Bench) -> None:
    bench.needs(Part.BATTERY)
    bench.order("battery 42")
    await bench.until(
        lambda: (
            bench.robot.state is not None
            and bench.robot.state.battery is not None
            and abs(bench.robot.state.battery - 0.42) < 0.02
        ),
        "a battery of 42 %",
    )


@on_a_bench
async def test_a_part_that_it_has_not_got_is_refused_by_name(bench: Bench) -> None:
    robot, claimed = bench.robot, bench.robot.capabilities.parts
    for part, use in (
        (Part.HEAD, lambda: robot.look(0.1, 0.0)),
        (Part.FACE, lambda: robot.face(FaceName.HAPPY)),
        (Part.TEXT, lambda: robot.text("SOS")),
        (Part.LIGHT, lambda: robot.light(255, 0, 0)),
        (Part.CHIME, lambda: robot.chime(ChimeName.ALARM)),
        (Part.VOLUME, lambda: robot.volume(50)),
        (Part.NAVIGATION, robot.places),
        (Part.NAVIGATION, lambda: robot.go_to("kitchen")),
        (Part.DOCKING, robot.dock),
        (Part.DOCKING, robot.undock),
    ):
        if claimed & part:
            continue
        with pytest.raises(NotSupportedError, match="has no"):
            await use()


@on_a_bench
async def test_what_it_shows_is_shown(bench: Bench) -> None:
    robot, body, claimed = bench.robot, bench.body, bench.robot.capabilities.parts
    if claimed & Part.FACE:
        await robot.face(FaceName.WORRIED)
        await bench.until(lambda: body.face == list(FaceName).index(FaceName.WORRIED), "the face")
    if claimed & Part.TEXT:
        await robot.text("SOS")
        await bench.until(lambda: body.text == "SOS", "the text")
    if claimed & Part.LIGHT:
        await robot.light(255, 0, 0)
        await bench.until(lambda: body.light[:3] == (255, 0, 0), "a red light")
    if claimed & Part.CHIME:
        await robot.chime(ChimeName.ALARM)
        await bench.until(lambda: body.chimes == 1, "the chime")
    if claimed & Part.VOLUME:
        await robot.volume(70)
        await bench.until(lambda: body.volume == 70, "the volume")
    if claimed & Part.HEAD:
        await robot.look(0.3, -0.2)
        await bench.until(lambda: (body.pan, body.tilt) == (0.3, -0.2), "looking")
