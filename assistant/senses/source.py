"""The source of a radar's bytes: its serial port, or a recording that is played like one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assistant.settings import RadarSettings
from perception.radar import (
    PortSettings,
    RadarFound,
    RadarLost,
    Recording,
    RecordingError,
    SerialRadar,
    open_recording,
)
from perception.radar.protocols import Protocol, protocol_named
from perception.radar.serial_port import READ_SECONDS
from perception.replay import played

RECORDING: Final = "file:"

Piece = tuple[float, bytes | RadarLost | RadarFound]
"""Monotonic seconds, and what came then; no bytes if only time passed."""


def protocol_of(settings: RadarSettings) -> Protocol:
    """Tell which radar it is; raises UnknownRadarError, RecordingError."""
    if settings.port.startswith(RECORDING):
        return _recording(settings).protocol
    return protocol_named(settings.protocol)


def pieces(settings: RadarSettings) -> Iterator[Piece]:
    """Give all that comes, without end; blocks for at most a tenth of a second at a time."""
    if settings.port.startswith(RECORDING):
        yield from _played(settings)
        return
    radar = SerialRadar(
        PortSettings(
            settings.port,
            protocol_named(settings.protocol),
            settings.command_port or None,
            Path(settings.config) if settings.config else None,
        )
    )
    try:
        while True:
            piece = radar.read()  # waits, so that the time before it is no time of these bytes
            yield time.monotonic(), piece or b""
    finally:
        radar.close()


def _recording(settings: RadarSettings) -> Recording:
    path = Path(settings.port.removeprefix(RECORDING))
    return open_recording(path, settings.protocol or None)


def _played(settings: RadarSettings) -> Iterator[Piece]:
    """Play a recording at its own pace, once, and no further than a damaged place."""
    began = time.monotonic()
    recording = _recording(settings)
    try:
        for at, data in played(recording, wait=time.sleep):
            yield began + at, data
    except RecordingError as error:
        yield time.monotonic(), RadarLost(settings.port, str(error))
    while True:
        time.sleep(READ_SECONDS)
        yield time.monotonic(), b""
