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
        ("robot_io.link:Link", "", "no subclass of robot_io.Driver"),
        ("anban", "nobodys", "no simulated robot 'nobodys' is installed"),
    ],
)
def test_what_is_no_driver_is_told(driver: str, simulator: str, says: str) -> None:
    with pytest.raises(DriverError, match=says):
        find(driver, simulator)


def test_the_simulated_robot_is_found_by_the_drivers_name() -> None:
    by_name = find("create2")
    by_class = find("robot_io.drivers.create2:Create2Driver")
    by_both = find("create2", "robot_io.simulator.firmware:new_create2")
    assert by_name.firmware is by_class.firmware is by_both.firmware
    assert by_name.driver is by_class.driver is by_both.driver


def test_a_driver_without_a_simulated_robot_is_told_how_to_name_one() -> None:
    with pytest.raises(DriverError, match="--anban-simulator"):
        find("robot_io.drivers.anban:AnbanDriver", "anbam")
