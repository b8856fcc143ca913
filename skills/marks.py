"""Which skill's code runs at this moment: a file that outlives the process.

A skill that takes the whole process with it (native code, `os._exit`, the kernel's memory) leaves
nobody to say so.  So each skill has two bytes in a file that is mapped into memory: whether its
thread is in its code right now, and how many pieces of its work are under way.  Writing one takes
no system call.  The next host reads what the last one left.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import selectors
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_MOST: Final = 255


class Mark:
    """The bytes of one skill."""

    def __init__(self, memory: mmap.mmap | bytearray, at: int) -> None:
        self._memory, self._at = memory, at

    def runs(self, *, now: bool) -> None:
        """Say whether the skill's thread is in its code."""
        self._memory[self._at] = now

    def begin(self) -> None:
        """A piece of its work begins; from the host's thread alone."""
        self._memory[self._at + 1] = min(self._memory[self._at + 1] + 1, _MOST)

    def end(self) -> None:
        """A piece of its work ended."""
        self._memory[self._at + 1] = max(self._memory[self._at + 1] - 1, 0)


class MarkedSelector(selectors.EpollSelector):
    """Waits for what an event loop waits for; between two waits the skill's code runs."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self._mark = mark

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait, and say meanwhile that nothing runs."""
        self._mark.runs(now=False)
        try:
            return super().select(timeout)
        finally:
            self._mark.runs(now=True)


class Marks:
    """The marks of all skills of one host."""

    def __init__(self, path: Path, names: Iterable[str]) -> None:
        """Begin the file anew; raises OSError."""
        self._path = path
        names = sorted(names)
        head = json.dumps({"core": _core(), "names": names}).encode() + b"\n"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.new")
        draft.write_bytes(head + bytes(2 * len(names)))
        with draft.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        draft.replace(path)
        self._marks = {
            name: Mark(self._memory, len(head) + 2 * number) for number, name in enumerate(names)
        }

    def of(self, name: str) -> Mark:
        """Give the mark of a skill; raises KeyError."""
        return self._marks[name]

    @contextlib.contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Say that a skill's code runs, for as long as this lasts."""
        self._marks[name].runs(now=True)
        try:
            yield
        finally:
            self._marks[name].runs(now=False)

    def clear(self) -> None:
        """Nobody is to blame: this host ends in order, or has said already who is."""
        self._path.unlink(missing_ok=True)


def left_behind(path: Path) -> tuple[str, ...]:
    """Give the skills whose code ran when the last host of this core died; none if it did not.

    If none ran, those are given whose work was under way: it may have been on a thread of their
    own.  What a host of another core left says nothing: the power may have failed.
    """
    try:
        head, _, marks = path.read_bytes().partition(b"\n")
        told = json.loads(head)
        if told["core"] != _core():
            return ()
        names: list[str] = told["names"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    running = tuple(name for name, mark in zip(names, marks[::2], strict=False) if mark)
    under_way = tuple(name for name, mark in zip(names, marks[1::2], strict=False) if mark)
    return running or under_way


def _core() -> str:
    """Name the process that started this one, among all that ever ran on this machine."""
    parent = os.getppid()
    status = Path(f"/proc/{parent}/stat").read_text("utf-8", errors="replace")
    began = status.rpartition(")")[2].split()[19]
    return f"{_BOOT.read_text('utf-8').strip()} {parent} {began}"
