"""Frames of the Anban robot protocol: what stands between two zero bytes on the line.

`version u8 | type u8 | session u16 | sequence u16 | length u8 | payload | crc u16`, little-endian,
CRC-16/CCITT-FALSE over everything before it, the whole COBS-encoded and ended by a zero byte. This
layout never changes between versions of the protocol, so that two versions can tell each other
which they are. See PROTOCOL.md.
"""

import binascii
import struct
from dataclasses import dataclass

from cobs import cobs

from robot_io.errors import ProtocolError

VERSION = 1
PAYLOAD_MAX_BYTES = 128
DELIMITER = b"\0"

_HEADER = struct.Struct("<BBHHB")
_CRC = struct.Struct("<H")
_OVERHEAD_BYTES = _HEADER.size + _CRC.size
# COBS adds one byte to anything shorter than 255 bytes.
ENCODED_MAX_BYTES = _OVERHEAD_BYTES + PAYLOAD_MAX_BYTES + 1


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `session` and `sequence` are 16-bit and wrap."""

    type: int
    session: int
    sequence: int
    payload: bytes = b""
    version: int = VERSION


@dataclass(slots=True)
class FrameCounts:
    """What a decoder has seen since it was made."""

    good: int = 0
    bad_cobs: int = 0
    bad_crc: int = 0
    bad_length: int = 0
    overlong: int = 0

    @property
    def bad(self) -> int:
        """All pieces of the line that were no frame."""
        return self.bad_cobs + self.bad_crc + self.bad_length + self.overlong


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, nothing reflected)."""
    return binascii.crc_hqx(data, 0xFFFF)


def encode(frame: Frame) -> bytes:
    """The bytes of one frame, its ending zero included.

    Raises:
        ProtocolError: the payload is too long or a number does not fit its field.
    """
    if len(frame.payload) > PAYLOAD_MAX_BYTES:
        raise ProtocolError(
            f"a payload of {len(frame.payload)} bytes does not fit; at most {PAYLOAD_MAX_BYTES}"
        )
    try:
        header = _HEADER.pack(
            frame.version, frame.type, frame.session, frame.sequence, len(frame.payload)
        )
    except struct.error as error:
        raise ProtocolError(f"a field of {frame} does not fit: {error}") from error
    body = header + frame.payload
    encoded: bytes = cobs.encode(body + _CRC.pack(crc16(body)))
    return encoded + DELIMITER


class Decoder:
    """Finds frames in a stream that may hold anything; keeps at most one frame's worth of bytes."""

    def __init__(self) -> None:
        self.counts = FrameCounts()
        self._piece = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes as they come; return the whole, correct frames among them, in order."""
        *ended, rest = data.split(DELIMITER)
        frames = []
        for part in ended:
            self._append(part)
            frame = self._end()
            if frame is not None:
                frames.append(frame)
        self._append(rest)
        return frames

    def _append(self, part: bytes) -> None:
        if len(self._piece) + len(part) > ENCODED_MAX_BYTES:
            self._skipping = True
        if self._skipping:
            self._piece.clear()
        else:
            self._piece += part

    def _end(self) -> Frame | None:
        piece, skipping = bytes(self._piece), self._skipping
        self._piece.clear()
        self._skipping = False
        if skipping:
            self.counts.overlong += 1
            return None
        if not piece:  # two zeros in a row: an idle line, or the zero that opens a stop
            return None
        return self._parse(piece)

    def _parse(self, piece: bytes) -> Frame | None:
        try:
            raw = cobs.decode(piece)
        except cobs.DecodeError:
            self.counts.bad_cobs += 1
            return None
        if len(raw) < _OVERHEAD_BYTES:
            self.counts.bad_length += 1
            return None
        body, (crc,) = raw[: -_CRC.size], _CRC.unpack(raw[-_CRC.size :])
        if crc16(body) != crc:
            self.counts.bad_crc += 1
            return None
        version, kind, session, sequence, length = _HEADER.unpack_from(body)
        payload = body[_HEADER.size :]
        if len(payload) != length:
            self.counts.bad_length += 1
            return None
        self.counts.good += 1
        return Frame(kind, session, sequence, payload, version)
