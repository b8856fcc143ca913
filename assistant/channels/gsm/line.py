"""The serial line to the modem: bytes in and out without ever blocking the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import termios
import threading
from collections.abc import Callable
from typing import Final

import serial

READ_SECONDS: Final = 0.1
WRITE_SECONDS: Final = 2.0
PORT_FAILURES: Final = (OSError, termios.error, TypeError, ValueError, AttributeError)
"""What pyserial lets through when a device vanishes while it is opened, read or written.

serial.SerialException is an OSError, termios.error is none (pyserial issue 417); TypeError,
ValueError and AttributeError come where the descriptor went away between two calls, and
ValueError for a name or a rate that no port can have."""


class PortError(OSError):
    """The port cannot be opened or used; the message says why."""


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
            PortError: not there, taken, not allowed, no serial port, or it vanished meanwhile.
        """
        try:
            self._port = await asyncio.to_thread(
                serial.Serial,
                port,
                baud,
                timeout=READ_SECONDS,
                write_timeout=WRITE_SECONDS,
                exclusive=True,
            )
        except PORT_FAILURES as error:
            raise PortError(_reason(error)) from error
        threading.Thread(target=self._read, name=f"modem {port}", daemon=True).start()

    async def write(self, data: bytes) -> None:
        """Send bytes, within `WRITE_SECONDS`.

        Raises:
            PortError: the port is gone or takes nothing.
        """
        try:
            await asyncio.to_thread(self._port.write, data)
        except PORT_FAILURES as error:
            raise PortError(_reason(error)) from error

    def close(self) -> None:
        """Let go of the port; the reading thread ends by itself."""
        self._is_closing.set()

    def _read(self) -> None:
        try:
            while not self._is_closing.is_set():
                data = self._port.read(max(1, self._port.in_waiting))
                if data:
                    self._tell(self._on_bytes, data)
        except PORT_FAILURES:
            self._is_closing.set()
        finally:
            with contextlib.suppress(*PORT_FAILURES):
                self._port.close()
            self._tell(self.lost.set)

    def _tell(self, function: Callable[..., object], *arguments: object) -> None:
        # The loop may be closed when the last bytes arrive: nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)


def _reason(error: BaseException) -> str:
    # termios.error gives its number and its words as two arguments and no sentence.
    if isinstance(error, termios.error):
        return str(error.args[-1]) if error.args else "the device vanished"
    return str(error) or type(error).__name__
