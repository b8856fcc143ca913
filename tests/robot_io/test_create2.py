"""The Open Interface: its stream, its commands, and what the driver makes up for."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_io.driver import ChimeName, LightPattern
from robot_io.drivers import create2_interface as oi
from robot_io.drivers.create2 import Create2Driver
from robot_io.drivers.create2_interface import Mode, Opcode, Packet, StreamDecoder
from robot_io.simulator import SimulatedBody, Simulator, living_room
from robot_io.simulator.create2 import Create2Device


@pytest.fixture
def sent():
    return []


@pytest.fixture
def device(sent):
    body = SimulatedBody(living_room())
    body.docked = False
    device = Create2Device(body, sent.append)
    device.body = body
    return device


def one_stream(device, sent):
    device.receive(bytes((Opcode.START,)) + oi.stream_of_all(), 0)
    sent.clear()
    device.tick(15)
    return b"".join(sent)


def test_the_checksum_is_the_one_of_the_specification():
    # Its example (Create 2 OI, opcode 148): 19 5 29 2 25 13 0 163 sums up to 0 modulo 256.
    assert sum((19, 5, 29, 2, 25, 13, 0, 163)) % 256 == 0


def test_drive_direct_is_the_one_of_the_specification():
    # Right wheel first, high byte first.
    assert oi.drive_direct(-200, 500) == bytes((145, 255, 56, 1, 244))


def test_a_stream_is_read_whole(device, sent):
    line = one_stream(device, sent)
    (sensors,) = StreamDecoder().feed(line)
    assert sensors[Packet.MODE] == Mode.PASSIVE
    assert sensors[Packet.CHARGE] == 900 * 2696 // 1000


@given(st.binary(max_size=200), st.data())
def test_a_stream_is_found_in_any_rubbish(rubbish, data):
    sent = []
    device = Create2Device(SimulatedBody(living_room()), sent.append)
    line = one_stream(device, sent)
    decoder, found = StreamDecoder(), 0
    whole = rubbish + line * 2 + bytes(len(line))
    while whole:
        size = data.draw(st.integers(1, len(whole)))
        found += len(decoder.feed(whole[:size]))
        whole = whole[size:]
    # Rubbish that looks like a beginning may cost the first, never the second.
    assert found >= 1


def test_wheels_turn_in_the_right_modes_only(device):
    drive = oi.drive_direct(100, 100)
    for opcodes, moves in (
        ((), False),
        ((Opcode.START,), False),
        ((Opcode.START, Opcode.SAFE), True),
        ((Opcode.START, Opcode.FULL), True),
        ((Opcode.START, Opcode.FULL, Opcode.STOP), False),
    ):
        device.receive(bytes((Opcode.STOP,)) + bytes(opcodes) + drive, 0)
        assert device.body.is_moving == moves
        device.body.drive(0, 0)


def test_in_safe_mode_a_cliff_stops_the_wheels(device):
    device.receive(bytes((Opcode.START, Opcode.SAFE)) + oi.drive_direct(100, 100), 0)
    device.body.x, device.body.y = 5.5, 0.3
    device.tick(15)
    assert device.mode == Mode.PASSIVE
    assert not device.body.is_moving


class Watch:
    """Waits for a driver's state."""

    def __init__(self, driver):
        self._changed = threading.Condition()
        driver.state_listeners.append(self._tell)

    def _tell(self, _state):
        with self._changed:
            self._changed.notify_all()

    def until(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, 60)


@pytest.fixture
def robot():
    room = living_room()
    room.person = None
    with Simulator(protocol="create2", room=room) as simulator:
        simulator.body.docked = False
        simulator.body.x = 2.0
        driver = Create2Driver.at(str(simulator.link))
        watch = Watch(driver)
        driver.open()
        driver.wait_connected(5)
        yield simulator, driver, watch
        driver.close()


def test_what_a_bad_line_made_of_a_speed_is_put_right(robot):
    simulator, driver, watch = robot
    driver.drive(0.1, 0.0, 8.0).result(2)
    # The line turned a command into another one: full speed backwards.
    simulator._firmware.receive(oi.drive_direct(-500, -500), 0)
    watch.until(lambda: driver._sensors[Packet.RIGHT_WANTED] == 100)
    driver.stop()
    watch.until(lambda: not simulator.body.is_moving)


def test_a_robot_that_moves_without_being_told_is_stopped(robot):
    simulator, _driver, watch = robot
    simulator._firmware.receive(bytes((Opcode.SAFE,)) + oi.drive_direct(300, 300), 0)
    watch.until(lambda: not simulator.body.is_moving)


def test_a_spoilt_line_cannot_keep_it_moving_after_a_stop(robot):
    simulator, driver, watch = robot
    simulator.order("corrupt 0.02")
    driver.drive(0.1, 0.0, 8.0)
    watch.until(lambda: simulator.body.is_moving)
    driver.stop()
    watch.until(lambda: not simulator.body.is_moving and simulator.body.speed == 0)


@pytest.fixture
def docked(robot):
    simulator, driver, watch = robot
    simulator.body.docked = True
    watch.until(lambda: driver.state is not None and driver.state.docked)
    return simulator, driver, watch


def is_passive(simulator):
    return simulator._firmware.mode == Mode.PASSIVE


@pytest.mark.parametrize("mode", [Opcode.SAFE, Opcode.FULL])
def test_on_its_charger_it_never_stays_in_a_mode_that_does_not_charge(docked, mode):
    simulator, _, watch = docked
    simulator._firmware.receive(bytes((mode,)), 0)  # as a program that was killed leaves it
    watch.until(lambda: is_passive(simulator))


@pytest.mark.parametrize(
    "command",
    [
        lambda driver: driver.stop(),
        lambda driver: driver.text("HALO"),
        lambda driver: driver.chime(ChimeName.ALARM),
        lambda driver: driver.light(255, 0, 0, LightPattern.STEADY),
    ],
    ids=["stop", "text", "chime", "light"],
)
def test_whatever_it_is_told_on_its_charger_it_goes_on_charging(docked, command, monkeypatch):
    simulator, driver, watch = docked
    modes, obey = [], simulator._firmware._obey

    def watched(data):
        obey(data)
        modes.append(simulator._firmware.mode)

    monkeypatch.setattr(simulator._firmware, "_obey", watched)
    command(driver)
    watch.until(lambda: {Mode.SAFE, Mode.FULL} & set(modes) and modes[-1] == Mode.PASSIVE)


def test_an_undocking_that_is_broken_off_leaves_it_charging(docked):
    simulator, driver, watch = docked
    driver.undock(3.0)
    driver.stop()
    simulator.body.docked = True
    watch.until(lambda: is_passive(simulator))


@pytest.mark.parametrize("is_docked", [True, False])
def test_a_program_that_ends_leaves_the_robot_to_itself(robot, is_docked):
    simulator, driver, _ = robot
    driver.drive(0.1, 0.0, 8.0).result(2)
    simulator.body.docked = is_docked
    driver.close()
    for _ in range(200):
        if is_passive(simulator):
            return
        time.sleep(0.05)  # the simulator reads its end of the line in a thread of its own
    pytest.fail("it was left in a mode in which it neither charges nor sleeps")
