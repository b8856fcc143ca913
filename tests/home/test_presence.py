"""Who is on their feet shortly before they usually wake is awake; in the night nobody is."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.events import Sensed
from assistant.home.presence import Presence
from assistant.home.questions import OpenQuestions
from assistant.home.speech_handle import SpeechHandle
from assistant.language import Habits
from assistant.runtime.bus import Bus
from tests.reminders.home import SHANGHAI, VirtualClock


def asleep_after(kind: str, clock_time: str) -> bool:
    """Whether the elder sleeps once this was sensed; the usual habits hold."""
    hour, minute = map(int, clock_time.split(":"))
    now = datetime(2026, 11, 25, hour, minute, tzinfo=SHANGHAI).timestamp()
    bus = Bus()
    questions = OpenQuestions(bus, lambda _text, _urgency, say_id: SpeechHandle(say_id))
    presence = Presence(bus, VirtualClock(now), SHANGHAI, Habits(), questions)
    bus.publish(Sensed(kind, "radar", ""))
    return presence.situation(is_asking=False).is_asleep


@pytest.mark.parametrize("kind", ["BedLeft", "GaitSpeed"])
@pytest.mark.parametrize(
    ("clock_time", "asleep"), [("02:30", True), ("06:00", False), ("12:00", False)]
)
def test_who_walks_early_in_the_morning_is_up(kind: str, clock_time: str, *, asleep: bool) -> None:
    assert asleep_after(kind, clock_time) is asleep


@pytest.mark.parametrize("kind", ["PersonPresent", "VitalSigns", "ActivityChanged", "NoMotion"])
def test_who_only_is_there_may_sleep(kind: str) -> None:
    assert asleep_after(kind, "06:00")
