"""Frames taken many at once are those that are found one by one, whatever is wrong between them."""

from __future__ import annotations

import random
import struct
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from radar_bytes import fda1, ld2410, tinyframe
from radar_live import SMALL_MODULES, live

from perception.radar import PROTOCOLS, ParserStatistics, RadarFrame
from perception.radar.stream import MOST_RUN_BYTES, Parser

names = st.sampled_from(SMALL_MODULES)
Found = tuple[list[RadarFrame], str, ParserStatistics, bytes]


def one_by_one(name: str) -> Parser:
    """The same parser, which never looks for a run."""
    parser = PROTOCOLS[name].parser
    return type("OneByOne", (parser,), {"RUN_BYTES": sys.maxsize})()


def feed(parser: Parser, raw: bytes, piece_bytes: int) -> Found:
    """All frames, also as text (0.0 is not -0.0, 1 not True), the counts, and what still waits."""
    pieces = [raw[at : at + piece_bytes] for at in range(0, len(raw), piece_bytes)]
    frames = [frame for piece in pieces for frame in parser.feed(piece)]
    return frames, repr(frames), parser.statistics, bytes(parser._buffer)


def odd(name: str, rng: random.Random) -> bytes:
    """A frame that is rightly closed, but of another length or type than usual."""
    data = rng.randbytes(rng.choice((0, 1, 2, 4, 8, 12, 13, 24, 35, 63, 64, 65, 84, 512, 513)))
    if name == "mr60fda1":
        return fda1(rng.choice((0x80, 0x83, 0x05)), rng.choice((0x01, 0x02, 0x81)), data)
    if name == "ld2450":
        return b"\xaa\xff\x03\x00" + rng.randbytes(24) + b"\x55\xcc"
    if name == "ld2410":
        basic = bytes((rng.randint(0, 3), 0xAA, rng.randint(0, 5))) + data
        return ld2410(basic[: max(0, len(data) - 2)] + b"\x55" + rng.randbytes(1))
    kinds = (0x0A04, 0x0A08, 0x0A13, 0x0A14, 0x0A15, 0x0A16, 0x0E02, 0x0F09, 0x0100)
    return tinyframe(rng.choice(kinds), data, with_dck=rng.random() < 0.9)


def spoil(name: str, frames: list[bytes], wrong: list[tuple[str, int, int]]) -> bytes:
    """The frames with errors of these kinds, each in one frame and at one place of it."""
    spoiled, magic = list(frames), PROTOCOLS[name].parser.MAGIC
    for kind, number, place in wrong:
        at = number % len(spoiled)
        frame = bytearray(spoiled[at])
        byte = place % max(1, len(frame))
        if kind == "flip" and frame:
            frame[byte] ^= 1 + place % 255
        elif kind == "cut":
            del frame[byte:]
        elif kind == "lose":
            del frame[byte : byte + 1 + place % 3]
        elif kind == "magic":
            frame[byte : byte + len(magic)] = magic
        elif kind == "length":
            frame[3:6] = bytes((place % 3, place % 256, 0))
        elif kind == "junk":
            frame += random.Random(place).randbytes(place % 40)
        elif kind == "odd":
            frame += odd(name, random.Random(place))
        spoiled[at] = bytes(frame)
    return b"".join(spoiled)


errors = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "lose", "magic", "length", "junk", "odd"]),
        st.integers(0, 5_000),
        st.integers(0, 5_000),
    ),
    max_size=8,
)


@settings(max_examples=150)
@example("ld6002", 0, 600, [("odd", 0, 660)], 1)  # another device's type, and no data
@given(names, st.integers(0, 1_000), st.integers(600, 9_000), errors, st.integers(1, 5_000))
def test_runs_give_what_single_frames_give(
    name: str, seed: int, size: int, wrong: list[tuple[str, int, int]], piece: int
) -> None:
    raw = spoil(name, live(name, random.Random(seed), size), wrong)
    expected = feed(one_by_one(name), raw, len(raw))
    assert feed(PROTOCOLS[name].parser(), raw, len(raw)) == expected
    assert feed(PROTOCOLS[name].parser(), raw, piece) == expected


