"""The counters, with booleans and numbers and no sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ear.segmenter import Edge, PreRoll, Segmenter, SegmenterSettings

STEP = 0.02
SETTINGS = SegmenterSettings(pause_seconds=1.0, limit_seconds=5.0)
TABLE = {"#": 1.0, ".": 0.0, "?": None, "~": 0.4}
"""Speech, silence, unknown, and a voice too quiet to begin but loud enough to stay."""


def run(pattern: str, settings: SegmenterSettings = SETTINGS) -> list[tuple[Edge, float]]:
    """The edges of a pattern such as "50. 20# 60." and when they came, in seconds."""
    segmenter = Segmenter(settings)
    edges = []
    now = 0.0
    for run_length in pattern.split():
        for _ in range(int(run_length[:-1])):
            now += STEP
            if (edge := segmenter.process(STEP, TABLE[run_length[-1]])) is not None:
                edges.append((edge, round(now, 2)))
    return edges


@pytest.mark.parametrize(
    ("pattern", "edges"),
    [
        ("100.", []),
        ("100?", []),
        ("5#", []),  # 0.1 s: a click
        ("6#", [(Edge.STARTED, 0.12)]),
        ("50. 6# 49.", [(Edge.STARTED, 1.12)]),
        ("50. 6# 50.", [(Edge.STARTED, 1.12), (Edge.ENDED, 2.12)]),
        # An elder pauses within a sentence.
        ("10# 45. 10# 50.", [(Edge.STARTED, 0.12), (Edge.ENDED, 2.3)]),
        # A click does not break a pause, speech does.
        ("10# 25. 2# 25.", [(Edge.STARTED, 0.12), (Edge.ENDED, 1.24)]),
        ("10# 25. 3# 49.", [(Edge.STARTED, 0.12)]),
        # A short gap does not void a beginning, a longer one does.
        ("3# 4. 3#", [(Edge.STARTED, 0.2)]),
        ("3# 5. 3#", []),
        # Unknown is neither speech nor silence: it ends nothing and begins nothing.
        ("3# 20? 3#", [(Edge.STARTED, 0.52)]),
        ("6# 100?", [(Edge.STARTED, 0.12)]),
        ("6# 30. 100? 19.", [(Edge.STARTED, 0.12)]),
        ("6# 30. 100? 20.", [(Edge.STARTED, 0.12), (Edge.ENDED, 3.12)]),
        # A quiet voice does not begin, but goes on.
        ("100~", []),
        ("6# 100~", [(Edge.STARTED, 0.12)]),
        # Too long: cut, and the next one begins at once.
        ("300#", [(Edge.STARTED, 0.12), (Edge.CUT, 5.0), (Edge.STARTED, 5.12)]),
    ],
)
def test_edges(pattern: str, edges: list[tuple[Edge, float]]) -> None:
    assert run(pattern) == edges


OTHERS = {**TABLE, "-": 1.0}
"""Beside these: speech that is fainter than the speaker's."""


def run_attended(pattern: str, limit_seconds: float = 30.0) -> list[tuple[Edge, float]]:
    """As `run`; at "!" the utterance is found to be meant for Anban."""
    marks = SegmenterSettings(pause_seconds=1.2, limit_seconds=limit_seconds)
    segmenter = Segmenter(marks)
    edges = []
    now = 0.0
    for run_length in pattern.split():
        if run_length == "!":
            segmenter.attend()
            continue
        kind = run_length[-1]
        for _ in range(int(run_length[:-1])):
            now += STEP
            edge = segmenter.process(STEP, OTHERS[kind], is_faint=kind in "-~")
            if edge is not None:
                edges.append((edge, round(now, 2)))
    return edges


@pytest.mark.parametrize(
    ("pattern", "edges"),
    [
        # A television goes on: whoever is not spoken to is listened to as long as ever.
        ("50# 500-", [(Edge.STARTED, 0.12)]),
        # The speaker fell silent, and the television did not.
        ("50# ! 500-", [(Edge.STARTED, 0.12), (Edge.OUTTALKED, 2.5), (Edge.STARTED, 2.62)]),
        # Its loudest moments are short; the speaker's words are not.
        ("50# ! 40- 7# 40-", [(Edge.STARTED, 0.12), (Edge.OUTTALKED, 2.5), (Edge.STARTED, 2.62)]),
        ("50# ! 40- 8# 74-", [(Edge.STARTED, 0.12)]),
        ("50# ! 40- 8# 75-", [(Edge.STARTED, 0.12), (Edge.OUTTALKED, 3.46)]),
        # A television that pauses too is still one; a voice that trails off ends by its pause.
        ("50# ! 30- 15. 30-", [(Edge.STARTED, 0.12), (Edge.OUTTALKED, 2.5)]),
        ("50# ! 20- 60.", [(Edge.STARTED, 0.12), (Edge.ENDED, 2.6)]),
        ("50# ! 59.", [(Edge.STARTED, 0.12)]),
        ("50# ! 60.", [(Edge.STARTED, 0.12), (Edge.ENDED, 2.2)]),
        # An elder's pause within the sentence, with the television in it.
        ("50# ! 60- 50# 60.", [(Edge.STARTED, 0.12), (Edge.ENDED, 4.4)]),
        # Nobody asks for longer than 12 s, counted from the wake phrase.
        ("50# ! 1000#", [(Edge.STARTED, 0.12), (Edge.CUT, 13.0), (Edge.STARTED, 13.12)]),
        ("500# ! 1000#", [(Edge.STARTED, 0.12), (Edge.CUT, 22.0), (Edge.STARTED, 22.12)]),
        ("1200# ! 1000#", [(Edge.STARTED, 0.12), (Edge.CUT, 30.0), (Edge.STARTED, 30.12)]),
        # Told twice, it counts from the first time; after the end it counts for nothing.
        ("50# ! 100# ! 1000#", [(Edge.STARTED, 0.12), (Edge.CUT, 13.0), (Edge.STARTED, 13.12)]),
        ("50# 60. ! 50# 500-", [(Edge.STARTED, 0.12), (Edge.ENDED, 2.2), (Edge.STARTED, 2.32)]),
    ],
)
def test_edges_of_what_is_meant_for_anban(pattern: str, edges: list[tuple[Edge, float]]) -> None:
    assert run_attended(pattern)[: len(edges) + 1] == edges


