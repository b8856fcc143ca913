"""The simulated world and the commands of `anban robot`."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from robot_io.cli import app
from robot_io.simulator import Faults, OrderError, SimulatedBody, Simulator, living_room
from robot_io.simulator.view import as_svg, as_text

run = CliRunner().invoke


@pytest.fixture
def body():
    room = living_room()
    room.person = None
    body = SimulatedBody(room)
    body.docked = False
    return body


def let_pass(body, seconds):
    for _ in range(round(seconds * 100)):
        body.step(0.01)


def test_a_wall_stops_it_and_presses_the_bumper(body):
    body.x = 5.5
    body.drive(300, 0)
    let_pass(body, 3)
    assert body.x < 6.0 - 0.16
    assert body.sense().bumpers == 3


def test_a_person_is_not_pushed(body):
    body.room.person = (1.5, 2.0)
    body.drive(300, 0)
    let_pass(body, 6)
    assert body.x <= 1.5 - 0.42
    assert body.sense().bumpers


def test_it_turns_and_rolls_as_told(body):
    body.drive(0, 1000)
    let_pass(body, 1.5)
    body.halt()
    let_pass(body, 0.5)
    assert 1.2 < body.heading < 1.6
    assert (body.x, body.y) == pytest.approx((0.5, 2.0), abs=1e-6)


def test_the_battery_empties_and_fills(body):
    body.drive(100, 1000)
    let_pass(body, 60)
    assert body.battery < 0.9
    low = body.battery
    body.halt()
    let_pass(body, 1)
    body.docked = True
    let_pass(body, 60)
    assert body.battery > low


def test_an_empty_battery_moves_nothing(body):
    body.battery = 0.0
    body.drive(300, 0)
    let_pass(body, 1)
    assert body.x == 0.5


def test_faults_come_at_their_rate():
    import random

    data = bytes(range(256)) * 40
    rng = random.Random(1)
    assert Faults().apply(data, rng) == data
    lost = len(data) - len(Faults(drop=0.1).apply(data, rng))
    assert 0.08 < lost / len(data) < 0.12
    doubled = len(Faults(duplicate=0.1).apply(data, rng)) - len(data)
    assert 0.08 < doubled / len(data) < 0.12
    spoilt = Faults(corrupt=0.1).apply(data, rng)
    assert 0.08 < sum(a != b for a, b in zip(data, spoilt, strict=True)) / len(data) < 0.12


@pytest.mark.parametrize(
    "line",
    ["", "fly", "drop", "drop 2", "drop x", "delay", "person 1", "stick up", "battery full"],
)
def test_orders_that_make_no_sense_are_refused(simulator, line):
    with pytest.raises(OrderError):
        simulator.order(line)


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("battery 7", lambda body: body.battery == pytest.approx(0.07, abs=0.01)),
        ("lift on", lambda body: body.lifted),
        ("emergency on", lambda body: body.emergency_stop),
        ("bump right", lambda body: body.sense().bumpers == 2),
        ("stick left", lambda body: body.stuck_left and not body.stuck_right),
        ("person 1 2", lambda body: body.room.person == (1.0, 2.0)),
        ("person none", lambda body: body.room.person is None),
        ("button", lambda body: body.button_presses == 1),
    ],
)
def test_orders_are_carried_out(simulator, line, holds):
    simulator.order(line)
    assert holds(simulator.body)


def test_the_room_is_drawn(body):
    body.room.person = (4.2, 1.8)
    text = as_text(body)
    assert "☺" in text
    assert "→" in text
    assert "battery 90%" in text
    svg = as_svg(body)
    assert svg.startswith("<svg ")
    assert "沙发" in svg
    assert svg.count("<circle") == 3


def test_info_says_what_it_is(simulator):
    result = run(app, ["info", "--port", str(simulator.link)])
    assert result.exit_code == 0, result.output
    assert "Anban simulator 1.0" in result.output
    assert "limits: 0.5 m/s" in result.output


def test_commands_are_sent(simulator):
    def send(*words):
        return run(app, ["send", "--port", str(simulator.link), *words])

    result = send("drive", "-0.1", "--seconds", "0.3")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("finished at x 1.4")
    assert send("text", "你好").exit_code == 0
    assert simulator.body.text == "你好"
    assert send("look", "-10", "5").exit_code == 0
    assert send("stop").exit_code == 0
    simulator.order("emergency on")
    refused = send("drive", "0.1")
    assert refused.exit_code == 1
    assert "release it at the robot" in refused.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["drive", "nan"], "limit is ±0.5"),
        (["drive", "7"], "limit is ±0.5"),
        (["drive", "fast"], "speed"),
        (["face", "angry"], "'happy'"),
        (["light", "300", "0", "0"], "0 and 255"),
    ],
)
def test_commands_that_make_no_sense_are_refused(simulator, words, says):
    result = run(app, ["send", "--port", str(simulator.link), *words])
    assert result.exit_code != 0
    assert says in result.output
    assert simulator.body.moved_metres == 0


def test_a_missing_port_is_named(tmp_path):
    result = run(app, ["info", "--port", str(tmp_path / "none"), "--wait", "0.3"])
    assert result.exit_code == 1
    assert "not plugged in" in result.output


def test_the_simulator_runs_as_a_program(tmp_path):
    link = tmp_path / "robot"
    program = subprocess.Popen(
        [sys.executable, "-m", "robot_io", "sim", "--link", link, "--quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert str(link) in program.stdout.readline()
        with Simulator():  # two of them do not disturb each other
            result = run(app, ["send", "--port", str(link), "text", "hello"])
        assert result.exit_code == 0, result.output
        output, _ = program.communicate("show\nfly\nbattery 50\nquit\n", timeout=90)
    finally:
        program.kill()
        program.wait()
    assert "screen 'hello'" in output
    assert "no such order: 'fly'" in output
    assert program.returncode == 0
    assert not link.exists()
