"""From a stream of bytes, cut anywhere, to whole frames: what all protocols share.

A protocol says where a frame may begin (its magic), and what stands there: a frame, not enough
bytes yet, or nothing that can be one.  Every decision depends on the bytes alone, never on how they
were cut, so any split gives the same frames; a decision that needs more bytes waits for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from perception.radar.frames import RadarFrame

Packet = TypeVar("Packet")
"""What one frame's bytes hold, before it is made a `RadarFrame`."""

NEED_MORE: Final = 0
"""`Parser._take`: too few bytes to decide."""


@dataclass(slots=True)
class ParserStatistics:
    """What a parser has met since it began."""

    frames: int = 0
    bad_frames: int = 0
    """Began like one, then had an impossible length, a wrong checksum or a wrong end."""
    skipped_bytes: int = 0
    """Bytes that belong to no frame."""


class Parser(ABC, Generic[Packet]):
    """Bytes in, frames out; keeps at most one incomplete frame; never raises, whatever comes."""

    MAGIC: ClassVar[bytes]
    """How a frame begins."""

    def __init__(self) -> None:
        self.statistics = ParserStatistics()
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[RadarFrame]:
        """The frames that these bytes complete, in order."""
        buffer = self._buffer
        buffer += data
        magic, take = self.MAGIC, self._take
        packets: list[Packet] = []
        position = frames = skipped = 0
        while True:
            start = buffer.find(magic, position)
            if start < 0:
                # The last bytes may be the beginning of a magic that is still on its way.
                start = max(position, len(buffer) - len(magic) + 1)
                skipped += start - position
                position = start
                break
            skipped += start - position
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
        del buffer[:position]
        return self._frames(packets)

    @abstractmethod
    def _take(self, buffer: bytearray, start: int) -> tuple[int, Packet | None]:
        """Decide on the bytes from `start`, where the magic stands.

        Returns (length of the frame, what it holds or None where that is of no use), (`NEED_MORE`,
        None), or (-n, None): no frame, go on n bytes later.
        """

    @abstractmethod
    def _frames(self, packets: list[Packet]) -> list[RadarFrame]:
        """A frame of each; together, since arrays are made faster for many frames at once."""


class FrameParser(Parser[RadarFrame]):
    """A parser of frames so small that each is made where it is found."""

    def _frames(self, packets: list[RadarFrame]) -> list[RadarFrame]:
        return packets
