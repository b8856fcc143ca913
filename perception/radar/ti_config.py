"""Starting a TI board: its `.cfg` sent line by line to the command port, every answer checked.

A board answers each line with text that ends in its prompt; "Done" means taken, anything with
"Error" or "not recognized" means that the firmware and the file do not belong together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

MAX_CONFIG_BYTES: Final = 65_536
ANSWER_SECONDS: Final = 1.0
"""`sensorStart` takes the longest, about 0.3 s on an IWR6843."""
_DONE: Final = b"Done"
_PROMPT: Final = b":/>"
_IGNORED: Final = b"Ignored"
_REFUSALS: Final = (b"rror", b"not recognized", _IGNORED)
_MAX_ANSWER_BYTES: Final = 4_096
_START: Final = "sensorStart"
_STOP: Final = "sensorStop"


class RadarConfigError(RuntimeError):
    """The board did not take its configuration."""


class CommandPort(Protocol):
    """What is needed of a serial port; pyserial's `Serial` has it."""

    def write(self, data: bytes, /) -> int | None:
        """Send all bytes."""

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes, fewer after the port's time-out."""


def read_config(path: Path) -> tuple[str, ...]:
    """The commands of a `.cfg`, without comments (`%`, in any language) and empty lines.

    Raises:
        RadarConfigError: unreadable, too large, a command not ASCII, or none `sensorStart`.
    """
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise RadarConfigError(f"{path} is larger than {MAX_CONFIG_BYTES} bytes: no .cfg file.")
        lines = [line.split(b"%", 1)[0].strip() for line in path.read_bytes().splitlines()]
        commands = tuple(line.decode("ascii") for line in lines if line)
    except (OSError, UnicodeDecodeError) as error:
        raise RadarConfigError(f"{path} cannot be read as a radar configuration: {error}") from None
    if not any(command.startswith(_START) for command in commands):
        raise RadarConfigError(f"{path} has no {_START}: the board would stay silent.")
    return commands


def send_config(port: CommandPort, commands: tuple[str, ...]) -> None:
    """Send the commands, each after the answer to the one before.

    `port` must have a read time-out; a command unanswered for that long
    counts as lost.

    Raises:
        RadarConfigError: the board refused a line, or was silent.
    """
    for command in commands:
        port.write(command.encode("ascii") + b"\n")
        answer = _answer(port)
        name = command.split()[0]
        if not answer:
            raise RadarConfigError(
                f"The radar did not answer {name!r}: is this its command port, and is it powered?"
            )
        refused = _DONE not in answer and any(word in answer for word in _REFUSALS)
        # What already stands still need not stop, nor need what runs be started.
        if refused and name != _STOP and not (name == _START and _IGNORED in answer):
            shown = answer.decode("ascii", "replace").strip()
            raise RadarConfigError(
                f"The radar refused {command!r}: {shown!r}. Its firmware needs another .cfg."
            )


def _answer(port: CommandPort) -> bytes:
    """What came back, up to the prompt, the time-out of the port, or a sane length."""
    answer = bytearray()
    while len(answer) < _MAX_ANSWER_BYTES:
        byte = port.read(1)  # of more it would await all, till the time-out: a second a line
        answer += byte
        if not byte or answer.endswith(_PROMPT):
            break
    return bytes(answer)
