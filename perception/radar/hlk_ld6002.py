"""HLK-LD6002, 60 GHz breath and heart module; TinyFrame at 1,382,400 baud."""

from __future__ import annotations

import struct
from typing import ClassVar, Final

from perception.radar.frames import RadarFrame
from perception.radar.tinyframe import TinyFrameParser

BREATH: Final = 0x0A14
HEART: Final = 0x0A15

BAUD: Final = 1_382_400
MOST_PER_MINUTE: Final = 300.0
"""Beyond any body; the value is then left out."""

_RATE: Final = struct.Struct("<f")


class Ld6002Parser(TinyFrameParser):
    """Breaths and heartbeats a minute, each in a frame of its own."""

    LARGEST_BYTES: ClassVar[dict[int, int]] = {BREATH: _RATE.size, HEART: _RATE.size}

    def _read(self, kind: int, data: bytes) -> RadarFrame | None:
        if kind not in {BREATH, HEART} or len(data) != _RATE.size:
            return None
        (rate,) = _RATE.unpack(data)
        if not 0 <= rate <= MOST_PER_MINUTE:  # NaN too
            return None
        if kind == BREATH:
            return RadarFrame(breaths_per_minute=rate)
        return RadarFrame(heartbeats_per_minute=rate)
