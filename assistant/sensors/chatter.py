"""What a sensor's package prints: its log begins anew when it is full, and never ends the work."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MOST_BYTES: Final = 1 << 20
"""The longest that the log gets; then it begins anew."""


class Chatter(io.RawIOBase):
    """A file that takes whatever is written, and keeps the latest of it."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor`: of a regular file; stdout and stderr may share one."""
        self._descriptor = descriptor

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """Give the descriptor of the file."""
        return self._descriptor

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what there is room for; a disk that takes nothing is no fault of who prints."""
        view = memoryview(data).cast("B")
        with contextlib.suppress(OSError):
            if os.lseek(self._descriptor, 0, os.SEEK_CUR) + len(view) > MOST_BYTES:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, view[-MOST_BYTES:])
        return len(view)


def keep_short() -> None:
    """Bound what this process prints into a file; a terminal or a pipe is left as it is."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                stream.flush()
                setattr(sys, name, _text(stream.fileno()))


def _text(descriptor: int) -> io.TextIOWrapper:
    # mypy: TextIOWrapper takes raw files, too, as python -u does.
    raw = Chatter(descriptor)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)  # type: ignore[arg-type]
