"""`anban selftest` and `anban drill` as a person uses them, with real ears, voice and air."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from assistant.core import Core, CoreOptions, running
from assistant.demo.elder import speak
from assistant.demo.room import EAR_RATE
from assistant.events import AlarmRaised, Capability, DrillCryHeard, Said, Say
from assistant.people.contacts import new_contact
from assistant.settings import EarSettings, EmergencySettings, MouthSettings, Settings
from tests.faults.parts import SECRET, receiver
from tests.headless import DEVICE, PulseServer, needs_pulse
from tests.waiting import until

ANBAN = Path(sys.executable).with_name("anban")

pytestmark = [needs_pulse, pytest.mark.e2e, pytest.mark.timeout(500)]


def _hears_ctrl_c() -> None:
    """As in a terminal: what runs in the background ignores it, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Home:
    """A home whose speaker is heard by its microphone, as in a room."""

    core: Core
    pulse: PulseServer | None
    folder: Path
    told: list[object]

    async def command(self, *words: str) -> tuple[int, str]:
        process = await self.begin(*words)
        assert process.stdout is not None
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def begin(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(ANBAN),
            *words,
            env={**os.environ, "ANBAN_HOME": str(self.folder), "COLUMNS": "200"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=_hears_ctrl_c,
        )

    async def cry(self, text: str) -> None:
        voice = np.concatenate([await speak(text, "zh"), np.zeros(2 * EAR_RATE, np.int16)])
        path = self.folder / "cry.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(EAR_RATE)
            sound.writeframes(voice.tobytes())
        assert self.pulse is not None
        await asyncio.to_thread(self.pulse.feed, path)

    def has(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.told)

    def is_silent(self) -> bool:
        said = {event.say_id for event in self.told if isinstance(event, Said)}
        return {event.say_id for event in self.told if isinstance(event, Say)} <= said


@asynccontextmanager
async def a_home(folder: Path) -> AsyncIterator[Home]:
    settings = replace(
        Settings(),
        ear=EarSettings(DEVICE),
        mouth=MouthSettings(DEVICE),
        emergency=EmergencySettings(webhook_secret=SECRET),
    )
    with PulseServer.started() as pulse, pulse.air():
        options = CoreOptions(
            folder,
            settings,
            folder / "cache",
            capabilities=frozenset({Capability.EAR, Capability.MOUTH}),
            environment=pulse.environment,
        )
        async with running(options) as core:
            told: list[object] = []
            core.bus.listen(told.append)
            async with asyncio.timeout(120):
                await core.children.ready("ear", "mouth")
            yield Home(core, pulse, folder, told)


async def test_a_person_tests_the_home_and_reads_it_again(tmp_path: Path) -> None:
    status, shown = await asyncio.to_thread(offline, tmp_path, "selftest", "--last")
    assert status == 1
    assert "No self-test yet" in shown
    status, shown = await asyncio.to_thread(offline, tmp_path, "selftest")
    assert status == 1
    assert "anban run`" in shown
    with receiver() as web:
        async with a_home(tmp_path) as home:
            home.core.ways.people.add(new_contact("大女儿", [], [web.url]))
            status, shown = await home.command("selftest")
            assert status == 0, shown
            assert "chime" in shown
            assert "heard at" in shown
            assert "channel 大女儿" in shown
            home.core.ways.people.add(new_contact("老李", [], ["http://127.0.0.1:1/x"]))
            status, shown = await home.command("selftest", "--quiet")
            assert status == 1
            assert "broken" in shown
    status, shown = await asyncio.to_thread(offline, tmp_path, "selftest", "--last")
    assert status == 1
    assert "老李" in shown
    _, shown = await asyncio.to_thread(offline, tmp_path, "doctor")
    assert "last self-test" in shown
    assert "No drill yet" in shown


async def test_a_person_is_led_through_a_drill(tmp_path: Path) -> None:
    with receiver() as web:
        async with a_home(tmp_path) as home:
            home.core.ways.people.add(new_contact("大女儿", [], [web.url]))
            leading = await home.begin("drill", "卧室", "厨房", "--yes")
            for number in (1, 2):
                await until(lambda number=number: rooms_asked(home) == number)
                await until(home.is_silent)
                await home.cry("救命")
                await until(lambda number=number: count(home, DrillCryHeard) == number)
            out, _ = await leading.communicate()
            shown = out.decode()
            assert leading.returncode == 0, shown
            assert "room 卧室" in shown
            assert "heard: 救命" in shown
            assert "contact 大女儿: 1. webhook" in shown
            assert not home.has(AlarmRaised), "it heard itself speak of a cry, through the air"
            assert [event["type"] for event in web.events.values()] == ["alarm.test"]
            await until(home.is_silent)
            await home.cry("救命")
            # The tiny model's cries are asked about first, and nobody answers.
            await until(lambda: home.has(AlarmRaised))
    _, shown = await asyncio.to_thread(offline, tmp_path, "selftest", "--last")
    assert "last drill" in shown
    assert "卧室" in shown


async def test_the_drill_ends_with_its_terminal(tmp_path: Path) -> None:
    options = CoreOptions(tmp_path, Settings(), tmp_path / "cache", capabilities=frozenset())
    async with running(options) as core:
        drill = core.drills.mode
        home = Home(core, None, tmp_path, [])
        core.bus.listen(home.told.append)
        leading = await home.begin("drill", "卧室", "--rooms-only")
        await until(lambda: rooms_asked(home) == 1)
        leading.send_signal(signal.SIGINT)
        out, _ = await leading.communicate()
        assert leading.returncode == 130, out.decode()
        assert not drill.drill_id, "Ctrl-C ends it at once"

        leading = await home.begin("drill", "卧室", "--rooms-only")
        await until(lambda: rooms_asked(home) == 1)
        leading.kill()
        await leading.wait()
        await until(lambda: not drill.drill_id)
        await core.conversation.turns.take("救命")
        await until(lambda: home.has(AlarmRaised))


def rooms_asked(home: Home) -> int:
    rooms = ("", "卧室", "厨房")
    return rooms.index(home.core.drills.mode._room)


def count(home: Home, kind: type) -> int:
    return sum(isinstance(event, kind) for event in home.told)


def offline(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [str(ANBAN), *words],
        env={**os.environ, "ANBAN_HOME": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr
