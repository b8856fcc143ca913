"""The parts that make training speech: who says what when, rooms, labels, graphs."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tiny_vosk.audio import NOISES, noise, record
from models.tiny_vosk.build import rebuild_graph
from models.tiny_vosk.features import HOP_SAMPLES, SILENCE, SUBSAMPLING, frame_labels
from models.tiny_vosk.languages import (
    TEST_VARIANTS,
    TRAIN_VARIANTS,
    write_han,
    write_pinyin,
    write_words,
)
from models.tiny_vosk.lexicon import LexiconError, known_phones_only, make_lexicon, phones_of
from models.tiny_vosk.phrases import PhraseList
from models.tiny_vosk.speaker import SAMPLE_RATE_HZ, Segment, Voice, phones_by_word, say

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)
FRAME_SECONDS = SUBSAMPLING * HOP_SAMPLES / SAMPLE_RATE_HZ


def test_no_test_voice_is_heard_in_training():
    assert not set(TEST_VARIANTS) & set(TRAIN_VARIANTS)


@pytest.mark.parametrize(
    ("write", "words", "expected"),
    [
        (write_words, ("i'm", "fine"), ("i'm fine", [0, -1, -1, -1, 1, -1, -1, -1, -1])),
        (write_pinyin, ("女儿",), ("nv3er2", [0, -1, -1, -1, -1, -1, -1])),
        (write_han, ("我", "没事"), ("我没事", [0, 1, 1])),
    ],
)
def test_how_words_are_written_for_espeak(write, words, expected):
    assert write(words) == expected


@needs_espeak
@pytest.mark.parametrize(
    ("written", "voice", "phones"),
    [
        (
            write_han(("救命", "啊")),
            "cmn-latn-pinyin",
            [("tS", "iou", "m", "i", "N"), ("A",)],
        ),
        (
            write_pinyin(("救命", "啊")),
            "cmn-latn-pinyin",
            [("tS", "iou", "m", "i", "N"), ("A",)],
        ),
        (
            # espeak-ng speaks "on the" as one word: it has to be shared out.
            write_words(("on", "the", "floor")),
            "en-us",
            [("O2", "n"), ("D", "@2"), ("f", "l", "o@")],
        ),
    ],
)
def test_every_word_has_its_phones(written, voice, phones):
    spoken = say(written, Voice(voice))
    assert spoken is not None
    samples, segments = spoken
    heard = phones_by_word(segments, len(phones))
    assert heard == phones
    assert all(a.end_seconds <= b.start_seconds + 1e-9 for a, b in pairwise(segments))
    assert segments[-1].end_seconds <= len(samples) / SAMPLE_RATE_HZ + 0.01


@needs_espeak
def test_a_lexicon_of_a_small_list():
    phrases = PhraseList((("call", "the", "doctor"), ("the", "end")), (), {})
    lexicon = make_lexicon("en", phrases, seed=1)
    assert set(lexicon) == {"call", "the", "doctor", "end"}
    for pronunciations in lexicon.values():
        costs = [cost for _, cost in pronunciations]
        assert costs == sorted(costs)
        assert costs[0] == 0
    known = set(phones_of(lexicon))
    assert known_phones_only(lexicon, known) == lexicon
    with pytest.raises(LexiconError, match=r"call.*train again"):
        known_phones_only(lexicon, known - {"k"})


@st.composite
def spoken_segments(draw):
    lengths = draw(st.lists(st.floats(0.01, 0.2), min_size=1, max_size=12))
    silent = draw(st.lists(st.booleans(), min_size=len(lengths), max_size=len(lengths)))
    edges = np.cumsum([0.0, *lengths])
    return [
        Segment(None if quiet else f"p{i}", float(a), float(b), 0)
        for i, (quiet, (a, b)) in enumerate(zip(silent, pairwise(edges), strict=True))
    ]


@given(spoken_segments(), st.floats(0, 0.5))
def test_labels_follow_the_segments(segments, before_seconds):
    frames = int((before_seconds + segments[-1].end_seconds) / FRAME_SECONDS) + 3
    labels = frame_labels(segments, frames, before_seconds)
    assert len(labels) == frames
    used = [label for label in labels.tolist() if label != SILENCE]
    assert used == sorted(used)
    assert all(segments[label].phone is not None for label in used)
    long_enough = {
        i
        for i, s in enumerate(segments)
        if s.phone and s.end_seconds - s.start_seconds > FRAME_SECONDS * 1.01
    }
    assert long_enough <= set(used)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_has_unit_power(kind):
    rng = np.random.default_rng(2)
    voices = [rng.standard_normal(8000).astype(np.float32)]
    assert noise(rng, 16_000, kind, voices).std() == pytest.approx(1, abs=0.01)


@given(st.floats(0, 4), st.floats(0.05, 1), st.sampled_from([None, 0.0, 10.0, 30.0]))
def test_a_recording_has_the_peak_that_was_asked_for(gain, peak, snr_db):
    rng = np.random.default_rng(3)
    speech = (rng.standard_normal(4000) * 10**gain).astype(np.float32)
    pcm = record(rng, speech, before_seconds=0.1, after_seconds=0.2, snr_db=snr_db, peak=peak)
    assert np.abs(pcm.astype(int)).max() == pytest.approx(peak * 32767, abs=1)
    assert len(pcm) >= 4000 + 0.3 * SAMPLE_RATE_HZ
    if snr_db is None:
        assert not pcm[: SAMPLE_RATE_HZ // 10].any()


@pytest.mark.soak
@needs_espeak
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_committed_graph_is_that_of_the_committed_phrases(lang, tiny, tmp_path: Path):
    copy = tmp_path / "model"
    shutil.copytree(tiny[lang], copy)
    rebuild_graph(lang, copy, lambda *_: None)
    assert (copy / "SHA256SUMS").read_text() == (tiny[lang] / "SHA256SUMS").read_text()
