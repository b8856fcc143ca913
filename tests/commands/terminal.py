"""A command on a terminal, as a person sits before it."""

from __future__ import annotations

import codecs
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


class Terminal:
    """What is typed, and what is shown."""

    def __init__(self, process: subprocess.Popen[bytes], keyboard: int) -> None:
        self._process, self._keyboard = process, keyboard
        self.shown = ""
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def waits_for(self, text: str) -> None:
        """Read on until it is shown; the test's own time limit is the deadline."""
        while text not in self.shown[self._read :]:
            self._more(text)
        self._read += self.shown[self._read :].index(text) + len(text)

    def types(self, text: str) -> None:
        os.write(self._keyboard, text.encode())

    def interrupts(self) -> None:
        """Press Ctrl-C, once."""
        self.types(CTRL_C)

    def ends(self) -> int:
        """Read to the end; the exit status."""
        try:
            while True:
                self._more("its end")
        except EOFError:
            return self._process.wait()

    def _more(self, wanted: str) -> None:
        try:
            read = os.read(self._keyboard, 65_536)
        except OSError:  # Linux says so once nobody holds the other end
            read = b""
        if not read:
            raise EOFError(f"it ended before {wanted}:\n{self.shown}")
        self.shown += self._decoder.decode(read).replace("\r\n", "\n")


@contextmanager
def terminal(*command: str, **environment: str) -> Iterator[Terminal]:
    """Run a Python command on a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "60", "LC_ALL": "C.UTF-8", **environment}
    process = subprocess.Popen(
        # Only of a terminal that is its own does Ctrl-C become a signal.
        ["setsid", "--ctty", sys.executable, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
