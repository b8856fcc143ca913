"""Where somebody rests for hours is learnt, if no bed or sofa is drawn there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from perception.events import Rested
from perception.radar.room import Room, Zone, ZoneKind
from perception.resting import AWAY_SECONDS, REST_SECONDS, UNSEEN_SECONDS, Resting, RestWatch

HOUR = 3_600
NOBODY = np.zeros((0, 3), np.float32)


def body(x: float = 1.0, y: float = 3.0, *, rests: bool = True, level: float = 0.6) -> Resting:
    """Somebody who lies along y."""
    along = np.linspace(-0.9, 0.9, 7)
    points = np.stack((along * 0 + x, along + y, along * 0 + level), 1).astype(np.float32)
    return Resting(x, y, rests, level, points)


def played(*parts: tuple[float, list[Resting]], room: Room | None = None) -> list[Rested]:
    """What is told of parts of so many seconds each."""
    watch = RestWatch(room or Room())
    return list(_played(watch, parts))


def _played(watch: RestWatch, parts: tuple[tuple[float, list[Resting]], ...]) -> Iterator[Rested]:
    at = 0.0
    for seconds, people in parts:
        for _ in range(int(seconds / 10)):
            at += 10.0
            yield from watch.update(at, people)


UP = [body(4.0, 6.0, rests=False)]


def test_a_night_is_told_with_its_box_once_somebody_is_up() -> None:
    (rested,) = played((8 * HOUR, [body()]), (2 * AWAY_SECONDS, UP), (HOUR, UP))
    assert rested.rested_seconds == pytest.approx(8 * HOUR, abs=30)
    assert (rested.x_min, rested.x_max) == pytest.approx((0.6, 1.4), abs=0.11)
    assert rested.y_min < 2.4
    assert rested.y_max > 3.6
    assert rested.level_metres == pytest.approx(0.6)


def test_a_sleeper_who_fades_and_turns_over_rests_on() -> None:
    night = [(HOUR, [body()]), (UNSEEN_SECONDS / 2, [])] * 4
    turned = [(HOUR, [body(1.4, 3.3)])]
    (rested,) = played(*night, *turned, (2 * AWAY_SECONDS, UP))
    assert rested.rested_seconds > 5 * HOUR


@pytest.mark.parametrize(
    "parts",
    [
        [(REST_SECONDS / 2, [body()]), (HOUR, UP)],
        [(8 * HOUR, [body(rests=False)]), (HOUR, UP)],
        [(8 * HOUR, [body(level=0.1)]), (HOUR, UP)],
        [(8 * HOUR, [body(level=1.5)]), (HOUR, UP)],
        [(8 * HOUR, []), (HOUR, UP)],
        [(8 * HOUR, [Resting(1, 3, rests=True, level_metres=None, points=NOBODY)]), (HOUR, UP)],
    ],
    ids=["short", "stands", "on the floor", "stands sat", "nobody", "nothing seen"],
)
def test_what_is_no_rest_is_not_told(parts: list[tuple[float, list[Resting]]]) -> None:
    assert played(*parts) == []


def test_a_drawn_bed_is_not_told_again() -> None:
    room = Room(zones=(Zone("bed", ZoneKind.BED, 0.3, 1.4, 2.0, 3.2),))
    assert played((8 * HOUR, [body(1.5, 3.3)]), (HOUR, UP), room=room) == []


def test_a_clock_that_was_set_back_begins_anew() -> None:
    watch = RestWatch(Room())
    for at in range(0, 8 * HOUR, 10):
        assert list(watch.update(float(at), [body()])) == []
    assert list(watch.update(5.0, UP)) == []
    assert list(watch.update(5.0 + HOUR, UP)) == []
