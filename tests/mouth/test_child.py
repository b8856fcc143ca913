"""The child as the core starts it, with a real sound server: what it says arrives whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from assistant.events import (
    ChildDied,
    Ready,
    Said,
    Say,
    Shutdown,
    SoundStarted,
    SpeakerBack,
    SpeakerLost,
    StopSpeaking,
    Urgency,
)
from assistant.home.memory import HomeMemory
from assistant.home.speech import Speech
from assistant.home.speech_handle import SpeechState
from assistant.language import normalise, split_for_speech
from assistant.mouth.check import check_mouth
from assistant.mouth.pieces import trim
from assistant.mouth.synthesizer import Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ
from assistant.runtime.bus import Bus
from assistant.services import GetHomeState, HomeState
from assistant.settings import MouthSettings, Settings
from assistant.store import Database, KeyedValues
from tests.headless import DEVICE, RATE_HZ, PulseServer, needs_pulse

from .conftest import Told, spans

ROOT = Path(__file__).parents[2]


class Core:
    """As much of the core as a mouth sees: the bus, and how the home is set."""

    def __init__(self, device: str) -> None:
        self.bus = Bus()
        self.told = Told()
        self.bus.listen(self.told)
        self.bus.serve(GetHomeState.answered_by(self._home_state))
        self._settings = Settings(mouth=MouthSettings(device=device))
        self.child: asyncio.subprocess.Process

    async def start_mouth(self, environment: dict[str, str]) -> None:
        assert self.bus.path is not None
        self.child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant.mouth"),
            cwd=ROOT,
            env={**os.environ, **environment, "ANBAN_SOCKET": str(self.bus.path)},
            stderr=asyncio.subprocess.PIPE,
        )

    async def ended(self) -> tuple[int, str]:
        """Status and stderr of the child, once it has ended by itself."""
        async with asyncio.timeout(60):
            _, errors = await self.child.communicate()
        assert self.child.returncode is not None
        return self.child.returncode, errors.decode()

    async def _home_state(self, _: GetHomeState) -> HomeState:
        return HomeState("zh", 0.8, 160, Path("/nonexistent"), self._settings)


@contextlib.asynccontextmanager
async def core_with_mouth(
    folder: Path, device: str, environment: dict[str, str]
) -> AsyncIterator[Core]:
    core = Core(device)
    await core.bus.open(folder / "anban.sock")
    try:
        await core.start_mouth(environment)
        await core.told.count(Ready, 1)
        yield core
    finally:
        await core.bus.close()
        if core.child.returncode is None:
            core.child.kill()
        _, errors = await core.child.communicate()
        print(f"the mouth ended with {core.child.returncode} and wrote {errors.decode()!r}")


@pytest.fixture
def pulse() -> Iterator[PulseServer]:
    with PulseServer.started() as server:
        yield server


def heard_as(recorded: bytearray) -> npt.NDArray[np.int16]:
    return np.frombuffer(bytes(recorded[: len(recorded) // 2 * 2]), "<i2")


def envelope(samples: npt.NDArray[np.int16], rate_hz: int) -> npt.NDArray[np.float64]:
    """Loudness of every 20 ms."""
    frame = rate_hz // 50
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(np.float64)
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)))


async def assert_sounded_whole(recorded: npt.NDArray[np.int16], say: Say, volume: float) -> None:
    """Every sentence is found in the recording, complete and in order, at the asked volume.

    By loudness over time, for the voice's breath is random; `test_player` compares samples.
    """
    synthesizer = Synthesizer()
    rest = envelope(recorded, RATE_HZ)
    for sentence in split_for_speech(say.text, say.lang):
        spoken = normalise(sentence, say.lang)
        samples = trim(await synthesizer.synthesize(spoken, say.lang, 160))
        wanted = volume * envelope(samples, SAMPLE_RATE_HZ)
        windows = np.lib.stride_tricks.sliding_window_view(rest, len(wanted))
        likeness = [float(np.corrcoef(window, wanted)[0, 1]) for window in windows + 1e-9]
        place = int(np.nanargmax(likeness))
        assert likeness[place] > 0.9, f"{sentence}: only {likeness[place]:.2f} alike"
        assert np.linalg.norm(windows[place]) == pytest.approx(np.linalg.norm(wanted), rel=0.1)
        rest = rest[place + len(wanted) - 2 :]
    await synthesizer.close()


@needs_pulse
@pytest.mark.e2e
@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "您好！现在是下午三点。记得去银行取钱，早点回家。"),
        ("en", "Good afternoon! It is three o'clock. Please take two of the white pills."),
    ],
)
async def test_what_is_said_arrives_whole_at_the_speaker(
    tmp_path: Path, pulse: PulseServer, lang: str, text: str
) -> None:
    async with core_with_mouth(tmp_path, DEVICE, pulse.environment) as core:
        say = Say(text, lang)
        with pulse.recording() as recorded:
            core.bus.publish(say)
            said = await core.told.said(say.say_id)
            await asyncio.sleep(0.5)  # the recorder's own delay
        assert said == Said(say.say_id, completed=True, spoken_text=said.spoken_text)
        assert said.spoken_text.replace(" ", "") == text.replace(" ", "")
        await assert_sounded_whole(heard_as(recorded), say, volume=0.8)
        core.bus.publish(Shutdown())
        status, _ = await core.ended()
        assert status == 0


@needs_pulse
@pytest.mark.e2e
async def test_the_speaker_is_silent_in_the_gaps_and_soon_after_stop(
    tmp_path: Path, pulse: PulseServer
) -> None:
    async with core_with_mouth(tmp_path, DEVICE, pulse.environment) as core:
        say = Say(
            "今天天气很好，我们去公园散步看花，听听鸟叫，再回家吃饭。" * 4, "zh", Urgency.CHAT
        )
        with pulse.recording() as recorded:
            core.bus.publish(say)
            await core.told.count(SoundStarted, 3)
            stopped_at = len(recorded) / 2 / RATE_HZ
            core.bus.publish(StopSpeaking())
            said = await core.told.said(say.say_id)
            await asyncio.sleep(0.5)
        sounding = spans(heard_as(recorded), RATE_HZ)
        assert not said.completed
        assert 0 < len(said.spoken_text) < len(say.text)
        assert len(sounding) > 1
        assert max(end - start for start, end in sounding) <= 6.0
        # Sound within the device's buffer cannot be called back.
        assert sounding[-1][1] < stopped_at + 1.0


@needs_pulse
@pytest.mark.e2e
async def test_a_pulled_speaker_and_a_stalled_one_come_back_with_the_reminder(
    tmp_path: Path, pulse: PulseServer
) -> None:
    async with core_with_mouth(tmp_path, DEVICE, pulse.environment) as core:
        pills = Say("该吃药了。请吃两片白色的药片。", "zh", Urgency.REMINDER)
        core.bus.publish(pills)
        await core.told.count(SoundStarted, 2)
        await asyncio.to_thread(pulse.kill)
        await core.told.count(SpeakerLost, 1)
        answer = Say("好的。", "zh")
        core.bus.publish(answer)
        assert (await core.told.said(answer.say_id)).error
        await asyncio.to_thread(pulse.start)
        await core.told.count(SpeakerBack, 2)
        with pulse.recording() as recorded:
            assert (await core.told.said(pills.say_id)).completed
            await asyncio.sleep(0.5)
        assert spans(heard_as(recorded), RATE_HZ)

        alarm = Say("您还好吗？请回答我。", "zh", Urgency.ALARM)
        core.bus.publish(alarm)
        await core.told.count(SoundStarted, 4)
        with pulse.stalled():
            await core.told.count(SpeakerLost, 2)
        said = await core.told.said(alarm.say_id)
        assert (said.completed, said.spoken_text) == (True, alarm.text)


@pytest.mark.e2e
async def test_killed_it_leaves_no_voice_process_behind(tmp_path: Path) -> None:
    async with core_with_mouth(tmp_path, f"file:{tmp_path / 'sound.raw'}", {}) as core:
        children = psutil.Process(core.child.pid).children(recursive=True)
        assert len(children) == 1
        core.child.kill()
        await core.child.wait()
        gone, alive = await asyncio.to_thread(psutil.wait_procs, children, 60)
        assert gone
        assert not alive


@pytest.mark.e2e
async def test_killed_in_mid_sentence_who_waits_is_told_and_a_reminder_comes_again(
    tmp_path: Path,
) -> None:
    device = f"file:{tmp_path / 'sound.raw'}"
    async with core_with_mouth(tmp_path, device, {}) as core:
        memory = HomeMemory(KeyedValues.home(Database(tmp_path / "anban.db")), Settings(), "en")
        speech = Speech(core.bus, memory, 6.0, has_mouth=True)
        story = "Once there was a mouse that lived by the sea. It had never seen a ship."
        reminder = speech.say(story, Urgency.REMINDER)
        await core.told.count(SoundStarted, 1)
        answer = speech.say(story)  # waits: begun before the reminder, it would be broken off
        core.child.kill()
        await core.child.wait()
        core.bus.publish(ChildDied("mouth", "was killed", 0.0))
        assert await answer.end() is SpeechState.FAILED
        assert not reminder.is_over
        await core.start_mouth({})
        assert await reminder.end() is SpeechState.HEARD


@pytest.mark.e2e
@pytest.mark.parametrize("how", ["shutdown", "terminate", "core gone"])
async def test_it_ends_cleanly_in_mid_sentence(tmp_path: Path, how: str) -> None:
    async with core_with_mouth(tmp_path, f"file:{tmp_path / 'sound.raw'}", {}) as core:
        say = Say("Once there was a mouse that lived by the sea.", "en", Urgency.CHAT)
        core.bus.publish(say)
        await core.told.count(SoundStarted, 1)
        if how == "shutdown":
            core.bus.publish(Shutdown())
        elif how == "terminate":
            core.child.send_signal(signal.SIGTERM)
        else:
            await core.bus.close()
        assert await core.ended() == (0, "")
        if how != "core gone":
            said = await core.told.said(say.say_id)
            assert not said.completed
            assert "shutting down" in said.error


async def test_without_a_core_it_says_so_in_one_line(tmp_path: Path) -> None:
    core = Core("")
    core.bus.path = tmp_path / "nobody.sock"
    await core.start_mouth({})
    status, errors = await core.ended()
    assert status == 1
    assert len(errors.splitlines()) == 1
    assert "no running Anban" in errors


# -------------------------------------------------------------------------- the doctor


def test_the_check_finds_all_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANBAN_FAST", "1")
    check = check_mouth(f"file:{tmp_path / 'sound.raw'}", "zh")
    assert check.ok, check.problems
    assert set(check.voice_seconds) == {"zh", "en"}
    assert spans(np.fromfile(tmp_path / "sound.raw", "<i2"))


@pytest.mark.parametrize(
    ("device", "problem"), [("no such speaker", "no speaker"), ("file:/dev/full", "No space")]
)
def test_the_check_says_what_is_wrong(device: str, problem: str) -> None:
    check = check_mouth(device, "en")
    assert not check.ok
    assert problem in " ".join(check.problems)
