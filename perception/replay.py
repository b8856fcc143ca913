"""Playing a recording through the code of a live radar, at its own pace or at full speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from perception.events import Event
from perception.radar.recording import Recording
from perception.sensor import RadarSensor

RAW_FRAME_SECONDS: Final = 0.05
"""Between frames of raw captures, which hold no times."""
_LONGEST_SILENCE_SECONDS: Final = 60.0
"""By then all is told that silence tells; a damaged time may lie years ahead, so a longer one is
leapt over."""
_LONGEST_FRAME_BYTES: Final = 1 << 17
"""Of any radar, and more."""


def replay(
    recording: Recording,
    sensor: RadarSensor,
    *,
    raw_frame_seconds: float = RAW_FRAME_SECONDS,
    wait: Callable[[float], None] | None = None,
) -> Iterator[Event]:
    """Events in order; `wait` (such as `time.sleep`) is called to keep the recording's pace.

    Raises:
        RecordingError: the file is damaged.
    """
    for at, data in played(recording, raw_frame_seconds, wait):
        yield from sensor.feed(at, data)
    yield from sensor.finish()


def played(
    recording: Recording,
    raw_frame_seconds: float = RAW_FRAME_SECONDS,
    wait: Callable[[float], None] | None = None,
) -> Iterator[tuple[float, bytes]]:
    """The bytes with the seconds since the beginning, as in `replay`; raises RecordingError."""
    began = time.monotonic()
    for at, data in _timed(recording, raw_frame_seconds):
        if wait is not None:
            ahead = at - (time.monotonic() - began)
            if abs(ahead) > _LONGEST_SILENCE_SECONDS:
                began = time.monotonic() - at
            elif ahead > 0:
                wait(ahead)
        yield at, data


def _timed(recording: Recording, raw_frame_seconds: float) -> Iterator[tuple[float, bytes]]:
    """Blocks with times, silence as time that passes; raw captures are cut where frames begin."""
    if recording.timed:
        last = 0.0
        for block in recording.blocks():
            at = block.at_seconds or 0.0
            silent = int(min(at - last, _LONGEST_SILENCE_SECONDS))
            yield from ((last + second, b"") for second in range(1, silent))
            yield at, block.data
            last = at
        return
    magic = recording.protocol.parser.MAGIC
    number = 0
    rest = bytearray()
    for block in recording.blocks():
        searched = max(1, len(rest) - len(magic) + 1)
        rest += block.data
        while (cut := rest.find(magic, searched)) > 0:
            yield number * raw_frame_seconds, bytes(rest[:cut])
            del rest[:cut]
            number, searched = number + 1, 1
        if len(rest) > _LONGEST_FRAME_BYTES:  # noise
            yield number * raw_frame_seconds, bytes(rest)
            rest.clear()
    yield number * raw_frame_seconds, bytes(rest)
