"""When the bytes of a radar came, as its child tells perception."""

from __future__ import annotations

import time

import pytest

from assistant.senses import source
from assistant.settings import RadarSettings


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
