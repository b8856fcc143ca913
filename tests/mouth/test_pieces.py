from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.mouth.pieces import EDGE_SECONDS, LONGEST_SOUND_SECONDS, cut, trim
from assistant.mouth.voices import SAMPLE_RATE_HZ

SOUNDS = arrays(np.int16, st.integers(0, 4 * SAMPLE_RATE_HZ), elements=st.integers(-32768, 32767))


def tone(seconds: float, peak: int = 12_000) -> np.ndarray:
    times = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (peak * np.sin(2 * np.pi * 220 * times)).astype(np.int16)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


@given(SOUNDS, st.floats(0.05, 1.0))
def test_cutting_loses_nothing_and_leaves_nothing_too_long(
    samples: np.ndarray, longest_seconds: float
) -> None:
    parts = cut(samples, longest_seconds)
    assert np.array_equal(np.concatenate([*parts, samples[:0]]), samples)
    assert all(0 < len(part) <= round(longest_seconds * SAMPLE_RATE_HZ) for part in parts)


@pytest.mark.parametrize("pause_at", [3.1, 4.0, 5.5])
def test_long_sound_is_cut_in_its_pause(pause_at: float) -> None:
    parts = cut(np.concatenate((tone(pause_at), silence(0.2), tone(4))))
    assert len(parts) == 2
    assert pause_at <= len(parts[0]) / SAMPLE_RATE_HZ <= pause_at + 0.2


def test_sound_that_fits_is_not_cut() -> None:
    assert len(cut(tone(LONGEST_SOUND_SECONDS))) == 1


@given(SOUNDS)
def test_trimming_takes_only_silence(samples: np.ndarray) -> None:
    trimmed = trim(samples)
    loud = np.abs(samples.astype(np.int32)) > 200
    assert np.count_nonzero(np.abs(trimmed.astype(np.int32)) > 200) == np.count_nonzero(loud)


def test_silence_around_the_words_is_trimmed_to_a_short_edge() -> None:
    trimmed = trim(np.concatenate((silence(0.3), tone(1), silence(0.4))))
    assert len(trimmed) / SAMPLE_RATE_HZ == pytest.approx(1 + 2 * EDGE_SECONDS, abs=0.01)
    assert not len(trim(silence(1)))
