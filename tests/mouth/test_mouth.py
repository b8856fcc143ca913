"""Order, urgency, gaps and losses, with real voices and a file in place of the sound card.

Every scenario waits for events; none depends on how quick the machine is.
"""

from __future__ import annotations

import asyncio
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
    Unsay,
    Urgency,
)
from assistant.mouth import delivery, file_speaker, floor
from assistant.mouth.voices import SAMPLE_RATE_HZ

from .conftest import Room, spans

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORY = "Once there was a mouse. It lived by the sea. It liked cheese. It slept all day."
PILLS = "It is time for your pills. Please take two of the white ones. Drink some water."


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
    room: Room, lang: str, text: str, pieces: int
) -> None:
    say = Say(text, lang)
    room.mouth.take(say)
    assert await room.told.said(say.say_id) == Said(say.say_id, completed=True, spoken_text=text)
    started = room.told.of(SoundStarted)
    assert len(started) == pieces
    samples = sum(round(piece.duration_seconds * SAMPLE_RATE_HZ) for piece in started)
    assert len(room.sound()) > samples
    assert_well_formed(room, [say])


async def test_equals_are_said_in_order_of_asking(room: Room) -> None:
    says = [Say(f"Number {n}.", "en") for n in range(5)]
    for say in says:
        room.mouth.take(say)
    said = await room.told.count(Said, 5)
    assert [s.say_id for s in said] == [s.say_id for s in says]


async def test_an_alarm_breaks_off_a_story_which_is_dropped(piped: Room) -> None:
    story = Say(STORY, "en", Urgency.CHAT)
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    piped.freeze_at(story, 2)
    piped.mouth.take(story)
    await piped.sounding(story, 2)
    piped.mouth.take(alarm)
    piped.thaw()
    assert (await piped.told.said(alarm.say_id)).completed
    assert await piped.told.said(story.say_id) == Said(
        story.say_id, completed=False, spoken_text="Once there was a mouse."
    )
    assert_well_formed(piped, [story, alarm])


async def test_a_reminder_goes_on_from_its_sentence_after_an_alarm(piped: Room) -> None:
    pills = Say(PILLS, "en", Urgency.REMINDER)
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    piped.freeze_at(pills, 2)
    piped.mouth.take(pills)
    await piped.sounding(pills, 2)
    piped.mouth.take(alarm)
    piped.thaw()
    said = await piped.told.count(Said, 2)
    assert [s.say_id for s in said] == [alarm.say_id, pills.say_id]
    assert said[1] == Said(pills.say_id, completed=True, spoken_text=PILLS)
    order = [started.say_id for started in piped.told.of(SoundStarted)]
    # First sentence, the second broken off, the alarm, the second again, the third.
    assert order == [pills.say_id] * 2 + [alarm.say_id] + [pills.say_id] * 2
    assert_well_formed(piped, [pills, alarm])


async def test_a_less_urgent_one_waits(piped: Room) -> None:
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    chat = Say("Nice weather.", "en", Urgency.CHAT)
    piped.freeze_at(alarm, 1)
    piped.mouth.take(alarm)
    await piped.sounding(alarm)
    piped.mouth.take(chat)
    piped.thaw()
    said = await piped.told.count(Said, 2)
    assert [(s.say_id, s.completed) for s in said] == [(alarm.say_id, True), (chat.say_id, True)]


async def test_stop_drops_what_sounds_and_what_waits(piped: Room) -> None:
    story, later = Say(STORY, "en", Urgency.CHAT), Say("And then.", "en", Urgency.CHAT)
    piped.freeze_at(story, 2)
    piped.mouth.take(story)
    piped.mouth.take(later)
    await piped.sounding(story, 2)
    piped.mouth.take(StopSpeaking())
    piped.thaw()
    said = await piped.told.count(Said, 2)
    assert [(s.say_id, s.completed) for s in said] == [(later.say_id, False), (story.say_id, False)]
    assert_well_formed(piped, [story, later])


async def test_stop_says_a_kept_alarm_again_after_listening(piped: Room) -> None:
    alarm = Say("Are you well? Please answer me.", "en", Urgency.ALARM)
    piped.freeze_at(alarm, 2)
    piped.mouth.take(alarm)
    await piped.sounding(alarm, 2)
    piped.mouth.take(StopSpeaking(keep=Urgency.ALARM))
    piped.thaw()
    assert (await piped.told.said(alarm.say_id)).completed
    assert len(piped.told.of(SoundStarted)) == 3
    sounding = spans(piped.sound())
    assert len(sounding) == 2
    assert sounding[1][0] - sounding[0][1] >= 0.7
    assert_well_formed(piped, [alarm])


