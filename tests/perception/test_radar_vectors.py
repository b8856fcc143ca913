"""Every vector of the facts page, and what each driver makes of one good frame."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from radar_bytes import (
    CLOUD,
    FALL,
    LD2410,
    LD2450,
    PRESENT,
    STREAMS,
    fda1,
    ld2410,
    ti_compressed,
    ti_packet,
    ti_points,
    tinyframe,
)

from perception.radar import ChestPhase, RadarFrame, Target, UnknownRadarError, protocol_named
from perception.radar.tinyframe import checksum


def parse(name: str, data: bytes) -> list[RadarFrame]:
    return protocol_named(name).parser().feed(data)


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("kind", [0x0E02, 0x0F09], ids=["fall", "presence"])
def test_fda2_a_flag_of_any_width(kind: int, size: int) -> None:
    def told(value: int) -> bool | None:
        (frame,) = parse("mr60fda2", tinyframe(kind, value.to_bytes(size, "little")))
        return frame.fallen if kind == 0x0E02 else frame.present

    assert [told(0), told(1)] == [False, True]
    assert told(256 ** (size - 1)) is True, "whichever end comes first"


def test_fda2_a_target_of_zeros_is_nobody() -> None:
    zeros, body = struct.pack("<fffii", 0, 0, 0, 0, 3), struct.pack("<fffii", 0, 1, 0, 0, 4)
    (frame,) = parse("mr60fda2", tinyframe(0x0A04, struct.pack("<i", 2) + zeros + body))
    assert frame.targets is not None
    assert [target.number for target in frame.targets] == [4]


def test_fda2_fall_and_presence() -> None:
    assert parse("mr60fda2", FALL + PRESENT) == [
        RadarFrame(fallen=True),
        RadarFrame(present=True),
    ]


def test_fda2_points_and_targets() -> None:
    cloud = parse("mr60fda2", tinyframe(0x0A08, CLOUD))[0].points
    assert cloud is not None
    assert cloud.xyz.tolist() == [[0.5, -0.25, 1.5], [0.25, 0.5, -1.5]]
    assert np.allclose(cloud.doppler, [0.1, -0.1])
    (frame,) = parse("mr60fda2", STREAMS["mr60fda2"][len(FALL + PRESENT) :])[1:2]
    assert frame.targets == (Target(7, (0.5, 1.0, 2.0), radial_speed=pytest.approx(0.3)),)


@pytest.mark.parametrize("with_dck", [True, False])
def test_an_empty_tinyframe_with_or_without_its_checksum(with_dck: bool) -> None:
    assert parse("mr60fda2", tinyframe(0x0E02, b"", with_dck=with_dck) + FALL) == [
        RadarFrame(fallen=True)
    ]


@pytest.mark.parametrize("count", [-1, 1, 3, 2**31 - 1])
def test_a_count_that_does_not_fit_its_data_is_no_cloud(count: int) -> None:
    assert parse("mr60fda2", tinyframe(0x0A08, struct.pack("<i", count) + CLOUD[4:]) + FALL) == [
        RadarFrame(fallen=True)
    ]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 9, 31, 32, 33, 500])
def test_checksum_is_the_inverted_xor(size: int) -> None:
    data = bytes(range(7, 7 + 200))[:size] * (1 + size // 200)
    expected = 0
    for byte in data:
        expected ^= byte
    assert checksum(data) == ~expected & 0xFF


def test_ld6002_phase_rates_distance_and_presence() -> None:
    assert parse("ld6002", STREAMS["ld6002"]) == [
        RadarFrame(phase=ChestPhase(4.5, -0.75, 0.125)),
        RadarFrame(breaths_per_minute=16.5),
        RadarFrame(heartbeats_per_minute=72.0),
        RadarFrame(distance_metres=0.745),
        RadarFrame(present=True),
    ]


def test_ld6002_distance_as_captured_from_a_module() -> None:
    (frame,) = parse("ld6002", tinyframe(0x0A16, bytes.fromhex("01000000 713d9542")))
    assert frame.distance_metres == pytest.approx(0.7462, abs=1e-4)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_ld6002_presence_of_every_firmware(size: int) -> None:
    frames = b"".join(tinyframe(0x0F09, n.to_bytes(size, "little")) for n in (0, 1))
    assert [frame.present for frame in parse("ld6002", frames)] == [False, True]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 1e10, -1e10])
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (0x0A13, "<ff{}"),
        (0x0A13, "<f{}f"),
        (0x0A13, "<{}ff"),
        (0x0A14, "<{}"),
        (0x0A15, "<{}"),
        (0x0A16, "<I{}"),
    ],
)
def test_ld6002_leaves_out_what_cannot_be(kind: int, data: str, bad: float) -> None:
    layout = data.replace("{}", "f")
    values = [bad if part == "{" else 1 for part in data.removeprefix("<").replace("}", "")]
    raw = tinyframe(kind, struct.pack(layout, *values))
    assert parse("ld6002", raw + STREAMS["ld6002"]) == parse("ld6002", STREAMS["ld6002"])


@pytest.mark.parametrize("rate", [-1.0, 301.0])
def test_ld6002_leaves_out_rates_that_no_body_has(rate: float) -> None:
    assert parse("ld6002", tinyframe(0x0A14, struct.pack("<f", rate))) == []


def test_ld6002_no_distance_where_the_module_has_none() -> None:
    assert parse("ld6002", tinyframe(0x0A16, struct.pack("<If", 0, 74.5))) == []
    assert parse("ld6002", tinyframe(0x0A16, struct.pack("<If", 1, -1.0))) == []


@settings(max_examples=200)
@given(
    st.sampled_from([0x0A13, 0x0A14, 0x0A15, 0x0A16, 0x0F09, 0x0100]),
    st.binary(max_size=64),
)
def test_ld6002_any_data_of_any_length_leaves_the_next_frames_whole(kind: int, data: bytes) -> None:
    frames = parse("ld6002", tinyframe(kind, data) + STREAMS["ld6002"] * 6)
    whole = parse("ld6002", STREAMS["ld6002"])
    assert frames[-len(whole) :] == whole
    for frame in frames:
        assert frame.phase is None or all(abs(angle) < 1e5 for angle in frame.phase)
        assert frame.distance_metres is None or 0 <= frame.distance_metres <= 30


def test_ld2450_vector() -> None:
    (frame,) = parse("ld2450", LD2450)
    assert frame == RadarFrame(
        targets=(Target(0, (-0.782, 1.713, 0.0), radial_speed=-0.16),), present=True
    )


def ld2450(*slots: str) -> bytes:
    data = b"".join(bytes.fromhex(slot) for slot in slots)
    return b"\xaa\xff\x03\x00" + data + bytes(24 - len(data)) + b"\x55\xcc"


@pytest.mark.parametrize(
    "slot",
    [
        "0000000000000000",
        "0000000000004001",  # a resolution that was left over
        "0000000010000000",  # a speed
        "0080008000800000",  # zeros with the sign of positive ones
        "0080008000804001",
        "0080000000804001",
        "FFFFFFFF00006801",  # 32.8 m away, in a home
        "0080FFFF00006801",
    ],
)
@pytest.mark.parametrize("count", [1, 40], ids=["one", "a run"])
def test_ld2450_a_slot_without_a_place_is_nobody(slot: str, count: int) -> None:
    assert parse("ld2450", ld2450(slot) * count) == [RadarFrame(targets=(), present=False)] * count
    # Beside somebody, too, who keeps the slot of their own.
    somebody = ld2450(slot, "0E03B18610004001", slot) * count
    for frame in parse("ld2450", somebody):
        assert frame.targets is not None
        assert [target.number for target in frame.targets] == [1]


@pytest.mark.parametrize("slot", ["0000B18600000000", "0080B18600000000", "0A80008000000000"])
def test_ld2450_a_target_straight_ahead_or_beside_is_somebody(slot: str) -> None:
    (frame,) = parse("ld2450", ld2450(slot))
    assert frame.present


def test_ld2410_still_person() -> None:
    (frame,) = parse("ld2410", LD2410)
    assert frame == RadarFrame(present=True, moving=False, distance_metres=0.0)


def test_ld2410_engineering_frame() -> None:
    basic = struct.pack("<BBBHBHBH", 1, 0xAA, 3, 150, 60, 140, 50, 150)
    raw = ld2410(basic + bytes(20) + b"\x55\x00")
    assert parse("ld2410", raw) == [RadarFrame(present=True, moving=True, distance_metres=1.5)]


@pytest.mark.parametrize(
    ("raw", "frame"),
    [
        (fda1(0x83, 0x81, b"\x01"), RadarFrame(fallen=True)),
        (fda1(0x83, 0x01, b"\x01"), RadarFrame(fallen=True)),
        (fda1(0x83, 0x81, b"\x00"), RadarFrame(fallen=False)),
        (fda1(0x80, 0x81, b"\x01"), RadarFrame(present=True)),
        (fda1(0x80, 0x01, b"\x00"), RadarFrame(present=False)),
        (fda1(0x80, 0x02, b"\x02"), RadarFrame(moving=True, present=True)),
        (fda1(0x80, 0x02, b"\x01"), RadarFrame(moving=False, present=True)),
    ],
)
def test_fda1_and_c1001(raw: bytes, frame: RadarFrame) -> None:
    assert parse("mr60fda1", raw) == [frame]


def test_ti_points_with_side_info() -> None:
    frame = parse("xwr68xx", STREAMS["xwr68xx"])[0]
    assert frame.number == 1
    assert frame.points is not None
    assert frame.points.xyz.tolist() == [[0.5, 1.5, -0.25]]
    assert frame.points.doppler.tolist() == [0.5]
    assert np.allclose(frame.points.snr, [12.3])


def test_ti_people_tracking() -> None:
    frame = parse("xwr68xx", STREAMS["xwr68xx"])[1]
    assert frame.points is not None
    distance, azimuth, elevation = 2.0, -0.2, 0.1
    expected = [
        distance * np.cos(elevation) * np.sin(azimuth),
        distance * np.cos(elevation) * np.cos(azimuth),
        distance * np.sin(elevation),
    ]
    assert np.allclose(frame.points.xyz, [expected])
    assert np.allclose(frame.points.doppler, [0.5])
    assert np.allclose(frame.points.snr, [20.0])
    assert frame.targets is not None
    assert frame.targets[0].position == pytest.approx((0.1, 2.0, 1.1))
    assert frame.targets[0].height_range == pytest.approx((0.1, 1.7))
    assert frame.point_targets == (3, 253, 255)
    assert frame.present is True


def test_xwrl6432() -> None:
    first, second = parse("xwrl6432", STREAMS["xwrl6432"])
    assert first.points is not None
    assert np.allclose(first.points.xyz, [[0.1, 2.0, -0.3]])
    assert np.allclose(first.points.doppler, [0.05])
    assert np.allclose(first.points.snr, [10.0])
    assert first.zones == (4, 4)
    assert second.targets is not None
    assert second.point_targets == (1,)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e10, -1e10])
def test_impossible_points_are_left_out(bad: float) -> None:
    raw = ti_packet(1, ti_points([(0.0, 1.0, 0.0, 0.0), (bad, 1.0, 0.0, 0.0), (1, 1, 1, bad)]))
    (frame,) = parse("xwr68xx", raw)
    assert frame.points is not None
    assert frame.points.xyz[0].tolist() == [0.0, 1.0, 0.0]
    assert np.isfinite(frame.points.xyz).all()
    assert np.isfinite(frame.points.doppler).all()
    assert parse("xwr68xx", ti_packet(1, ti_compressed([(1, 1, 1, 1, 1)], (bad,) * 5))) == []
    (frame,) = parse("xwr68xx", ti_packet(1, ti_compressed([(1, 1, 1, 1, 1)], (1e3,) * 5)))
    assert frame.points is not None
    assert len(frame.points) == 0


@pytest.mark.filterwarnings("error")
def test_numbers_whose_sum_is_beyond_all_bounds_are_no_news_for_the_log() -> None:
    (frame,) = parse("xwr68xx", ti_packet(1, ti_points([(0.0, 1.0, 0.0, 3e38)] * 2)))
    assert frame.points is not None
    assert len(frame.points) == 2


def test_an_unknown_radar_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownRadarError, match=r"xwr68xx.*mr60fda1"):
        protocol_named("ld9999")
