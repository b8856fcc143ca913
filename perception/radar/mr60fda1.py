"""Seeed MR60FDA1 and DFRobot C1001, 60 GHz ceiling modules; 115,200 baud.

`53 59 | control | command | len u16 BE | data | sum & FF | 54 43`; the sum runs from 53
to the data.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, FrameParser, words_at

BAUD: Final = 115_200

FALL: Final = (b"\x83\x81", b"\x83\x01")
"""Answer to a question; the MR60FDA1's own report."""
PRESENCE: Final = (b"\x80\x81", b"\x80\x01")
MOTION: Final = (b"\x80\x82", b"\x80\x02")
"""0 none, 1 still, 2 active."""

MAX_DATA_BYTES: Final = 512
_MAGIC: Final = b"\x53\x59"
_HEADER_BYTES: Final = 6
_TAIL: Final = b"\x54\x43"
_AFTER_BYTES: Final = 1 + len(_TAIL)
_ACTIVE: Final = 2


def _every_frame() -> dict[bytes, RadarFrame]:
    """What is of use, by all bytes from control to data: each kind has one byte of data."""
    frames = {}
    for value in range(256):
        says = (
            (FALL, RadarFrame(fallen=value == 1)),
            (PRESENCE, RadarFrame(present=value == 1)),
            (MOTION, RadarFrame(moving=value == _ACTIVE, present=True if value else None)),
        )
        for kinds, frame in says:
            for kind in kinds:
                frames[kind + b"\x00\x01" + bytes((value,))] = frame
    return frames


_FRAMES: Final = _every_frame()
_IT_LIVES: Final = RadarFrame()
"""Of every other right frame: the module tells presence, motion and falls where they change, and
between them only what is not read, such as how much a body moves."""


class Mr60Fda1Parser(FrameParser):
    """Fall, presence and motion, each in a frame of its own; other frames say nothing."""

    MAGIC: ClassVar[bytes] = _MAGIC
    SIZE: ClassVar[struct.Struct] = struct.Struct(">4xH")
    AROUND_BYTES: ClassVar[int] = _HEADER_BYTES + _AFTER_BYTES

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        if len(buffer) < start + _HEADER_BYTES:
            return NEED_MORE, None
        (size,) = self.SIZE.unpack_from(buffer, start)
        if size > MAX_DATA_BYTES:
            return -1, None
        sum_at = start + _HEADER_BYTES + size
        end = sum_at + _AFTER_BYTES
        if len(buffer) < end:
            return NEED_MORE, None
        right_sum = buffer[sum_at] == sum(buffer[start:sum_at]) & 0xFF
        if not right_sum or buffer[sum_at + 1 : end] != _TAIL:
            return -1, None
        return end - start, _FRAMES.get(bytes(buffer[start + len(_MAGIC) : sum_at]), _IT_LIVES)

    def _are_right(
        self, raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        sums_at = ends - _AFTER_BYTES
        parts = np.column_stack((starts, sums_at)).ravel()
        sums = np.add.reduceat(np.frombuffer(raw, np.uint8), parts, dtype=np.uint8)[::2]
        right: NDArray[np.bool_] = (
            (words_at(raw, ">u2", starts) == int.from_bytes(_MAGIC))
            & (ends - starts <= MAX_DATA_BYTES + self.AROUND_BYTES)
            & (words_at(raw, "u1", sums_at) == sums)
            & (words_at(raw, ">u2", sums_at + 1) == int.from_bytes(_TAIL))
        )
        return right

    def _read_run(self, raw: bytes, bounds: list[int]) -> list[RadarFrame]:
        frame_of = _FRAMES.get
        return [
            frame_of(raw[start + len(_MAGIC) : end - _AFTER_BYTES], _IT_LIVES)
            for start, end in pairwise(bounds)
        ]
