"""The robot suite on our own drivers, and what it says of drivers that are none."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from anban_testing.robot.bench import DriverUnderTest, find
from anban_testing.robot.suite import *  # noqa: F403  (every test of the suite)
from robot_io import Driver
from robot_io.errors import DriverError

DOCS = Path(__file__).parents[2] / "docs"


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


@pytest.mark.parametrize("page", ["robot-drivers.md", "zh/robot-drivers.md"])
def test_every_method_of_a_driver_is_in_the_docs(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    in_table = re.findall(r"^\| `(\w+)[(`]", text, re.MULTILINE)
    assert set(in_table) == Driver.__abstractmethods__
    others = {
        name
        for name, _ in inspect.getmembers(Driver, inspect.isfunction)
        if not name.startswith("_")
    } - Driver.__abstractmethods__
    assert [name for name in sorted(others) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("page", ["robot-drivers.md", "zh/robot-drivers.md"])
def test_a_drivers_methods_take_what_the_docs_say(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    for name, arguments in re.findall(r"^\| `(\w+)\(([^)]*)\)`", text, re.MULTILINE):
        taken = inspect.signature(getattr(Driver, name)).parameters
        told = re.findall(r"(\w+)(?:=\w+)?", arguments)
        assert [each for each in taken if each != "self"] == told, name
