"""From text to samples: owns the voice process, and what to do when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from assistant.mouth.voices import VOICES, Voice

Samples = npt.NDArray[np.int16]

VOICE_PROCESS: Final = Path(__file__).with_name("voice_process.py")
START_LIMIT_SECONDS: Final = 5.0
"""Import and first synthesis took 0.4 s on x86-64; a small board is several times slower."""
LIMIT_SECONDS: Final = 2.0
LIMIT_SECONDS_PER_CHARACTER: Final = 0.02
"""20 hanzi took 20 ms; longer than this is a hang."""
ENGINE_REST_SECONDS: Final = 60.0
"""How long the plain espeak-ng speaks at once after two failures in a row."""
AUDIBLE_PEAK: Final = 200
"""Below this (of 32,768) everything is silence; speech peaks above 20,000."""
WAV_HEADER_BYTES: Final = 44

_log = logging.getLogger(__name__)


class SynthesisError(RuntimeError):
    """Nothing could turn this text into sound; the next text is tried afresh."""


class SilenceError(SynthesisError):
    """There was nothing to hear in what the engine gave."""


class Synthesizer:
    """Texts to samples, one at a time; a call may be cancelled at any time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._proved = False
        self._sound_fd = -1
        self._ids = itertools.count(1)
        self._one_at_a_time = asyncio.Lock()
        self._rest_until = 0.0

    async def synthesize(self, text: str, lang: str, rate_words_per_minute: int) -> Samples:
        """Mono samples at `SAMPLE_RATE_HZ`.

        pyttsx3 in its own process; a hung or dead one is replaced once, then espeak-ng speaks.

        Raises:
            SynthesisError: no voice for the language, or every way failed.
        """
        voice = VOICES.get(lang)
        if voice is None:
            raise SynthesisError(f"no voice for the language {lang!r}; there are {list(VOICES)}")
        # Control characters steer the engine, and lone surrogates cannot be encoded.
        spoken = "".join(c if c.isprintable() else " " for c in text)
        rate = voice.engine_rate(rate_words_per_minute)
        async with self._one_at_a_time:
            attempts = 2 if time.monotonic() >= self._rest_until else 0
            for attempt in range(attempts):
                try:
                    return await self._by_engine(spoken, voice, rate)
                except SilenceError:
                    break  # another engine may know these signs; a new process would not
                except (SynthesisError, OSError, EOFError, TimeoutError, ValueError) as error:
                    _log.warning("the voice process failed (%s); it is replaced", _told(error))
                    await self._end_process()
                    if attempt == attempts - 1:
                        self._rest_until = time.monotonic() + ENGINE_REST_SECONDS
                        _log.error("the voice process failed twice; espeak-ng speaks for a minute")
            return await _by_command(spoken, voice, rate)

    async def close(self) -> None:
        """End the voice process."""
        await self._end_process()

    @property
    def process_id(self) -> int | None:
        """The id of the voice process, if one runs."""
        return self._process.pid if self._process else None

    @property
    def engine_failed(self) -> bool:
        """Whether the plain espeak-ng speaks for now."""
        return time.monotonic() < self._rest_until

    async def _by_engine(self, text: str, voice: Voice, rate: int) -> Samples:
        limit = LIMIT_SECONDS + LIMIT_SECONDS_PER_CHARACTER * len(text)
        async with asyncio.timeout(limit if self._proved else START_LIMIT_SECONDS + limit):
            answer = await self._exchange(
                {"id": next(self._ids), "text": text, "voice": voice.engine_id, "rate": rate}
            )
        if "error" in answer:
            raise SynthesisError(answer["error"])
        raw = os.pread(self._sound_fd, WAV_HEADER_BYTES + 2 * answer["frames"], 0)
        samples = np.frombuffer(raw[WAV_HEADER_BYTES:], np.int16)
        if len(samples) != answer["frames"]:
            raise SynthesisError(f"{len(samples)} of {answer['frames']} frames were written")
        return _audible(samples)

    async def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process is None or self._process.returncode is not None:
            await self._start_process()
        process = cast("asyncio.subprocess.Process", self._process)
        cast("asyncio.StreamWriter", process.stdin).write(json.dumps(request).encode() + b"\n")
        while True:
            line = await cast("asyncio.StreamReader", process.stdout).readline()
            if not line:
                raise EOFError("it ended")
            answer: dict[str, Any] = json.loads(line)
            # An older id belongs to a call that was cancelled meanwhile.
            if answer["id"] == request["id"]:
                self._proved = True
                return answer

    async def _start_process(self) -> None:
        await self._end_process()
        self._sound_fd = os.memfd_create("anban-speech")
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", str(VOICE_PROCESS), str(self._sound_fd)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(self._sound_fd,),
            start_new_session=True,
        )

    async def _end_process(self) -> None:
        process, self._process, self._proved = self._process, None, False
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._sound_fd >= 0:
            os.close(self._sound_fd)
            self._sound_fd = -1


async def _by_command(text: str, voice: Voice, rate: int) -> Samples:
    """The sound by the espeak-ng command; the text goes through its standard input.

    Raises:
        SynthesisError: not installed, failed, silent, or too slow.
    """
    program = shutil.which("espeak-ng")
    if program is None:
        raise SynthesisError("no voice: pyttsx3 failed and espeak-ng is not installed")
    process = await asyncio.create_subprocess_exec(
        *(program, "--stdin", "--stdout", "-v", voice.engine_id, "-s", str(rate)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    # The command takes [[...]] as phonemes.
    plain = text.replace("[[", "[ [").encode()
    try:
        async with asyncio.timeout(LIMIT_SECONDS + LIMIT_SECONDS_PER_CHARACTER * len(text)):
            wav, _ = await process.communicate(plain)
    except TimeoutError as error:
        raise SynthesisError("no voice: pyttsx3 failed and espeak-ng took too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SynthesisError(f"no voice: espeak-ng ended with status {process.returncode}")
    # A streamed header holds no true length: the samples are what follows it.
    return _audible(np.frombuffer(wav[WAV_HEADER_BYTES : len(wav) // 2 * 2], np.int16))


def _audible(samples: Samples) -> Samples:
    """The samples, if something can be heard in them."""
    if not len(samples) or int(np.abs(samples.astype(np.int32)).max()) < AUDIBLE_PEAK:
        raise SilenceError("the voice gave silence")
    return samples


def _told(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
