"""What `anban run` tells at a terminal, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.commands.greeting import NEEDED, Greeting
from assistant.events import (
    HearingLimited,
    MicrophoneBack,
    MicrophoneLost,
    Ready,
    SpeakerBack,
    SpeakerLost,
)
from assistant.runtime.bus import Bus
from assistant.settings import Settings

DEAF, HEARS = MicrophoneLost("none"), MicrophoneBack("usb")
MUTE, SOUNDS = SpeakerLost("none"), SpeakerBack("usb")
NO_EAR, TINY = "There is no microphone", "Only the small model"
OTHERS = [Ready(name) for name in sorted(NEEDED - {"ear"})]


def told(*events: object, settings: Settings | None = None, lang: str = "en") -> list[str]:
    bus, shown = Bus(), list[str]()
    Greeting(bus, settings or Settings(), lambda: lang, shown.append)
    for event in events:
        bus.publish(event)
    return shown


READY = "Anban is ready"
REST = "All else is ready"
CRIES = "Cries for help are understood already"


@pytest.mark.parametrize(
    ("events", "beginnings"),
    [
        ([HEARS, Ready("ear"), *OTHERS], [CRIES, READY, "Leave"]),
        ([Ready("ear"), HEARS, *OTHERS], [CRIES, READY, "Leave"]),
        ([*OTHERS, HEARS, Ready("ear")], [READY, "Leave"]),
        ([HEARS, Ready("ear"), *OTHERS[1:]], [CRIES]),  # one is not there yet
        ([HEARS, Ready("ear"), *OTHERS, Ready("ear"), HEARS], [CRIES, READY, "Leave"]),  # it died
        # Whom nobody hears is not told to speak.
        ([Ready("ear"), *OTHERS], []),
        ([DEAF, Ready("ear"), *OTHERS], [NO_EAR, REST, "Leave"]),
        ([DEAF, Ready("ear"), DEAF, *OTHERS], [NO_EAR, REST, "Leave"]),
        (
            [DEAF, Ready("ear"), *OTHERS, HEARS],
            [NO_EAR, REST, "Leave", "The microphone", READY],
        ),
        (
            [HEARS, Ready("ear"), *OTHERS, DEAF, HEARS],
            [CRIES, READY, "Leave", NO_EAR, "The microphone is back"],
        ),
        # Nor is who would hear no answer.
        ([HEARS, Ready("ear"), MUTE, *OTHERS], [CRIES, "There is no speaker", REST, "Leave"]),
        (
            [MUTE, MUTE, HEARS, Ready("ear"), *OTHERS, SOUNDS],
            ["There is no speaker", CRIES, REST, "Leave", "The speaker is back", READY],
        ),
        ([HearingLimited("zh"), HEARS, Ready("ear")], [TINY]),
        ([HearingLimited("zh"), HEARS, Ready("ear"), *OTHERS], [TINY, READY, "Leave"]),
    ],
)
def test_what_is_told(events: list[object], beginnings: list[str]) -> None:
    shown = told(*events)
    assert len(shown) == len(beginnings)
    assert all(map(str.startswith, shown, beginnings))


def test_the_words_that_wake_it_are_those_of_the_home() -> None:
    everything = (*OTHERS, HEARS, Ready("ear"))
    assert "小安小安" in told(*everything, lang="zh")[0]
    ear = replace(Settings().ear, wake_phrases={"en": ["dear robot"]})
    assert "dear robot" in told(*everything, settings=Settings(ear=ear))[0]


@pytest.mark.parametrize(
    "changed", [{"wake_required": False}, {"wake_phrases": {"en": []}}, {"wake_phrases": {}}]
)
def test_without_a_wake_phrase_none_is_asked_for(changed: dict[str, object]) -> None:
    ear = replace(Settings().ear, **changed)  # type: ignore[arg-type]
    assert "Just speak" in told(*OTHERS, HEARS, Ready("ear"), settings=Settings(ear=ear))[0]
