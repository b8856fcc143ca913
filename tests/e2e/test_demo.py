"""The demo is the product in small: both languages, in real time and through files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.demo import run_demo
from assistant.demo.script import script
from tests.channels.parts import needs_baresip
from tests.headless import needs_pulse

LOUD = 200
"""Of 32,768: far below speech, far above what a null device adds."""


def events_of(out: Path) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads((out / "events.json").read_text("utf-8"))
    return events


def check(out: Path, lang: str) -> None:
    events = events_of(out)
    turns = [event for event in events if event["type"] == "TurnTaken"]
    assert [turn["intent"] for turn in turns] == script(lang).intents
    assert all(turn["reply"] for turn in turns if turn["lane"] != "safety")
    # The tiny model heard the cry: it was asked about, and silence called.
    assert [event["reason"] for event in events if event["type"] == "AlarmRaised"][-1] == "fall"
    louder = [event["volume"] for event in events if event["type"] == "SetVoice"]
    assert louder == [0.95]

    check_doses(events)

    said = [event for event in events if event["type"] == "Said"]
    assert len(said) >= len(turns)
    # "I am calling her" is taken back if she answers before it was said.
    unsaid = {event["say_id"] for event in events if event["type"] == "Unsay"}
    whole = [event for event in said if event["say_id"] not in unsaid]
    assert all(event["completed"] and not event["error"] for event in whole)

    called = [event for event in events if event["type"] == "AlarmAcknowledged"]
    assert [event["contact"] for event in called] == [script(lang).people.daughter]
    heard, rate = soundfile.read(out / "call.wav", dtype="int16")
    assert active_seconds(heard, rate) > 3, "the daughter heard what it is about"

    sound, rate = soundfile.read(out / "conversation.wav", dtype="int16")
    elder, anban = sound[:, 0], sound[:, 1]
    started = [event for event in events if event["type"] == "SoundStarted"]
    promised = sum(each["duration_seconds"] for each in started if each["say_id"] not in unsaid)
    # Whole: what sounded is as long as what was to sound, but for pauses within the speech.
    assert 0.85 * promised <= active_seconds(anban, rate) <= 1.1 * promised
    assert active_seconds(elder, rate) > len(turns)


def check_doses(events: list[dict[str, Any]]) -> None:
    """Announced, snoozed, announced again, taken; then missed, told to the family."""
    kinds = ("ReminderDue", "ReminderSnoozed", "DoseTaken", "ReminderMissed", "FamilyToldOfDose")
    doses = [event for event in events if event["type"] in kinds]
    due, snoozed, again, taken, missed, told = doses
    assert [event["type"] for event in doses] == [
        *("ReminderDue", "ReminderSnoozed", "ReminderDue", "DoseTaken"),
        *("ReminderMissed", "FamilyToldOfDose"),
    ]
    first = {event["occurrence_id"] for event in (due, snoozed, again, taken)}
    assert len(first) == 1
    assert again["due_at"] == due["due_at"] < snoozed["until"]
    assert missed["occurrence_id"] not in first
    assert not missed["was_announced"]
    assert told["occurrence_ids"] == [missed["occurrence_id"]]
    (letter,) = [event["text"] for event in events if event["type"] == "LetterCame"]
    assert missed["title"] in letter


def active_seconds(samples: np.ndarray, rate: int) -> float:
    """How long something sounded, gaps of up to 0.3 s within it included."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
    steps = np.diff(loud)
    return float(steps[steps <= 0.3 * rate].sum()) / rate


@needs_baresip
@needs_pulse
@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.soak)])
async def test_a_conversation_in_real_time(lang: str, tmp_path: Path) -> None:
    assert await run_demo(lang, tmp_path, fast=False) == 0
    check(tmp_path, lang)


@needs_baresip
@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.soak)])
async def test_a_conversation_through_files_without_a_sound_server(
    lang: str, tmp_path: Path
) -> None:
    assert await run_demo(lang, tmp_path, fast=True) == 0
    check(tmp_path, lang)
