from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from assistant.mouth import synthesizer as module
from assistant.mouth.synthesizer import SynthesisError, Synthesizer
from assistant.mouth.voices import SAMPLE_RATE_HZ

RATE = 160


@pytest.fixture
async def synthesizer() -> AsyncIterator[Synthesizer]:
    """A new one for each test, for many of them break it."""
    made = Synthesizer()
    yield made
    await made.close()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while alive(pid):  # noqa: ASYNC110 - the end of a grandchild raises no event
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "text",
    [
        *("hello", "-v foo", "--help", "@/etc/passwd", '"unbalanced', "it's", "$(reboot); `id`"),
        *("<speak><break time='9s'/>hi</speak>", "a & b < c", "[[h@l@U]] there", "one\ntwo\r\n"),
        *("a\x00b\x01c\x1b[31m", "\ud800 half", "one\u202etwo", "word " * 60),
    ],
)
async def test_any_text_becomes_sound(synthesizer: Synthesizer, text: str) -> None:
    samples = await synthesizer.synthesize(text, "en", RATE)
    assert samples.dtype == np.int16
    assert len(samples) > 0.2 * SAMPLE_RATE_HZ
    assert not synthesizer.engine_failed


async def test_equal_requests_sound_equally_long(synthesizer: Synthesizer) -> None:
    lengths = [len(await synthesizer.synthesize("Good morning.", "en", RATE)) for _ in range(20)]
    # The voice's breath is random, which shifts the end by a few samples.
    assert max(lengths) - min(lengths) < 0.005 * SAMPLE_RATE_HZ


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_dead_or_hung_voice_process_is_replaced(
    synthesizer: Synthesizer, signal_number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT_SECONDS", 0.5)
    expected = len(await synthesizer.synthesize("你好", "zh", RATE))
    broken = synthesizer.process_id
    assert broken is not None
    os.kill(broken, signal_number)
    assert len(await synthesizer.synthesize("你好", "zh", RATE)) == pytest.approx(
        expected, rel=0.05
    )
    assert synthesizer.process_id not in (None, broken)
    assert not alive(broken)
    assert not synthesizer.engine_failed


async def test_killed_in_the_middle_of_a_text_it_still_answers(synthesizer: Synthesizer) -> None:
    await synthesizer.synthesize("hello", "en", RATE)
    speaking = asyncio.create_task(synthesizer.synthesize("你" * 1_000, "zh", RATE))
    await asyncio.sleep(0)  # it has sent its request, and waits
    assert synthesizer.process_id is not None
    os.kill(synthesizer.process_id, signal.SIGKILL)
    assert len(await speaking) > 60 * SAMPLE_RATE_HZ


async def test_a_cancelled_request_leaves_the_next_one_its_own_sound(
    synthesizer: Synthesizer,
) -> None:
    expected = len(await synthesizer.synthesize("hello", "en", RATE))
    process_id = synthesizer.process_id
    speaking = asyncio.create_task(synthesizer.synthesize("long " * 40, "en", RATE))
    await asyncio.sleep(0)
    speaking.cancel()
    assert len(await synthesizer.synthesize("hello", "en", RATE)) == pytest.approx(
        expected, rel=0.05
    )
    assert speaking.cancelled()
    assert synthesizer.process_id == process_id


@pytest.fixture
def no_pyttsx3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation in which pyttsx3 cannot start."""
    (tmp_path / "pyttsx3.py").write_text("raise ImportError('broken installation')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("no_pyttsx3")
async def test_without_pyttsx3_espeak_speaks_the_same(synthesizer: Synthesizer) -> None:
    healthy_seconds = {"en": 1.0, "zh": 1.0}
    for lang, text in (("en", "good morning"), ("zh", "早上好")):
        samples = await synthesizer.synthesize(text, lang, RATE)
        assert len(samples) / SAMPLE_RATE_HZ == pytest.approx(healthy_seconds[lang], abs=0.6)
    assert synthesizer.engine_failed


@pytest.mark.usefixtures("no_pyttsx3")
@pytest.mark.parametrize("text", ["-v foo", "--help", "[[h@l@U]]", "@/etc/passwd", "\x01 a"])
async def test_espeak_gets_any_text_as_text(synthesizer: Synthesizer, text: str) -> None:
    assert len(await synthesizer.synthesize(text, "en", RATE)) > 0.2 * SAMPLE_RATE_HZ


@pytest.mark.usefixtures("no_pyttsx3")
async def test_with_no_voice_at_all_the_error_says_so(
    synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SynthesisError, match="espeak-ng is not installed"):
        await synthesizer.synthesize("hello", "en", RATE)


async def test_what_gives_only_silence_is_an_error_and_no_fault_of_the_engine(
    synthesizer: Synthesizer,
) -> None:
    with pytest.raises(SynthesisError, match="silence"):
        await synthesizer.synthesize("\x01\x02", "en", RATE)
    assert not synthesizer.engine_failed


async def test_a_language_without_voice_is_refused(synthesizer: Synthesizer) -> None:
    with pytest.raises(SynthesisError, match="'fr'"):
        await synthesizer.synthesize("bonjour", "fr", RATE)


OWNER = """
import asyncio
from assistant.mouth.synthesizer import Synthesizer

async def main():
    synthesizer = Synthesizer()
    await synthesizer.synthesize("hello", "en", 160)
    print(synthesizer.process_id, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "before",
    [lambda _: None, lambda pid: os.kill(pid, signal.SIGSTOP)],
    ids=["healthy", "stopped"],
)
async def test_the_voice_process_dies_with_its_owner(before: Callable[[int], None]) -> None:
    command = [sys.executable, "-c", OWNER]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:  # noqa: ASYNC220 - killed here
        assert owner.stdout is not None
        voice_id = int(owner.stdout.readline())
        before(voice_id)
        owner.kill()
    await gone(voice_id)
