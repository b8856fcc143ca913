"""Frames of every radar as bytes, made from the facts page and the manuals."""

from __future__ import annotations

import struct

import numpy as np

from perception.radar.tinyframe import checksum

TI_MAGIC = bytes((2, 1, 4, 3, 6, 5, 8, 7))


def ti_packet(number: int, *sections: tuple[int, bytes], length: int | None = None) -> bytes:
    body = b"".join(struct.pack("<2I", kind, len(data)) + data for kind, data in sections)
    size = 40 + len(body)
    padding = -size % 32
    header = struct.pack("<8I", 0x3050004, length or size + padding, 0xA6843, number, 1, 0,
                         len(sections), 0)  # fmt: skip
    return TI_MAGIC + header + body + bytes(padding)


def ti_points(points: list[tuple[float, float, float, float]]) -> tuple[int, bytes]:
    return 1, np.array(points, "<f4").tobytes()


def ti_compressed(
    points: list[tuple[int, int, int, int, int]],
    units: tuple[float, ...] = (0.01, 0.01, 0.1, 0.01, 0.5),
) -> tuple[int, bytes]:
    return 1020, struct.pack("<5f", *units) + b"".join(struct.pack("<bbhHH", *p) for p in points)


def ti_target(tid: int, position: tuple[float, float, float]) -> bytes:
    return struct.pack("<I27f", tid, *position, 0.1, 0.2, 0.3, *([0.0] * 21))


def tinyframe(kind: int, data: bytes, number: int = 1, *, with_dck: bool = True) -> bytes:
    head = struct.pack(">BHHH", 1, number, len(data), kind)
    frame = head + bytes((checksum(head),)) + data
    return frame + bytes((checksum(data),)) if with_dck else frame


def fda1(control: int, command: int, data: bytes) -> bytes:
    body = struct.pack(">2sBBH", b"\x53\x59", control, command, len(data)) + data
    return body + bytes((sum(body) & 0xFF,)) + b"\x54\x43"


def ld2410(data: bytes) -> bytes:
    return b"\xf4\xf3\xf2\xf1" + struct.pack("<H", len(data)) + data + b"\xf8\xf7\xf6\xf5"


LD2450_TARGET = bytes.fromhex("0E03B18610004001")
LD2450 = b"\xaa\xff\x03\x00" + LD2450_TARGET + bytes(16) + b"\x55\xcc"
LD2410 = bytes.fromhex("F4F3F2F1 0D00 02AA 02 5100 00 0000 3B 0000 5500 F8F7F6F5")
FALL = bytes.fromhex("01 00 00 00 01 0E 02 F3 01 FE")
PRESENT = bytes.fromhex("01 00 01 00 01 0F 09 F8 01 FE")

CLOUD = (
    struct.pack("<i", 2)
    + struct.pack("<iffff", 0, 0.5, -0.25, 1.5, 0.1)
    + struct.pack("<iffff", 1, 0.25, 0.5, -1.5, -0.1)
)
TARGETS = struct.pack("<i", 1) + struct.pack("<fffii", 0.5, 1.0, 2.0, 3, 7)

STREAMS: dict[str, bytes] = {
    "xwr68xx": b"".join((
        ti_packet(1, ti_points([(0.5, 1.5, -0.25, 0.5)]), (7, struct.pack("<2H", 123, 45))),
        ti_packet(2, ti_compressed([(10, -20, 5, 200, 40)]), (1021, struct.pack("<I", 1)),
                  (1010, ti_target(3, (0.1, 2.0, 1.1))), (1012, struct.pack("<I2f", 3, 1.7, 0.1)),
                  (1011, bytes((3, 253, 255)))),
        ti_packet(3, (1021, struct.pack("<I", 0))),
    )),
    "xwrl6432": b"".join((
        ti_packet(1, (301, struct.pack("<4f2H", 0.001, 0.01, 0.25, 1.0, 0, 1)
                      + struct.pack("<4h2B", 100, 2000, -300, 5, 40, 50)), (306, bytes(24)),
                  (315, b"\x04\x04")),
        ti_packet(2, (308, ti_target(1, (0.0, 1.0, 0.5))), (309, b"\x01")),
    )),
    "mr60fda2": FALL + PRESENT + tinyframe(0x0A08, CLOUD) + tinyframe(0x0A04, TARGETS)
    + tinyframe(0x0A04, b"", with_dck=False) + tinyframe(0x0A04, b"") + FALL,
    "ld6002": tinyframe(0x0A13, struct.pack("<3f", 4.5, -0.75, 0.125))
    + tinyframe(0x0A14, struct.pack("<f", 16.5)) + tinyframe(0x0A15, struct.pack("<f", 72))
    + tinyframe(0x0A16, struct.pack("<If", 1, 74.5)) + tinyframe(0x0F09, b"\x01\x00"),
    "ld2450": LD2450 * 3,
    "ld2410": LD2410 * 3,
    "mr60fda1": fda1(0x83, 0x81, b"\x01") + fda1(0x80, 0x01, b"\x01") + fda1(0x80, 2, b"\x02"),
}  # fmt: skip
"""A few good frames of each protocol."""
STREAMS["mr60bha2"] = STREAMS["ld6002"]