async def test_what_is_no_longer_true_is_not_said_or_no_further(piped: Room) -> None:
    calling = Say("I am calling your daughter. Wait quietly.", "en", Urgency.ALARM)
    busy = Say("Nobody has answered yet.", "en", Urgency.ALARM)
    comes = Say("Your daughter comes.", "en", Urgency.ALARM)
    piped.freeze_at(calling, 1)
    for say in (calling, busy, comes):
        piped.mouth.take(say)
    await piped.sounding(calling)
    piped.mouth.take(Unsay(busy.say_id))
    piped.mouth.take(Unsay(calling.say_id))
    piped.mouth.take(Unsay("of nothing"))
    piped.thaw()
    said = await piped.told.count(Said, 3)
    assert {s.say_id: s.completed for s in said} == {
        calling.say_id: False,
        busy.say_id: False,
        comes.say_id: True,
    }
    assert busy.say_id not in {started.say_id for started in piped.told.of(SoundStarted)}
    assert_well_formed(piped, [calling, busy, comes])


async def test_stop_without_anything_to_stop_is_no_harm(room: Room) -> None:
    room.mouth.take(StopSpeaking())
    say = Say("Hello.", "en")
    room.mouth.take(say)
    assert (await room.told.said(say.say_id)).completed


async def test_while_somebody_speaks_no_sentence_begins(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_seconds = 1.0
    monkeypatch.setattr(floor, "LONGEST_HOLD_SECONDS", hold_seconds)
    held_at = time.monotonic()
    room.mouth.take(HoldSpeech())
    alarm = Say("Are you well?", "en", Urgency.ALARM)
    room.mouth.take(alarm)
    await room.sounding(alarm)  # nobody resumed it: a hold ends by itself
    assert time.monotonic() - held_at >= hold_seconds
    assert (await room.told.said(alarm.say_id)).completed


async def test_a_held_story_goes_on_when_resumed(
    piped: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "LONGEST_HOLD_SECONDS", 10_000)
    story = Say(STORY, "en", Urgency.CHAT)
    piped.freeze_at(story, 1)
    piped.mouth.take(story)
    await piped.sounding(story)
    piped.mouth.take(HoldSpeech())
    piped.thaw()
    await piped.told.count(SoundStopped, 1)
    piped.mouth.take(ResumeSpeech())
    assert (await piped.told.said(story.say_id)).completed


async def test_a_held_story_can_be_stopped(piped: Room) -> None:
    story = Say(STORY, "en", Urgency.CHAT)
    piped.freeze_at(story, 1)
    piped.mouth.take(story)
    await piped.sounding(story)
    piped.mouth.take(HoldSpeech())
    piped.thaw()
    await piped.told.count(SoundStopped, 1)
    piped.mouth.take(StopSpeaking())
    said = await piped.told.said(story.say_id)
    assert said.spoken_text == "Once there was a mouse."
    assert len(piped.told.of(SoundStarted)) == 1


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
    room: Room, lang: str, text: str, rate: int
) -> None:
    room.mouth.take(SetVoice(0.8, rate))
    say = Say(text, lang)
    room.mouth.take(say)
    assert (await room.told.said(say.say_id)).completed
    # In samples of the file: what sounds between silences of 0.7 s.
    sounding = spans(room.sound())
    assert len(sounding) > 1
    assert max(end - start for start, end in sounding) <= 6.0
    for (_, end), (start, _) in pairwise(sounding):
        assert start - end >= 0.7


async def test_volume_and_rate_hold_from_the_next_sentence_on(room: Room) -> None:
    loudness, seconds = [], []
    for volume, rate in ((0.8, 160), (0.4, 160), (0.8, 240)):
        room.mouth.take(SetVoice(volume, rate))
        say = Say("Good morning, my dear friend.", "en")
        begin = len(room.sound()) if room.told.of(Said) else 0
        room.mouth.take(say)
        await room.told.said(say.say_id)
        part = room.sound()[begin:].astype(np.float64)
        part = part[np.abs(part) > 60]
        loudness.append(np.sqrt(np.mean(part**2)))
        seconds.append(room.told.of(SoundStarted)[-1].duration_seconds)
    assert loudness[1] / loudness[0] == pytest.approx(0.5, abs=0.04)
    assert seconds[2] / seconds[0] == pytest.approx(160 / 240, abs=0.08)


async def test_a_say_handed_over_twice_is_said_once(room: Room) -> None:
    say = Say(PILLS, "en", Urgency.REMINDER)
    other = Say("Next.", "en", Urgency.REMINDER)
    for event in (say, say, other, other):
        room.mouth.take(event)
    await room.told.said(other.say_id)
    assert_well_formed(room, [say, other])