@settings(max_examples=25)
@given(names, st.integers(0, 1_000), errors)
def test_runs_give_what_byte_after_byte_gives(
    name: str, seed: int, wrong: list[tuple[str, int, int]]
) -> None:
    raw = spoil(name, live(name, random.Random(seed), 2_000), wrong)
    assert feed(PROTOCOLS[name].parser(), raw, 4_096) == feed(PROTOCOLS[name].parser(), raw, 1)


@pytest.mark.parametrize("name", SMALL_MODULES)
def test_good_frames_that_came_together_need_no_second_look(name: str) -> None:
    frames = live(name, random.Random(1), MOST_RUN_BYTES // 2, (0, 1))
    parser = PROTOCOLS[name].parser()
    parser._take = lambda *_: pytest.fail("one by one")  # type: ignore[method-assign]
    parser.feed(b"".join(frames))
    assert parser.statistics == ParserStatistics(frames=len(frames))


@pytest.mark.parametrize("name", SMALL_MODULES)
def test_every_byte_of_a_run_is_checked(name: str) -> None:
    """Wherever one byte of one frame is wrong, the verdict is that of the careful look."""
    frames = live(name, random.Random(2), 1_500, (1,))
    raw = b"".join(frames)
    begin = sum(map(len, frames[:15]))
    for at in range(begin, begin + sum(map(len, frames[15:19]))):
        for value in (raw[at] ^ 0x01, raw[at] ^ 0x80, raw[at] ^ 0xFF):
            wrong = raw[:at] + bytes((value,)) + raw[at + 1 :]
            assert feed(PROTOCOLS[name].parser(), wrong, len(wrong)) == feed(
                one_by_one(name), wrong, len(wrong)
            ), at


def tinyframes_at_the_limits() -> list[bytes]:
    no_start = bytearray(tinyframe(0x0E02, b"\x01"))
    no_start[0] ^= 0x02
    no_start[7] ^= 0x02  # its checksum fits
    return [
        bytes(no_start),
        tinyframe(0x0E02, b"\x01\x01"),
        *(tinyframe(0x0A04, b"", with_dck=with_dck) for with_dck in (True, False)),
        *(tinyframe(0x0100, bytes(size)) for size in (64, 65)),
        *(tinyframe(0x0A04, struct.pack("<i", 400) + bytes(size)) for size in (8_000, 8_001)),
    ]


def ld2410_at_the_limits() -> list[bytes]:
    basic = bytes((2, 0xAA, 3)) + bytes(80)
    return [ld2410(basic[: size - 2] + b"\x55\x00") for size in (5, 12, 13, 64, 65)]


def fda1_at_the_limits() -> list[bytes]:
    no_start = bytearray(fda1(0x83, 0x81, b"\x01"))
    no_start[0] += 1
    no_start[-3] += 1  # its sum fits
    return [bytes(no_start), *(fda1(0x83, 0x81, bytes(size)) for size in (0, 2, 512, 513))]


@pytest.mark.parametrize(
    ("name", "unusual"),
    [
        *(("mr60fda2", frame) for frame in tinyframes_at_the_limits()),
        *(("ld6002", frame) for frame in tinyframes_at_the_limits()),
        *(("ld2410", frame) for frame in ld2410_at_the_limits()),
        *(("mr60fda1", frame) for frame in fda1_at_the_limits()),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_frames_at_the_limits_within_a_run(name: str, unusual: bytes) -> None:
    frames = live(name, random.Random(3), 3_000, (0, 1))
    frames[20:20] = [unusual] * 2
    raw = b"".join(frames)
    assert feed(PROTOCOLS[name].parser(), raw, len(raw)) == feed(one_by_one(name), raw, len(raw))
