"""Lets the elder speak in a modem's call: microphone and speaker joined to its sound port.

Run as a process of its own, for the length of a call (`Bridge`): sound needs native code, which
the core has none of, and what hangs in it can be killed.

    python -m assistant.channels.gsm.bridge /dev/ttyUSB4 MICROPHONE SPEAKER
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from typing import Any, Final

import serial

RATE_HZ: Final = 8_000
BLOCK_SAMPLES: Final = 160
"""The length of a block: 20 ms, what a network carries at a time."""
READ_SECONDS: Final = 0.5
OPEN_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 2.0
OPEN: Final = b"open\n"


class BridgeError(RuntimeError):
    """Nobody can speak in the call; the message says why."""


class Bridge:
    """The process that joins microphone and speaker to one call, as the channel sees it."""

    def __init__(self, port: str, microphone: str, speaker: str) -> None:
        self._arguments = (port, microphone, speaker)
        self._process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Join microphone and speaker to the call.

        Raises:
            BridgeError: no such device or port, or no sign within `OPEN_SECONDS`.
        """
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None  # noqa: S101  (asked for above)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                said = await self._process.stdout.readline()
        except TimeoutError:
            said = b""
        if said != OPEN:
            why = await self._end()
            raise BridgeError(f"microphone and speaker could not be joined to the modem: {why}")

    async def close(self) -> None:
        """Part them; does nothing if they are not joined."""
        await self._end()

    async def _end(self) -> str:
        process, self._process = self._process, None
        if process is None:
            return ""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                _, complaint = await process.communicate()
        except TimeoutError:
            process.kill()
            _, complaint = await process.communicate()
        lines = complaint.decode(errors="replace").strip().splitlines()
        return lines[-1][:120] if lines else "no sign of life"


def main(port: str, microphone: str, speaker: str) -> None:
    """Join them until standard input ends: the core died, or the call is over."""
    # Imported here: the core, which starts this program, has no use for it.
    import sounddevice  # noqa: PLC0415

    form: dict[str, Any] = {
        "samplerate": RATE_HZ,
        "channels": 1,
        "dtype": "int16",
        "blocksize": BLOCK_SAMPLES,
    }
    with (
        serial.Serial(port, 115_200, timeout=READ_SECONDS, exclusive=True) as line,
        sounddevice.RawInputStream(device=microphone or None, **form) as ears,
        sounddevice.RawOutputStream(device=speaker or None, **form) as mouth,
    ):
        for work in (lambda: _to_modem(ears, line), lambda: _to_speaker(line, mouth)):
            threading.Thread(target=work, daemon=True).start()
        sys.stdout.buffer.write(OPEN)
        sys.stdout.buffer.flush()
        sys.stdin.buffer.read()


def _to_modem(ears: Any, line: serial.Serial) -> None:
    while True:
        block, _ = ears.read(BLOCK_SAMPLES)
        line.write(bytes(block))


def _to_speaker(line: serial.Serial, mouth: Any) -> None:
    size = 2 * BLOCK_SAMPLES
    while True:
        block = line.read(size)
        mouth.write(block.ljust(size, b"\0"))  # a line that pauses is silence, not an end


if __name__ == "__main__":
    main(*sys.argv[1:4])
