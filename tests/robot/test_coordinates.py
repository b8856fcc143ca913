"""From the room's coordinates to what the robot sees before it."""

from __future__ import annotations

import math

import pytest

from assistant.robot.coordinates import Coordinates
from assistant.settings import RobotSettings
from robot_io import RobotState

DOCK = RobotSettings(dock_x_metres=1.0, dock_y_metres=2.0, dock_heading_degrees=90.0)


def state(x: float = 0.0, y: float = 0.0, degrees: float = 0.0, **fields: bool) -> RobotState:
    return RobotState(0.0, x, y, math.radians(degrees), **fields)


def test_on_its_charger_it_is_where_the_settings_say() -> None:
    where = Coordinates(DOCK)
    where.stands(state(docked=True))
    point = where.before((1.0, 5.0), state(docked=True))
    assert (point.x_metres, point.y_metres) == pytest.approx((3.0, 0.0))
    point = where.before((0.0, 2.0), state(docked=True))
    assert (point.x_metres, point.y_metres) == pytest.approx((0.0, 1.0))


def test_it_is_reckoned_from_the_charger_wherever_odometry_began() -> None:
    where = Coordinates(DOCK)
    where.stands(state(7.0, -3.0, 180.0, docked=True))
    rolled = state(5.0, -3.0, 180.0)  # two metres on: at (1, 4) in the room, looking along y
    point = where.before((1.0, 5.0), rolled)
    assert (point.x_metres, point.y_metres) == pytest.approx((1.0, 0.0))


def test_it_tells_when_the_charger_stands_elsewhere_by_its_reckoning() -> None:
    where = Coordinates(DOCK)
    docked = state(7.0, -3.0, 180.0, docked=True)
    assert where.stands(docked)
    assert not where.stands(docked)
    assert not where.stands(state(5.0, -3.0, 180.0))
    later = Coordinates(DOCK)
    later.stood_docked(7.0, -3.0, math.pi)
    rolled = state(5.0, -3.0, 180.0)
    assert later.before((1.0, 5.0), rolled) == where.before((1.0, 5.0), rolled)


def test_the_nearest_comes_first_and_itself_not_at_all() -> None:
    where = Coordinates(DOCK)
    where.people(((1.0, 6.0), (1.1, 2.1), (1.0, 3.0)))
    seen = where.seen(state())
    assert [point.distance_metres for point in seen] == pytest.approx([1.0, 4.0])


def test_who_was_seen_long_ago_is_nowhere() -> None:
    where = Coordinates(DOCK)
    assert where.seen(state()) == []
    where.people(((1.0, 6.0),))
    assert where.seen(state(), within_seconds=-1.0) == []
