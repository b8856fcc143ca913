"""One radar's bytes to events: wrong rates, noise, swapped devices, said once; and the commands."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest
from captures import DATA, needs_data
from radar_bytes import (
    FALL,
    PRESENT,
    STREAMS,
    fda1,
    ti_packet,
    ti_points,
    tinyframe,
)
from typer.testing import CliRunner

from perception import cli
from perception.events import ActivityChanged, Event, FallDetected, SensorRecovered, SensorTroubled
from perception.fall import FallModel
from perception.radar import open_recording, protocol_named
from perception.radar.room import MountingPose, Room
from perception.replay import replay
from perception.sensor import RadarSensor
from tests.perception.fall_recording import HEIGHT, fall_packets, record


def sensor(name: str) -> RadarSensor:
    return RadarSensor(protocol_named(name), Room(MountingPose(HEIGHT)), FallModel())


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_noise_is_said_once_and_a_good_radar_recovers() -> None:
    noise = random.Random(3)
    radar = sensor("xwr68xx")
    events = [e for at in range(200) for e in radar.feed(at * 0.1, noise.randbytes(50_000))]
    assert kinds(events) == ["SensorTroubled"]
    events = [e for k, raw in enumerate(fall_packets()) for e in radar.feed(20 + k * 0.1, raw)]
    events = [e for e in events if isinstance(e, SensorTroubled | SensorRecovered | FallDetected)]
    assert kinds(events)[0] == "SensorRecovered"
    assert "SensorTroubled" not in kinds(events)


@pytest.mark.parametrize(
    ("expected", "there"),
    [("xwr68xx", "ld2450"), ("xwr68xx", "xwrl6432"), ("xwrl6432", "xwr68xx"), ("ld2410", "ld2450")],
)
def test_swapped_devices_are_named(expected: str, there: str) -> None:
    radar = sensor(expected)
    events = [e for at in range(100) for e in radar.feed(at * 0.1, STREAMS[there] * 4)]
    (trouble,) = events
    assert isinstance(trouble, SensorTroubled)
    assert there in trouble.reason


@pytest.mark.parametrize(
    ("expected", "there"),
    [("mr60bha2", "mr60fda2"), ("mr60fda2", "mr60bha2"), ("ld2410", "mr60fda1")],
)
def test_a_swapped_device_that_says_little_is_named_and_the_right_one_recovers(
    expected: str, there: str
) -> None:
    """Some of its frames may be those of the expected one: all modules tell of presence alike."""
    radar = sensor(expected)
    stream = {
        "mr60fda2": FALL + PRESENT,
        "mr60bha2": tinyframe(0x0A14, struct.pack("<f", 16.5)) + PRESENT,
        "mr60fda1": fda1(0x80, 0x03, b"\x07"),
    }[there]
    events = [e for at in range(60) for e in radar.feed(float(at), stream)]
    (trouble,) = (e for e in events if isinstance(e, SensorTroubled))
    assert f"speaks like a {there}" in trouble.reason
    events = [e for at in range(60, 90) for e in radar.feed(float(at), STREAMS[expected])]
    assert kinds(events).count("SensorRecovered") == 1
    assert "SensorTroubled" not in kinds(events)


def test_unplugged_mid_frame_is_silence_not_noise() -> None:
    radar = sensor("mr60fda2")
    radar.feed(0.0, PRESENT)
    radar.feed(0.1, PRESENT[:5])
    (trouble,) = (e for at in range(1, 60) for e in radar.feed(float(at), b""))
    assert isinstance(trouble, SensorTroubled)
    assert "sent nothing" in trouble.reason


def test_silence_is_said_once() -> None:
    radar = sensor("mr60fda2")
    events = [e for at in range(100) for e in radar.feed(float(at), b"")]
    assert kinds(events) == ["SensorTroubled"]
    assert kinds(radar.feed(101.0, FALL))[0] == "SensorRecovered"


def test_a_module_that_speaks_of_changes_alone_is_not_taken_for_silent() -> None:
    radar = sensor("mr60fda1")
    events = radar.feed(0.0, fda1(0x80, 0x01, b"\x01") + fda1(0x80, 0x02, b"\x02"))
    for second in range(1, 600):
        events += radar.feed(second, fda1(0x80, 0x03, bytes((second % 100,))))
    assert [getattr(event, "count", event) for event in events] == [1]


@pytest.mark.parametrize("is_unplugged", [True, False])
def test_a_blind_radar_sees_nobody_any_more(is_unplugged: bool) -> None:
    """Whoever is located makes the home believe that the radar sees."""
    radar = sensor("xwr68xx")
    for k, raw in enumerate(fall_packets()):
        radar.feed(k * 0.1, raw)
    assert len(radar.people) == 1
    if is_unplugged:
        radar.lost(20.0, "unplugged")
    for second in range(20, 40):
        radar.feed(second, b"")
    assert radar.people == []
    for k, raw in enumerate(fall_packets()):
        radar.feed(50 + k * 0.1, raw)
    assert len(radar.people) == 1


def test_hostile_points_make_no_fall() -> None:
    radar = sensor("xwr68xx")
    values = (float("nan"), float("inf"), 1e10, -1e10, 29.0, 0.0)
    rng = random.Random(1)
    events: list[Event] = []
    for k in range(300):
        points = [tuple(rng.choice(values) for _ in range(4)) for _ in range(30)]
        events += radar.feed(k * 0.1, ti_packet(k, ti_points(points)))  # type: ignore[arg-type]
    assert not any(isinstance(event, FallDetected) for event in events)


def test_a_fall_is_told_though_frames_are_held_up_on_the_way() -> None:
    radar = sensor("xwr68xx")
    events: list[Event] = []
    for k, raw in enumerate(fall_packets()):
        late = 0.0999 if k % 4 == 0 else 0.0  # until just before the next one
        events += radar.feed(k * 0.1 + late, raw)
    assert kinds(events).count("FallDetected") == 1


@pytest.mark.parametrize("together", [3, 7, 12])
@pytest.mark.parametrize("first", range(3))
def test_a_fall_is_told_though_frames_come_many_at_once(together: int, first: int) -> None:
    radar = sensor("xwr68xx")
    events: list[Event] = []
    packets = fall_packets()
    for start in range(first, len(packets), together):
        end = min(start + together, len(packets))
        events += radar.feed(end * 0.1, b"".join(packets[start:end]))
    assert kinds(events).count("FallDetected") == 1


def test_a_replay_tells_what_live_told(tmp_path: Path) -> None:
    packets = fall_packets()
    radar = sensor("xwr68xx")
    live = [e for k, raw in enumerate(packets) for e in radar.feed(k * 0.1, raw)]
    path = tmp_path / "fall.radar"
    record(path, packets)
    waits: list[float] = []
    again = list(replay(open_recording(path), sensor("xwr68xx"), wait=waits.append))
    assert [(type(e), round(e.at, 2)) for e in again] == [(type(e), round(e.at, 2)) for e in live]
    assert kinds(live).count("FallDetected") == 1
    assert waits
    assert max(waits) <= len(packets) * 0.1


def test_record_command_refuses_to_overwrite(tmp_path: Path) -> None:
    path = tmp_path / "a.radar"
    path.write_bytes(b"precious")
    options = ["record", str(path), "--port", "/dev/none", "--protocol", "ld2450"]
    result = CliRunner().invoke(cli.app, [*options, "--seconds", "0.1"])
    assert result.exit_code == 1
    assert "already" in result.stderr
    assert path.read_bytes() == b"precious"


def test_a_command_does_not_wait_for_a_config_that_is_not_there(tmp_path: Path) -> None:
    options = ["watch", "--port", "/dev/none", "--protocol", "xwr68xx"]
    result = CliRunner().invoke(
        cli.app, [*options, "--config", str(tmp_path / "none.cfg"), "--seconds", "0.1"]
    )
    assert result.exit_code == 1
    assert "none.cfg cannot be read" in result.stderr


def test_record_command_keeps_no_file_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.radar"
    options = ["record", str(path), "--port", "/dev/none", "--protocol", "ld2450"]
    result = CliRunner().invoke(cli.app, [*options, "--seconds", "0.1"])
    assert result.exit_code == 1
    assert "Nothing came from /dev/none" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize("command", ["record", "watch"])
def test_who_waits_for_a_port_is_told_at_once_how_to_leave(tmp_path: Path, command: str) -> None:
    files = [str(tmp_path / "a.radar")] if command == "record" else []
    options = [command, *files, "--port", "/dev/none", "--protocol", "ld2450", "--seconds", "0.1"]
    result = CliRunner().invoke(cli.app, options)
    assert "There is no port /dev/none" in result.stderr
    assert "Ctrl-C ends this" in result.stderr


GOLDEN = Path(__file__).parent / "golden"


@needs_data
@pytest.mark.parametrize(
    "name",
    ["people_tracking_sit_down", pytest.param("people_tracking_walking", marks=pytest.mark.soak)],
)
def test_captures_of_daily_life_tell_what_they_told(name: str) -> None:
    """Presence, gait and alarms with their seconds; postures hang on the model and are left out."""
    recording = open_recording(DATA / "iwr6843_tlv" / f"{name}.bin", "xwr68xx")
    room = Room(MountingPose(2.0, tilt_degrees=10))
    radar = RadarSensor(recording.protocol, room, FallModel())
    events = replay(recording, radar, raw_frame_seconds=0.055)
    told = [
        [type(e).__name__, round(e.at, 1)] for e in events if not isinstance(e, ActivityChanged)
    ]
    assert told == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert not {"FallDetected", "LyingOnFloor"} & {kind for kind, _ in told}
