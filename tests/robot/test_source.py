"""What came from a radar and when, as its child tells perception."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest

from assistant.senses import source
from assistant.settings import RadarSettings
from perception.radar import RadarLost
from tests.perception.fall_recording import record


class Port:
    """Waits for bytes, and notes when they came."""

    came = float("inf")

    def __init__(self, *_: object) -> None:
        """Any settings do."""

    def read(self) -> bytes:
        Port.came = time.monotonic()
        return b"frame"

    def close(self) -> None:
        """Nothing to give back."""


def test_bytes_have_the_time_at_which_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the question would make two frames a moment apart of two a tenth of a second."""
    monkeypatch.setattr(source, "SerialRadar", Port)
    at, piece = next(source.pieces(RadarSettings(port="/dev/radar", protocol="xwr68xx")))
    assert piece == b"frame"
    assert at >= Port.came


def test_a_damaged_recording_ends_and_does_not_begin_anew(tmp_path: Path) -> None:
    """A child that died of it would come back and play its falls again."""
    path = tmp_path / "evening.radar"
    record(path, [b"one"])
    path.write_bytes(path.read_bytes() + b"\xff" * 64)
    pieces = source.pieces(RadarSettings(port=f"file:{path}"))
    first, lost, after = (piece for _, piece in islice(pieces, 3))
    assert first == b"one"
    assert isinstance(lost, RadarLost)
    assert after == b""
