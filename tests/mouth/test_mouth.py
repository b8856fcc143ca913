"""Order, urgency, gaps and losses, with real voices and a file in place of the sound card.

Every scenario waits for events; none depends on how quick the machine is.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant.events import (
    HoldSpeech,
    ResumeSpeech,
    Said,
    Say,
    SetVoice,
    SoundStarted,
    SoundStopped,
    SpeakerBack,
    SpeakerLost,
    StopSpeaking,
    Urgency,
)
from assistant.mouth import delivery, floor
from assistant.mouth.voices import SAMPLE_RATE_HZ

from .conftest import Room, spans

STORY = "Once there was a mouse. It lived by the sea. It liked cheese. It slept all day."
PILLS = "It is time for your pills. Please take two of the white ones. Drink some water."


async def sound(room: Room, say: Say, number: int = 1) -> None:
    """Wait until the `number`th piece of a `Say` begins to sound."""
    await room.told.until(
        lambda: (
            sum(started.say_id == say.say_id for started in room.told.of(SoundStarted)) >= number
        )
    )


def assert_well_formed(room: Room, says: list[Say]) -> None:
    """Every `Say` was ended once, and every sound stopped before the next began."""
    assert sorted(said.say_id for said in room.told.of(Said)) == sorted(s.say_id for s in says)
    sounds = [e for e in room.told.events if isinstance(e, SoundStarted | SoundStopped)]
    for started, stopped in zip(sounds[::2], sounds[1::2], strict=True):
        assert isinstance(started, SoundStarted)
        assert isinstance(stopped, SoundStopped)
        assert started.say_id == stopped.say_id


@pytest.mark.parametrize(
    ("lang", "text", "pieces"),
    [
        ("en", STORY, 4),
        ("zh", "你好！今天是2026年7月3日，星期五。记得去银行取钱。", 3),
    ],
)
async def test_a_text_is_said_sentence_by_sentence(
    fast: Room, lang: str, text: str, pieces: int
) -> None:
    say = Say(text, lang)
    fast.mouth.take(say)
    assert await fast.told.said(say.say_id) == Said(say.say_id, completed=True, spoken_text=text)
    started = fast.told.of(SoundStarted)
    assert len(started) == pieces
    samples = sum(round(piece.duration_seconds * SAMPLE_RATE_HZ) for piece in started)
    assert len(fast.sound()) > samples
    assert_well_formed(fast, [say])


async def test_equals_are_said_in_order_of_asking(fast: Room) -> None:
    says = [Say(f"Number {n}.", "en") for n in range(5)]
    for say in says:
        fast.mouth.take(say)
    said = await fast.told.count(Said, 5)
    assert [s.say_id for s in said] == [s.say_id for s in says]


async def test_an_alarm_breaks_off_a_story_which_is_dropped(paced: Room) -> None:
    story = Say(STORY, "en", Urgency.CHAT)
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    paced.mouth.take(story)
    await sound(paced, story, 2)
    paced.mouth.take(alarm)
    assert (await paced.told.said(alarm.say_id)).completed
    assert await paced.told.said(story.say_id) == Said(
        story.say_id, completed=False, spoken_text="Once there was a mouse."
    )
    assert_well_formed(paced, [story, alarm])


async def test_a_reminder_goes_on_from_its_sentence_after_an_alarm(paced: Room) -> None:
    pills = Say(PILLS, "en", Urgency.REMINDER)
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    paced.mouth.take(pills)
    await sound(paced, pills, 2)
    paced.mouth.take(alarm)
    said = await paced.told.count(Said, 2)
    assert [s.say_id for s in said] == [alarm.say_id, pills.say_id]
    assert said[1] == Said(pills.say_id, completed=True, spoken_text=PILLS)
    order = [started.say_id for started in paced.told.of(SoundStarted)]
    # First sentence, the second broken off, the alarm, the second again, the third.
    assert order == [pills.say_id] * 2 + [alarm.say_id] + [pills.say_id] * 2
    assert_well_formed(paced, [pills, alarm])


async def test_a_less_urgent_one_waits(paced: Room) -> None:
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    chat = Say("Nice weather.", "en", Urgency.CHAT)
    paced.mouth.take(alarm)
    await sound(paced, alarm)
    paced.mouth.take(chat)
    said = await paced.told.count(Said, 2)
    assert [(s.say_id, s.completed) for s in said] == [(alarm.say_id, True), (chat.say_id, True)]


async def test_stop_drops_what_sounds_and_what_waits_but_keeps_alarms(paced: Room) -> None:
    story, later = Say(STORY, "en", Urgency.CHAT), Say("And then.", "en", Urgency.CHAT)
    paced.mouth.take(story)
    paced.mouth.take(later)
    await sound(paced, story, 2)
    paced.mouth.take(StopSpeaking())
    said = await paced.told.count(Said, 2)
    assert all(not s.completed for s in said)
    alarm = Say("Are you well? Please answer me.", "en", Urgency.ALARM)
    paced.mouth.take(alarm)
    await sound(paced, alarm)
    before = len(paced.sound())
    paced.mouth.take(StopSpeaking())
    assert (await paced.told.said(alarm.say_id)).completed
    assert len([s for s in paced.told.of(SoundStarted) if s.say_id == alarm.say_id]) == 3
    # It fell silent for a listening gap before it began again.
    assert len(spans(paced.sound()[before:])) >= 1
    assert_well_formed(paced, [story, later, alarm])


async def test_stop_without_anything_to_stop_is_no_harm(fast: Room) -> None:
    fast.mouth.take(StopSpeaking())
    say = Say("Hello.", "en")
    fast.mouth.take(say)
    assert (await fast.told.said(say.say_id)).completed


async def test_while_somebody_speaks_no_sentence_begins(
    paced: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_seconds = 1.5
    monkeypatch.setattr(floor, "LONGEST_HOLD_SECONDS", hold_seconds)
    alarm = Say("Are you well? Please answer me.", "en", Urgency.ALARM)
    paced.mouth.take(alarm)
    await sound(paced, alarm)
    held_at = time.monotonic()
    paced.mouth.take(HoldSpeech())
    await sound(paced, alarm, 2)  # nobody resumed it: a hold ends by itself
    assert time.monotonic() - held_at >= hold_seconds
    assert (await paced.told.said(alarm.say_id)).completed


async def test_a_held_story_goes_on_when_resumed(
    paced: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "LONGEST_HOLD_SECONDS", 10_000)
    story = Say("Once there was a mouse. It slept.", "en", Urgency.CHAT)
    paced.mouth.take(story)
    await sound(paced, story)
    paced.mouth.take(HoldSpeech())
    await paced.told.count(SoundStopped, 1)
    paced.mouth.take(ResumeSpeech())
    assert (await paced.told.said(story.say_id)).completed


async def test_a_held_story_can_be_stopped(paced: Room) -> None:
    story = Say(STORY, "en", Urgency.CHAT)
    paced.mouth.take(story)
    await sound(paced, story)
    paced.mouth.take(HoldSpeech())
    await paced.told.count(SoundStopped, 1)
    paced.mouth.take(StopSpeaking())
    said = await paced.told.said(story.say_id)
    assert said.spoken_text == "Once there was a mouse."
    assert len(paced.told.of(SoundStarted)) == 1


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "One two three four five six seven eight nine ten " * 6),
        ("zh", "从前有一只小老鼠住在海边的大房子里" * 5),
        ("en", STORY * 4),
        ("zh", "今天天气很好。我们去散步。" * 8),
    ],
)
@pytest.mark.parametrize("rate", [100, 240])
async def test_after_six_seconds_of_sound_comes_a_gap_to_listen(
    fast: Room, lang: str, text: str, rate: int
) -> None:
    fast.mouth.take(SetVoice(0.8, rate))
    say = Say(text, lang)
    fast.mouth.take(say)
    assert (await fast.told.said(say.say_id)).completed
    # In samples of the file: what sounds between silences of 0.7 s.
    sounding = spans(fast.sound())
    assert len(sounding) > 1
    assert max(end - start for start, end in sounding) <= 6.0
    for (_, end), (start, _) in pairwise(sounding):
        assert start - end >= 0.7


async def test_volume_and_rate_hold_from_the_next_sentence_on(fast: Room) -> None:
    loudness, seconds = [], []
    for volume, rate in ((0.8, 160), (0.4, 160), (0.8, 240)):
        fast.mouth.take(SetVoice(volume, rate))
        say = Say("Good morning, my dear friend.", "en")
        begin = len(fast.sound()) if fast.told.of(Said) else 0
        fast.mouth.take(say)
        await fast.told.said(say.say_id)
        part = fast.sound()[begin:].astype(np.float64)
        part = part[np.abs(part) > 60]
        loudness.append(np.sqrt(np.mean(part**2)))
        seconds.append(fast.told.of(SoundStarted)[-1].duration_seconds)
    assert loudness[1] / loudness[0] == pytest.approx(0.5, abs=0.04)
    assert seconds[2] / seconds[0] == pytest.approx(160 / 240, abs=0.08)


async def test_a_say_handed_over_twice_is_said_once(fast: Room) -> None:
    say = Say(PILLS, "en", Urgency.REMINDER)
    other = Say("Next.", "en", Urgency.REMINDER)
    for event in (say, say, other, other):
        fast.mouth.take(event)
    await fast.told.said(other.say_id)
    assert_well_formed(fast, [say, other])


HOSTILE = (
    *("", "   ", "😀🎉", "…", '"', "-", "\x00\x01", "\ud800", "\n" * 500, "." * 5_000),
    *("-v --help", '<speak>&amp;"', "a\x00\x01b", "《‘“a", "/etc/passwd", "[[h@l@U]] you"),
    *("％１２", "5 < 6 & 7 > 3", "a" * 300, "one\u202etwo", "<mark name='x'/>y", "{0} %s a"),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_whatever_the_texts_each_is_ended_and_the_next_one_sounds(
    fast: Room, lang: str
) -> None:
    says = [Say(text, lang) for text in (*HOSTILE, "OK.")]
    for say in says:
        fast.mouth.take(say)
    for say in says:
        said = await fast.told.said(say.say_id)
        if any(sign.isalnum() for sign in say.text):
            assert (said.completed, said.error) == (True, ""), say.text
        else:
            assert (said.completed, said.spoken_text) == (False, ""), say.text
            assert "nothing in it" in said.error
    assert_well_formed(fast, says)


async def test_a_language_without_voice_is_told(fast: Room) -> None:
    say = Say("bonjour", "fr")
    fast.mouth.take(say)
    said = await fast.told.said(say.say_id)
    assert not said.completed
    assert "'fr'" in said.error


@pytest.mark.parametrize(("lang", "words"), [("zh", "我今天去了公园。"), ("en", "we went on, ")])
async def test_ten_thousand_characters_start_at_once_and_can_be_stopped(
    paced: Room, lang: str, words: str
) -> None:
    say = Say((words * 2_000)[:10_000], lang, Urgency.CHAT)
    paced.mouth.take(say)
    await sound(paced, say, 2)
    paced.mouth.take(StopSpeaking())
    said = await paced.told.said(say.say_id)
    assert not said.completed
    assert say.text.startswith(said.spoken_text)
    assert 0 < len(said.spoken_text) < 200


# ------------------------------------------------------------------- without a speaker


async def test_without_a_speaker_answers_fail_and_reminders_wait(
    open_room: Callable[[str], Room], tmp_path: Path
) -> None:
    room = open_room(f"file:{tmp_path / 'later' / 'sound.raw'}")
    early, pills = Say("Hello.", "en"), Say("Your pills.", "en", Urgency.REMINDER)
    room.mouth.take(early)
    room.mouth.take(pills)
    await room.told.count(SpeakerLost, 1)
    late = Say("Good morning.", "en")
    room.mouth.take(late)
    for say in (early, late):
        said = await room.told.said(say.say_id)
        assert not said.completed
        assert "cannot be written" in said.error
    (tmp_path / "later").mkdir()
    assert (await room.told.said(pills.say_id)).completed
    assert len(room.told.of(SpeakerLost)) == len(room.told.of(SpeakerBack)) == 1
    assert_well_formed(room, [early, late, pills])


async def test_a_reminder_that_grew_stale_without_a_speaker_is_given_up(
    open_room: Callable[[str], Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STALE_SECONDS", 0.3)
    room = open_room(f"file:{tmp_path / 'never' / 'sound.raw'}")
    pills = Say("Your pills.", "en", Urgency.REMINDER)
    room.mouth.take(pills)
    said = await room.told.said(pills.say_id)
    assert not said.completed
    assert "cannot be written" in said.error


def reading(fifo: Path) -> int:
    """A reader that takes all that comes."""
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    asyncio.get_running_loop().add_reader(reader, lambda: os.read(reader, 65_536))
    return reader


def close(reader: int) -> None:
    asyncio.get_running_loop().remove_reader(reader)
    os.close(reader)


@pytest.mark.parametrize("urgency", [Urgency.ANSWER, Urgency.REMINDER])
async def test_a_speaker_lost_in_mid_sentence(
    open_room: Callable[[str], Room], tmp_path: Path, urgency: Urgency
) -> None:
    fifo = tmp_path / "speaker"
    os.mkfifo(fifo)
    reader = reading(fifo)
    room = open_room(f"file:{fifo}")
    say = Say("Good morning. Please take two of the white pills now.", "en", urgency)
    room.mouth.take(say)
    await sound(room, say, 2)
    close(reader)
    await room.told.count(SpeakerLost, 1)
    if urgency.rank < Urgency.REMINDER.rank:
        said = await room.told.said(say.say_id)
        assert said.spoken_text == "Good morning."
        assert not said.completed
        assert "cannot be written any more" in said.error
        return
    reader = reading(fifo)
    said = await room.told.said(say.say_id)
    assert said == Said(say.say_id, completed=True, spoken_text=say.text)
    assert len(room.told.of(SoundStarted)) == 3
    close(reader)
    assert_well_formed(room, [say])


async def test_a_reader_that_takes_nothing_is_a_lost_speaker(
    open_room: Callable[[str], Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAN_FAST", "1")
    fifo = tmp_path / "speaker"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    room = open_room(f"file:{fifo}")
    say = Say("This is longer than what a pipe holds, much longer than that.", "en")
    room.mouth.take(say)
    said = await room.told.said(say.say_id)
    assert "took nothing" in said.error
    assert [type(e) for e in room.told.events[:2]] == [SpeakerBack, SoundStarted]
    os.close(reader)


# ----------------------------------------------------------------------------- the end


async def test_at_the_end_everything_is_told(paced: Room) -> None:
    says = [Say(STORY, "en", Urgency.CHAT), Say(PILLS, "en", Urgency.CHAT)]
    for say in says:
        paced.mouth.take(say)
    await sound(paced, says[0], 2)
    await paced.mouth.finish("going")
    assert [s.completed for s in paced.told.of(Said)] == [False, False]
    assert paced.told.of(Said)[1].spoken_text == "Once there was a mouse."
    assert_well_formed(paced, says)
