"""Pictures that cannot be watched are told, and pictures that can are left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from perception.camera.pictures import Picture
from perception.camera.trouble import FROZEN_SECONDS, LASTS_SECONDS, PictureWatch
from perception.events import TroubleKind
from tests.perception.camera_videos import noise


def _grain(picture: Picture, seed: int) -> Picture:
    grain = np.random.default_rng(seed).integers(0, 4, picture.shape).astype(np.uint8)
    return np.minimum(picture, np.uint8(250)) + grain


def _grey(picture: Picture) -> Picture:
    return np.repeat(picture[:, :, :1], 3, axis=2)


def _after(seconds: float, picture_of: Callable[[int], Picture]) -> TroubleKind | None:
    watch = PictureWatch()
    told = None
    for step in range(int(seconds * 2)):
        told = watch.update(step / 2, picture_of(step))
    return told


ROOM = noise(1)
DARK_WITH_LAMP = np.full((120, 160, 3), 5, np.uint8)
DARK_WITH_LAMP[20:40, 20:60] = 120


@pytest.mark.parametrize(
    ("picture_of", "kind"),
    [
        (lambda step: _grain(ROOM, step), None),
        (lambda step: _grain(ROOM // 6 + 8, step), None),
        (lambda step: _grain(DARK_WITH_LAMP, step), None),
        (
            lambda step: np.repeat(_grain(ROOM, step).mean(axis=2, keepdims=True), 3, 2).astype(
                "u1"
            ),
            None,
        ),
        (lambda step: _grain(np.zeros((120, 160, 3), np.uint8), step), TroubleKind.DARK),
        (lambda step: _grain(np.full((120, 160, 3), 90, np.uint8), step), TroubleKind.COVERED),
        (lambda step: _grain(np.full((120, 160, 3), 250, np.uint8), step), TroubleKind.COVERED),
        (lambda _: np.zeros((1, 1, 3), np.uint8), TroubleKind.SMALL),
        (lambda _: np.zeros((40, 640, 3), np.uint8), TroubleKind.SMALL),
    ],
    ids=["lit", "dim", "lamp at night", "infrared", "dark", "hand", "glare", "1x1", "strip"],
)
def test_what_is_wrong_with_pictures(
    picture_of: Callable[[int], Picture], kind: TroubleKind | None
) -> None:
    assert _after(LASTS_SECONDS + 5, picture_of) is kind


def test_the_same_picture_for_long_is_frozen() -> None:
    assert _after(FROZEN_SECONDS - 5, lambda _: ROOM) is None
    assert _after(FROZEN_SECONDS + 5, lambda _: ROOM) is TroubleKind.FROZEN


def test_a_hand_that_passes_is_no_trouble_and_one_that_stays_is_over_when_it_goes() -> None:
    watch = PictureWatch()
    hand = np.full((120, 160, 3), 60, np.uint8)
    shown = [ROOM] * 10 + [hand] * 8 + [ROOM] * 10 + [hand] * 40 + [ROOM] * 20
    told = [watch.update(k / 2, _grain(each, k)) for k, each in enumerate(shown)]
    assert set(told[:40]) == {None}
    assert told[67] is TroubleKind.COVERED
    assert told[-1] is None


def test_a_clock_that_leaps_is_not_a_frozen_picture() -> None:
    watch = PictureWatch()
    watch.update(0.0, ROOM)
    assert watch.update(10 * FROZEN_SECONDS, ROOM) is None
    assert watch.update(3.0, ROOM) is None
