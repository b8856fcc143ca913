"""Recordings: written, torn, damaged, foreign; and replayed."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from radar_bytes import STREAMS

from perception.radar import RecordingError, RecordingWriter, open_recording, protocol_named
from perception.replay import played


def write(path: Path, blocks: list[tuple[float, bytes]]) -> None:
    with path.open("wb") as file:
        writer = RecordingWriter(file, protocol_named("ld2450"), 1.7e9)
        for at, data in blocks:
            writer.write(at, data)


BLOCKS = [(0.0, b"abc"), (0.5, b""), (1.25, STREAMS["ld2450"])]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.radar"
    write(path, BLOCKS)
    recording = open_recording(path)
    assert recording.protocol.name == "ld2450"
    assert [(block.at_seconds, block.data) for block in recording.blocks()] == BLOCKS


@pytest.mark.parametrize("lost", range(40))
def test_whether_a_recording_is_cut_off(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "a.radar"
    write(path, BLOCKS)
    path.write_bytes(path.read_bytes()[: -lost or None])
    assert open_recording(path).is_cut_off() is (lost > 0)


@pytest.mark.parametrize("zeros", [1, 12, 100_000])
def test_zeros_that_a_power_loss_left_are_no_blocks(tmp_path: Path, zeros: int) -> None:
    path = tmp_path / "a.radar"
    write(path, BLOCKS)
    path.write_bytes(path.read_bytes() + bytes(zeros))
    recording = open_recording(path)
    assert [(block.at_seconds, block.data) for block in recording.blocks()] == BLOCKS
    assert recording.is_cut_off()


@pytest.mark.parametrize("lost", range(1, 40))
def test_a_torn_recording_is_read_to_its_last_whole_block(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "a.radar"
    write(path, BLOCKS)
    path.write_bytes(path.read_bytes()[:-lost])
    read = [(block.at_seconds, block.data) for block in open_recording(path).blocks()]
    assert read == BLOCKS[: len(read)]
    assert len(read) >= 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "--protocol"),
        (b"GIF89a", "--protocol"),
        (b'{"anban_radar": 2, "protocol": "ld2450"}\n', "another version"),
        (b'{"anban_radar": 1, "protocol": "ld9"}\n', "No radar is called"),
        (b'{"anban_radar": 1}\n', "damaged"),
        (b'{"anban_radar": 1,\n', "damaged"),
        (b'{"anban_radar": ' + b"[" * 4_000 + b"\n", "damaged"),
    ],
)
def test_what_is_no_recording_is_said(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.radar"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=says):
        open_recording(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        open_recording(tmp_path / "none")


def test_a_block_of_absurd_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.radar"
    write(path, [])
    with path.open("ab") as file:
        file.write(b"\0" * 8 + b"\xff" * 4)
    with pytest.raises(RecordingError, match="damaged"):
        list(open_recording(path).blocks())


def test_times_before_the_beginning_become_zero() -> None:
    file = io.BytesIO()
    RecordingWriter(file, protocol_named("ld2450"), 0.0).write(-5.0, b"x")
    assert file.getvalue().endswith(bytes(8) + b"\x01\0\0\0x")


def test_a_raw_capture_of_noise_is_played_in_pieces_and_whole(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(500_000) + STREAMS["xwr68xx"]
    file = tmp_path / "noise.bin"
    file.write_bytes(noise)
    pieces = list(played(open_recording(file, "xwr68xx"), 0.1))
    assert b"".join(data for _, data in pieces) == noise
    assert max(len(data) for _, data in pieces) < 200_000
    assert [at for at, _ in pieces[-3:]] == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize(("gap", "ticks"), [(0.5, 0), (3.5, 2), (1e9, 59)])
def test_silence_in_a_recording_passes_as_time(tmp_path: Path, gap: float, ticks: int) -> None:
    path = tmp_path / "a.radar"
    write(path, [(1.0, b"a"), (1.0 + gap, b"b"), (1.0, b"c")])
    silence = [(2.0 + second, b"") for second in range(ticks)]
    expected = [(1.0, b"a"), *silence, (1.0 + gap, b"b"), (1.0, b"c")]
    assert list(played(open_recording(path))) == expected


def test_a_damaged_time_is_not_awaited(tmp_path: Path) -> None:
    path = tmp_path / "a.radar"
    blocks = [(0.0, b"a"), (1e13, b"b"), (0.5, b"c"), (1.0, b"d")]
    write(path, blocks)
    waits: list[float] = []
    told = list(played(open_recording(path), wait=waits.append))
    assert [piece for piece in told if piece[1]] == blocks
    assert max(waits) < 60.0
    assert waits[-1] <= 0.5
