"""Laws of every parser: any split gives the same frames; junk and cuts are survived."""

from __future__ import annotations

import random

import pytest
from captures import DATA, needs_data
from hypothesis import given, settings
from hypothesis import strategies as st
from radar_bytes import STREAMS, ti_packet, ti_points

from perception.radar import PROTOCOLS, RadarFrame
from perception.radar.stream import Parser
from perception.radar.ti_packet import MAX_PACKET_BYTES

names = st.sampled_from(sorted(PROTOCOLS))


def parse(name: str, *pieces: bytes) -> list[RadarFrame]:
    parser = PROTOCOLS[name].parser()
    return [frame for piece in pieces for frame in parser.feed(piece)]


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def accounted(parser: Parser, fed: int) -> bool:
    return parser.statistics.skipped_bytes <= fed


@settings(max_examples=150)
@given(names, st.lists(st.integers(0, 10_000), max_size=12))
def test_any_split_gives_the_same_frames(name: str, cuts: list[int]) -> None:
    data = STREAMS[name]
    assert parse(name, *split(data, cuts)) == parse(name, data)


@settings(max_examples=150)
@given(
    names,
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=12)), max_size=4),
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_damaged_streams_parse_alike_however_they_are_cut(
    name: str, damage: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    data = bytearray(STREAMS[name])
    for at, junk in damage:
        place = at % len(data)
        data[place : place + at % 3] = junk
    assert parse(name, *split(bytes(data), cuts)) == parse(name, bytes(data))


@settings(max_examples=100)
@given(names, st.binary(max_size=300), st.lists(st.integers(0, 1_000), max_size=4))
def test_junk_neither_raises_nor_grows(name: str, junk: bytes, cuts: list[int]) -> None:
    parser = PROTOCOLS[name].parser()
    for piece in split(junk, cuts):
        parser.feed(piece)
    assert len(parser._buffer) <= len(junk)
    assert accounted(parser, len(junk))


@settings(max_examples=100)
@given(names, st.integers(1, 10_000))
def test_frames_come_again_after_a_cut_one(name: str, cut: int) -> None:
    data = STREAMS[name]
    whole = parse(name, data)
    again = 1 + 100 // len(data)  # an unread type may wait for 64 bytes more
    kept = parse(name, data[: cut % len(data)] + data * (3 + again))
    assert kept[-len(whole) :] == whole
    assert len(kept) >= 2 * len(whole)


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_ten_megabytes_of_noise(name: str) -> None:
    noise = random.Random(7).randbytes(10_000_000)
    parser = PROTOCOLS[name].parser()
    largest = 0
    for at in range(0, len(noise), 65_536):
        parser.feed(noise[at : at + 65_536])
        largest = max(largest, len(parser._buffer))
    assert largest <= 2 * MAX_PACKET_BYTES
    recovered = parser.feed(STREAMS[name] * 300)
    assert recovered[-len(parse(name, STREAMS[name])) :] == parse(name, STREAMS[name])


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
@pytest.mark.parametrize("other", sorted(PROTOCOLS))
def test_the_bytes_of_another_device_raise_nothing(name: str, other: str) -> None:
    assert parse(name, STREAMS[other] * 20, STREAMS[name] * 3) is not None


@pytest.mark.parametrize("lost", [1, 5, 31, 32, 33, 39])
def test_ti_packet_that_runs_into_the_next_is_given_up(lost: int) -> None:
    points = ti_points([(0.0, 1.0, 0.0, 0.0)] * 5)
    first, second, third = (ti_packet(n, points) for n in (1, 2, 3))
    frames = parse("xwr68xx", first[:-lost] + second + third)
    assert [frame.number for frame in frames] == [2, 3]


@pytest.mark.parametrize("length", [0, 39, MAX_PACKET_BYTES + 1, 2**32 - 1])
def test_ti_impossible_lengths(length: int) -> None:
    good = ti_packet(2, ti_points([(0.0, 1.0, 0.0, 0.0)]))
    bad = bytearray(ti_packet(1))
    bad[12:16] = length.to_bytes(4, "little")
    assert [frame.number for frame in parse("xwr68xx", bytes(bad) + good)] == [2]


@needs_data
def test_ti_captures() -> None:
    folder = DATA / "iwr6843_tlv"
    counts = {}
    for path in sorted(folder.glob("*.bin")):
        parser = PROTOCOLS["xwr68xx"].parser()
        frames = parser.feed(path.read_bytes())
        counts[path.stem] = (len(frames), parser.statistics.bad_frames)
        numbers = [frame.number or 0 for frame in frames]
        assert numbers == sorted(numbers)
    assert counts == {
        "out_of_box_normal": (6388, 6),
        "people_tracking_fall_0": (3507, 0),
        "people_tracking_sit_down": (3224, 0),
        "people_tracking_walking": (6632, 0),
    }


@needs_data
@pytest.mark.parametrize("offset", [855648, 855712, 1446784, 1447072])
def test_ti_resynchronises_where_the_capture_is_torn(offset: int) -> None:
    data = (DATA / "iwr6843_tlv" / "out_of_box_normal.bin").read_bytes()
    following = data.find(data[:8], offset + 8)
    number = int.from_bytes(data[following + 20 : following + 24], "little")
    end = data.find(data[:8], following + 8)
    torn = int.from_bytes(data[offset + 12 : offset + 16], "little") > following - offset
    frames = parse("xwr68xx", data[offset : end + 400_000])
    assert torn
    after = [frame.number for frame in frames][:3]
    assert after[0] is not None
    assert number <= after[0] <= number + 2


@needs_data
def test_ti_captures_in_small_pieces() -> None:
    data = (DATA / "iwr6843_tlv" / "out_of_box_normal.bin").read_bytes()[800_000:900_000]
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    assert parse("xwr68xx", *pieces) == parse("xwr68xx", data)


@needs_data
def test_xwrl6432_captures() -> None:
    paths = sorted((DATA / "iwrl6432_tlv" / "01_raw_bin").glob("*/*.bin"))
    total = bad = 0
    for path in paths:
        parser = PROTOCOLS["xwrl6432"].parser()
        total += len(parser.feed(path.read_bytes()))
        bad += parser.statistics.bad_frames
    assert (len(paths), total, bad) == (120, 12_000, 0)
