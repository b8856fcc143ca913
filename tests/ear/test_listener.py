"""Real speech through the real detector: what becomes an utterance, and that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from assistant.ear.listener import Listener
from assistant.ear.mute import TAIL_SECONDS
from assistant.ear.sound import CHUNK_BYTES, CHUNK_SECONDS
from assistant.ear.vad import WARM_UP_CHUNKS, VoiceActivity
from assistant.events import SoundStarted, SoundStopped
from assistant.settings import EarSettings
from tests.ear.speech import noise, say, seconds, silence

SETTINGS = EarSettings()


@dataclass
class Taken:
    """Everything the listener gives, in order."""

    edges: list[str] = field(default_factory=list)
    sound: list[bytes] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    listened_seconds: float = 0.0

    def started(self, utterance_id: str) -> None:
        self.edges.append("started")
        self.sound.append(b"")

    def audio(self, chunk: bytes, *, is_speech: bool) -> None:
        assert self.edges[-1] == "started"
        self.sound[-1] += chunk

    def ended(self, utterance_id: str, duration_seconds: float) -> None:
        self.edges.append("ended")
        self.durations.append(duration_seconds)

    def listened(self, seconds: float) -> None:
        self.listened_seconds += seconds


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def listener(taken: Taken) -> Listener:
    return Listener(SETTINGS, taken)


@pytest.mark.parametrize("text", ["停", "救命", "好", "是的", "小安小安"])
@pytest.mark.parametrize("background", [silence, noise])
def test_short_words_become_one_whole_utterance(
    listener: Listener, taken: Taken, text: str, background: object
) -> None:
    word = say(text, "zh")
    quiet = background(2.0)  # type: ignore[operator]
    listener.feed(quiet + word + quiet)
    assert taken.edges == ["started", "ended"]
    # No syllable is lost: the word is in what was taken, sample by sample.
    assert word in taken.sound[0]
    # From its very first sound, and in noise with the quarter second that the detector trails.
    assert taken.durations[0] == pytest.approx(seconds(word), abs=0.27)


def test_silence_and_noise_are_no_utterance(listener: Listener, taken: Taken) -> None:
    listener.feed(silence(3) + noise(3) + noise(3, 2000))
    assert taken.edges == []
    assert taken.listened_seconds == pytest.approx(9.0, abs=CHUNK_SECONDS)


def test_an_elders_pause_stays_within_and_a_long_one_parts(
    listener: Listener, taken: Taken
) -> None:
    first, second = say("提醒我", "zh"), say("吃药", "zh")
    listener.feed(silence(1) + first + silence(0.6) + second + silence(2))
    assert taken.edges == ["started", "ended"]
    listener.feed(first + silence(2) + second + silence(2))
    assert taken.edges == ["started", "ended"] * 3


def test_pieces_of_any_length_give_the_same(taken: Taken) -> None:
    sound = silence(1) + say("现在几点了", "zh") + silence(2)
    Listener(SETTINGS, taken).feed(sound)
    for size in (2, 30, 480 * 2, 40_000):
        other = Taken()
        listener = Listener(SETTINGS, other)
        for start in range(0, len(sound), size):
            listener.feed(sound[start : start + size])
        assert other == taken


def test_deaf_while_the_house_speaks(listener: Listener, taken: Taken) -> None:
    own = say("现在是下午三点", "zh")
    listener.feed(silence(1))
    listener.sounding(SoundStarted("a", seconds(own)))
    listener.feed(own)
    listener.sounding(SoundStopped("a"))
    listener.feed(silence(2))
    assert taken.edges == []
    assert taken.listened_seconds == pytest.approx(3.0 - TAIL_SECONDS, abs=3 * CHUNK_SECONDS)


def test_a_mute_in_mid_sentence_ends_it_with_what_was_heard(
    listener: Listener, taken: Taken
) -> None:
    words = say("提醒我明天早上八点吃药", "zh")
    half = len(words) // 4 * 2
    listener.feed(silence(1) + words[:half])
    assert taken.edges == ["started"]
    listener.sounding(SoundStarted("a", 2.0))
    listener.feed(words[half:])
    assert taken.edges == ["started", "ended"]
    assert words[: half - 2 * CHUNK_BYTES] in taken.sound[0]
    assert words[half : half + CHUNK_BYTES] not in taken.sound[0]


def test_stop_and_help_get_through_the_gap_between_two_pieces(
    listener: Listener, taken: Taken
) -> None:
    """0.7 s between pieces; the elder was already speaking when the piece ended."""
    cry = say("救命", "zh") + silence(0.1) + say("救命啊", "zh")
    gap_bytes = int(0.7 * 16_000) * 2
    listener.sounding(SoundStarted("a", 5.0))
    listener.feed(silence(4) + cry[:8000])
    listener.sounding(SoundStopped("a"))
    listener.feed(cry[8000 : 8000 + gap_bytes])
    assert taken.edges == ["started"]


def test_the_mouth_died_and_the_ear_opens(listener: Listener, taken: Taken) -> None:
    listener.sounding(SoundStarted("a", 1.0))
    listener.feed(silence(2.5) + say("救命", "zh") + silence(2))
    assert taken.edges == ["started", "ended"]


def test_speech_at_the_very_first_moment_is_heard(listener: Listener, taken: Taken) -> None:
    word = say("help me", "en")
    listener.feed(word + silence(2))
    assert taken.edges == ["started", "ended"]
    assert word in taken.sound[0]


def test_a_long_story_is_cut_and_nothing_between_is_lost(taken: Taken) -> None:
    settings = EarSettings(utterance_limit_seconds=5.0)
    story = b"".join(say(text, "en") for text in ("we went to the market and bought apples",) * 6)
    Listener(settings, taken).feed(silence(1) + story + silence(2))
    assert taken.edges[:4] == ["started", "ended"] * 2
    assert story in b"".join(taken.sound)


def test_broken_off_sound_ends_the_utterance(listener: Listener, taken: Taken) -> None:
    listener.feed(silence(1) + say("现在几点了", "zh"))
    listener.break_off()
    listener.break_off()
    assert taken.edges == ["started", "ended"]


def test_warming_up_is_unknown_and_never_silence() -> None:
    voice = VoiceActivity()
    for _ in range(2):
        answers = [voice(bytes(CHUNK_BYTES)) for _ in range(WARM_UP_CHUNKS + 2)]
        assert answers[:WARM_UP_CHUNKS] == [None] * WARM_UP_CHUNKS
        assert None not in answers[WARM_UP_CHUNKS:]
        voice.reset()
