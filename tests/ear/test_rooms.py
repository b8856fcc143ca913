"""Real sound through the whole ear: echo, noise, a television; by rule, and as recorded."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.ear.listener import Listener
from assistant.ear.sound import BYTES_PER_SECOND, SAMPLE_RATE_HZ
from assistant.settings import EarSettings
from benchmarks import _rooms as rooms
from benchmarks._one_ear import OneEar, Told
from benchmarks._rooms import DATA, Sound
from benchmarks.ear_rooms import Counter
from tests.ear.speech import model

needs_recordings = pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings in {DATA}")
SHORT = {"zh": ["停", "好", "救命", "不要", "来人"], "en": ["stop", "help", "yes", "fire", "no"]}


def begun(words: list[Sound], response: Sound, noise_dbfs: float) -> int:
    """Of how many words an utterance begins, each after three seconds of the room's noise."""
    counter = Counter()
    listener = Listener(EarSettings(), counter)
    found = 0
    for seed, word in enumerate(words):
        wet = rooms.in_room(word, response)
        wet = np.concatenate(
            [rooms.silence(3), wet * np.float32(0.2 / np.max(np.abs(wet))), rooms.silence(2)]
        )
        before = counter.begun
        noise = rooms.hiss(len(wet) / SAMPLE_RATE_HZ, noise_dbfs, seed)
        listener.feed(rooms.to_pcm(rooms.mixed(wet, noise)))
        found += counter.begun > before
    return found


@pytest.mark.parametrize("t60", [0.6, 1.0])
def test_single_words_begin_in_an_echoing_room(t60: float) -> None:
    response = rooms.decaying_response(t60, -6, seed=3)
    assert rooms.t60_of(response) == pytest.approx(t60, rel=0.15)
    words = [rooms.say(word, lang) for lang, spoken in SHORT.items() for word in spoken]
    assert begun(words, response, -55.0) == len(words)


@needs_recordings
def test_human_words_begin_in_a_measured_room() -> None:
    files = sorted((DATA / "audio_cmn_zh_words").glob("*.mp3"))[::6]
    response = rooms.recording(DATA / "rir_audiomentations" / "demo_ir_rir48000.wav")
    words = [rooms.recording(file) for file in files]
    assert begun(words, response, -55.0) >= 0.9 * len(words)


@needs_recordings
@pytest.mark.parametrize(
    "name", ["noise_gsc_howl/dude_miaowing", "picovoice_noise_kitchen/kitchen"]
)
def test_noise_begins_nothing(name: str) -> None:
    counter = Counter()
    Listener(EarSettings(), counter).feed(
        rooms.to_pcm(rooms.at_level(rooms.recording(DATA / f"{name}.wav"), -25.0))
    )
    assert counter.begun == 0


def television(seconds: float) -> Sound:
    """Another voice, without a pause."""
    story = rooms.say(
        "we went to the market and bought apples and then we came home", "en", "en-us+m3"
    )
    count = int(seconds * SAMPLE_RATE_HZ)
    return rooms.in_room(
        np.tile(story, count // len(story) + 1)[:count], rooms.decaying_response(0.4, -3, 5)
    )


def beside_television(text: str, below_db: float, *, lead: float = 3.0) -> tuple[list[Told], float]:
    """What the ear tells of a sentence in Mandarin; and when it was said to its end."""
    model("zh")
    spoken = rooms.at_level(rooms.say(text, "zh", "", 130), -25.0)
    other = television(lead + len(spoken) / SAMPLE_RATE_HZ + 20)
    other *= np.float32(rooms.active_rms(spoken) / rooms.active_rms(other) * 10 ** (-below_db / 20))
    ear = OneEar(model("zh"))
    ear.feed(rooms.to_pcm(rooms.mixed(np.concatenate([rooms.silence(lead), spoken]), other)))
    return ear.told, lead + len(spoken) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("below_db", [10, 15, 20])
def test_a_television_does_not_keep_a_sentence_open(below_db: float) -> None:
    told, end = beside_television("小安小安，现在几点了", below_db)
    addressed = [one for one in told if one.heard.addressed and one.at_seconds > end - 0.5]
    assert addressed, "the wake phrase was heard"
    assert addressed[0].at_seconds - end <= 2.0
    assert len(addressed) == 1, "and the television after it is not meant"


def test_a_sentence_to_nobody_is_listened_to_as_long_as_ever() -> None:
    """A cry may come in it."""
    told, _ = beside_television("小马上山", 0, lead=1.0)
    assert not any(one.heard.addressed for one in told)


def test_no_sound_is_lost_where_a_nearer_voice_comes_in() -> None:
    """The recogniser begins anew, and hears again what it takes to notice the voice."""
    kept: list[bytes] = []

    class Keep(Counter):
        def started(self, utterance_id: str) -> None:
            super().started(utterance_id)
            kept.append(b"")

        def audio(self, chunk: bytes, *, is_speech: bool) -> None:
            kept[-1] += chunk

    far = television(6.0)
    far *= np.float32(0.005 / rooms.active_rms(far))
    near = rooms.at_level(rooms.say("救命啊", "zh"), -20.0)
    pcm = rooms.to_pcm(rooms.mixed(far, np.concatenate([rooms.silence(4), near])))
    keep = Keep()
    Listener(EarSettings(), keep).feed(pcm)
    assert keep.begun == 2
    cry = pcm[4 * BYTES_PER_SECOND :][: len(near) * 2]
    assert cry[: BYTES_PER_SECOND // 2] in kept[1]
