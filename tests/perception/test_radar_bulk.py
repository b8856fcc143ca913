"""A cat and a vacuum robot are no people who lie on the floor; whoever was high is one."""

from __future__ import annotations

import numpy as np
import pytest

from perception.bulk import HIGH_METRES, SMALL_SLOTS, WALKED_SLOTS, Bulk


def seen(
    size: float,
    *,
    slots: int = 2 * SMALL_SLOTS,
    points: int = 5,
    high: float = 0.3,
    walked: int = WALKED_SLOTS,
) -> Bulk:
    """Something so large in every direction, whose most is so high."""
    rng = np.random.default_rng(0)
    bulk = Bulk()
    for k in range(slots):
        bulk.take(rng.uniform(0, size, (points, 3)).astype(np.float32), walks=k < walked)
        bulk.reached(high)
    return bulk


@pytest.mark.parametrize(
    ("bulk", "is_creature"),
    [
        (seen(0.3), True),
        (seen(1.6), False),
        (seen(0.3, high=HIGH_METRES + 0.1), False),
        (seen(0.3, slots=SMALL_SLOTS - 1), False),
        (seen(0.3, points=1), False),
        (seen(0.3, walked=WALKED_SLOTS - 1), False),
        (Bulk(), False),
    ],
    ids=[
        "cat",
        "lies",
        "told at one height",
        "just came",
        "one target",
        "rolled out of bed",
        "nothing seen",
    ],
)
def test_what_is_small_and_low_is_a_creature(bulk: Bulk, is_creature: bool) -> None:
    assert bulk.is_creature is is_creature


def test_who_lies_before_a_sparse_radar_is_mostly_large() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        bulk = Bulk()
        for _ in range(60):
            points = rng.uniform((-0.2, -0.85, 0.0), (0.2, 0.85, 0.3), (3, 3))
            bulk.take(points.astype(np.float32), walks=True)
        assert not bulk.is_creature
