"""A serial port that comes back: opened exclusively, read and written by two threads of its own.

The driver is the link's client: it is handed the bytes that arrive and asked for the bytes to send
when the line can take them. Nothing is queued here beyond a few milliseconds of line time, so that
a stop never waits behind what was sent before it.
"""

import contextlib
import logging
import termios
import threading
import time
from dataclasses import dataclass, replace
from typing import Protocol

import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from robot_io.errors import LinkError

REOPEN_SECONDS = 0.2
READ_TIMEOUT_SECONDS = 0.1
WRITE_TIMEOUT_SECONDS = 0.05
# A line that has taken nothing for this long is opened anew, which empties its buffers.
STUCK_SECONDS = 1.0
# The line is given at most this much ahead of what it has had time to carry.
LEAD_SECONDS = 0.002
_READ_MAX_BYTES = 4096

# Measured: a vanished port ends a call in any of these. ValueError: closed under select, bad URL.
_FAILURES = (OSError, termios.error, TypeError, ValueError, AttributeError)

_log = logging.getLogger(__name__)


class LinkClient(Protocol):
    """What a link calls, from its own threads; every call returns within milliseconds."""

    def link_up(self) -> None:
        """The port was opened."""

    def link_down(self, error: LinkError) -> None:
        """The port was lost, or could not be opened (told again only when the cause changes)."""

    def received(self, data: bytes) -> None:
        """Bytes have arrived."""

    def outgoing(self, budget_bytes: int) -> tuple[bytes, float]:
        """Whole messages, about `budget_bytes`, to send; and seconds until to ask again."""


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """What a link has done since it was made."""

    bytes_read: int = 0
    bytes_written: int = 0
    times_opened: int = 0
    times_lost: int = 0
    last_error: str = ""


def resolve(address: str) -> str:
    """The port behind an address: a path, a pyserial URL, or `usb:VID:PID[:SERIAL]` (hex).

    Raises:
        LinkError: no such USB device is plugged in, or the address cannot be read.
    """
    if not address.startswith("usb:"):
        return address
    parts = address.split(":")
    try:
        vendor, product = int(parts[1], 16), int(parts[2], 16)
    except (IndexError, ValueError) as error:
        raise LinkError(f"{address!r} is not usb:VID:PID, such as usb:1a86:7523") from error
    wanted_serial = parts[3] if len(parts) > 3 else None
    found = []
    for port in _plugged_in():
        if port.vid == vendor and port.pid == product:
            if wanted_serial in (None, port.serial_number):
                return str(port.device)
        elif port.vid is not None:
            found.append(f"{port.vid:04x}:{port.pid:04x}")
    raise LinkError(
        f"no USB serial device {address[4:]} is plugged in; check the cable and the robot's power "
        f"(plugged in: {', '.join(found) or 'none'})"
    )


def _plugged_in() -> list[ListPortInfo]:
    try:
        return list(list_ports.comports())
    except _FAILURES:  # a device vanished while the system was asked about it
        return []


def open_port(address: str, baud: int) -> serial.Serial:
    """Open a port for this process alone.

    Raises:
        LinkError: whatever pyserial and the system raise, with the cause and what to do.
    """
    name = resolve(address)
    # RFC 2217 knows no write timeout: pyserial raises NotImplementedError for any.
    write_timeout = None if name.startswith("rfc2217:") else WRITE_TIMEOUT_SECONDS
    # A lock on a file of the system is for ports of the system.
    exclusive = None if "://" in name else True
    try:
        port = serial.serial_for_url(
            name,
            baudrate=baud,
            timeout=READ_TIMEOUT_SECONDS,
            write_timeout=write_timeout,
            exclusive=exclusive,
        )
        port.reset_input_buffer()
    except _FAILURES as error:
        raise _explained(name, error) from error
    return port


def _explained(name: str, error: BaseException) -> LinkError:
    text = str(error)
    if "No such file" in text:
        advice = "it is not plugged in; check the cable and the robot's power"
    elif "Permission denied" in text:
        advice = "this user may not open it; add the user to the group that owns it (dialout)"
    elif "Inappropriate ioctl" in text:
        advice = "it is no serial port"
    elif "lock" in text or "busy" in text:
        advice = "another program has it; close that one"
    elif isinstance(error, serial.SerialTimeoutException):
        advice = "the robot takes no bytes; it may hang, restart it"
    else:
        advice = "it was unplugged or the device failed; it is tried again"
    return LinkError(f"serial port {name}: {advice} ({type(error).__name__}: {text})")


