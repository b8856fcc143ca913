from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.mouth.playhead import FADE_SECONDS, Playhead, with_soft_edges

RATE_HZ = 8_000
FADE = round(FADE_SECONDS * RATE_HZ)
SOUND = np.arange(1, 2_001, dtype=np.int16)
BLOCKS = st.lists(st.integers(1, 700), min_size=1, max_size=60)


@given(BLOCKS, st.integers(0, 1_000))
def test_blocks_of_any_size_give_all_samples_in_order(blocks: list[int], tail: int) -> None:
    playhead = Playhead(SOUND, RATE_HZ, tail / RATE_HZ)
    taken = [playhead.next_block(frames) for frames in blocks]
    asked = sum(blocks)
    assert np.array_equal(np.concatenate(taken), SOUND[:asked])
    assert playhead.whole == (asked >= len(SOUND))
    assert playhead.over == (asked >= len(SOUND) + tail)


@given(BLOCKS, BLOCKS)
def test_stopping_fades_within_its_time_and_tells_what_is_missing(
    before: list[int], after: list[int]
) -> None:
    playhead = Playhead(SOUND, RATE_HZ)
    taken = sum(len(playhead.next_block(frames)) for frames in before)
    playhead.fade_out()
    rest = np.concatenate([playhead.next_block(frames) for frames in after])
    left = len(SOUND) - taken
    assert len(rest) == min(left, FADE, sum(after)) if left > FADE else len(rest) <= left
    if left > FADE:
        assert not playhead.whole
        assert playhead.over == (sum(after) >= FADE)
        assert np.all(rest <= SOUND[taken : taken + len(rest)])
        if len(rest) == FADE:
            assert rest[-1] == 0
    elif sum(after) >= left:
        assert playhead.whole


@given(st.integers(0, 500), st.floats(0, 1))
def test_soft_edges_keep_length_and_scale_by_volume(length: int, volume: float) -> None:
    loud = np.full(length, 20_000, np.int16)
    soft = with_soft_edges(loud, RATE_HZ, volume)
    assert len(soft) == length
    assert np.abs(soft).max(initial=0) <= round(20_000 * volume)
    if length > 2 * FADE:
        assert soft[length // 2] == np.rint(20_000 * volume)
        assert soft[0] == soft[-1] == 0
