"""Recordings: the bytes of a radar with the times at which they came, to be played again.

One JSON line (`{"anban_radar": 1, "protocol": …, "began": …}`), then blocks of u64 microseconds
since the beginning, u32 length, bytes; all little-endian.  A recording cut short by a power loss is
read up to its last whole block, or to the zeros that the file system left in place of the rest.
Raw captures of other tools (bytes alone) can be played too, with their protocol named; they have no
times.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from perception.radar.protocols import Protocol, UnknownRadarError, protocol_named

VERSION: Final = 1
_KEY: Final = "anban_radar"
_BLOCK: Final = struct.Struct("<QI")
_MAX_HEADER_BYTES: Final = 4_096
_MAX_BLOCK_BYTES: Final = 1 << 20
_RAW_CHUNK_BYTES: Final = 4_096


class RecordingFault(StrEnum):
    """Why a file cannot be played."""

    MISSING = "missing"
    FOLDER = "folder"
    UNREADABLE = "unreadable"
    """It may not be read, or its disk fails."""
    NO_RECORDING = "no_recording"
    VERSION = "version"
    RADAR = "radar"
    """A radar that Anban does not know."""
    HEADER = "header"
    """Its first line is damaged."""
    DAMAGED = "damaged"
    """What comes after a good beginning is no recording."""


_SAID: Final = {
    RecordingFault.MISSING: "{path} cannot be read: there is no such file.",
    RecordingFault.FOLDER: "{path} cannot be read: it is no file.",
    RecordingFault.UNREADABLE: "{path} cannot be read: {detail}.",
    RecordingFault.NO_RECORDING: (
        "{path} is no recording of `anban radar record`; if it is a raw capture, name its radar "
        "with --protocol."
    ),
    RecordingFault.VERSION: "{path} was made by another version ({detail}).",
    RecordingFault.RADAR: "{path}: {detail}",
    RecordingFault.HEADER: "{path} is damaged: its first line: {detail}.",
    RecordingFault.DAMAGED: "{path} is damaged: {detail}.",
}


class RecordingError(ValueError):
    """A file that is no recording, or one of a version or radar that Anban does not know."""

    def __init__(self, fault: RecordingFault, path: Path, detail: str = "") -> None:
        super().__init__(_SAID[fault].format(path=path, detail=detail))
        self.fault = fault
        self.path = path
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes that came together."""

    at_seconds: float | None
    """Since the beginning; None in raw captures."""
    data: bytes


class RecordingWriter:
    """Writes blocks as they come; every block is on its way to the disk when `write` returns."""

    def __init__(self, file: IO[bytes], protocol: Protocol, began_unix_seconds: float) -> None:
        self._file = file
        header = {_KEY: VERSION, "protocol": protocol.name, "began": began_unix_seconds}
        file.write(json.dumps(header).encode("ascii") + b"\n")

    def write(self, at_seconds: float, data: bytes) -> None:
        """Add bytes that came this long after the beginning."""
        self._file.write(_BLOCK.pack(max(0, round(at_seconds * 1e6)), len(data)) + data)
        self._file.flush()


@dataclass(frozen=True, slots=True)
class Recording:
    """A file to play."""

    path: Path
    protocol: Protocol
    timed: bool
    """False for a raw capture."""

    def blocks(self) -> Iterator[Block]:
        """The blocks in order; a torn last one is left out."""
        with self.path.open("rb") as file:
            if not self.timed:
                while data := file.read(_RAW_CHUNK_BYTES):
                    yield Block(None, data)
                return
            file.readline(_MAX_HEADER_BYTES)
            while len(head := file.read(_BLOCK.size)) == _BLOCK.size and any(head):
                microseconds, size = _BLOCK.unpack(head)
                if size > _MAX_BLOCK_BYTES:
                    raise RecordingError(
                        RecordingFault.DAMAGED, self.path, f"a block of {size} bytes"
                    )
                data = file.read(size)
                if len(data) < size:
                    return
                yield Block(microseconds / 1e6, data)

    def is_cut_off(self) -> bool:
        """Whether it ends within a block, as at a power loss; raises OSError."""
        if not self.timed:
            return False
        end = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.readline(_MAX_HEADER_BYTES)
            while len(head := file.read(_BLOCK.size)) == _BLOCK.size and any(head):
                file.seek(_BLOCK.unpack(head)[1], os.SEEK_CUR)
            return bool(head) or file.tell() > end


def open_recording(path: Path, protocol: str | None = None) -> Recording:
    """Look at a file; `protocol` is needed for (and only used with) raw captures.

    Raises:
        RecordingError: not there, damaged, or a raw capture without its protocol named.
    """
    try:
        # A device or a pipe may never end, and could not be looked at twice.
        if path.exists() and not path.is_file():
            raise RecordingError(RecordingFault.FOLDER, path)
        with path.open("rb") as file:
            first = file.readline(_MAX_HEADER_BYTES)
    except FileNotFoundError:
        raise RecordingError(RecordingFault.MISSING, path) from None
    except OSError as error:
        raise RecordingError(RecordingFault.UNREADABLE, path, error.strerror or "") from error
    try:
        if first.startswith(b'{"' + _KEY.encode()):
            header = json.loads(first)
            if header[_KEY] != VERSION:
                raise RecordingError(RecordingFault.VERSION, path, repr(header[_KEY]))
            return Recording(path, protocol_named(header["protocol"]), timed=True)
        if protocol is None:
            raise RecordingError(RecordingFault.NO_RECORDING, path)
        return Recording(path, protocol_named(protocol), timed=False)
    except UnknownRadarError as error:
        raise RecordingError(RecordingFault.RADAR, path, str(error)) from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(RecordingFault.HEADER, path, str(error)) from None
