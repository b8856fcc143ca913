"""HLK-LD6002, 60 GHz breath and heart module; TinyFrame at 1,382,400 baud.

Layouts: Hi-Link's "HLK-LD6002 Communication Protocol" and Seeed's "Tiny Frame Interface, Breathing
and Heartbeat" (MR60BHA2, the same messages).  Distances come in centimetres after a flag that says
whether there is one.  Presence is two bytes there; other firmwares send one or four.
"""

from __future__ import annotations

import math
import struct
from typing import ClassVar, Final

from perception.radar.frames import ChestPhase, RadarFrame
from perception.radar.limits import FARTHEST_METRES
from perception.radar.tinyframe import TinyFrameParser

PHASE: Final = 0x0A13
BREATH: Final = 0x0A14
HEART: Final = 0x0A15
DISTANCE: Final = 0x0A16
PRESENCE: Final = 0x0F09

BAUD: Final = 1_382_400
MOST_PER_MINUTE: Final = 300.0
"""Beyond any body; the value is then left out."""
WAVELENGTH_METRES: Final = 0.005
"""Of 60 GHz."""
LARGEST_PHASE: Final = 4 * math.pi * FARTHEST_METRES / WAVELENGTH_METRES
"""Radians of a body that crossed the largest room: 4 pi d / wavelength, there and back."""

_RATE: Final = struct.Struct("<f")
_PHASE: Final = struct.Struct("<3f")
_DISTANCE: Final = struct.Struct("<If")
_PRESENCE_BYTES: Final = (1, 2, 4)


class Ld6002Parser(TinyFrameParser):
    """Phase, breaths and heartbeats a minute, distance, presence; each in a frame of its own."""

    LARGEST_BYTES: ClassVar[dict[int, int]] = {
        PHASE: _PHASE.size,
        BREATH: _RATE.size,
        HEART: _RATE.size,
        DISTANCE: _DISTANCE.size,
        PRESENCE: max(_PRESENCE_BYTES),
    }

    def _read(self, kind: int, data: bytes) -> RadarFrame | None:
        if kind == PHASE and len(data) == _PHASE.size:
            return _read_phase(data)
        if kind in {BREATH, HEART} and len(data) == _RATE.size:
            return _read_rate(kind, data)
        if kind == DISTANCE and len(data) == _DISTANCE.size:
            return _read_distance(data)
        if kind == PRESENCE and len(data) in _PRESENCE_BYTES:
            return RadarFrame(present=any(data))
        return None


def _read_phase(data: bytes) -> RadarFrame | None:
    phase = ChestPhase(*_PHASE.unpack(data))
    if not all(abs(angle) <= LARGEST_PHASE for angle in phase):  # NaN is never <=
        return None
    return RadarFrame(phase=phase)


def _read_rate(kind: int, data: bytes) -> RadarFrame | None:
    (rate,) = _RATE.unpack(data)
    if not 0 <= rate <= MOST_PER_MINUTE:  # NaN too
        return None
    if kind == BREATH:
        return RadarFrame(breaths_per_minute=rate)
    return RadarFrame(heartbeats_per_minute=rate)


def _read_distance(data: bytes) -> RadarFrame | None:
    there, centimetres = _DISTANCE.unpack(data)
    if not there or not 0 <= centimetres <= 100 * FARTHEST_METRES:  # NaN too
        return None
    return RadarFrame(distance_metres=centimetres / 100)
