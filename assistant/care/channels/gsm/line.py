"""The serial line to the modem: bytes in and out without ever blocking the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Final

import serial

READ_SECONDS: Final = 0.1
WRITE_SECONDS: Final = 2.0


class SerialLine:
    """One open port.  A thread reads it; what it reads arrives on the event loop."""

    def __init__(self, on_bytes: Callable[[bytes], None]) -> None:
        self.lost = asyncio.Event()
        """Set when the port is gone: unplugged, or its driver failed."""
        self._on_bytes = on_bytes
        self._loop = asyncio.get_running_loop()
        self._port: serial.Serial
        self._is_closing = threading.Event()

    async def open(self, port: str, baud: int) -> None:
        """Take the port for this process alone.

        Raises:
            OSError: not there, taken, or not allowed (serial.SerialException is one).
        """
        self._port = await asyncio.to_thread(
            serial.Serial,
            port,
            baud,
            timeout=READ_SECONDS,
            write_timeout=WRITE_SECONDS,
            exclusive=True,
        )
        threading.Thread(target=self._read, name=f"modem {port}", daemon=True).start()

    async def write(self, data: bytes) -> None:
        """Send; at most `WRITE_SECONDS`.

        Raises:
            OSError: the port is gone or takes nothing.
        """
        await asyncio.to_thread(self._port.write, data)

    def close(self) -> None:
        """Let go of the port; the reading thread ends by itself."""
        self._is_closing.set()

    def _read(self) -> None:
        try:
            while not self._is_closing.is_set():
                data = self._port.read(max(1, self._port.in_waiting))
                if data:
                    self._tell(self._on_bytes, data)
        except (OSError, TypeError):
            # pyserial raises TypeError where the port is closed under its read.
            self._is_closing.set()
        finally:
            with contextlib.suppress(OSError):
                self._port.close()
            self._tell(self.lost.set)

    def _tell(self, function: Callable[..., object], *arguments: object) -> None:
        # The loop may be closed when the last bytes arrive: nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)
