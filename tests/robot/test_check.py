"""What `anban doctor` finds of radar and robot, with real ports."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.robot.check import robot_finding
from assistant.senses.check import radar_finding
from assistant.services.findings import CheckResult
from assistant.settings import RadarSettings, RobotSettings
from robot_io.simulator import Simulator
from tests.perception.fall_recording import fall_packets, record
from tests.perception.radar_bytes import FALL, LD2450, PRESENT


@pytest.fixture
def port() -> Iterator[tuple[int, str]]:
    """Our end of a line, and the name of the other."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("protocol", ["anban", "create2"])
def test_a_robot_says_who_it_is(protocol: str) -> None:
    with Simulator(protocol=protocol) as simulator:
        finding = robot_finding(RobotSettings(port=str(simulator.link), driver=protocol))
        assert finding.is_well, finding.detail
        assert str(simulator.link) in finding.detail
        assert simulator.body.moved_metres == 0.0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (RobotSettings(port="/dev/none"), "not plugged in"),
        (RobotSettings(port="usb:dead:beef"), "no USB serial device"),
        (RobotSettings(port="/dev/none", driver="walle"), "no robot driver 'walle'"),
        (RobotSettings(port="/dev/null"), "it is no serial port"),
    ],
)
def test_what_is_wrong_with_a_robot_is_said(settings: RobotSettings, says: str) -> None:
    finding = robot_finding(settings)
    assert not finding.is_well
    assert says in finding.detail


def test_a_device_that_is_no_robot_is_said(port: tuple[int, str]) -> None:
    finding = robot_finding(RobotSettings(port=port[1]))
    assert not finding.is_well
    assert "answer" in finding.detail


def test_a_recording_is_a_radar(tmp_path: Path) -> None:
    path = tmp_path / "fall.radar"
    record(path, fall_packets())
    finding = radar_finding(RadarSettings(port=f"file:{path}"))
    assert finding.is_well, finding.detail


@pytest.mark.parametrize(
    ("sent", "says"),
    [(LD2450, "ld2450 answers at"), (b"", "nothing came"), (b"x" * 64, "bytes came")],
)
def test_what_comes_through_a_port_is_looked_at(
    port: tuple[int, str], sent: bytes, says: str
) -> None:
    finding = listened(port, sent, "ld2450")
    assert finding.is_well is (sent == LD2450)
    assert says in finding.detail


def listened(port: tuple[int, str], sent: bytes, protocol: str) -> CheckResult:
    ours, name = port
    ended = threading.Event()

    def send() -> None:  # what came before the port was opened is thrown away
        while not ended.wait(0.2):
            os.write(ours, sent)

    sender = threading.Thread(target=send)
    sender.start()
    finding = radar_finding(RadarSettings(port=name, protocol=protocol))
    ended.set()
    sender.join()
    return finding


def test_a_fall_module_is_no_breath_module(port: tuple[int, str]) -> None:
    finding = listened(port, FALL + PRESENT, "mr60bha2")
    assert not finding.is_well
    assert "speaks like a mr60fda2" in finding.detail
    assert listened(port, PRESENT, "mr60bha2").is_well


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (RadarSettings(port="/dev/none", protocol="sonar"), "No radar is called"),
        (RadarSettings(port="/dev/none", protocol=""), "No radar is called"),
        (RadarSettings(port="/dev/none", protocol="ld2450"), "/dev/none"),
        (RadarSettings(port="file:/none.radar"), "/none.radar"),
        (
            RadarSettings(port="/dev/none", protocol="ld2450", zones={"bed": "bed 1 2"}),
            "four numbers",
        ),
        (
            RadarSettings(port="/dev/none", protocol="ld2450", zones={"a": "pond 0 1 0 1"}),
            "is not a kind",
        ),
        (
            RadarSettings(port="/dev/none", protocol="ld2450", zones={"bed": " "}),
            "four numbers",
        ),
    ],
)
def test_what_is_wrong_with_a_radar_is_said(settings: RadarSettings, says: str) -> None:
    finding = radar_finding(settings)
    assert not finding.is_well
    assert says in finding.detail
