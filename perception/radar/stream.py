"""From a stream of bytes, cut anywhere, to whole frames: what all protocols share.

A protocol says where a frame may begin (its magic), and what stands there: a frame, not enough
bytes yet, or nothing that can be one.  Every decision depends on the bytes alone, never on how they
were cut, so any split gives the same frames; a decision that needs more bytes waits for them.

The frames of the small modules have ten to thirty bytes, and each costs more to check than to read.
Where many arrived together, `RunParser` checks them together; what is not plainly a frame it leaves
to the careful way, one by one, which alone decides what is none.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from struct import Struct
from typing import Any, ClassVar, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import RadarFrame

Packet = TypeVar("Packet")
"""What one frame's bytes hold, before it is made a `RadarFrame`."""

NEED_MORE: Final = 0
"""`Parser._take`: too few bytes to decide."""
MOST_RUN_BYTES: Final = 8_192
"""So many are looked at at once."""
LEAST_RUN_FRAMES: Final = 10
"""Fewer are sooner checked one by one."""


@dataclass(slots=True)
class ParserStatistics:
    """What a parser has met since it began."""

    frames: int = 0
    bad_frames: int = 0
    """Began like one, then had an impossible length, a wrong checksum or a wrong end."""
    skipped_bytes: int = 0
    """Bytes that belong to no frame."""
    foreign_frames: int = 0
    """Good, but of a type in `FOREIGN`."""


class Parser(ABC, Generic[Packet]):
    """Bytes in, frames out; keeps at most one incomplete frame; never raises, whatever comes."""

    MAGIC: ClassVar[bytes]
    """How a frame begins."""
    FOREIGN: ClassVar[frozenset[int]] = frozenset()
    """Types of frames that no such device sends, but one that frames alike."""
    RUN_BYTES: ClassVar[int] = sys.maxsize
    """A run is looked for where at least so many bytes wait, and once in so many; where little is
    found, each time twice as seldom: a line full of errors shall not cost more for it."""

    def __init__(self) -> None:
        self.statistics = ParserStatistics()
        self._buffer = bytearray()
        self._next_run = 0
        self._wait_bytes = self.RUN_BYTES

    def feed(self, data: bytes) -> list[RadarFrame]:
        """The frames that these bytes complete, in order."""
        buffer = self._buffer
        buffer += data
        magic, take = self.MAGIC, self._take
        packets: list[Packet] = []
        position = frames = skipped = 0
        next_run, last_run = self._next_run, len(buffer) - self.RUN_BYTES
        while True:
            start = buffer.find(magic, position)
            if start < 0:
                # The last bytes may be the beginning of a magic that is still on its way.
                start = max(position, len(buffer) - len(magic) + 1)
                skipped += start - position
                position = start
                break
            skipped += start - position
            if last_run >= start >= next_run:
                used, count, found = self._take_run(buffer, start)
                if used >= self.RUN_BYTES // 2:
                    self._wait_bytes = self.RUN_BYTES
                else:
                    self._wait_bytes = min(2 * self._wait_bytes, MOST_RUN_BYTES)
                next_run = start + max(used, self._wait_bytes)
                if count:
                    position = start + used
                    frames += count
                    packets += found
                    continue
            used, packet = take(buffer, start)
            position = start + abs(used)
            if used > 0:
                frames += 1
                if packet is not None:
                    packets.append(packet)
            elif used == NEED_MORE:
                break
            else:
                self.statistics.bad_frames += 1
                skipped -= used
        self.statistics.frames += frames
        self.statistics.skipped_bytes += skipped
        self._next_run = next_run - position
        del buffer[:position]
        return self._frames(packets)

    @abstractmethod
    def _take(self, buffer: bytearray, start: int) -> tuple[int, Packet | None]:
        """Decide on the bytes from `start`, where the magic stands.

        Returns (length of the frame, what it holds or None where that is of no use), (`NEED_MORE`,
        None), or (-n, None): no frame, go on n bytes later.
        """

    def _take_run(self, buffer: bytearray, start: int) -> tuple[int, int, list[Packet]]:
        """Take a run: many frames that stand from `start` on without a gap.

        Returns (its length, how many, what those of use hold), as `_take` would find them one after
        the other; (0, 0, []) where that has to decide.
        """
        return 0, 0, []

    @abstractmethod
    def _frames(self, packets: list[Packet]) -> list[RadarFrame]:
        """A frame of each; together, since arrays are made faster for many frames at once."""


class RunParser(Parser[Packet]):
    """A parser of small frames, many of which are checked together."""

    RUN_BYTES: ClassVar[int] = 512
    SIZE: ClassVar[Struct]
    """Reads the size of the data from where the frame begins."""
    AROUND_BYTES: ClassVar[int]
    """Of a frame, all but its data."""

    def _take_run(self, buffer: bytearray, start: int) -> tuple[int, int, list[Packet]]:
        raw = bytes(memoryview(buffer)[start : start + MOST_RUN_BYTES])
        bounds = self._bounds(raw)
        if len(bounds) <= LEAST_RUN_FRAMES:
            return 0, 0, []
        edges = np.array(bounds)
        right = self._are_right(raw[: bounds[-1]], edges[:-1], edges[1:])
        count = len(right) if right.all() else int(right.argmin())
        if not count:
            return 0, 0, []
        return bounds[count], count, self._read_run(raw, bounds[: count + 1])

    def _bounds(self, raw: bytes) -> list[int]:
        """Where each frame begins and the last one ends, if the lengths are believed."""
        size_of, around = self.SIZE.unpack_from, self.AROUND_BYTES
        bounds = [0]
        at, last = 0, len(raw) - around
        while at <= last:
            at += around + size_of(raw, at)[0]
            bounds.append(at)
        if at > len(raw):
            bounds.pop()
        return bounds

    @abstractmethod
    def _are_right(
        self, raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Which of these frames `_take` would find whole and right; `raw` ends with the last."""

    @abstractmethod
    def _read_run(self, raw: bytes, bounds: list[int]) -> list[Packet]:
        """What these right frames hold, those of use."""


class FrameParser(RunParser[RadarFrame]):
    """A parser of frames so small that each is made where it is found."""

    def _frames(self, packets: list[RadarFrame]) -> list[RadarFrame]:
        return packets


def words_at(raw: bytes, kind: str, at: NDArray[np.intp]) -> NDArray[np.unsignedinteger[Any]]:
    """The numbers of so many bytes, as numpy names their kind, at any places."""
    dtype = np.dtype(kind)
    every = np.ndarray(len(raw) - dtype.itemsize + 1, dtype, raw, strides=(1,))
    return every[at]
