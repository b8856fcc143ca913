"""Starting a TI board: its `.cfg` sent line by line to the command port, every answer checked.

A board answers each line with text that ends in its prompt; "Done" means taken, anything with
"Error" or "not recognized" means that the firmware and the file do not belong together.

Two commands change a rate.  After `baudRate` (xWRL6432) the board listens and sends at another one
from the next line on, until it loses its power; `configDataPort` sets that of a data port of its
own.  TI's own visualizer follows the first and writes slowly then (Radar Toolbox, gui_parser.py).
"""

from __future__ import annotations

import codecs
import time
from pathlib import Path
from typing import Final, Protocol

MAX_CONFIG_BYTES: Final = 65_536
ANSWER_SECONDS: Final = 1.0
"""`sensorStart` takes the longest, about 0.3 s on an IWR6843."""
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_DONE: Final = b"Done"
_PROMPT: Final = b":/>"
_IGNORED: Final = b"Ignored"
_REFUSALS: Final = (b"rror", b"not recognized", _IGNORED)
_MAX_ANSWER_BYTES: Final = 16_384
"""A board that runs and has one port sends its frames among its answers."""
COMMAND_BAUD: Final = 115_200
_BYTE_SECONDS: Final = 0.001
"""Between the bytes of a command at a higher rate, where boards lose some otherwise."""
_COMMAND_RATE: Final = "baudRate"
_DATA_RATE: Final = "configDataPort"
_MOST_BAUD: Final = 4_000_000
_START: Final = "sensorStart"
_STOP: Final = "sensorStop"


class RadarConfigError(RuntimeError):
    """The board did not take its configuration."""


class NoAnswerError(RadarConfigError):
    """The board said nothing that an answer could be."""


class CommandPort(Protocol):
    """What is needed of a serial port; pyserial's `Serial` has it."""

    baudrate: int

    def write(self, data: bytes, /) -> int | None:
        """Send all bytes."""

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes, fewer after the port's time-out."""


def read_config(path: Path) -> tuple[str, ...]:
    """The commands of a `.cfg`, without comments (`%`, in any language) and empty lines.

    Raises:
        RadarConfigError: unreadable, too large, a command not ASCII, none `sensorStart`, or a rate
            that is none.
    """
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise RadarConfigError(f"{path} is larger than {MAX_CONFIG_BYTES} bytes: no .cfg file.")
        lines = [line.split(b"%", 1)[0].strip() for line in _plain(path.read_bytes()).splitlines()]
        commands = tuple(line.decode("ascii") for line in lines if line)
    except (OSError, UnicodeDecodeError) as error:
        raise RadarConfigError(f"{path} cannot be read as a radar configuration: {error}") from None
    if not any(command.startswith(_START) for command in commands):
        raise RadarConfigError(f"{path} has no {_START}: the board would stay silent.")
    for command in commands:
        if command.split()[0] in {_COMMAND_RATE, _DATA_RATE} and _rate(command) is None:
            raise RadarConfigError(f"{path}: {command!r} names no rate in baud.")
    return commands


def _plain(content: bytes) -> bytes:
    """The same without the marks by which editors on Windows tell an encoding."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.removeprefix(mark).decode(encoding).encode()
    return content


def data_baud(commands: tuple[str, ...], *, has_own_port: bool) -> int | None:
    """The rate of the data after these commands; None where they say nothing of it."""
    name = _DATA_RATE if has_own_port else _COMMAND_RATE
    rates = [_rate(command) for command in commands if command.split()[0] == name]
    return rates[-1] if rates else None


def send_config(port: CommandPort, commands: tuple[str, ...]) -> None:
    """Send the commands, each after the answer to the one before, at the rates that they set.

    `port` must have a read time-out; a command unanswered for that long
    counts as lost.

    Raises:
        RadarConfigError: the board refused a line, or was silent.
    """
    try:
        _send(port, commands)
    except NoAnswerError:
        rate = data_baud(commands, has_own_port=False)
        if rate is None or port.baudrate == rate:
            raise
        port.baudrate = rate  # it was told before, and kept its power
        _send(port, commands)


def _send(port: CommandPort, commands: tuple[str, ...]) -> None:
    for command in commands:
        _write(port, command.encode("ascii") + b"\n")
        answer = _answer(port)
        name = command.split()[0]
        is_refused = any(word in answer for word in _REFUSALS)
        if _DONE not in answer and not is_refused:
            raise NoAnswerError(
                f"The radar did not answer {name!r}: is this its command port, and is it powered?"
            )
        # What already stands still need not stop, nor need what runs be started.
        is_fine = name == _STOP or (name == _START and _IGNORED in answer)
        if _DONE not in answer and not is_fine:
            shown = answer.decode("ascii", "replace").strip()
            raise RadarConfigError(
                f"The radar refused {command!r}: {shown!r}. Its firmware needs another .cfg."
            )
        if name == _COMMAND_RATE and (rate := _rate(command)) is not None:
            port.baudrate = rate


def _rate(command: str) -> int | None:
    """What a command that sets a rate sets it to, in baud."""
    number = "".join(command.split()[1:2])
    rate = int(number) if number.isdecimal() and len(number) <= len(str(_MOST_BAUD)) else 0
    return rate if 0 < rate <= _MOST_BAUD else None


def _write(port: CommandPort, line: bytes) -> None:
    if port.baudrate <= COMMAND_BAUD:
        port.write(line)
        return
    for byte in line:
        port.write(bytes((byte,)))
        time.sleep(_BYTE_SECONDS)


def _answer(port: CommandPort) -> bytes:
    """What came back, up to the prompt, the time-out of the port, or a sane length."""
    answer = bytearray()
    while len(answer) < _MAX_ANSWER_BYTES:
        byte = port.read(1)  # of more it would await all, till the time-out: a second a line
        answer += byte
        if not byte or answer.endswith(_PROMPT):
            break
    return bytes(answer)
