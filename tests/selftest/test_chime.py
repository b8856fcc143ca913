"""The chime: found in noise, echo and hum, and in nothing else; and through a real sound server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from assistant.core import Core, CoreOptions, running
from assistant.core.selftest_assembly import SelfTestAssembly
from assistant.events import (
    Capability,
    ChimeLookedFor,
    Said,
    Say,
    SpeechStarted,
    Urgency,
)
from assistant.mouth.synthesizer import Synthesizer
from assistant.runtime.chime import HEARD_SHARE, SECONDS, chime, find
from assistant.selftest import daily
from assistant.services.findings import CheckResult
from assistant.settings import EarSettings, MouthSettings, Settings
from tests.headless import DEVICE, PulseServer, needs_pulse
from tests.reminders.home import VirtualClock
from tests.selftest.parts import at
from tests.waiting import until

RATE = 16_000
Sound = npt.NDArray[np.float64]


def room(sound: Sound, seconds: float = 3.0, at: float = 1.0) -> Sound:
    whole = np.zeros(round(seconds * RATE))
    whole[round(at * RATE) : round(at * RATE) + len(sound)] = sound
    return whole


def noise(seed: int, seconds: float = 3.0) -> Sound:
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def samples(sound: Sound) -> npt.NDArray[np.int16]:
    return np.clip(sound, -32_768, 32_767).astype(np.int16)


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2)))


CHIME = chime(RATE).astype(np.float64)


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("snr_db", [20, 0, -10])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_found_in_noise(gain: float, snr_db: float, seed: int) -> None:
    sound = room(CHIME * gain) + noise(seed) * rms(CHIME) * gain * 10 ** (-snr_db / 20)
    found = find(samples(sound), RATE)
    assert found.is_heard
    assert found.at_seconds == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("echo_seconds", [0.3, 0.8])
def test_it_is_found_in_an_echoing_room(echo_seconds: float) -> None:
    tail = noise(4, echo_seconds) * np.exp(-6.9 * np.linspace(0, 1, round(echo_seconds * RATE)))
    found = find(samples(room(np.convolve(CHIME, tail / rms(tail) / 100))), RATE)
    assert found.is_heard


def test_hum_and_one_dead_note_do_not_hide_it() -> None:
    dead = CHIME.copy()
    quarter = len(dead) // 4
    dead[quarter : 2 * quarter] = 0
    hum = 3_000 * np.sin(2 * np.pi * 50 * np.arange(3 * RATE) / RATE)
    assert find(samples(room(dead) * 0.1 + hum), RATE).is_heard


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_chime(seed: int) -> None:
    assert find(samples(noise(seed) * 3_000), RATE).share < HEARD_SHARE / 5


def test_one_tone_and_silence_are_no_chime() -> None:
    at = np.arange(3 * RATE) / RATE
    for hertz in (50.0, 659.26, 880.0, 1_000.0, 1_318.51):
        assert not find(samples(8_000 * np.sin(2 * np.pi * hertz * at)), RATE).is_heard
    silent = find(np.zeros(3 * RATE, np.int16), RATE)
    assert (silent.is_heard, silent.level_dbfs) == (False, None)
    assert not find(np.zeros(10, np.int16), RATE).is_heard


@pytest.mark.parametrize(
    ("text", "lang"),
    [("床前明月光，疑是地上霜。举头望明月，低头思故乡。", "zh"), ("I am fine, thank you.", "en")],
)
async def test_speech_is_no_chime(text: str, lang: str) -> None:
    synthesizer = Synthesizer()
    try:
        spoken = await synthesizer.synthesize(text, lang, 160)
    finally:
        await synthesizer.close()
    assert not find(spoken, 22_050).is_heard


def test_it_is_soft_and_short() -> None:
    assert SECONDS <= 1.0
    assert np.abs(CHIME).max() < 0.4 * 32_768


# ------------------------------------------------------------------ through real streams


@asynccontextmanager
async def hearing(
    pulse: PulseServer, folder: Path, clock: VirtualClock | None = None
) -> AsyncIterator[Core]:
    """A core with the real ear and the real mouth on the sound server."""
    settings = replace(Settings(), ear=EarSettings(DEVICE), mouth=MouthSettings(DEVICE))
    options = CoreOptions(
        folder,
        settings,
        folder / "cache",
        capabilities=frozenset({Capability.EAR, Capability.MOUTH}),
        environment=pulse.environment,
        clock=clock,
    )
    async with running(options) as core:
        async with asyncio.timeout(120):
            await core.children.ready("ear", "mouth")
        yield core


def by_part(findings: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    return {finding.part: finding for finding in findings}


@needs_pulse
@pytest.mark.e2e
@pytest.mark.timeout(400)
async def test_the_home_hears_its_own_chime_and_notices_what_is_cut(tmp_path: Path) -> None:
    with PulseServer.started() as pulse:
        async with hearing(pulse, tmp_path) as core:
            heard_speech: list[object] = []
            core.bus.subscribe(SpeechStarted, heard_speech.append)
            tester = core.of(SelfTestAssembly).api
            with pulse.air():
                found = by_part(await tester.run_now(with_chime=True))
                assert found["chime"].is_well, found["chime"].detail
                assert found["microphone"].is_well
                assert found["speaker"].is_well
                assert heard_speech == [], "to everything but the chime the ear was deaf"

            # The speaker is unplugged: nothing is in the air.
            found = by_part(await tester.run_now(with_chime=True))
            assert not {"microphone", "chime"} <= {p for p, f in found.items() if f.is_well}
            assert found["speaker"].is_well, "as far as its device can tell"

            found = by_part(await tester.run_now(with_chime=False))
            assert "chime" not in found


@needs_pulse
@pytest.mark.e2e
@pytest.mark.timeout(400)
async def test_something_to_say_breaks_the_chime_and_the_test_off(tmp_path: Path) -> None:
    with PulseServer.started() as pulse:
        async with hearing(pulse, tmp_path) as core:
            test = asyncio.create_task(core.of(SelfTestAssembly).api.run_now(with_chime=True))
            began: list[object] = []
            core.bus.listen(began.append)
            await until(lambda: "SoundStarted" in {type(event).__name__ for event in began})
            core.bus.publish(Say("别怕，我听到了。", "zh", Urgency.ALARM))
            with pytest.raises(Exception, match="broken off"):
                await test


@needs_pulse
@pytest.mark.e2e
@pytest.mark.timeout(400)
async def test_by_day_it_sounds_by_itself_and_is_explained_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "SETTLE_SECONDS", 0.0)
    clock = VirtualClock(at("06:00"))
    said: list[Said] = []
    chimes: list[ChimeLookedFor] = []
    words = "听听自己还灵不灵"
    with PulseServer.started() as pulse, pulse.air():
        async with hearing(pulse, tmp_path, clock) as core:
            core.bus.subscribe(Said, said.append)
            core.bus.subscribe(ChimeLookedFor, chimes.append)
            clock.move(at("09:31"))
            await until(lambda: len(chimes) == 1)
            assert chimes[0].is_heard
            await until(lambda: any(each.completed and words in each.spoken_text for each in said))
            clock.move(at("09:31", 1))
            # What it said may have come back to it through the air: it waits for quiet.
            while len(chimes) < 2:
                assert clock.at < at("17:00", 1)
                clock.move(clock.at + daily.LOOK_AGAIN_SECONDS + 1)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(5):
                        await until(lambda: len(chimes) == 2)
            clock.move(clock.at + daily.TELL_AGAIN_SECONDS + 1)
            await core.of(SelfTestAssembly).api.step()  # all that was to be said today was said
            assert sum(each.completed and words in each.spoken_text for each in said) == 1
