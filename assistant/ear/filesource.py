"""A file or FIFO in the place of a microphone: raw s16le, mono, 16 kHz, paced by its writer."""

from __future__ import annotations

import errno
import os
import select
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assistant.ear.sound import CHUNK_BYTES, Gap, Item
from assistant.events import MicrophoneBack, MicrophoneLost

FILE_PREFIX: Final = "file:"
_LOOK_SECONDS: Final = 0.1
"""How soon `close`, a file that grew or a new writer is noticed."""
_RETRY_SECONDS: Final = 1.0
_READ_BYTES: Final = 8 * CHUNK_BYTES


class FileSource:
    """Sound from a path; if a writer closes its end, the next one is waited for."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._closing = threading.Event()

    def close(self) -> None:
        """Let `items` end soon; from any thread."""
        self._closing.set()

    def items(self) -> Iterator[Item]:
        """Give the sound as it is written, and a `Gap` when a writer ended."""
        lost = False
        while not self._closing.is_set():
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
                try:
                    _check_kind(descriptor)
                    yield MicrophoneBack(f"{FILE_PREFIX}{self._path}")
                    lost = False
                    yield from self._read(descriptor)
                finally:
                    os.close(descriptor)
            except OSError as error:
                if not lost:
                    reason = f"{self._path} cannot be read: {error.strerror}"
                    yield MicrophoneLost(reason)
                    lost = True
                self._closing.wait(_RETRY_SECONDS)

    def _read(self, descriptor: int) -> Iterator[bytes | Gap]:
        """Sound until `close`; an odd byte waits for its other half."""
        is_fifo = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        half = b""
        joined = False  # with the sound before
        while not self._closing.is_set():
            if not poll.poll(_LOOK_SECONDS * 1000):
                continue
            data = os.read(descriptor, _READ_BYTES)
            if data:
                whole = half + data
                cut = len(whole) - len(whole) % 2
                half = whole[cut:]
                joined = True
                yield whole[:cut]
                continue
            if joined:
                joined, half = False, b""
                yield Gap()
            # A FIFO without writer, and a file at its end, are "ready" all the time.
            self._closing.wait(_LOOK_SECONDS if not is_fifo else _LOOK_SECONDS / 2)


def _check_kind(descriptor: int) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):  # it opens, and only its reading fails
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
