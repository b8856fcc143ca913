"""The robot never moves by mistake: laws that hold for any bytes and any commands."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_io import codes
from robot_io import messages as m
from robot_io.body import Progress, Senses
from robot_io.conformance import NATURE, SESSION, Rehearsal, command
from robot_io.device import Device
from robot_io.frame import Decoder

HELLO = command(m.Hello(1, 1), 0)


class WheelBody:
    """Remembers what the wheels and the head were last told."""

    def __init__(self):
        self.senses = Senses()
        self.wheels = (0, 0)
        self.errand = None
        self.moves = 0

    def sense(self):
        return self.senses

    def drive(self, linear_mm_s, angular_mrad_s):
        self.wheels, self.errand = (linear_mm_s, angular_mrad_s), None
        self.moves += self.wheels != (0, 0)

    def halt(self):
        self.wheels, self.errand = (0, 0), None

    def halt_head(self):
        pass

    def begin(self, errand, place):
        self.errand = errand
        self.moves += 1
        return True

    def progress(self):
        return Progress.RUNNING

    def look(self, pan_mrad, tilt_mrad):
        self.moves += 1

    def show(self, message):
        pass

    def places(self):
        return "sofa"

    @property
    def is_moving(self):
        return self.wheels != (0, 0) or self.errand is not None


def fresh():
    body = WheelBody()
    return body, Device(NATURE, body, lambda _data: None, boot=1)


@given(st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=300)), max_size=30))
def test_random_bytes_never_move_a_robot(pieces):
    body, device = fresh()
    now = 0
    for wait_ms, data in pieces:
        now += wait_ms
        device.receive(data, now)
        assert not body.is_moving
    assert body.moves == 0


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=30))
def test_random_bytes_never_move_a_robot_in_a_session(pieces):
    body, device = fresh()
    device.receive(HELLO, 0)
    for step, data in enumerate(pieces):
        device.receive(b"\0" + command(m.Heartbeat(), 0), step * 100)
        device.receive(data, step * 100 + 50)
    assert body.moves == 0


def rubbish_megabytes(megabytes, seed):
    """As many random bytes as a line carries in a while; half of them shaped like frames."""
    rng = random.Random(seed)
    body, device = fresh()
    device.receive(HELLO, 0)
    sent = now = 0
    while sent < megabytes * 1_000_000:
        data = bytearray(rng.randbytes(2000))
        for _ in range(60):  # many short pieces between zeros, where a frame would fit
            data[rng.randrange(len(data))] = 0
        if rng.random() < 0.5:
            start = rng.randrange(1900)
            drive = command(m.Drive(100, 0, 5000), rng.randrange(3))
            spoilt = bytearray(drive)
            spoilt[rng.randrange(len(drive) - 1)] ^= 1 << rng.randrange(8)
            data[start : start + len(drive)] = spoilt
        now += 100
        device.receive(b"\0" + command(m.Heartbeat(), 0) + bytes(data) + b"\0", now)
        sent += len(data)
    return body, device


def test_a_megabyte_of_rubbish_moves_nothing():
    body, _ = rubbish_megabytes(1, seed=7)
    assert body.moves == 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_minutes_of_rubbish_move_nothing():
    body, _ = rubbish_megabytes(600 * 11_520 / 1_000_000, seed=8)
    assert body.moves == 0


messages = st.one_of(
    st.builds(m.Drive, st.integers(-600, 600), st.integers(-2500, 2500), st.integers(0, 12_000)),
    st.builds(m.GoTo, st.integers(0, 60_000), st.just("sofa")),
    st.builds(m.Dock, st.integers(0, 60_000)),
    st.builds(m.Undock, st.integers(0, 60_000)),
    st.builds(m.Release, st.integers(0, 3)),
    st.just(m.Stop()),
    st.just(m.Heartbeat()),
    st.just(m.Face(1)),
)
sense_values = st.builds(
    Senses,
    bumpers=st.sampled_from((0, 0, 0, 1)),
    cliffs=st.sampled_from((0, 0, 0, 1)),
    flags=st.sampled_from(
        (0, 0, 0, codes.Flag.DOCKED, codes.Flag.EMERGENCY_STOP, codes.Flag.LIFTED)
    ).map(codes.Flag),
)
steps = st.lists(st.tuples(st.integers(1, 700), messages, st.none() | sense_values), max_size=40)


@settings(max_examples=300)
@given(steps)
def test_laws_of_motion_hold_for_any_commands(steps):
    body, device = fresh()
    device.receive(HELLO, 0)
    now = heard = sequence = 0
    for wait_ms, message, senses in steps:
        if senses is not None:
            body.senses = senses
        for _ in range(wait_ms // 20):
            now += 20
            device.tick(now)
            if now - heard >= codes.DEAD_MAN_MS:
                assert not body.is_moving, "it moves without a heartbeat"
        alive, moves = device.session is not None, body.moves
        device.receive(command(message, sequence), now)
        if alive:
            heard = now
        if isinstance(message, m.Stop):
            assert not body.is_moving, "it moves after a stop"
        elif alive and not isinstance(message, m.Heartbeat):
            sequence += 1
        linear, angular = body.wheels
        assert abs(linear) <= NATURE.linear_max_mm_s
        assert abs(angular) <= NATURE.angular_max_mrad_s
        flags = body.senses.flags
        if flags & (codes.Flag.EMERGENCY_STOP | codes.Flag.LIFTED):
            assert not body.is_moving, "it moves while it must not"
        if flags & codes.Flag.DOCKED and isinstance(message, m.Drive):
            assert body.moves == moves, "it was driven off its charger"
        if body.senses.bumpers and isinstance(message, m.Drive):
            assert linear <= 0, "it pushes against what it touches"


@given(st.integers(1, 10_000), st.integers(1, 500))
def test_every_drive_ends(duration_ms, speed):
    body, device = fresh()
    device.receive(HELLO, 0)
    device.receive(command(m.Drive(speed, 0, duration_ms), 0), 0)
    now = 0
    while now + 20 < duration_ms:
        now += 20
        device.receive(command(m.Heartbeat(), 0), now)
        assert body.wheels == (speed, 0)
    device.tick(duration_ms)
    assert body.wheels == (0, 0)


@given(st.permutations(range(6)), st.integers(1, 6))
def test_no_order_of_arrival_moves_a_robot_after_a_stop(order, barrier):
    """Drives numbered before a stop are void, in whatever order copies of them arrive."""
    body, device = fresh()
    device.receive(HELLO, 0)
    device.receive(command(m.Stop(), barrier), 1)
    for at, number in enumerate(order * 3):
        if number < barrier:
            device.receive(command(m.Drive(100, 0, 1000), number), 2 + at)
    assert not body.is_moving
    assert body.moves == 0


def test_bytes_that_waited_for_a_frozen_robot_do_not_move_it():
    body, device = fresh()
    device.receive(HELLO, 0)
    device.receive(command(m.Drive(100, 0, 10_000), 0), 10)
    assert body.is_moving
    waiting = command(m.Heartbeat(), 1) + command(m.Drive(100, 0, 10_000), 1) + HELLO
    device.receive(waiting, 700)  # the firmware hung for 690 ms, then reads its buffer
    assert not body.is_moving
    assert device.session is None


def test_a_robots_own_words_echoed_back_do_nothing():
    robot = Rehearsal()
    sent, _ = robot.at(0, HELLO)
    answer, calls = robot.at(10, sent)
    assert (answer, calls) == (b"", [])


def test_an_old_session_cannot_take_the_robot_back():
    body, device = fresh()
    device.receive(HELLO, 0)
    device.receive(command(m.Hello(1, 1), 0, session=0x4321), 10)
    device.receive(HELLO, 20)
    assert device.session == 0x4321
    device.receive(command(m.Drive(100, 0, 1000), 0, session=SESSION), 30)
    assert not body.is_moving


def test_a_hold_outlives_the_session_and_needs_its_own_number():
    robot = Rehearsal()
    robot.at(0, HELLO)
    robot.at(10, command(m.Drive(100, 0, 5000), 0))
    robot.body.senses = replace(robot.body.senses, cliffs=2)
    robot.at(20, b"")
    robot.body.senses = Senses()
    robot.at(30, command(m.Hello(1, 1), 0, session=0x4321))
    _, calls = robot.at(40, command(m.Drive(100, 0, 5000), 0, session=0x4321))
    assert calls == []
    robot.at(50, command(m.Release(1), 1, session=0x4321))
    _, calls = robot.at(60, command(m.Drive(100, 0, 5000), 2, session=0x4321))
    assert calls == ["drive:100:0"]


def test_reports_come_twenty_times_a_second():
    robot = Rehearsal()
    robot.at(0, HELLO)
    reports = 0
    for now in range(10, 400, 10):
        sent, _ = robot.at(now, b"")
        reports += sum(frame.type == codes.Type.STATE for frame in Decoder().feed(sent))
    assert reports == 7
