"""Who is in a zone: over its edge, unseen, lost and found again; and what was never anybody."""

from __future__ import annotations

import pytest

from perception.radar.room import MountingPose, Room, Zone, ZoneKind
from perception.radar.tracker import Person
from perception.stays import OUT_SECONDS, Stays

ROOM = Room(
    MountingPose(2.0),
    zones=(
        Zone("bath", ZoneKind.BATHROOM, 2, 4, 0, 2),
        Zone("door", ZoneKind.DOOR, -4, -3, 2, 3),
    ),
)
INSIDE, EDGE, OUTSIDE, DOOR = (3.0, 1.0), (1.8, 1.0), (0.0, 3.0), (-3.5, 2.5)
Place = tuple[float, float]


class Scene:
    """A frame a second, of people by their numbers."""

    def __init__(self) -> None:
        self.stays = Stays(ROOM, ZoneKind.BATHROOM, 0.3)
        self.now = 0.0
        self.ended: list[tuple[int, float, float]] = []

    def see(self, seconds: float, **places: Place) -> None:
        """`a` to `h` are the numbers 1 to 8."""
        people = tuple(
            Person("abcdefgh".index(name) + 1, *place, began=0.0, last_seen=self.now)
            for name, place in places.items()
        )
        until = self.now + seconds
        while self.now < until:
            self.now += 1.0
            for stay in self.stays.update(self.now, people):
                self.ended.append((stay.person, stay.since, stay.outside_since or -1.0))

    def there(self) -> list[tuple[int, float]]:
        return sorted((stay.person, stay.since) for stay in self.stays.all)


def walked_in() -> Scene:
    scene = Scene()
    scene.see(2, a=OUTSIDE)
    scene.see(10, a=INSIDE)
    return scene


def test_a_step_over_the_edge_is_not_out_and_a_walk_away_is() -> None:
    scene = walked_in()
    scene.see(60, a=EDGE)
    scene.see(OUT_SECONDS - 1, a=OUTSIDE)
    scene.see(1, a=INSIDE)
    assert scene.there() == [(1, 3.0)]
    assert scene.ended == []
    scene.see(OUT_SECONDS + 1, a=OUTSIDE)
    assert scene.there() == []
    assert scene.ended == [(1, 3.0, scene.now - OUT_SECONDS)]


def test_who_walked_in_and_is_unseen_is_there_still_and_found_again_under_any_number() -> None:
    scene = walked_in()
    scene.see(3_600)
    assert scene.there() == [(1, 3.0)]
    scene.see(5, b=INSIDE)
    assert scene.there() == [(2, 3.0)]


def test_who_appears_elsewhere_has_come_out_unseen() -> None:
    scene = Scene()
    scene.see(2, a=OUTSIDE, b=OUTSIDE)
    scene.see(10, a=INSIDE, b=OUTSIDE)
    scene.see(60, b=OUTSIDE)
    assert scene.there() == [(1, 3.0)]
    scene.see(5, b=OUTSIDE, c=DOOR)
    assert scene.there() == []
    assert scene.ended == []


@pytest.mark.parametrize("last", [OUTSIDE, DOOR])
def test_who_is_lost_elsewhere_is_in_no_zone(last: Place) -> None:
    scene = walked_in()
    scene.see(1, a=last)
    scene.see(60)
    assert scene.there() == []


def test_what_began_inside_and_is_lost_was_perhaps_nobody() -> None:
    scene = Scene()
    scene.see(100, a=INSIDE)
    assert scene.there() == [(1, 1.0)]
    scene.see(1)
    assert scene.there() == []


def test_two_people_have_a_stay_each() -> None:
    scene = walked_in()
    scene.see(5, a=INSIDE, b=OUTSIDE)
    scene.see(5, a=INSIDE, b=INSIDE)
    assert scene.there() == [(1, 3.0), (2, 18.0)]
    scene.see(OUT_SECONDS + 1, a=OUTSIDE, b=INSIDE)
    assert scene.there() == [(2, 18.0)]
