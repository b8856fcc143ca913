"""G.711 μ-law, both ways (ITU-T G.711), for the simulated telephone."""

from __future__ import annotations

import struct
from typing import Final

SILENCE: Final = b"\xff"
_BIAS: Final = 0x84
_CLIP: Final = 32_635


def _decode(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << ((code & 0x70) >> 4)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _encode(sample: int) -> int:
    magnitude = min(abs(sample), _CLIP) + _BIAS
    segment = magnitude.bit_length() - 8
    code = segment << 4 | magnitude >> (segment + 3) & 0x0F
    return ~(code | (0x80 if sample < 0 else 0)) & 0xFF


_LINEAR: Final = tuple(_decode(code) for code in range(256))


def from_ulaw(data: bytes) -> bytes:
    """16-bit little-endian PCM of μ-law bytes."""
    return struct.pack(f"<{len(data)}h", *(_LINEAR[code] for code in data))


def to_ulaw(pcm: bytes) -> bytes:
    """The μ-law bytes of 16-bit little-endian PCM."""
    return bytes(_encode(sample) for (sample,) in struct.iter_unpack("<h", pcm))
