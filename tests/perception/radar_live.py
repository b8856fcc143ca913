"""What the small modules say hour by hour, as bytes: people come and go, no two reports alike."""

from __future__ import annotations

import random
import struct

from tests.perception.radar_bytes import fda1, ld2410, tinyframe


def live(
    name: str, rng: random.Random, least_bytes: int, people: tuple[int, ...] = (0, 1, 2, 3)
) -> list[bytes]:
    """Whole frames, one after the other; so many people may be there."""
    there, number, size = people[0], 0, 0
    frames: list[bytes] = []
    while size < least_bytes:
        if rng.random() < 0.05:
            there = rng.choice(people)
        report = _REPORTS[name](rng, number % 0x10000, there)
        number += 1
        size += sum(map(len, report))
        frames += report
    return frames


def _fda2(rng: random.Random, number: int, there: int) -> list[bytes]:
    def place() -> list[float]:
        return [rng.uniform(-3, 3), rng.uniform(-3, 3), rng.uniform(-2.5, 0)]

    targets = [struct.pack("<3f2i", *place(), rng.randint(-9, 9), n) for n in range(there)]
    points = [
        struct.pack("<i4f", body, *place(), rng.uniform(-1, 1))
        for body in range(there)
        for _ in range(rng.randint(5, 40))
    ]
    return [
        tinyframe(0x0A08, struct.pack("<i", len(points)) + b"".join(points), number),
        tinyframe(0x0A04, struct.pack("<i", there) + b"".join(targets), number),
        tinyframe(0x0F09, bytes((there > 0,)), number),
        tinyframe(0x0E02, bytes((there > 0 and rng.random() < 0.1,)), number),
    ]


def _ld6002(rng: random.Random, number: int, there: int) -> list[bytes]:
    return [
        tinyframe(0x0A13, struct.pack("<3f", *(rng.uniform(-9, 9) for _ in range(3))), number),
        tinyframe(0x0A14, struct.pack("<f", rng.uniform(8, 25)), number),
        tinyframe(0x0A15, struct.pack("<f", rng.uniform(50, 120)), number),
        tinyframe(0x0A16, struct.pack("<If", there > 0, rng.uniform(40, 200)), number),
        tinyframe(0x0F09, struct.pack("<H", there > 0), number),
    ]


def _ld2450(rng: random.Random, number: int, there: int) -> list[bytes]:
    slots = [
        struct.pack("<4H", rng.randrange(1 << 16), rng.randrange(1 << 16), rng.randrange(99), 320)
        for _ in range(there)
    ]
    return [b"\xaa\xff\x03\x00" + b"".join(slots).ljust(24, b"\0") + b"\x55\xcc"]


def _ld2410(rng: random.Random, number: int, there: int) -> list[bytes]:
    """An engineering frame at times, as when somebody adjusts the module."""
    gates = rng.randbytes(22) if number % 100 > 90 else b""
    state = rng.randint(1, 3) if there else 0
    kind, moving, still = 1 if gates else 2, rng.randrange(600), rng.randrange(600)
    data = struct.pack("<3BHBHBH", kind, 0xAA, state, moving, 60, still, 50, 150)
    return [ld2410(data + gates + b"\x55\x00")]


def _fda1(rng: random.Random, number: int, there: int) -> list[bytes]:
    return [
        fda1(0x80, 0x01, bytes((there > 0,))),
        fda1(0x80, 0x02, bytes((rng.randint(1, 2) if there else 0,))),
        fda1(0x80, 0x03, bytes((rng.randrange(100),))),  # how much the body moves: not read
        fda1(0x83, 0x01, bytes((there > 0 and rng.random() < 0.1,))),
    ]


_REPORTS = {
    "mr60fda2": _fda2,
    "ld6002": _ld6002,
    "ld2450": _ld2450,
    "ld2410": _ld2410,
    "mr60fda1": _fda1,
}
SMALL_MODULES = tuple(_REPORTS)
