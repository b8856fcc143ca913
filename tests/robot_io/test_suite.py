"""The robot suite on our own drivers, and what it says of drivers that are none."""

from __future__ import annotations

import pytest

from anban_testing.robot.bench import DriverUnderTest, find
from anban_testing.robot.suite import *  # noqa: F403  (every test of the suite)
from robot_io.errors import DriverError


@pytest.fixture(params=["anban", "create2"])
def driver_under_test(request: pytest.FixtureRequest) -> DriverUnderTest:
    return find(request.param)


@pytest.mark.parametrize(
    ("driver", "simulator", "says"),
    [
        ("nobodys", "", "no robot driver 'nobodys' is installed; there are: anban, create2"),
        ("nowhere.driver:Robot", "", "there is no nowhere.driver:Robot"),
        ("robot_io:Robot", "", "no subclass of robot_io.Driver"),
        ("robot_io.drivers.anban:AnbanDriver", "", "--anban-simulator"),
        ("anban", "nobodys", "no simulated robot 'nobodys' is installed"),
    ],
)
def test_what_is_no_driver_is_told(driver: str, simulator: str, says: str) -> None:
    with pytest.raises(DriverError, match=says):
        find(driver, simulator)


def test_a_class_brings_its_simulated_robot() -> None:
    tried = find("robot_io.drivers.create2:Create2Driver", "create2")
    assert tried.firmware is find("create2").firmware
