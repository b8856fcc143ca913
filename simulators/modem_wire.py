"""The pseudo-terminal of the simulated modem: command lines come in, answers go out in its form."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final

from simulators.modem_manners import ModemManners

_OFTEN_SECONDS: Final = 0.02
_RESULTS: Final = {"OK": "0", "ERROR": "4", "NO CARRIER": "3", "BUSY": "7"}
"""Results in digits, V.250 table 1."""


class ModemWire:
    """The end of the line that the driver does not see; runs on the event loop.

    `on_command` is given each command line, `on_pdu` what was written after a prompt and whether
    it is to be sent; `on_characters` is called before either, whenever something comes in.
    """

    def __init__(
        self,
        path: Path,
        manners: ModemManners,
        *,
        on_command: Callable[[str], None],
        on_pdu: Callable[[str, bool], None],
        on_characters: Callable[[], None],
    ) -> None:
        self._path = path
        self._manners = manners
        self._on_command = on_command
        self._on_pdu = on_pdu
        self._on_characters = on_characters
        self._loop = asyncio.get_running_loop()
        self._ends: tuple[int, int] | None = None
        self._buffer = b""
        self._echo = True
        self._is_numeric = self._is_quiet = False
        self._is_taking_pdu = False
        self._timers: list[asyncio.TimerHandle] = []

    def plug(self) -> None:
        """Appear on the system."""
        ends = os.openpty()
        tty.setraw(ends[1])
        os.set_blocking(ends[0], False)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(ends[1]))
        self._ends, self._buffer = ends, b""
        self._loop.add_reader(ends[0], self._read)
        if self._manners.says_often:
            self._say_often()

    def unplug(self) -> None:
        """Disappear, in the middle of whatever happens."""
        for timer in self._timers:
            timer.cancel()
        if self._ends is not None:
            self._loop.remove_reader(self._ends[0])
            for end in self._ends:
                os.close(end)
            self._ends = None
            self._path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Answer as when switched on."""
        self._echo, self._is_taking_pdu = True, False
        self._is_numeric, self._is_quiet = self._manners.is_numeric, self._manners.is_quiet

    def obey_form(self, name: str) -> None:
        """ATE, ATV and ATQ: whether it echoes, and answers in words or at all (V.250, 6.2)."""
        self._echo = "E1" in name or ("E0" not in name and self._echo) or self._manners.keeps_echo
        self._is_numeric = self._is_numeric and "V1" not in name
        self._is_quiet = self._is_quiet and "Q0" not in name
        self.answer("OK")

    def say(self, line: str) -> None:
        """An unsolicited line."""
        before, after = self._manners.line_ends
        self.write(f"{before}{line}{after}".encode())

    def answer(self, *lines: str) -> None:
        """What a command brings; the last line is its result."""
        self.write(self._manners.noise + self._formed(lines))

    def ask_for_pdu(self) -> None:
        """Prompt; what comes next is a protocol data unit."""
        self._is_taking_pdu = True
        prompt = self._manners.noise + self._manners.prompt
        self.later(self._manners.prompt_after_seconds, lambda: self.write(prompt))

    def write(self, data: bytes) -> None:
        """Bytes as they are, in pieces if it writes so; lost while it is unplugged."""
        size = self._manners.piece_bytes or max(1, len(data))
        for start in range(0, len(data), size):
            if self._ends is not None:
                with contextlib.suppress(OSError):
                    os.write(self._ends[0], data[start : start + size])

    def later(self, seconds: float, work: Callable[[], object]) -> None:
        """Do something after a while, unless it is unplugged before; 0: at once."""
        if seconds:
            self._timers.append(self._loop.call_later(seconds, work))
        else:
            work()

    def _formed(self, lines: tuple[str, ...]) -> bytes:
        *others, last = lines
        if self._is_quiet:
            last = ""
        elif self._is_numeric and last in _RESULTS:
            last = _RESULTS[last]
        before, after = self._manners.line_ends
        written = [f"{before}{line}{after}".encode() for line in (*others, last) if line]
        return self._manners.within.join(written)

    def _say_often(self) -> None:
        self.say(self._manners.says_often)
        self.later(_OFTEN_SECONDS, self._say_often)

    def _read(self) -> None:
        try:
            data = os.read(self._ends[0], 4096) if self._ends else b""
        except OSError:
            return
        if self._manners.is_dead:
            return
        if data.strip():
            self._on_characters()
        if self._echo:
            self.write(data)
        self._buffer += data
        while True:
            end = re.search(rb"[\x1a\x1b]" if self._is_taking_pdu else rb"[\r\x1b]", self._buffer)
            if end is None:
                return
            body, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
            if self._is_taking_pdu:
                self._is_taking_pdu = False
                self._on_pdu(body.decode("ascii"), end.group() == b"\x1a")
            elif body.strip():
                self._on_command(body.decode("latin-1").strip())