@pytest.mark.parametrize(
    ("pattern", "others_seconds"),
    [("50# ! 75-", 1.5), ("50# ! 20- 60.", 1.6), ("50# ! 19- 60.", 0.0), ("50# ! 60.", 0.0)],
)
def test_how_long_others_talked_at_the_end(pattern: str, others_seconds: float) -> None:
    segmenter = Segmenter(SegmenterSettings(pause_seconds=1.2, limit_seconds=30.0))
    for run_length in pattern.split():
        if run_length == "!":
            segmenter.attend()
            continue
        for _ in range(int(run_length[:-1])):
            kind = run_length[-1]
            segmenter.process(STEP, OTHERS[kind], is_faint=kind == "-")
    assert not segmenter.in_utterance
    assert segmenter.outtalked_seconds == pytest.approx(others_seconds)


def test_a_nearer_voice_begins_another_utterance() -> None:
    segmenter = Segmenter(SegmenterSettings(pause_seconds=1.2, limit_seconds=30.0))
    for _ in range(100):
        segmenter.process(STEP, 1.0)
    segmenter.attend()
    segmenter.restart()
    assert segmenter.in_utterance
    assert not segmenter.is_attended
    assert segmenter.utterance_seconds < 1.0


def test_utterance_lasts_from_its_first_to_its_last_speech() -> None:
    segmenter = Segmenter(SETTINGS)
    for kind, count in ((0.0, 30), (1.0, 10), (0.0, 20), (1.0, 15), (0.0, 50)):
        for _ in range(count):
            segmenter.process(STEP, kind)
    assert not segmenter.in_utterance
    assert segmenter.utterance_seconds == pytest.approx((10 + 20 + 15) * STEP)


def test_flush_ends_only_what_is_under_way() -> None:
    segmenter = Segmenter(SETTINGS)
    assert segmenter.flush() is None
    for _ in range(6):
        segmenter.process(STEP, 1.0)
    assert segmenter.flush() is Edge.ENDED
    assert segmenter.flush() is None


chunks = st.lists(
    st.tuples(st.integers(1, 80), st.sampled_from([None, 0.0, 0.2, 0.4, 0.5, 1.0])), max_size=40
).map(lambda runs: [value for count, value in runs for _ in range(count)])


@given(chunks)
def test_edges_alternate(values: list[float | None]) -> None:
    segmenter = Segmenter(SETTINGS)
    inside = False
    for value in values:
        edge = segmenter.process(STEP, value)
        if edge is not None:
            assert (edge is Edge.STARTED) is not inside
            inside = edge is Edge.STARTED
        assert segmenter.in_utterance is inside


@given(chunks)
def test_no_utterance_outlives_its_limit(values: list[float | None]) -> None:
    segmenter = Segmenter(SETTINGS)
    lasted = 0.0
    for value in values:
        segmenter.process(STEP, value)
        lasted = lasted + STEP if segmenter.in_utterance else 0.0
        assert lasted < SETTINGS.limit_seconds


@given(chunks)
def test_only_a_whole_pause_ends(values: list[float | None]) -> None:
    """Whatever is unknown: where an utterance ends, there was enough silence since it spoke."""
    segmenter = Segmenter(SETTINGS)
    silence = 0.0
    for value in values:
        if value is not None and value < SETTINGS.stay_probability:
            silence += STEP
        edge = segmenter.process(STEP, value)
        if edge is Edge.STARTED:
            silence = 0.0
        if edge is Edge.ENDED:
            assert silence >= SETTINGS.pause_seconds - 1e-6


@given(chunks, st.data())
def test_unknown_changes_no_decision(values: list[float | None], data: st.DataObject) -> None:
    """But for the limit, the edges are those of the known chunks alone."""
    boundless = SegmenterSettings(pause_seconds=1.0, limit_seconds=1e9)
    known = [value for value in values if value is not None]
    plain, mixed = Segmenter(boundless), Segmenter(boundless)
    assert [e for v in known if (e := plain.process(STEP, v))] == [
        e for v in values if (e := mixed.process(STEP, v))
    ]


@given(st.integers(0, 100), st.integers(1, 60), st.floats(0.1, 3))
def test_pre_roll_keeps_what_was_asked_and_little_more(
    before: int, count: int, seconds: float
) -> None:
    ring = PreRoll(seconds)
    for number in range(before + count):
        ring.add(number.to_bytes(2, "little"), STEP)
    held = ring.take()
    numbers = [int.from_bytes(chunk, "little") for chunk in held]
    assert numbers == list(range(before + count))[-len(numbers) :]
    assert len(held) * STEP >= min(seconds, (before + count) * STEP) - 1e-6
    assert (len(held) - 1) * STEP < seconds + 1e-6
    assert ring.take() == []
