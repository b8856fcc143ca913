from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import Say, Urgency
from assistant.mouth.speech_queue import SpeechQueue, Utterance

URGENCIES = st.lists(st.sampled_from(list(Urgency)), max_size=20)


def filled(urgencies: list[Urgency]) -> SpeechQueue:
    queue, at = SpeechQueue(), count()
    for urgency in urgencies:
        queue.put(Utterance(Say("x", "en", urgency), float(next(at))))
    return queue


@given(URGENCIES)
def test_the_most_urgent_first_and_equals_in_order_of_asking(urgencies: list[Urgency]) -> None:
    queue = filled(urgencies)
    taken = [queue.take() for _ in range(len(queue))]
    keys = [(-utterance.urgency.rank, utterance.asked_at) for utterance in taken]
    assert keys == sorted(keys)
    assert len(taken) == len(urgencies)


@given(URGENCIES.filter(bool))
def test_what_is_put_back_comes_next_again(urgencies: list[Urgency]) -> None:
    queue = filled(urgencies)
    first = queue.take()
    queue.put(first)
    assert queue.take() is first


@given(URGENCIES, st.sampled_from(list(Urgency)))
def test_dropping_takes_exactly_the_less_urgent(urgencies: list[Urgency], keep: Urgency) -> None:
    queue = filled(urgencies)
    dropped = queue.drop_below(keep)
    assert all(utterance.urgency.rank < keep.rank for utterance in dropped)
    left = queue.drop_all()
    assert all(utterance.urgency.rank >= keep.rank for utterance in left)
    assert len(dropped) + len(left) == len(urgencies)
    assert not queue


def test_an_empty_queue_gives_nothing() -> None:
    with pytest.raises(IndexError):
        SpeechQueue().take()
