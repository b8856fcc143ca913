"""HLK-LD2410, 24 GHz: somebody there, moving or still, and how far; 256,000 baud.

`F4 F3 F2 F1 | len u16 | 02|01 AA | state, moving cm and energy, still cm and energy, detection cm |
55 00 | F8 F7 F6 F5`; kind 01 carries energies by gate between the basic values and the tail.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from perception.radar.frames import RadarFrame
from perception.radar.stream import NEED_MORE, FrameParser, words_at

BAUD: Final = 256_000

_MAGIC: Final = b"\xf4\xf3\xf2\xf1"
_TAIL: Final = b"\xf8\xf7\xf6\xf5"
_HEADER_BYTES: Final = len(_MAGIC) + 2
_END: Final = 0x55
_KINDS: Final = (1, 2)
_HEAD: Final = 0xAA
_BASIC: Final = struct.Struct("<6x2xBHxH")
"""State, centimetres to what moves, to what is still."""
_SMALLEST_BYTES: Final = 13
MAX_DATA_BYTES: Final = 64
"""An engineering frame has 35."""
_MOVING: Final = 1
_STILL: Final = 2


class Ld2410Parser(FrameParser):
    """Presence, movement and distance."""

    MAGIC: ClassVar[bytes] = _MAGIC
    SIZE: ClassVar[struct.Struct] = struct.Struct("<4xH")
    AROUND_BYTES: ClassVar[int] = _HEADER_BYTES + len(_TAIL)

    def _take(self, buffer: bytearray, start: int) -> tuple[int, RadarFrame | None]:
        data_at = start + _HEADER_BYTES
        if len(buffer) < data_at:
            return NEED_MORE, None
        (size,) = self.SIZE.unpack_from(buffer, start)
        if not _SMALLEST_BYTES <= size <= MAX_DATA_BYTES:
            return -1, None
        tail_at = data_at + size
        end = tail_at + len(_TAIL)
        if len(buffer) < end:
            return NEED_MORE, None
        if buffer[tail_at:end] != _TAIL or buffer[tail_at - 2] != _END:
            return -1, None
        kind, head, state = buffer[data_at : data_at + 3]
        if kind not in _KINDS or head != _HEAD or state > _MOVING | _STILL:
            return -1, None
        return end - start, _read(buffer, start)

    def _are_right(
        self, raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        data, tails = starts + _HEADER_BYTES, ends - len(_TAIL)
        sizes = tails - data
        kinds = words_at(raw, "u1", data)
        right: NDArray[np.bool_] = (
            (words_at(raw, ">u4", starts) == int.from_bytes(_MAGIC))
            & (sizes >= _SMALLEST_BYTES)
            & (sizes <= MAX_DATA_BYTES)
            & (words_at(raw, ">u4", tails) == int.from_bytes(_TAIL))
            & (words_at(raw, "u1", tails - 2) == _END)
            & ((kinds == _KINDS[0]) | (kinds == _KINDS[1]))
            & (words_at(raw, "u1", data + 1) == _HEAD)
            & (words_at(raw, "u1", data + 2) <= _MOVING | _STILL)
        )
        return right

    def _read_run(self, raw: bytes, bounds: list[int]) -> list[RadarFrame]:
        return [_read(raw, start) for start in bounds[:-1]]


def _read(raw: bytes | bytearray, start: int) -> RadarFrame:
    state, moving_cm, still_cm = _BASIC.unpack_from(raw, start)
    distance = None
    if state:
        distance = (moving_cm if state & _MOVING else still_cm) / 100
    return RadarFrame(present=state != 0, moving=bool(state & _MOVING), distance_metres=distance)
