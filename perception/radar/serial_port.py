"""Reading a radar through its serial port, again and again when it is unplugged.

`SerialRadar.read` gives the bytes that are there; losing the device or failing to open it is told
once by a `RadarLost`, its return once by a `RadarFound`, and in between it tries at growing pauses.
"""

from __future__ import annotations

import contextlib
import errno
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import serial

from perception.radar.protocols import Protocol
from perception.radar.ti_config import (
    ANSWER_SECONDS,
    COMMAND_BAUD,
    RadarConfigError,
    data_baud,
    read_config,
    send_config,
)

READ_SECONDS: Final = 0.1
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
SILENT_SECONDS: Final = 10.0
"""A board that was configured sends many frames a second; one that is silent for so long has lost
its power, and with it what it was told, though its USB bridge may never have gone."""
LONGEST_SILENT_SECONDS: Final = 600.0
"""Between two tries with a board that stays silent, each time twice as long."""
_READ_BYTES: Final = 65_536
"""All that waits, half a second of the quickest line: what came together is timed together."""
_FAILURES: Final = (serial.SerialException, OSError, termios.error, TypeError, ValueError)
"""pyserial lets termios.error through where a device vanishes while it is opened, and raises
TypeError where the descriptor went away between two calls."""

_REASONS: Final = {
    errno.ENOENT: "There is no port {port}: is the radar plugged in?",
    errno.EACCES: "This user may not open {port}: is it in the group dialout?",
    errno.EBUSY: "Another program uses {port}.",
}


@dataclass(frozen=True, slots=True)
class RadarLost:
    """No bytes can be had; it is tried again."""

    port: str
    reason: str


@dataclass(frozen=True, slots=True)
class RadarFound:
    """The port is open (again)."""

    port: str


@dataclass(frozen=True, slots=True)
class PortSettings:
    """Where a radar is plugged in."""

    port: str
    """Data port, such as /dev/ttyUSB1; for one-port devices the only one."""
    protocol: Protocol
    command_port: str | None = None
    """TI boards: where the configuration goes; the data port itself where there is but one."""
    config: Path | None = None
    """TI boards: the `.cfg` to send at each opening."""


class SerialRadar:
    """One device; `read` blocks for at most a tenth of a second and a little."""

    def __init__(self, settings: PortSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._serial: serial.Serial | None = None
        self._lost_told = False
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._next_try = self._heard_at = clock()
        self._silent_seconds = SILENT_SECONDS

    def read(self) -> bytes | RadarLost | RadarFound | None:
        """Bytes, news of the device, or None where there is nothing new."""
        if self._serial is None:
            return self._open()
        try:
            data: bytes = self._serial.read(1)  # waits for READ_SECONDS at most
            if data:
                data += self._serial.read(min(self._serial.in_waiting, _READ_BYTES))
        except _FAILURES as error:
            self.close()
            return self._lost(str(error))
        if data:
            self._heard_at, self._silent_seconds = self._clock(), SILENT_SECONDS
            return data
        if self._settings.config and self._clock() - self._heard_at >= self._silent_seconds:
            self._silent_seconds = min(2 * self._silent_seconds, LONGEST_SILENT_SECONDS)
            self.close()
            return self._lost("The board is silent and is configured anew.")
        return None

    def close(self) -> None:
        """Give the port back."""
        port, self._serial = self._serial, None
        # A port that vanished may fail once more when it is closed.
        with contextlib.suppress(*_FAILURES):
            if port is not None:
                port.close()

    def _open(self) -> RadarLost | RadarFound | None:
        wait = self._next_try - self._clock()
        if wait > 0:
            time.sleep(min(wait, READ_SECONDS))
            return None
        settings = self._settings
        try:
            baud = settings.protocol.baud
            if settings.config is not None:
                baud = _configure(settings, settings.config) or baud
            self._serial = serial.Serial(settings.port, baud, timeout=READ_SECONDS, exclusive=True)
        except (*_FAILURES, RadarConfigError) as error:
            self._next_try = self._clock() + self._pause_seconds
            self._pause_seconds = min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS)
            return self._lost(_why(error, settings.port))
        self._lost_told = False
        self._pause_seconds = FIRST_PAUSE_SECONDS
        # A port that opens and cannot be read, as when another program reads it, is no busy loop.
        self._heard_at = self._clock()
        self._next_try = self._heard_at + FIRST_PAUSE_SECONDS
        return RadarFound(settings.port)

    def _lost(self, reason: str) -> RadarLost | None:
        if self._lost_told:
            return None
        self._lost_told = True
        return RadarLost(self._settings.port, reason)


def _why(error: Exception, port: str) -> str:
    """What is in the way of a port, in words for what happens most."""
    known = _REASONS.get(error.errno or 0) if isinstance(error, OSError) else None
    return known.format(port=port) if known else str(error)


def _configure(settings: PortSettings, config: Path) -> int | None:
    """The rate of the data port after it, where the file sets one."""
    commands = read_config(config)
    port = settings.command_port or settings.port
    with serial.Serial(
        port, COMMAND_BAUD, timeout=ANSWER_SECONDS, write_timeout=ANSWER_SECONDS, exclusive=True
    ) as command_port:
        send_config(command_port, commands)
    return data_baud(commands, has_own_port=port != settings.port)
