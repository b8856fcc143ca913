"""The child as the core runs it: a real socket, a real process, sound through a FIFO."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from assistant.events import (
    Heard,
    InputEnded,
    LanguageChanged,
    Listen,
    MicrophoneLost,
    Ready,
    Shutdown,
    SoundStarted,
    SoundStopped,
    SpeechEnded,
    SpeechStarted,
    Woken,
)
from assistant.settings import EarSettings, ModelSettings, Settings
from tests.ear.conftest import Home, make_home
from tests.ear.speech import model, noise, say, seconds, silence

QUIET = silence(1.5)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting_home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    async with make_home(tmp_path_factory.mktemp("h")) as home:
        await home.start()
        await home.next(Ready)
        yield home


@pytest_asyncio.fixture(loop_scope="module")
async def home(lasting_home: Home) -> Home:
    """A Mandarin home whose ear is ready, and waits for a wake phrase; one for all tests."""
    lasting_home.bus.publish(Listen(0.0))
    await lasting_home.settle()
    lasting_home.forget()
    return lasting_home


@pytest_asyncio.fixture(loop_scope="module")
async def own_home(tmp_path: Path) -> AsyncIterator[Home]:
    """A Mandarin home for one test; its ear is not started."""
    async with make_home(tmp_path) as home:
        yield home


async def test_a_sentence_comes_as_events_in_order(home: Home) -> None:
    await home.hear(silence(1) + say("小安小安，现在几点了", "zh") + QUIET)
    final = await home.final()
    await home.next(InputEnded)
    told = [event for event in home.told if not isinstance(event, InputEnded)]
    assert len(told) == len(home.told) - 1
    kinds = [type(event) for event in told]
    assert kinds[0] is SpeechStarted
    assert told[-1] is final
    assert (kinds.count(Woken), kinds.count(SpeechEnded)) == (1, 1)
    assert set(kinds) == {SpeechStarted, Heard, Woken, SpeechEnded}
    assert len({event.utterance_id for event in told if not isinstance(event, Woken)}) == 1
    partials = [event.raw_text for event in told if isinstance(event, Heard) and not event.is_final]
    assert len(partials) >= 2
    assert all(one != other for one, other in itertools.pairwise(partials))
    assert final.text == "现在几点了"
    assert final.raw_text == "小安小安现在几点了"
    assert final.addressed
    assert final.lang == "zh"
    assert final.confidence is not None
    assert final.confidence > 0.6
    assert "".join(word.text for word in final.words) == final.raw_text
    ended = next(event for event in told if isinstance(event, SpeechEnded))
    spoken = seconds(say("小安小安，现在几点了", "zh"))
    assert ended.duration_seconds == pytest.approx(spoken, abs=0.25)


async def test_ready_tells_the_model(own_home: Home) -> None:
    home = own_home
    home.lang = "en"
    await home.start()
    ready = await home.next(Ready)
    assert ready == Ready("ear", f"en: {model('en').kind} model {model('en').path.name}")


async def test_a_cry_is_heard_though_nobody_was_addressed(home: Home) -> None:
    await home.hear(silence(1) + say("救命", "zh") + QUIET)
    final = await home.final()
    assert (final.raw_text, final.addressed) == ("救命", False)


async def test_a_bare_wake_phrase_then_the_command(home: Home) -> None:
    await home.hear(silence(1) + say("小安小安", "zh") + QUIET)
    final = await home.final()
    assert (final.text, final.raw_text, final.addressed) == ("", "小安小安", True)
    await home.hear(silence(1) + say("现在几点了", "zh") + QUIET)
    final = await home.final()
    assert (final.text, final.addressed) == ("现在几点了", True)


async def test_the_window_after_an_answer_opens_and_runs_out(home: Home) -> None:
    home.bus.publish(Listen(4.0))
    await home.settle()
    await home.hear(silence(1) + say("现在几点了", "zh") + QUIET)
    assert (await home.final()).addressed
    await home.hear(silence(4) + say("现在几点了", "zh") + QUIET)
    assert not (await home.final()).addressed


async def test_its_own_voice_is_not_heard_and_takes_nothing_of_the_window(home: Home) -> None:
    home.bus.publish(Listen(4.0))
    home.bus.publish(SoundStarted("s", 20.0))
    await home.settle()
    await home.hear(say("现在几点了", "zh") * 8)
    await home.next(InputEnded)  # what is still in the pipe must not sound after the end
    home.bus.publish(SoundStopped("s"))
    await home.settle()
    await home.hear(silence(1) + say("救命", "zh") + QUIET)
    final = await home.final()
    assert (final.text, final.addressed) == ("救命", True)
    assert len([event for event in home.told if isinstance(event, SpeechStarted)]) == 1


async def test_a_mouth_that_died_does_not_leave_it_deaf(home: Home) -> None:
    home.bus.publish(SoundStarted("s", 1.0))
    await home.settle()
    await home.hear(silence(2.5) + say("救命", "zh") + QUIET)
    assert (await home.final()).text == "救命"


async def test_a_mute_in_mid_sentence_gives_what_was_heard(home: Home) -> None:
    with home.fifo.open("wb", buffering=0) as microphone:
        # So small that a write comes back only when all but 0.13 s of it was read.
        fcntl.fcntl(microphone, fcntl.F_SETPIPE_SZ, 4096)
        words = silence(1) + say("小安小安", "zh") + silence(0.5)
        await asyncio.to_thread(microphone.write, words)
        await home.next(Heard, lambda heard: heard.raw_text == "小安小安")
        home.bus.publish(SoundStarted("s", 2.0))
        await home.settle()
        microphone.write(say("现在几点了", "zh"))
        final = await home.final()
    assert (final.raw_text, final.addressed) == ("小安小安", True)


async def test_noise_is_no_speech(home: Home) -> None:
    await home.hear(noise(4) + silence(1) + say("救命", "zh") + QUIET)
    assert (await home.final()).text == "救命"
    assert len([event for event in home.told if isinstance(event, SpeechStarted)]) == 1


async def test_the_other_language(home: Home) -> None:
    model("en")
    home.bus.publish(LanguageChanged("en"))
    ready = await home.next(Ready)
    assert ready.detail.startswith("en")
    for _ in range(3):  # the small model misses a "hey" now and then; people say it again
        await home.hear(silence(1) + say("hey anban, what time is it", "en") + QUIET)
        final = await home.final()
        if final.addressed:
            break
    assert (final.text, final.lang, final.addressed) == ("what time is it", "en", True)


async def test_a_language_whose_model_is_broken_leaves_the_old_one(own_home: Home) -> None:
    home = own_home
    home.settings = replace(home.settings, models=ModelSettings({"zh": "", "en": "/nowhere"}))
    await home.start()
    await home.next(Ready)
    home.bus.publish(LanguageChanged("en"))
    await home.hear(silence(1) + say("现在几点了", "zh") + QUIET)
    assert (await home.final()).lang == "zh"
    home.bus.publish(Shutdown())
    status, errors = await home.end()
    assert status == 0
    assert "/nowhere" in errors


async def test_without_a_model_it_ends_with_one_line(own_home: Home) -> None:
    home = own_home
    home.settings = replace(home.settings, models=ModelSettings({"zh": "/nowhere", "en": ""}))
    await home.start()
    status, errors = await home.end()
    assert status == 1
    assert len(errors.strip().splitlines()) == 1
    assert "/nowhere" in errors


async def test_without_a_core_it_ends_with_one_line(own_home: Home) -> None:
    home = own_home
    await home.bus.close()
    await home.start()
    status, errors = await home.end()
    assert status == 1
    assert len(errors.strip().splitlines()) == 1


@pytest.mark.parametrize("how", ["shutdown", "terminate", "core_gone"])
async def test_it_ends_when_it_should(own_home: Home, how: str) -> None:
    home = own_home
    await home.start()
    await home.next(Ready)
    if how == "shutdown":
        home.bus.publish(Shutdown())
    elif how == "terminate":
        assert home.process is not None
        home.process.send_signal(signal.SIGTERM)
    else:
        await home.bus.close()
    status, errors = await home.end()
    assert status == 0
    assert "Traceback" not in errors


async def test_the_log_holds_no_word_of_the_elder(own_home: Home) -> None:
    home = own_home
    await home.start()
    await home.next(Ready)
    await home.hear(silence(1) + say("小安小安，现在几点了", "zh") + QUIET)
    await home.final()
    home.bus.publish(Shutdown())
    _, errors = await home.end()
    assert "几点" not in errors
    assert "小安" not in errors


async def test_without_a_microphone_it_is_ready_and_keeps_trying(own_home: Home) -> None:
    home = own_home
    home.settings = Settings(ear=EarSettings(device="no such microphone"))
    home.environment["PULSE_SERVER"] = "unix:/nonexistent"
    await home.start()
    lost = await home.next(MicrophoneLost)
    assert "microphone" in lost.reason
    assert any(isinstance(event, Ready) for event in home.told)
    home.bus.publish(Shutdown())
    status, errors = await home.end()
    assert status == 0
    assert len([event for event in home.told if isinstance(event, MicrophoneLost)]) == 1
    assert "Traceback" not in errors
