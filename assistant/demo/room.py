"""The room of the demo: where the elder's voice meets Anban's ear, and what both said is kept.

Two kinds, one contract: real sounddevice streams on PulseAudio's null devices, or the same
streams through files where no PulseAudio is (and for `--fast`, which waits for no clock).
"""

from __future__ import annotations

import abc
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from assistant.core import CoreOptions
from assistant.demo.pulse import pulse_server
from assistant.runtime.with_parent import with_parent

Samples = npt.NDArray[np.int16]

EAR_RATE: Final = 16_000
"""Samples a second of all that a room takes and keeps."""
MOUTH_FILE_RATE: Final = 22_050
_BREATH_SECONDS: Final = 0.5
"""Before a sentence: for a moment after Anban spoke the ear is still deaf, to its echo."""
_BLOCK_SECONDS: Final = 0.03


class Room(abc.ABC):
    """A microphone that an elder can speak into, a speaker that can be listened to."""

    environment: dict[str, str]
    """What Anban's children need to find it."""
    ear_device: str
    mouth_device: str

    def furnish(self, options: CoreOptions) -> CoreOptions:
        """The same core, with its ear and mouth in this room."""
        settings = options.settings
        ear = replace(settings.ear, device=self.ear_device)
        mouth = replace(settings.mouth, device=self.mouth_device)
        return replace(
            options,
            settings=replace(settings, ear=ear, mouth=mouth),
            environment={**options.environment, **self.environment},
        )

    @abc.abstractmethod
    async def hear(self, voice: Samples, quiet_seconds: float) -> None:
        """Sound into the microphone, then quiet; returns when it was taken."""

    @abc.abstractmethod
    async def recording(self) -> tuple[Samples, Samples]:
        """All that sounded so far: the elder's side and Anban's, equally long, at `EAR_RATE`."""


class PulseRoom(Room):
    """Real streams on PulseAudio's null devices, in real time."""

    def __init__(self, environment: dict[str, str], elder: _Tap, anban: _Tap) -> None:
        self.environment = environment
        self.ear_device = self.mouth_device = "pulse"
        self._taps = (elder, anban)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[PulseRoom]:
        """A room as long as the block; raises PulseError."""
        async with pulse_server(folder) as environment:
            taps = [_Tap(f"{sink}.monitor", environment) for sink in ("mic_feed", "speaker")]
            for tap in taps:
                await tap.start()
            try:
                yield cls(environment, *taps)
            finally:
                for tap in taps:
                    await tap.stop()

    async def hear(self, voice: Samples, quiet_seconds: float) -> None:
        """Played into the virtual microphone; returns when the last sample was taken."""
        quiet = np.zeros(round(quiet_seconds * EAR_RATE), np.int16)
        player = await asyncio.create_subprocess_exec(
            "pacat", "--playback", "-d", "mic_feed", "--raw", "--format=s16le",
            f"--rate={EAR_RATE}", "--channels=1", "--latency-msec=100",
            env={**os.environ, **self.environment}, stdin=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await player.communicate(np.concatenate([voice, quiet]).tobytes())

    async def recording(self) -> tuple[Samples, Samples]:
        """What passed both devices, from the same moment on."""
        elder, anban = (tap.samples() for tap in self._taps)
        length = min(len(elder), len(anban))
        return elder[:length], anban[:length]


class _Tap:
    """Everything that passes a PulseAudio source, from `start` on."""

    def __init__(self, source: str, environment: dict[str, str]) -> None:
        self._source, self._environment = source, environment
        self._pieces: list[bytes] = []
        self._process: asyncio.subprocess.Process
        self._task: asyncio.Task[None]

    async def start(self) -> None:
        """Begin to keep what passes."""
        self._process = await asyncio.create_subprocess_exec(
            *with_parent(
                "parec", "-d", self._source, "--raw", "--format=s16le", f"--rate={EAR_RATE}",
                "--channels=1", "--latency-msec=20",
            ),
            env={**os.environ, **self._environment}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Keep no more."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()
        await self._task

    def samples(self) -> Samples:
        """All that passed so far."""
        whole = b"".join(self._pieces)
        return np.frombuffer(whole[: len(whole) // 2 * 2], np.int16)

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  (asked for in `start`)
        while piece := await self._process.stdout.read(65_536):
            self._pieces.append(piece)


class FileRoom(Room):
    """The same streams through files: the ear reads a pipe, the mouth writes a file."""

    def __init__(self, folder: Path, *, fast: bool) -> None:
        self._mic, self._speaker = folder / "mic.pipe", folder / "speaker.raw"
        os.mkfifo(self._mic, 0o600)
        self._speaker.touch(0o600)
        self.environment = {"ANBAN_FAST": "1"} if fast else {}
        self.ear_device, self.mouth_device = f"file:{self._mic}", f"file:{self._speaker}"
        self._fast = fast
        self._elder: list[Samples] = []
        self._anban: list[Samples] = []
        self._taken_bytes = 0
        self._writer: asyncio.StreamWriter | None = None

    async def hear(self, voice: Samples, quiet_seconds: float) -> None:
        """Written into the ear's pipe, at the clock's pace unless `fast`."""
        self._take_anbans_part()
        before, after = (
            np.zeros(round(seconds * EAR_RATE), np.int16)
            for seconds in (_BREATH_SECONDS, quiet_seconds)
        )
        samples = np.concatenate([before, voice, after])
        writer = self._writer = self._writer or await self._open_pipe()
        block = round(_BLOCK_SECONDS * EAR_RATE)
        for start in range(0, len(samples), block):
            writer.write(samples[start : start + block].tobytes())
            await writer.drain()
            if not self._fast:
                await asyncio.sleep(_BLOCK_SECONDS)
        self._append(samples, np.zeros(len(samples), np.int16))

    async def recording(self) -> tuple[Samples, Samples]:
        """What was written, turn after turn."""
        self._take_anbans_part()
        nothing = np.zeros(0, np.int16)
        return np.concatenate([nothing, *self._elder]), np.concatenate([nothing, *self._anban])

    async def close(self) -> None:
        """End the microphone's stream."""
        if self._writer is not None:
            self._writer.close()

    async def _open_pipe(self) -> asyncio.StreamWriter:
        loop = asyncio.get_running_loop()
        # Opening waits for a reader, which the ear is once it runs.
        pipe = await loop.run_in_executor(None, self._mic.open, "wb", 0)
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.streams.FlowControlMixin(loop=loop), pipe
        )
        return asyncio.StreamWriter(transport, protocol, None, loop)

    def _take_anbans_part(self) -> None:
        """What the mouth wrote since the last look: it speaks while the elder does not."""
        with self._speaker.open("rb") as file:
            file.seek(self._taken_bytes)
            raw = file.read()
        raw = raw[: len(raw) // 2 * 2]
        self._taken_bytes += len(raw)
        if raw:
            spoken = np.frombuffer(raw, np.int16).astype(np.float32)
            samples = soxr.resample(spoken, MOUTH_FILE_RATE, EAR_RATE).clip(-32768, 32767)
            self._append(np.zeros(len(samples), np.int16), samples.astype(np.int16))

    def _append(self, elder: Samples, anban: Samples) -> None:
        self._elder.append(elder)
        self._anban.append(anban)
