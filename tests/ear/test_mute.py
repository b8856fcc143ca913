"""When the ear is deaf: counted in sound, opened by itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ear.mute import LONGEST_PIECE_SECONDS, PATIENCE_SECONDS, TAIL_SECONDS, MuteGate

STEP = 0.01


def deaf_seconds(gate: MuteGate, limit_seconds: float = 100.0) -> float:
    """How long it stays deaf from now on."""
    count = 0
    while gate.advance(STEP):
        count += 1
        assert count * STEP < limit_seconds
    return count * STEP


def test_open_at_first() -> None:
    assert MuteGate().advance(STEP) is False


def test_deaf_while_it_sounds_and_for_the_tail() -> None:
    gate = MuteGate()
    gate.started("a", 3.0)
    assert all(gate.advance(STEP) for _ in range(350))
    gate.stopped("a")
    assert deaf_seconds(gate) == pytest.approx(TAIL_SECONDS)
    assert gate.advance(STEP) is False


def test_opens_by_itself_when_the_mouth_dies(caplog: pytest.LogCaptureFixture) -> None:
    gate = MuteGate()
    gate.started("a", 2.0)
    assert deaf_seconds(gate) == pytest.approx(2.0 + PATIENCE_SECONDS, abs=2 * STEP)
    assert "opens by itself" in caplog.text


def test_a_piece_that_never_started_mutes_nothing() -> None:
    gate = MuteGate()
    gate.stopped("a")
    assert gate.advance(STEP) is False


def test_one_of_two_pieces_goes_on() -> None:
    gate = MuteGate()
    gate.started("a", 1.0)
    gate.started("b", 5.0)
    gate.stopped("a")
    assert all(gate.advance(STEP) for _ in range(100))
    gate.stopped("b")
    assert deaf_seconds(gate) == pytest.approx(TAIL_SECONDS)


@pytest.mark.parametrize("promised", [math.nan, math.inf, -math.inf, -1.0, 1e9])
def test_a_wrong_promise_does_not_deafen_for_ever(promised: float) -> None:
    gate = MuteGate()
    gate.started("a", promised)
    assert deaf_seconds(gate) <= LONGEST_PIECE_SECONDS + PATIENCE_SECONDS + STEP


events = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.sampled_from("ab"), st.floats(0, 6)),
        st.tuples(st.just("stop"), st.sampled_from("ab"), st.just(0.0)),
        st.tuples(st.just("wait"), st.just(""), st.floats(0, 3)),
    ),
    max_size=30,
)


@given(events)
def test_whatever_comes_it_opens_again(happenings: list[tuple[str, str, float]]) -> None:
    gate = MuteGate()
    for kind, say_id, seconds in happenings:
        if kind == "start":
            gate.started(say_id, seconds)
            assert gate.advance(STEP) is True
        elif kind == "stop":
            gate.stopped(say_id)
        else:
            for _ in range(int(seconds / STEP)):
                gate.advance(STEP)
    assert deaf_seconds(gate) <= 6 + PATIENCE_SECONDS + TAIL_SECONDS + STEP
