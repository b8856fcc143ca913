"""Levels, with numbers and no sound."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.ear.loudness import FAINTER_DB, RoomLevel, SpeakerLevel, level_db
from assistant.ear.sound import CHUNK_BYTES, CHUNK_SAMPLES


def test_the_level_of_a_chunk() -> None:
    assert level_db(bytes(CHUNK_BYTES)) == pytest.approx(-10.0)
    chunk = np.full(CHUNK_SAMPLES, 100, "<i2").tobytes()
    assert level_db(chunk) == pytest.approx(40.0, abs=0.01)


@pytest.mark.parametrize(
    ("levels", "room"),
    [
        ([30.0] * 10, 30.0),
        ([30.0] * 40 + [70.0] * 90, 30.0),  # a sentence without a pause of three seconds
        ([30.0, 70.0, 70.0] * 40, 30.0),
        ([30.0] * 125 + [50.0] * 125, 50.0),  # a fan was switched on
        ([50.0] * 125 + [30.0] * 40, 30.0),  # and off
    ],
)
def test_the_room_is_followed(levels: list[float], room: float) -> None:
    follow = RoomLevel()
    assert [follow(level) for level in levels][-1] == room


def hear(speaker: SpeakerLevel, level: float, chunks: int, *, is_spoken_to: bool = False) -> None:
    for _ in range(chunks):
        speaker.hear(level, is_speech=True, is_spoken_to=is_spoken_to)


@pytest.mark.parametrize(
    ("below_db", "is_faint"), [(0, False), (5, False), (7, True), (10, True), (20, True)]
)
def test_a_voice_is_faint_against_the_speakers(below_db: float, *, is_faint: bool) -> None:
    speaker = SpeakerLevel()
    hear(speaker, 60.0, 60)
    assert not speaker.is_faint, "nobody is known yet"
    speaker.attend()
    hear(speaker, 60.0, 20, is_spoken_to=True)
    hear(speaker, 60.0 - below_db, 10, is_spoken_to=True)
    assert speaker.is_faint is is_faint
    speaker.forget()
    assert not speaker.is_faint


def test_the_television_before_the_wake_phrase_is_not_the_speaker() -> None:
    speaker = SpeakerLevel()
    hear(speaker, 50.0, 300)
    hear(speaker, 60.0, 40)
    speaker.attend()
    hear(speaker, 50.0, 10, is_spoken_to=True)
    assert speaker.is_faint


def test_a_nearer_voice_is_one_well_above_two_seconds_of_others() -> None:
    speaker = SpeakerLevel()
    hear(speaker, 50.0, 30)
    hear(speaker, 60.0, 5)
    assert not speaker.is_nearer, "too little was heard of the others"
    hear(speaker, 50.0, 80)
    assert not speaker.is_nearer
    hear(speaker, 50.0 + FAINTER_DB - 1, 8)
    assert not speaker.is_nearer
    hear(speaker, 60.0, 8)
    assert speaker.is_nearer