HOSTILE = (
    *("", "   ", "😀🎉", "…", '"', "-", "\x00\x01", "\ud800", "\n" * 500, "." * 5_000),
    *("-v --help", '<speak>&amp;"', "a\x00\x01b", "《‘“a", "/etc/passwd", "[[h@l@U]] you"),
    *("％１２", "5 < 6 & 7 > 3", "a" * 300, "one\u202etwo", "<mark name='x'/>y", "{0} %s a"),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_whatever_the_texts_each_is_ended_and_the_next_one_sounds(
    room: Room, lang: str
) -> None:
    says = [Say(text, lang) for text in (*HOSTILE, "OK.")]
    for say in says:
        room.mouth.take(say)
    for say in says:
        said = await room.told.said(say.say_id)
        if any(sign.isalnum() for sign in say.text):
            assert (said.completed, said.error) == (True, ""), say.text
        else:
            assert (said.completed, said.spoken_text) == (False, ""), say.text
            assert "nothing in it" in said.error
    assert_well_formed(room, says)


async def test_a_language_without_voice_is_told(room: Room) -> None:
    say = Say("bonjour", "fr")
    room.mouth.take(say)
    said = await room.told.said(say.say_id)
    assert not said.completed
    assert "'fr'" in said.error


@pytest.mark.parametrize(("lang", "words"), [("zh", "我今天去了公园。"), ("en", "we went on, ")])
async def test_ten_thousand_characters_start_at_once_and_can_be_stopped(
    piped: Room, lang: str, words: str
) -> None:
    say = Say((words * 2_000)[:10_000], lang, Urgency.CHAT)
    piped.freeze_at(say, 3)
    piped.mouth.take(say)
    await piped.sounding(say, 3)
    piped.mouth.take(StopSpeaking())
    piped.thaw()
    said = await piped.told.said(say.say_id)
    assert not said.completed
    assert say.text.startswith(said.spoken_text)
    assert 0 < len(said.spoken_text) < 200


# ------------------------------------------------------------------- without a speaker


async def test_without_a_speaker_answers_fail_and_reminders_wait(
    open_room: Callable[[Path], Room], tmp_path: Path
) -> None:
    room = open_room(tmp_path / "later" / "sound.raw")
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
    open_room: Callable[[Path], Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STALE_SECONDS", 0.3)
    room = open_room(tmp_path / "never" / "sound.raw")
    pills = Say("Your pills.", "en", Urgency.REMINDER)
    room.mouth.take(pills)
    said = await room.told.said(pills.say_id)
    assert not said.completed
    assert "cannot be written" in said.error


@pytest.mark.parametrize("urgency", list(Urgency))
async def test_a_speaker_lost_in_mid_sentence(piped: Room, urgency: Urgency) -> None:
    say = Say("Good morning. Please take two of the white pills now.", "en", urgency)
    piped.freeze_at(say, 2)
    piped.mouth.take(say)
    await piped.sounding(say, 2)
    piped.pull_out()
    await piped.told.count(SpeakerLost, 1)
    if urgency.rank < Urgency.REMINDER.rank:
        said = await piped.told.said(say.say_id)
        assert (said.completed, said.spoken_text) == (False, "Good morning.")
        assert "cannot be written any more" in said.error
    else:
        piped.plug_in()
        said = await piped.told.said(say.say_id)
        assert said == Said(say.say_id, completed=True, spoken_text=say.text)
        assert len(piped.told.of(SoundStarted)) == 3
    assert_well_formed(piped, [say])


async def test_a_speaker_that_takes_nothing_is_lost(
    piped: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_speaker, "STALL_SECONDS", 0.2)
    say = Say("Hello there.", "en")
    piped.freeze_at(say, 1)
    piped.mouth.take(say)
    said = await piped.told.said(say.say_id)
    assert "took nothing" in said.error
    assert not said.completed
    kinds = [type(event) for event in piped.told.events[:4]]
    assert kinds == [SpeakerBack, SoundStarted, SpeakerLost, SoundStopped]


# ----------------------------------------------------------------------------- the end


async def test_at_the_end_everything_is_told(piped: Room) -> None:
    says = [Say(STORY, "en", Urgency.CHAT), Say(PILLS, "en", Urgency.CHAT)]
    piped.freeze_at(says[0], 2)
    for say in says:
        piped.mouth.take(say)
    await piped.sounding(says[0], 2)
    finishing = asyncio.create_task(piped.mouth.finish("going"))
    piped.thaw()
    await finishing
    assert [(s.completed, s.error) for s in piped.told.of(Said)] == [(False, "going")] * 2
    assert (await piped.told.said(says[0].say_id)).spoken_text == "Once there was a mouse."
    assert_well_formed(piped, says)
