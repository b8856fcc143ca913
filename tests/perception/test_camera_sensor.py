"""From pictures to events: people and trouble, each told once."""

from __future__ import annotations

import numpy as np

from perception.camera.capture import Lost, Shot
from perception.camera.pictures import Picture
from perception.camera.sensor import PICTURE_SECONDS, SLOWEST_SECONDS, CameraSensor
from perception.events import Event, PersonPresent, SensorRecovered, SensorTroubled, TroubleKind
from tests.perception.camera_videos import noise
from tests.perception.test_camera_people import Seen, pose_at


def _sensor(seen: Seen) -> CameraSensor:
    sensor = CameraSensor()
    people = sensor._people
    people.one = people.finder = sensor._finder = seen  # type: ignore[assignment]
    return sensor


def _shots(sensor: CameraSensor, at: float, seconds: float, picture: Picture) -> list[Event]:
    events: list[Event] = []
    for step in range(round(seconds * 10)):
        grain = np.random.default_rng(step).integers(0, 3, picture.shape).astype(np.uint8)
        shown = np.minimum(picture, np.uint8(250)) + grain
        events += sensor.take(Shot(at + step / 10, shown, (640, 480)))
    return events


ROOM = noise(5)
HAND = np.full(ROOM.shape, 70, np.uint8)


def test_who_comes_and_goes_is_told() -> None:
    seen = Seen()
    sensor = _sensor(seen)
    events = _shots(sensor, 0, 4, ROOM)
    seen.poses = [pose_at(50, 60)]
    events += _shots(sensor, 4, 6, ROOM)
    seen.poses = []
    events += _shots(sensor, 10, 9, ROOM)
    assert [(type(e), e.count) for e in events if isinstance(e, PersonPresent)] == [
        (PersonPresent, 1),
        (PersonPresent, 0),
    ]
    assert len(events) == 2


def test_a_covered_camera_is_told_once_and_sees_again() -> None:
    sensor = _sensor(Seen())
    events = _shots(sensor, 0, 5, ROOM) + _shots(sensor, 5, 40, HAND) + _shots(sensor, 45, 8, ROOM)
    assert [type(event) for event in events] == [SensorTroubled, SensorRecovered]
    assert isinstance(events[0], SensorTroubled)
    assert events[0].kind is TroubleKind.COVERED


def test_a_lost_camera_is_told_once_however_often_it_is_tried() -> None:
    sensor = _sensor(Seen())
    events = _shots(sensor, 0, 1, ROOM)
    for at in range(2, 9):
        events += sensor.lost(float(at), Lost("gone"))
    events += _shots(sensor, 10, 1, ROOM)
    assert [type(event) for event in events] == [SensorTroubled, SensorRecovered]


def test_nobody_is_told_of_while_nothing_can_be_seen() -> None:
    """Somebody was there, the camera was covered: that the room is empty now nobody knows."""
    seen = Seen()
    seen.poses = [pose_at(50, 60)]
    sensor = _sensor(seen)
    events = _shots(sensor, 0, 6, ROOM) + _shots(sensor, 6, 30, HAND)
    assert [type(event) for event in events] == [PersonPresent, SensorTroubled]
    assert sensor.people == ()


def test_people_on_their_heads_alone_mean_a_camera_that_hangs_upside_down() -> None:
    """In the picture that is turned somebody stands, in the picture as it is nobody."""

    class Turned(Seen):
        def find(self, picture: Picture) -> list:  # type: ignore[type-arg]
            corner = picture[:30, :30].mean() > picture[-30:, -30:].mean()
            return [pose_at(50, 60)] if corner else []

    picture = noise(6)
    picture[:40, :40] //= 4
    picture[-40:, -40:] = np.maximum(picture[-40:, -40:], 200)
    sensor = _sensor(Turned())
    events: list[Event] = []
    for step in range(800):
        moved = np.roll(picture, 3 * (step // 50 % 3), axis=1)
        events += sensor.take(Shot(step / 10, moved, (160, 120)))
    assert [type(event) for event in events] == [SensorTroubled]
    assert isinstance(events[0], SensorTroubled)
    assert events[0].kind is TroubleKind.UPSIDE_DOWN


def test_the_pace_follows_the_machine() -> None:
    sensor = _sensor(Seen())
    assert sensor.pause_seconds == PICTURE_SECONDS
    sensor._cost_seconds = 0.2
    assert sensor.pause_seconds == 0.4
    sensor._cost_seconds = 3.0
    assert sensor.pause_seconds == SLOWEST_SECONDS
