"""HLK-LD6002 and Seeed MR60BHA2, 60 GHz breath and heart modules; TinyFrame.

Layouts: Hi-Link's "HLK-LD6002 Communication Protocol" and Seeed's "Tiny Frame Interface, Breathing
and Heartbeat", as drivers of both read them.  Distances come in centimetres after a flag that says
whether there is one.  Presence is two bytes there; other firmwares send one or four.
"""

from __future__ import annotations

import math
import struct
from functools import partial
from typing import ClassVar, Final

from perception.radar.frames import ChestPhase, RadarFrame, frames_of
from perception.radar.limits import FARTHEST_METRES
from perception.radar.stream import FrameParser
from perception.radar.tinyframe import (
    BREATH,
    FALL,
    HEART,
    PHASE,
    PRESENCE,
    Reader,
    TinyFrameParser,
    header,
)

DISTANCE: Final = 0x0A16

BAUD: Final = 1_382_400
MR60BHA2_BAUD: Final = 115_200
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
_PRESENT: Final = {said: RadarFrame(present=said) for said in (False, True)}
_of_phase: Final = frames_of("phase")
_of_breath: Final = frames_of("breaths_per_minute")
_of_heart: Final = frames_of("heartbeats_per_minute")
_of_distance: Final = frames_of("distance_metres")


def _read_phase(raw: bytes | bytearray, at: int) -> RadarFrame | None:
    total, breath, heart = _PHASE.unpack_from(raw, at)
    most = LARGEST_PHASE
    if abs(total) <= most and abs(breath) <= most and abs(heart) <= most:  # NaN is never <=
        return _of_phase(ChestPhase(total, breath, heart))
    return None


def _read_breath(raw: bytes | bytearray, at: int) -> RadarFrame | None:
    (rate,) = _RATE.unpack_from(raw, at)
    return _of_breath(rate) if 0 <= rate <= MOST_PER_MINUTE else None


def _read_heart(raw: bytes | bytearray, at: int) -> RadarFrame | None:
    (rate,) = _RATE.unpack_from(raw, at)
    return _of_heart(rate) if 0 <= rate <= MOST_PER_MINUTE else None


def _read_distance(raw: bytes | bytearray, at: int) -> RadarFrame | None:
    there, centimetres = _DISTANCE.unpack_from(raw, at)
    if not there or not 0 <= centimetres <= 100 * FARTHEST_METRES:  # NaN too
        return None
    return _of_distance(centimetres / 100)


def _read_presence(size: int, raw: bytes | bytearray, at: int) -> RadarFrame:
    return _PRESENT[any(raw[at : at + size])]


class Ld6002Parser(TinyFrameParser[RadarFrame], FrameParser):
    """Phase, breaths and heartbeats a minute, distance, presence; each in a frame of its own."""

    FOREIGN: ClassVar[frozenset[int]] = frozenset({FALL})
    READERS: ClassVar[dict[bytes, Reader[RadarFrame]]] = {
        header(PHASE, _PHASE.size): _read_phase,
        header(BREATH, _RATE.size): _read_breath,
        header(HEART, _RATE.size): _read_heart,
        header(DISTANCE, _DISTANCE.size): _read_distance,
        **{header(PRESENCE, size): partial(_read_presence, size) for size in _PRESENCE_BYTES},
    }