class Link:
    """Keeps one port open, and open again within a second of its return.

    Args:
        address: see `resolve`.
        baud: speed of the line; also paces what is written.
        client: who reads and writes through it.
    """

    def __init__(self, address: str, baud: int, client: LinkClient) -> None:
        self._address, self._baud, self._client = address, baud, client
        self._port: serial.Serial | None = None
        self._write_lock = threading.Lock()
        self._line_free_at = 0.0
        self._stuck_since: float | None = None
        self._closing = threading.Event()
        self._wakeup = threading.Condition()
        self._woken = False
        self._broken: LinkError | None = None
        self._statistics = LinkStatistics()
        self._threads = [
            threading.Thread(target=self._read_forever, name="robot-read", daemon=True),
            threading.Thread(target=self._write_forever, name="robot-write", daemon=True),
        ]

    @property
    def statistics(self) -> LinkStatistics:
        """Counts so far."""
        return self._statistics

    @property
    def is_up(self) -> bool:
        """Whether the port is open."""
        return self._port is not None

    def start(self) -> None:
        """Begin to open, read and write."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Let the port go; the client hears nothing more afterwards."""
        self._closing.set()
        self.wake()
        self._cancel_read()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def wake(self) -> None:
        """The client has something to send."""
        with self._wakeup:
            self._woken = True
            self._wakeup.notify()

    def send_now(self, data: bytes) -> bool:
        """Write from the calling thread, ahead of everything; false: the line takes nothing."""
        # The writer holds the lock for one short write; only a stuck line makes it longer.
        if not self._write_lock.acquire(timeout=WRITE_TIMEOUT_SECONDS):
            return False
        try:
            return self._write(data)
        finally:
            self._write_lock.release()

    def _write(self, data: bytes) -> bool:
        port = self._port
        if port is None or self._broken is not None:
            return False
        try:
            port.write(data)
        except serial.SerialTimeoutException as error:
            # Part of it may be on the line: the protocols find the next frame and repeat this one.
            now = time.monotonic()
            if self._stuck_since is None:
                self._stuck_since = now
            if now - self._stuck_since >= STUCK_SECONDS:
                self._broken = _explained(self._address, error)
                self._cancel_read()
            return False
        except _FAILURES as error:
            self._broken = _explained(self._address, error)
            self._cancel_read()
            return False
        self._stuck_since = None
        now = time.monotonic()
        self._line_free_at = max(now, self._line_free_at) + len(data) * 10 / self._baud
        self._count(bytes_written=self._statistics.bytes_written + len(data))
        return True

    def _cancel_read(self) -> None:
        port = self._port
        # Not every kind of port can; those notice at their next read timeout.
        with contextlib.suppress(*_FAILURES):
            if port is not None:
                port.cancel_read()

    def _count(self, **changes: int | str) -> None:
        self._statistics = replace(self._statistics, **changes)  # type: ignore[arg-type]

    def _write_forever(self) -> None:
        delay = 0.0
        while not self._closing.is_set():
            with self._wakeup:
                if not self._woken and delay > 0:
                    self._wakeup.wait(delay)
                self._woken = False
            if self._port is None:
                delay = 1.0  # link_up wakes this thread
                continue
            ahead = self._line_free_at - time.monotonic()
            if ahead > LEAD_SECONDS:
                self._closing.wait(ahead - LEAD_SECONDS / 2)
            data, delay = self._client.outgoing(int(LEAD_SECONDS * self._baud / 10))
            if data:
                with self._write_lock:
                    self._write(data)

    def _read_forever(self) -> None:
        try:
            self._keep_open()
        finally:
            # Whatever ended the reading ends the writing: no heartbeat from a deaf program.
            self._closing.set()
            self.wake()

    def _keep_open(self) -> None:
        told = ""
        while not self._closing.is_set():
            try:
                port = open_port(self._address, self._baud)
            except LinkError as error:
                self._count(last_error=str(error))
                if str(error) != told:
                    told = str(error)
                    self._client.link_down(error)
                self._closing.wait(REOPEN_SECONDS)
                continue
            told = ""
            self._count(times_opened=self._statistics.times_opened + 1)
            self._broken, self._stuck_since, self._port = None, None, port
            self._client.link_up()
            self.wake()
            lost = self._read_until_lost(port)
            with self._write_lock:
                self._port = None
            with contextlib.suppress(*_FAILURES):  # it is being given up; the cause is in `error`
                port.close()
            if lost is not None:
                told = str(lost)
                self._count(times_lost=self._statistics.times_lost + 1, last_error=told)
                _log.warning("robot link lost: %s", lost)
                self._client.link_down(lost)
                self._closing.wait(REOPEN_SECONDS)

    def _read_until_lost(self, port: serial.Serial) -> LinkError | None:
        while not self._closing.is_set():
            if self._broken is not None:
                return self._broken
            try:
                data = port.read(max(1, min(port.in_waiting, _READ_MAX_BYTES)))
            except _FAILURES as error:
                return _explained(self._address, error)
            if data:
                self._count(bytes_read=self._statistics.bytes_read + len(data))
                self._client.received(data)
        return None
