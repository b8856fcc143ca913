"""A file or FIFO in place of a sound card: raw s16le mono at `SAMPLE_RATE_HZ`."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Final

from assistant.mouth.playhead import Playhead
from assistant.mouth.speaker import STALL_SECONDS, SpeakerError
from assistant.mouth.voices import SAMPLE_RATE_HZ

PREFIX: Final = "file:"
FAST_VARIABLE: Final = "ANBAN_FAST"
BLOCK_FRAMES: Final = SAMPLE_RATE_HZ // 50


class FileSpeaker:
    """Appends what would sound, at the pace at which it would sound unless `ANBAN_FAST` is 1."""

    def __init__(self, device: str) -> None:
        self.name = device
        self.rate_hz = SAMPLE_RATE_HZ
        self.tail_seconds = 0.0
        self._path = Path(device.removeprefix(PREFIX))
        self._paced = os.environ.get(FAST_VARIABLE) != "1"
        self._fd = -1
        self._written = 0
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Open for appending; raises `SpeakerError` (for a FIFO also if nobody reads)."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
        try:
            self._fd = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise SpeakerError(f"{self.name} cannot be written: {error.strerror}") from error

    def clock_seconds(self) -> float:
        """The real time or, if none passes, what was written."""
        return time.monotonic() if self._paced else self._written / self.rate_hz

    async def play(self, playhead: Playhead) -> None:
        """Write block by block; raises `SpeakerError`."""
        loop = asyncio.get_running_loop()
        start, before = loop.time(), self._written
        while not playhead.over:
            block = playhead.next_block(BLOCK_FRAMES)
            try:
                await self._write(block.astype("<i2").tobytes())
            except OSError as error:
                reason = f"{self.name} cannot be written any more: {error.strerror or error}"
                if not self._lost.done():
                    self._lost.set_result(reason)
                raise SpeakerError(reason) from error
            self._written += len(block)
            due = start + (self._written - before) / self.rate_hz
            ahead = due - loop.time() if self._paced else 0.0
            await asyncio.sleep(max(ahead, 0.0))

    async def watch(self) -> str:
        """Wait for a failed write."""
        return await asyncio.shield(self._lost)

    async def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    async def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                await self._writable()

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_writer(self._fd, ready.set)
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await ready.wait()
        except TimeoutError as error:
            raise TimeoutError(f"its reader took nothing for {STALL_SECONDS:.0f} s") from error
        finally:
            loop.remove_writer(self._fd)
