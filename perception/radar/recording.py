"""Recordings: the bytes of a radar with the times at which they came, to be played again.

One JSON line (`{"anban_radar": 1, "protocol": …, "began": …}`), then blocks of u64 microseconds
since the beginning, u32 length, bytes; all little-endian.  A recording cut short by a power loss is
read up to its last whole block.  Raw captures of other tools (bytes alone) can be played too, with
their protocol named; they have no times.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from perception.radar.protocols import Protocol, UnknownRadarError, protocol_named

VERSION: Final = 1
_KEY: Final = "anban_radar"
_BLOCK: Final = struct.Struct("<QI")
_MAX_HEADER_BYTES: Final = 4_096
_MAX_BLOCK_BYTES: Final = 1 << 20
_RAW_CHUNK_BYTES: Final = 4_096


class RecordingError(ValueError):
    """A file that is no recording, or one of a version or radar that Anban does not know."""


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
            while len(head := file.read(_BLOCK.size)) == _BLOCK.size:
                microseconds, size = _BLOCK.unpack(head)
                if size > _MAX_BLOCK_BYTES:
                    raise RecordingError(f"{self.path} is damaged: a block of {size} bytes.")
                data = file.read(size)
                if len(data) < size:
                    return
                yield Block(microseconds / 1e6, data)


def open_recording(path: Path, protocol: str | None = None) -> Recording:
    """Look at a file; `protocol` is needed for (and only used with) raw captures.

    Raises:
        RecordingError: not there, damaged, or a raw capture without its protocol named.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(_MAX_HEADER_BYTES)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        if first.startswith(b'{"' + _KEY.encode()):
            header = json.loads(first)
            if header[_KEY] != VERSION:
                raise RecordingError(f"{path} was made by another version ({header[_KEY]!r}).")
            return Recording(path, protocol_named(header["protocol"]), timed=True)
        if protocol is None:
            raise RecordingError(
                f"{path} is no recording of `anban radar record`; if it is a raw capture, name its "
                "radar with --protocol."
            )
        return Recording(path, protocol_named(protocol), timed=False)
    except UnknownRadarError as error:
        raise RecordingError(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{path} has a damaged first line: {error}") from None
